//! Who may learn what, at which pace, and what is open when.
//!
//! Tables: none yet. Tells: nothing yet. Hears: nothing yet.

mod model;

pub use model::{Boundary, DefaultPace, Enrolment, Learning, Lock, LockReason, Pace, PaceKind, Schedule, State, WeekdaySet};

use crate::platform::module::Module;

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module::new("enrolments", &[])
}
