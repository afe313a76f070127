//! Stored files: images, video, captions and downloads.
//!
//! Tables: none yet. Tells: nothing yet. Hears: nothing yet.

use crate::platform::module::Module;

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module::new("media", &[])
}
