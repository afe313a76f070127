//! Where somebody is.

use super::{Counted, begin, duration_ms};
use crate::{
    courses::{Completion, Shelf},
    enrolments::LearnLesson,
    kernel::{
        error::Result,
        time::{Moment, Timestamp},
    },
    platform::db::Tx,
    progress::{
        model::{FactKind, Place, Position, is_watched},
        store,
    },
};

/// Moves the position of somebody who has joined; others leave no trace.
///
/// # Errors
/// `Locked` or `NotFound` when the lesson is not open any more.
pub(in crate::progress) fn move_to(tx: &Tx<'_>, can: &LearnLesson, shelf: &Shelf, place: Place, client_at: Timestamp) -> Result<()> {
    match begin(tx, can)? {
        Some(mut counted) => put_place(tx, shelf, &mut counted, place, client_at),
        None => Ok(()),
    }
}

/// Moves the position, unless another device was somewhere later; near the end of a video that
/// must be watched, it is watched.
///
/// # Errors
/// A database fault.
pub(in crate::progress) fn put_place(tx: &Tx<'_>, shelf: &Shelf, counted: &mut Counted, place: Place, client_at: Timestamp) -> Result<()> {
    watch(tx, shelf, counted, place.video)?;
    let before = store::find_position(tx, counted.user, counted.enrolment.id, counted.lesson())?;
    match Position::merged(before.as_ref(), place, client_at, tx.now()) {
        Some(after) => store::put_position(tx, counted.user, counted.enrolment.id, counted.lesson(), &after),
        None => Ok(()),
    }
}

fn watch(tx: &Tx<'_>, shelf: &Shelf, counted: &mut Counted, moment: Option<Moment>) -> Result<()> {
    let Some(moment) = moment else { return Ok(()) };
    if counted.place.completion != Completion::Video || counted.progress.watched_at.is_some() {
        return Ok(());
    }
    let content = shelf.lesson_content(tx, counted.place.revision)?;
    let Some(video) = &content.video else { return Ok(()) };
    match duration_ms(tx, video.asset)? {
        Some(duration) if is_watched(moment, duration) => counted.record(tx, FactKind::Watched, None, None),
        _ => Ok(()),
    }
}
