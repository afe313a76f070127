//! Who learns what, at which pace, and what is open when.
//!
//! An enrolment is one cycle of a learner through a course, pinned to the version he joined. Its
//! schedule says when each day opens; [`lesson_access`] is the one answer to "may he open this
//! lesson?", which progress, notes, search and the media gate all ask.
//!
//! When a course's author says so, learners in the middle go on by a new version from their next
//! unopened day: see `moving`. On the organisation's rest days no further day opens: see `resting`.
//!
//! Tables: `enrolments`, `assignments`, `assignment_groups`, `assignment_people`, `enrolment_dues`,
//! `due_reminders`. Tells: `enrolment.started`, `enrolment.pace_changed`, `enrolment.moved`,
//! `enrolment.opened_ahead`, `enrolment.left`, `course.completed`. Hears: `user.profile_changed` (to keep open what a change of
//! zone would close; who came under an assignment), `user.created`, `user.access_changed`
//! (likewise), `course.published` (to move learners), `settings.changed` (to take other rest days).

mod access;
mod actions;
mod assign;
mod http;
mod jobs;
mod model;
mod moving;
mod policy;
mod reactions;
mod reportable;
mod resting;
mod store;

use std::sync::Arc;

pub use access::{Access, OpenLesson, boundary, lesson_access, opened_lessons};
pub use actions::{finish, mend_completion, open_ahead, settle};
pub use http::{EnrolmentOut, OpeningDay, PaceOut};
pub use model::{Boundary, DefaultPace, Enrolment, Learning, Lock, LockReason, Pace, PaceKind, Schedule, State, WeekdaySet};
pub use policy::{EnrolmentPath, FollowCourse, LearnLesson, LessonPath, OwnEnrolment};

use crate::{
    courses::Shelf,
    kernel::{
        error::Result,
        id::{CourseId, EnrolmentId, UserId},
        time::{Day, Timestamp, Zone},
    },
    people::AllOuterDeeds,
    platform::{
        Platform,
        db::{Read, Tx},
        doctor::Severity,
        jobs as work,
        module::{Module, Need},
        settings::{self, section},
    },
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: http::routes(),
        jobs: vec![
            work::kind::<jobs::RunAssignment>(),
            work::kind::<jobs::TendAssignments>(),
            work::kind::<jobs::MoveLearners>(),
            work::kind::<jobs::TakeRestDays>(),
        ],
        reactions: vec![
            Arc::new(reactions::Zones),
            Arc::new(reactions::Newcomers),
            Arc::new(reactions::Versions),
            Arc::new(reactions::RestDays),
        ],
        reportables: vec![reportable::LESSON],
        nightly: Some(|tx| tx.enqueue(&jobs::TendAssignments {}).map(drop)),
        provide: Some(|_, services| Ok(AllOuterDeeds::join(services, Arc::new(assign::EnrolMany)))),
        asset_gates: vec![access::lesson_files],
        forget: Some(store::forget),
        figures: Some(figures),
        attention: Some(attention),
        sections: vec![section::<Learning>()],
        portray: Some(store::portray),
        ..Module::new(
            "enrolments",
            &[
                "enrolments",
                "assignments",
                "assignment_groups",
                "assignment_people",
                "enrolment_dues",
                "due_reminders",
            ],
        )
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

/// People who have not finished a course that was due before the present date (in UTC): for the
/// admin's overview.
///
/// # Errors
/// A database fault.
pub fn count_overdue(read: &Read<'_>, now: Timestamp) -> Result<i64> {
    let learning: Learning = settings::get(read)?;
    store::count_overdue(read, learning.boundary_in(Zone::utc()).date(now))
}

/// For the overview: training that is late.
fn attention(read: &Read<'_>, _: &Platform) -> Result<Vec<Need>> {
    let count = count_overdue(read, read.now())?;
    Ok((count > 0)
        .then(|| Need {
            kind: "enrolments.overdue",
            severity: Severity::Warning,
            count,
            says: format!("Courses that are overdue for somebody: {count}."),
            href: "/admin/assignments".into(),
        })
        .into_iter()
        .collect())
}

/// What a person learns: courses under way, finished, and late by the present date (in UTC).
///
/// # Errors
/// A database fault.
pub fn standing_of(read: &Read<'_>, user: UserId) -> Result<(u32, u32, u32)> {
    let learning: Learning = settings::get(read)?;
    store::count_of_person(read, user, learning.boundary_in(Zone::utc()).date(read.now()))
}

/// The date until which this enrolment is to be done, if an assignment says one.
///
/// # Errors
/// A database fault.
pub fn due_of(read: &Read<'_>, enrolment: EnrolmentId) -> Result<Option<Day>> {
    store::find_due(read, enrolment)
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
