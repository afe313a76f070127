//! Completion, active time and resume points.
//!
//! Tables: none yet. Tells: nothing yet. Hears: nothing yet.

mod model;

use crate::platform::module::Module;

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module::new("progress", &[])
}
