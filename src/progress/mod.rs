//! Completion, active time and resume points.
//!
//! Two logs of facts (what was done, which seconds were active) and the numbers that follow from
//! them, kept up in the same deed and rebuildable at any time. Positions are no facts: only the
//! latest matters.
//!
//! Tables: `progress_facts`, `active_minutes`, `lesson_progress`, `course_progress`,
//! `day_minutes`, `positions`, `timers`. Tells: `lesson.opened`, `lesson.completed`; through
//! `enrolments`, `course.completed` and `enrolment.opened_ahead`. Hears: `enrolment.moved` (whether that leaves nothing to do).

mod actions;
mod checks;
mod http;
mod jobs;
mod model;
mod policy;
mod reactions;
mod store;
mod study;
mod views;

pub use actions::Walked;
pub use model::FactKind;
pub use policy::RebuildProgress;
pub use study::{be_active, complete, move_to, open, tick};
pub use views::CourseMini;

use std::sync::Arc;

use crate::{
    courses::Shelf,
    kernel::{error::Result, id::UserId},
    platform::{
        db::{Read, Tx},
        jobs as work,
        module::Module,
    },
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: http::routes(),
        forget: Some(store::forget),
        portray: Some(store::portray),
        checks: checks::checks(),
        begun: Some(store::list_begun),
        reactions: vec![Arc::new(reactions::Moved)],
        jobs: vec![work::kind::<jobs::FinishMoved>()],
        ..Module::new(
            "progress",
            &[
                "progress_facts",
                "active_minutes",
                "lesson_progress",
                "course_progress",
                "day_minutes",
                "positions",
                "timers",
            ],
        )
    }
}

/// Compares the numbers of the next people after one with the facts: call it again with
/// [`Walked::last`] until that is `None`. The first time, with the id 0.
///
/// # Errors
/// A database fault.
pub fn check(read: &Read<'_>, can: &RebuildProgress, shelf: &Shelf, after: UserId) -> Result<Walked> {
    actions::check_people(read, can, shelf, after)
}

/// As [`check`], and puts right what differs.
///
/// # Errors
/// A database fault.
pub fn rebuild(tx: &Tx<'_>, can: &RebuildProgress, shelf: &Shelf, after: UserId) -> Result<Walked> {
    actions::rebuild_people(tx, can, shelf, after)
}
