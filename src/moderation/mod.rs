//! What somebody else has to look at: drafts before they are published, and what learners report.
//!
//! A review is of exactly one content of a draft; approving it tells `courses`, which lets that
//! content be published and no other. Whoever has a hand in a draft never approves it. What can be
//! reported is what slices register ([`crate::platform::module::Reportable`]): they say what it is
//! called, who sees it and how it is hidden.
//!
//! Tables: `reviews`, `review_comments`, `reports`, `case_steps`. Tells: nothing of its own; through
//! `courses`, `course.access_changed`. Hears: nothing.

mod actions;
mod http;
mod model;
mod policy;
mod store;

use crate::platform::module::Module;

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: http::routes(),
        asset_gates: vec![policy::gate],
        forget: Some(store::forget),
        ..Module::new("moderation", &["reviews", "review_comments", "reports", "case_steps"])
    }
}
