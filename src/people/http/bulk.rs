//! Deeds over many people, for admins.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    kernel::{
        error::Result,
        id::{BulkId, UserId},
        text::ClientKey,
        time::Timestamp,
    },
    people::{
        bulk::{self, Counted},
        model::{BulkAct, BulkRun, BulkState, Whom},
        policy::{ListUsers, OneBulkRun},
        store,
    },
    platform::{
        db::Read,
        web::{extract::Body, guard::Guard},
    },
};

/// What is to be done, and with whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkPreviewIn {
    /// What.
    act: BulkAct,
    /// With whom.
    whom: Whom,
}

/// What is to be done, with whom, and by which name the client knows it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkIn {
    /// What.
    act: BulkAct,
    /// With whom.
    whom: Whom,
    /// The client's name for this deed: sent twice, it is done once.
    key: ClientKey,
}

/// Why people are refused.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkReason {
    /// A fixed word, such as `last_admin`, `self`, `premium`.
    reason: String,
    /// How many.
    count: u32,
}

/// What a deed would do. Nothing is done yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkPreviewOut {
    /// People.
    total: u32,
    /// Of these, it changes so many.
    changed: u32,
    /// With so many it is so already.
    same: u32,
    /// With these it cannot be done.
    refused: Vec<BulkReason>,
    /// Whether it can be taken back afterwards.
    is_undoable: bool,
}

impl BulkPreviewOut {
    fn of(act: BulkAct, counted: Counted) -> Self {
        let refused = counted.refused.into_iter().map(|(reason, count)| BulkReason {
            reason: reason.to_owned(),
            count,
        });
        Self {
            total: counted.total,
            changed: counted.changed,
            same: counted.same,
            refused: refused.collect(),
            is_undoable: act.is_undoable(),
        }
    }
}

/// A deed over many people.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkOut {
    /// Its id.
    id: BulkId,
    /// What.
    act: BulkAct,
    /// Where it stands.
    state: BulkState,
    /// People; grows while they are gathered.
    total: u32,
    /// With so many it is done.
    changed: u32,
    /// With so many it was so already.
    same: u32,
    /// With so many it could not be done.
    refused: u32,
    /// Why not.
    reasons: Vec<BulkReason>,
    /// When it began.
    created_at: Timestamp,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    /// Until when it can be taken back; absent when it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    undo_until: Option<Timestamp>,
}

impl BulkOut {
    fn of(read: &Read<'_>, run: BulkRun) -> Result<Self> {
        let reasons = if run.refused > 0 {
            store::count_reasons(read, run.id)?
        } else {
            Vec::new()
        };
        Ok(Self {
            undo_until: run.undo_until(),
            id: run.id,
            act: run.act,
            state: run.state,
            total: run.total,
            changed: run.changed,
            same: run.same,
            refused: run.refused,
            reasons: reasons.into_iter().map(|(reason, count)| BulkReason { reason, count }).collect(),
            created_at: run.created_at,
            ended_at: run.ended_at,
        })
    }
}

/// Counts what a deed over many people would do.
#[utoipa::path(post, path = "/users/bulk/preview", tag = "people", request_body = BulkPreviewIn, responses((status = 200, body = BulkPreviewOut)))]
pub(super) async fn preview_bulk(g: Guard<ListUsers>, Body(body): Body<BulkPreviewIn>) -> Result<Json<BulkPreviewOut>> {
    let (act, by) = (body.act, g.actor.user());
    let (begin, platform) = (UserId::from_raw(i64::MIN), g.platform);
    let walk =
        g.db.read_in_steps("people.bulk_preview", Counted::default(), begin, move |read, after, counted| {
            bulk::count_chunk(read, &platform, act, &body.whom, by, after, counted)
        });
    let counted = walk.await?;
    Ok(Json(BulkPreviewOut::of(act, counted)))
}

/// Does something with many people: at once with up to 100 named ones, else as a job whose
/// progress can be asked for.
#[utoipa::path(
    post, path = "/users/bulk", tag = "people", request_body = BulkIn,
    responses((status = 200, body = BulkOut, description = "It is done."), (status = 202, body = BulkOut, description = "It is under way."),
        (status = 409, description = "`group.by_rule` or `group.by_directory`: this group is not filled by hand."))
)]
pub(super) async fn start_bulk(g: Guard<ListUsers>, Body(body): Body<BulkIn>) -> Result<(StatusCode, Json<BulkOut>)> {
    let (can, platform) = (g.can, g.platform);
    let deed = g.db.write("people.bulk_start", move |tx| {
        let run = bulk::start(tx, &platform, &can, body.act, &body.whom, &body.key)?;
        BulkOut::of(tx, run)
    });
    Ok(told(deed.await?))
}

fn told(out: BulkOut) -> (StatusCode, Json<BulkOut>) {
    let status = if matches!(out.state, BulkState::Done | BulkState::Undone) {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    };
    (status, Json(out))
}

/// The newest deeds over many people.
#[utoipa::path(get, path = "/users/bulk", tag = "people", responses((status = 200, body = Vec<BulkOut>)))]
pub(super) async fn list_bulk(g: Guard<ListUsers>) -> Result<Json<Vec<BulkOut>>> {
    let read = g.db.read("people.bulk_list", |read| {
        let runs = store::list_runs(read, 20)?;
        runs.into_iter().map(|run| BulkOut::of(read, run)).collect::<Result<_>>()
    });
    Ok(Json(read.await?))
}

/// How far a deed over many people is.
#[utoipa::path(get, path = "/users/bulk/{run}", tag = "people", params(("run" = BulkId, Path)), responses((status = 200, body = BulkOut)))]
pub(super) async fn get_bulk(g: Guard<OneBulkRun>) -> Result<Json<BulkOut>> {
    let id = g.can.run();
    let read =
        g.db.read("people.bulk_get", move |read| BulkOut::of(read, store::get_run(read, id)?));
    Ok(Json(read.await?))
}

/// Takes a deed back with exactly those whom it changed, within a day.
#[utoipa::path(
    post, path = "/users/bulk/{run}/undo", tag = "people", params(("run" = BulkId, Path)),
    responses((status = 200, body = BulkOut), (status = 202, body = BulkOut, description = "It is under way."),
        (status = 409, description = "`bulk.not_undoable`: mails were sent, or a day has passed."))
)]
pub(super) async fn undo_bulk(g: Guard<OneBulkRun>) -> Result<(StatusCode, Json<BulkOut>)> {
    let (can, platform) = (g.can, g.platform);
    let deed = g.db.write("people.bulk_undo", move |tx| {
        let run = bulk::undo(tx, &platform, can.list(), can.run())?;
        BulkOut::of(tx, run)
    });
    Ok(told(deed.await?))
}
