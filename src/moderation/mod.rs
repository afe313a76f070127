//! What somebody else has to look at: drafts before they are published, and what learners report.
//!
//! A review is of exactly one content of a draft; approving it tells `courses`, which lets that
//! content be published and no other. Whoever has a hand in a draft never approves it. What can be
//! reported is what slices register ([`crate::platform::module::Reportable`]): they say what it is
//! called, who sees it and how it is hidden.
//!
//! Tables: `reviews`, `review_comments`, `reports`, `case_steps`, `reviewer_mails`. Tells: nothing of its own; through
//! `courses`, `course.access_changed`. Hears: nothing.

mod actions;
mod http;
mod jobs;
mod mails;
mod model;
mod policy;
mod store;

use crate::{
    courses::PublishPolicy,
    kernel::error::Result,
    platform::{
        Platform,
        db::Read,
        doctor::Severity,
        jobs as work,
        module::{Module, Need},
        settings::section,
    },
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: http::routes(),
        asset_gates: vec![policy::gate],
        forget: Some(store::forget),
        attention: Some(attention),
        sections: vec![section::<PublishPolicy>()],
        jobs: vec![work::kind::<jobs::TellReviewers>(), work::kind::<jobs::TellReviewer>()],
        ..Module::new(
            "moderation",
            &["reviews", "review_comments", "reports", "case_steps", "reviewer_mails"],
        )
    }
}

/// For the overview: what waits in the queue.
fn attention(read: &Read<'_>, _: &Platform) -> Result<Vec<Need>> {
    let reviews = i64::from(store::reviews::count_open(read, None)?);
    let reports = i64::from(store::reports::count_open(read, None)?);
    let need = |kind, count: i64, says: &str, href: &str| {
        (count > 0).then(|| Need {
            kind,
            severity: Severity::Warning,
            count,
            says: format!("{says}: {count}."),
            href: href.into(),
        })
    };
    Ok([
        need("moderation.reviews", reviews, "Courses that wait for approval", "/admin/reviews"),
        need(
            "moderation.reports",
            reports,
            "Reports that nobody has decided",
            "/admin/reviews?tab=reports",
        ),
    ]
    .into_iter()
    .flatten()
    .collect())
}
