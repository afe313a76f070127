//! The own sessions.

use axum::{Json, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::{actions::sessions, policy::EndSession, store::SessionRow},
    kernel::{error::Result, id::SessionId, time::Timestamp},
    platform::web::guard::{Guard, Oneself, SignedIn},
};

/// A session: one signed-in browser or device.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionOut {
    /// Its id.
    id: SessionId,
    /// What it runs on, such as "Firefox on Linux".
    device: String,
    /// The network address that it was last used from; absent when it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// Where that is; absent when it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    /// Since when.
    created_at: Timestamp,
    /// When it was last used, to five minutes.
    last_seen_at: Timestamp,
    /// Whether it is the one that asks.
    is_current: bool,
}

impl SessionOut {
    /// A session as it is shown where `current` asks.
    pub(super) fn of(row: SessionRow, current: Option<SessionId>) -> Self {
        Self {
            is_current: current == Some(row.id),
            id: row.id,
            device: row.device,
            ip: row.ip,
            place: None,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
        }
    }
}

/// Where somebody is signed in, the last used first.
#[utoipa::path(get, path = "/me/sessions", tag = "auth", responses((status = 200, body = Vec<SessionOut>)))]
pub(super) async fn list_sessions(g: Guard<SignedIn>) -> Result<Json<Vec<SessionOut>>> {
    let (user, current) = (g.can.user(), g.can.person().session);
    let rows = g.db.read("auth.sessions", move |read| sessions::list(read, user)).await?;
    Ok(Json(rows.into_iter().map(|row| SessionOut::of(row, Some(current))).collect()))
}

/// Ends every session but the one that asks.
#[utoipa::path(delete, path = "/me/sessions", tag = "auth", responses((status = 204, description = "Only this session is left.")))]
pub(super) async fn end_other_sessions(g: Guard<Oneself>) -> Result<StatusCode> {
    let person = g.can.person().clone();
    g.db.write("auth.end_others", move |tx| sessions::end_others(tx, &person)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one of the own sessions.
#[utoipa::path(
    delete, path = "/me/sessions/{session}", tag = "auth", params(("session" = SessionId, Path)),
    responses((status = 204, description = "The session has ended."))
)]
pub(super) async fn end_session(g: Guard<EndSession>) -> Result<StatusCode> {
    let can = g.can;
    g.db.write("auth.end_session", move |tx| sessions::end(tx, &can)).await?;
    Ok(StatusCode::NO_CONTENT)
}
