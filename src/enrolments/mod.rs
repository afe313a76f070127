//! Who learns what, at which pace, and what is open when.
//!
//! An enrolment is one cycle of a learner through a course, pinned to the version he joined. Its
//! schedule says when each day opens; [`lesson_access`] is the one answer to "may he open this
//! lesson?", which progress, notes, search and the media gate all ask.
//!
//! Tables: `enrolments`. Tells: `enrolment.started`, `enrolment.pace_changed`, `enrolment.left`,
//! `course.completed`. Hears: `user.profile_changed` (to keep open what a change of zone would close).

mod access;
mod actions;
mod http;
mod model;
mod policy;
mod reactions;
mod store;

use std::sync::Arc;

pub use access::{Access, OpenLesson, boundary, lesson_access, opened_lessons};
pub use actions::{finish, mend_completion, settle};
pub use http::{EnrolmentOut, OpeningDay, PaceOut};
pub use model::{Boundary, DefaultPace, Enrolment, Learning, Lock, LockReason, Pace, PaceKind, Schedule, State, WeekdaySet};
pub use policy::{EnrolmentPath, FollowCourse, LearnLesson, LessonPath, OwnEnrolment};

use crate::{
    courses::Shelf,
    kernel::{
        error::Result,
        id::{CourseId, EnrolmentId, UserId},
    },
    platform::{
        Platform,
        db::{Read, Tx},
        module::Module,
        settings::section,
    },
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: http::routes(),
        reactions: vec![Arc::new(reactions::Zones)],
        asset_gates: vec![access::lesson_files],
        forget: Some(store::forget),
        figures: Some(figures),
        sections: vec![section::<Learning>()],
        ..Module::new("enrolments", &["enrolments"])
    }
}

/// A person's enrolment in a course that opens lessons to him: active or completed.
///
/// # Errors
/// A database fault.
pub fn find_active(read: &Read<'_>, user: UserId, course: CourseId) -> Result<Option<Enrolment>> {
    store::find_live(read, user, course)
}

/// A person's newest enrolment in a course, even if he has left.
///
/// # Errors
/// A database fault.
pub fn find_latest(read: &Read<'_>, user: UserId, course: CourseId) -> Result<Option<Enrolment>> {
    store::find_latest(read, user, course)
}

/// The enrolment with this id.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn get(read: &Read<'_>, id: EnrolmentId) -> Result<Enrolment> {
    store::get(read, id)
}

/// Every cycle of everything a person learns or has learnt, ordered by course and cycle.
///
/// # Errors
/// A database fault.
pub fn list_for(read: &Read<'_>, user: UserId) -> Result<Vec<Enrolment>> {
    store::list(read, user)
}

/// The next person, by id, who has ever joined a course: for work that goes through all of them.
///
/// # Errors
/// A database fault.
pub fn next_learner(read: &Read<'_>, after: UserId) -> Result<Option<UserId>> {
    store::next_user(read, after)
}

/// Joins a course: for the demo and the command line; people do it over HTTP. True when a cycle began.
///
/// # Errors
/// As over HTTP: `Denied("premium")`, `Conflict` when the course takes no learners.
pub fn enrol(tx: &Tx<'_>, can: &FollowCourse, shelf: &Shelf, pace: Option<Pace>) -> Result<(Enrolment, bool)> {
    actions::enrol(tx, can, shelf, pace)
}

/// Leaves a course: for the demo; people do it over HTTP.
///
/// # Errors
/// A database fault.
pub fn leave(tx: &Tx<'_>, can: &OwnEnrolment) -> Result<()> {
    actions::leave(tx, can)
}

/// For the overview.
fn figures(read: &Read<'_>, _: &Platform) -> Result<Vec<(&'static str, i64)>> {
    let week = read.now().plus_secs(-7 * 24 * 3600);
    let (active, completed) = store::count_active_and_completed(read, week)?;
    Ok(vec![("active", active), ("completed", completed)])
}
