//! Reports.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    queue::ReportItem,
    reviews::{TrailOut, note},
};
use crate::{
    kernel::{
        error::{Error, Result},
        id::{ReportId, UserId},
        text::free_text,
    },
    moderation::{
        actions,
        model::{Case, MAX_TEXT, Reason, ReportState},
        policy::{AssignReport, LookAfterReport},
        store,
    },
    platform::{
        db::Read,
        module::Reportables,
        web::{
            extract::{Body, created, not_null, present},
            guard::{Guard, SignedIn},
        },
    },
};

/// What is wrong with what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::moderation) struct ReportIn {
    /// What kind of thing it is, such as `course` or `lesson`.
    subject_kind: String,
    /// Its id.
    subject_id: String,
    reason: Reason,
    /// In one's own words; may be empty.
    #[serde(default)]
    #[schema(max_length = 2000)]
    text: String,
}

/// That a report was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::moderation) struct ReportTaken {
    id: ReportId,
}

/// Reports something that one sees to the moderators.
#[utoipa::path(post, path = "/reports", tag = "moderation", request_body = ReportIn,
    responses((status = 201, body = ReportTaken), (status = 404, description = "There is no such thing for this person."),
        (status = 409, description = "`report.twice`: he has reported it already.")))]
pub(in crate::moderation) async fn report_subject(
    g: Guard<SignedIn>,
    Body(body): Body<ReportIn>,
) -> Result<(StatusCode, Json<ReportTaken>)> {
    let text = free_text(&body.text, MAX_TEXT).map_err(|e| Error::field("text", e.code, e.message))?;
    let kinds = g.platform.services.find::<Reportables>().unwrap_or_default();
    let reported = g.db.write("moderation.report", move |tx| {
        actions::report(tx, &kinds, &body.subject_kind, &body.subject_id, body.reason, text.trim())
    });
    Ok(created(ReportTaken { id: reported.await? }))
}

/// A report with what was done about it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::moderation) struct ReportOut {
    #[serde(flatten)]
    item: ReportItem,
    /// What was done, in order.
    trail: Vec<TrailOut>,
}

impl ReportOut {
    fn load(read: &Read<'_>, kinds: &Reportables, id: ReportId) -> Result<Self> {
        let report = store::reports::find(read, id)?.ok_or(Error::NotFound("report"))?;
        Ok(Self {
            item: ReportItem::of(read, kinds, &report)?,
            trail: TrailOut::list(read, Case::Report(id))?,
        })
    }
}

/// A report with what was done about it, for whoever looks after it.
#[utoipa::path(get, path = "/reports/{report}", tag = "moderation", params(("report" = ReportId, Path)),
    responses((status = 200, body = ReportOut)))]
pub(in crate::moderation) async fn get_report(g: Guard<LookAfterReport>) -> Result<Json<ReportOut>> {
    let kinds = g.platform.services.find::<Reportables>().unwrap_or_default();
    let found =
        g.db.read("moderation.report", move |read| ReportOut::load(read, &kinds, g.can.report()));
    found.await.map(Json)
}

/// What is done about a report; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::moderation) struct ReportPatch {
    /// Hides the thing at once, or shows it again.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    is_hidden: Option<bool>,
    /// Settles the report: resolved or dismissed.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    state: Option<ReportState>,
    /// Who looks after it: an admin or instructor; null for nobody. For admins.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<UserId>)]
    assignee: Option<Option<UserId>>,
    /// Why, for colleagues.
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: String,
}

/// Hides or shows what was reported, settles the report, says who looks after it.
#[utoipa::path(patch, path = "/reports/{report}", tag = "moderation", params(("report" = ReportId, Path)), request_body = ReportPatch,
    responses((status = 200, body = ReportOut), (status = 409, description = "`report.decided`.")))]
pub(in crate::moderation) async fn change_report(g: Guard<LookAfterReport>, Body(body): Body<ReportPatch>) -> Result<Json<ReportOut>> {
    let note = note(&body.note)?;
    let kinds = g.platform.services.find::<Reportables>().unwrap_or_default();
    let changed = g.db.write("moderation.change_report", move |tx| {
        if let Some(to) = body.assignee {
            actions::assign_report(tx, &AssignReport::of(tx.actor(), &g.can)?, to)?;
        }
        if let Some(is_hidden) = body.is_hidden {
            actions::hide(tx, &kinds, &g.can, is_hidden, &note)?;
        }
        if let Some(state) = body.state {
            actions::settle(tx, &g.can, state, &note)?;
        }
        ReportOut::load(tx, &kinds, g.can.report())
    });
    changed.await.map(Json)
}
