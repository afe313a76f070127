//! The end of a course: taken back, archived, restored, or deleted while it was only a draft.

use super::files;
use crate::{
    courses::{
        model::{CourseRef, State},
        policy::{EditCourse, again},
        store,
    },
    kernel::{
        error::{Error, Result},
        event::Event,
    },
    platform::{audit, db::Tx},
};

/// Takes a published course back: it is in no list and takes no new learners; those who joined go
/// on. Publishing again or restoring brings it back.
///
/// # Errors
/// `Conflict` unless the course is published.
pub fn unpublish(tx: &Tx<'_>, can: &EditCourse) -> Result<()> {
    turn(tx, can, &[State::Published], State::Unpublished, "courses.unpublish")
}

/// Ends a course. Those who joined keep it.
///
/// # Errors
/// `Conflict` unless the course is published or was taken back.
pub fn archive(tx: &Tx<'_>, can: &EditCourse) -> Result<()> {
    turn(tx, can, &[State::Published, State::Unpublished], State::Archived, "courses.archive")
}

/// Puts a course that was archived or taken back into the catalogue again.
///
/// # Errors
/// `Conflict` unless the course is archived or was taken back.
pub fn restore(tx: &Tx<'_>, can: &EditCourse) -> Result<()> {
    turn(tx, can, &[State::Archived, State::Unpublished], State::Published, "courses.restore")
}

fn turn(tx: &Tx<'_>, can: &EditCourse, from: &[State], to: State, action: &'static str) -> Result<()> {
    let course = can.course();
    let head = store::courses::get(tx, &CourseRef::Id(course))?;
    again(tx, tx.actor(), &head)?;
    if !from.contains(&head.state) {
        let wanted: Vec<&str> = from.iter().map(|state| state.word()).collect();
        let message = format!("The course is not {} but {}.", wanted.join(" or "), head.state.word());
        return Err(Error::conflict("course.wrong_state", message));
    }
    store::courses::update_state(tx, course, to)?;
    store::listings::relist(tx, course)?;
    tx.tell(&match to {
        State::Archived => Event::CourseArchived { course },
        State::Unpublished => Event::CourseUnpublished { course },
        _ => Event::CourseRestored { course },
    })?;
    audit::record(tx, action, &course.to_string(), Some(&head.state), Some(&to))
}

/// Deletes a course that was never published.
///
/// # Errors
/// `Conflict` when it was: learners may hold on to it.
pub fn delete(tx: &Tx<'_>, can: &EditCourse) -> Result<()> {
    let course = can.course();
    let head = store::courses::get(tx, &CourseRef::Id(course))?;
    again(tx, tx.actor(), &head)?;
    if head.version.is_some() {
        return Err(Error::conflict(
            "course.was_published",
            "A course that was published can only be archived.",
        ));
    }
    files::drop_all(tx, course)?;
    store::courses::delete(tx, course)?;
    tx.tell(&Event::CourseDeleted { course })?;
    audit::record(tx, "courses.delete", &course.to_string(), Some(&head.slug), None::<&()>)
}
