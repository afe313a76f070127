//! Action items.

use super::begin;
use crate::{
    courses::Shelf,
    enrolments::LearnLesson,
    kernel::error::{Error, Result},
    platform::db::Tx,
    progress::model::FactKind,
};

/// Ticks or unticks an action item. Gives the ticked ones.
///
/// # Errors
/// `NotFound` when the lesson has no such item, `Conflict` for somebody who has not joined.
pub(in crate::progress) fn tick(tx: &Tx<'_>, can: &LearnLesson, shelf: &Shelf, action: &str, done: bool) -> Result<Vec<String>> {
    can.lesson().enrolled()?;
    let Some(mut counted) = begin(tx, can)? else {
        return can.lesson().enrolled().map(|_| Vec::new());
    };
    let content = shelf.lesson_content(tx, counted.place.revision)?;
    if !content.actions.iter().any(|item| item.id == action) {
        return Err(Error::NotFound("action"));
    }
    if counted.progress.actions.contains(action) != done {
        let kind = if done { FactKind::Ticked } else { FactKind::Unticked };
        counted.record(tx, kind, Some(action), None)?;
    }
    Ok(counted.progress.actions.into_iter().collect())
}
