//! The check before a publish.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    courses::{
        actions, check,
        model::{CourseRef, PublishPolicy},
        policy::EditCourse,
        store,
    },
    kernel::{
        error::Result,
        finding::{Finding, Severity},
    },
    platform::{module::PublishChecks, settings, web::guard::Guard},
};

/// What stands between a draft and its publication.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CourseCheck)]
pub(in crate::courses) struct CheckOut {
    /// The edition of the draft that was looked at: give it back as `expected`.
    edition: u32,
    /// Whether the draft differs from what learners see.
    has_changes: bool,
    /// Whether nothing has to be mended first.
    is_ready: bool,
    /// Whether somebody else has to approve the draft before it is published.
    review_required: bool,
    /// Whether the draft, as it is now, was approved.
    is_approved: bool,
    /// Everything found, blockers first.
    findings: Vec<Finding>,
}

/// Looks at a draft as a publish would, and further.
#[utoipa::path(get, path = "/courses/{course}/check", tag = "courses", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 200, body = CheckOut)))]
pub(in crate::courses) async fn check_course(g: Guard<EditCourse>) -> Result<Json<CheckOut>> {
    let checks = g.platform.services.find::<PublishChecks>().unwrap_or_default();
    let looked = g.db.read("courses.check", move |read| {
        let course = g.can.course();
        let findings = check::check(read, course, &checks)?;
        let head = store::courses::get(read, &CourseRef::Id(course))?;
        let draft = store::drafts::get(read, course)?;
        let lessons = store::drafts::outline(read, course)?;
        Ok(CheckOut {
            edition: draft.edition,
            has_changes: actions::has_changes(read, &head, &draft.meta, &lessons)?,
            is_ready: findings.iter().all(|finding| finding.severity != Severity::Blocker),
            review_required: settings::get::<PublishPolicy>(read)?.review_required,
            is_approved: store::access::is_approved(read, course, &actions::draft_hash(read, course)?)?,
            findings,
        })
    });
    Ok(Json(looked.await?))
}
