//! How far somebody is with everything that he learns now.

use super::way::sizes;
use crate::{
    courses::Shelf,
    enrolments::{self, State},
    kernel::{error::Result, id::UserId},
    platform::db::Read,
    progress::{model::percent, store},
};

/// Required lessons done of all courses under way, in percent; `None` when there are none.
///
/// # Errors
/// A database fault.
pub(in crate::progress) fn percent_under_way(read: &Read<'_>, shelf: &Shelf, user: UserId) -> Result<Option<u8>> {
    let under_way = enrolments::list_for(read, user)?;
    let under_way: Vec<_> = under_way.into_iter().filter(|e| e.state == State::Active).collect();
    if under_way.is_empty() {
        return Ok(None);
    }
    let totals = store::list_courses(read, user)?;
    let (mut done, mut required) = (0, 0);
    for enrolment in under_way {
        done += totals.get(&enrolment.id).map_or(0, |totals| totals.required_done);
        required += sizes(&shelf.version_lessons(read, enrolment.version)?).1;
    }
    Ok(Some(percent(done, required)))
}
