//! The end of a course: archived, restored, or deleted while it was only a draft.

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

/// Takes a published course out of the catalogue. Those who joined keep it.
///
/// # Errors
/// `Conflict` unless the course is published.
pub fn archive(tx: &Tx<'_>, can: &EditCourse) -> Result<()> {
    turn(tx, can, State::Published, State::Archived, "courses.archive")
}

/// Puts an archived course back into the catalogue.
///
/// # Errors
/// `Conflict` unless the course is archived.
pub fn restore(tx: &Tx<'_>, can: &EditCourse) -> Result<()> {
    turn(tx, can, State::Archived, State::Published, "courses.restore")
}

fn turn(tx: &Tx<'_>, can: &EditCourse, from: State, to: State, action: &'static str) -> Result<()> {
    let course = can.course();
    let head = store::courses::get(tx, &CourseRef::Id(course))?;
    again(tx.actor(), &head)?;
    if head.state != from {
        let message = format!("The course is not {} but {}.", from.word(), head.state.word());
        return Err(Error::conflict("course.wrong_state", message));
    }
    store::courses::update_state(tx, course, to)?;
    store::listings::set_listed(tx, course, to == State::Published)?;
    tx.tell(&match to {
        State::Archived => Event::CourseArchived { course },
        _ => Event::CourseRestored { course },
    })?;
    audit::record(tx, action, &course.to_string(), Some(&from), Some(&to))
}

/// Deletes a course that was never published.
///
/// # Errors
/// `Conflict` when it was: learners may hold on to it.
pub fn delete(tx: &Tx<'_>, can: &EditCourse) -> Result<()> {
    let course = can.course();
    let head = store::courses::get(tx, &CourseRef::Id(course))?;
    again(tx.actor(), &head)?;
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
