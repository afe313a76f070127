//! The only file that knows all slices: builds the state, lists the modules, starts and stops.

use crate::{admin, auth, courses, enrolments, media, notes, people, platform::module::Module, progress, search};

/// Every slice, from the lowest floor to the highest.
#[must_use]
pub fn modules() -> Vec<Module> {
    vec![
        people::module(),
        media::module(),
        courses::module(),
        auth::module(),
        enrolments::module(),
        progress::module(),
        notes::module(),
        search::module(),
        admin::module(),
    ]
}
