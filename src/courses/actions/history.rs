//! What a lesson's draft was before: remembered, brought back, thinned.

use std::collections::BTreeSet;

use super::files;
use crate::{
    courses::{
        content::Content,
        model::MAX_LESSONS,
        policy::EditCourse,
        store::{self, drafts::Place},
    },
    kernel::{
        error::{Error, Result},
        id::{LessonId, LessonStateId, RevisionId},
        time::Timestamp,
    },
    platform::db::Tx,
};

pub(super) use crate::courses::model::StateKind as Kind;

/// Every state of the last day is kept; of older ones, the last of each hour.
pub(in crate::courses) const THIN_AFTER_MS: i64 = 24 * 3_600_000;

/// Remembers a state as the actor's, now.
pub(super) fn remember(tx: &Tx<'_>, lesson: LessonId, revision: RevisionId, kind: Kind) -> Result<LessonStateId> {
    store::history::insert(tx, lesson, revision, tx.actor().user(), kind, tx.now())
}

/// Remembers that a lesson goes from one revision to another; the first of them as well, if nobody
/// did when it came.
pub(super) fn note_change(tx: &Tx<'_>, can: &EditCourse, from: Place, to: RevisionId, kind: Kind) -> Result<()> {
    if to == from.revision {
        return Ok(());
    }
    if !store::history::has(tx, from.lesson, from.revision)? {
        let at = store::drafts::get(tx, can.course())?.updated_at;
        store::history::insert(tx, from.lesson, from.revision, None, Kind::Saved, at)?;
    }
    remember(tx, from.lesson, to, kind).map(drop)
}

/// Keeps a text that lost a conflict in the lesson's history. The draft stays as it is.
///
/// # Errors
/// `NotFound` when the draft has no such lesson; `Invalid` for wrong fields.
pub(in crate::courses) fn set_aside(tx: &Tx<'_>, can: &EditCourse, lesson: LessonId, edit: impl FnOnce(&mut Content)) -> Result<()> {
    let place = store::drafts::find_place(tx, can.course(), lesson)?.ok_or(Error::NotFound("lesson"))?;
    let mut content = store::lessons::get_content(tx, place.revision)?;
    edit(&mut content);
    let revision = files::keep_content(tx, can, lesson, &content.settle()?)?;
    remember(tx, lesson, revision, Kind::SetAside).map(drop)
}

/// Makes a remembered state the lesson's draft again.
///
/// # Errors
/// `NotFound` for an unknown lesson or state; `Conflict` `lesson.changed` when the lesson is no
/// longer at `expected`.
pub(in crate::courses) fn restore_state(
    tx: &Tx<'_>,
    can: &EditCourse,
    lesson: LessonId,
    state: LessonStateId,
    expected: Option<RevisionId>,
) -> Result<()> {
    let place = store::drafts::find_place(tx, can.course(), lesson)?.ok_or(Error::NotFound("lesson"))?;
    if expected.is_some_and(|expected| expected != place.revision) {
        return Err(super::lessons::changed());
    }
    let state = store::history::find(tx, lesson, state)?.ok_or(Error::NotFound("state"))?;
    if state.revision == place.revision {
        return Ok(());
    }
    note_change(tx, can, place, state.revision, Kind::Restored)?;
    let next = Place {
        revision: state.revision,
        ..place
    };
    store::drafts::put_lesson(tx, can.course(), next)?;
    store::drafts::touch(tx, can.course())?;
    super::note(tx, can, "courses.restore_state")
}

/// Puts a removed lesson back into the draft, at this place of this day, as it was.
///
/// # Errors
/// `NotFound` when nothing of it is remembered; `Conflict` when the draft has it or is full.
pub(in crate::courses) fn return_lesson(tx: &Tx<'_>, can: &EditCourse, lesson: LessonId, day: u16, position: u16) -> Result<()> {
    super::lessons::check_day(day)?;
    if store::lessons::find_course(tx, lesson)? != Some(can.course()) {
        return Err(Error::NotFound("lesson"));
    }
    let places = store::drafts::list_places(tx, can.course())?;
    if places.iter().any(|p| p.lesson == lesson) {
        return Err(Error::conflict("lesson.present", "The draft has this lesson already."));
    }
    if places.len() >= MAX_LESSONS {
        return Err(Error::conflict("course.full", "A course has at most 500 lessons."));
    }
    let last = store::history::find_last(tx, lesson)?.ok_or(Error::NotFound("lesson"))?;
    insert_at(tx, can, &places, lesson, last.revision, (day, position))?;
    super::note(tx, can, "courses.return_lesson")
}

/// Puts a lesson at a place of a day and moves those behind it one further.
pub(super) fn insert_at(
    tx: &Tx<'_>,
    can: &EditCourse,
    places: &[Place],
    lesson: LessonId,
    revision: RevisionId,
    (day, position): (u16, u16),
) -> Result<()> {
    let mut order: Vec<Place> = places.iter().filter(|p| p.day == day).copied().collect();
    let place = Place {
        lesson,
        revision,
        day,
        position,
    };
    order.insert(usize::from(position.saturating_sub(1)).min(order.len()), place);
    for (place, position) in order.into_iter().zip(1..) {
        store::drafts::put_lesson(tx, can.course(), Place { position, ..place })?;
    }
    store::drafts::touch(tx, can.course())
}

/// Thins at most `limit` states from before `until`. Returns how many it looked at.
///
/// # Errors
/// A database fault.
pub(in crate::courses) fn thin(tx: &Tx<'_>, until: Timestamp, limit: u32) -> Result<usize> {
    let states = store::history::list_unsettled(tx, until, limit)?;
    let mut thinned = BTreeSet::new();
    for (state, lesson) in &states {
        if store::history::delete_spare(tx, *state)? {
            thinned.insert(*lesson);
        } else {
            store::history::settle(tx, *state)?;
        }
    }
    for lesson in thinned {
        files::sweep(tx, lesson)?;
    }
    Ok(states.len())
}
