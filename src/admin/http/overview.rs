//! What needs a person, and what has happened lately.

use std::collections::BTreeMap;

use axum::{Json, extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    admin::{
        actions::{attention, names},
        policy::RunInstance,
    },
    kernel::{
        error::{Error, Result},
        time::Timestamp,
    },
    platform::{
        events,
        module::Need,
        web::{
            guard::{Guard, Web},
            live::{self, Streams},
        },
    },
};

/// What needs a person now, the worst first.
#[utoipa::path(get, path = "/admin/attention", tag = "admin", responses((status = 200, body = Vec<Need>)))]
pub(in crate::admin) async fn list_attention(g: Guard<RunInstance>) -> Result<Json<Vec<Need>>> {
    attention::list(&g.db, &g.platform).await.map(Json)
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct ActivityOut {
    /// Its place in the log.
    seq: i64,
    /// Its kind, such as `course.completed`.
    kind: String,
    /// Who did it: a user's id, `cli` or `system:reason`.
    actor: String,
    /// What it tells besides.
    #[schema(value_type = serde_json::Value)]
    data: serde_json::Value,
    /// What the ids are called, as far as the things still exist.
    names: BTreeMap<String, String>,
    at: Timestamp,
}

/// Kinds that say something about people and courses; the rest is noise on an overview.
const KINDS: [&str; 9] = [
    "user.created",
    "course.created",
    "course.published",
    "course.archived",
    "course.restored",
    "enrolment.started",
    "enrolment.left",
    "course.completed",
    "settings.changed",
];
/// How far back is looked, and how much is shown.
const WITHIN: i64 = 2000;
const SHOWN: usize = 12;

/// What has happened lately, newest first.
#[utoipa::path(get, path = "/admin/activity", tag = "admin", responses((status = 200, body = Vec<ActivityOut>)))]
pub(in crate::admin) async fn list_activity(g: Guard<RunInstance>) -> Result<Json<Vec<ActivityOut>>> {
    let platform = g.platform.clone();
    let read = g.db.read("admin.activity", move |read| {
        let told = events::newest_of(read, &KINDS, WITHIN, SHOWN)?;
        let texts = told.iter().flat_map(|one| [one.actor.as_str(), one.body.as_str()]);
        let all = names::of(read, &platform, texts)?;
        let out = told.into_iter().map(|one| ActivityOut {
            names: all
                .iter()
                .filter(|(id, _)| one.actor == **id || one.body.contains(id.as_str()))
                .map(|(id, name)| (id.clone(), name.clone()))
                .collect(),
            data: serde_json::from_str(&one.body).unwrap_or_default(),
            seq: one.seq,
            kind: one.kind,
            actor: one.actor,
            at: one.at,
        });
        Ok(out.collect())
    });
    read.await.map(Json)
}

/// A stream (server-sent events) that says `changed` whenever something has happened. At most four
/// a person; it ends after ten minutes, and when the server stops.
#[utoipa::path(
    get, path = "/admin/live", tag = "admin",
    responses((status = 200, content_type = "text/event-stream", body = String))
)]
pub(in crate::admin) async fn watch_activity(g: Guard<RunInstance>, State(web): State<Web>) -> Result<Response> {
    let person = g.actor.signed_in()?.id;
    let streams = g.platform.services.find::<Streams>().ok_or_else(|| Error::internal("no streams"))?;
    let place = streams.take(person)?;
    Ok(live::changes(g.db, web.stop().clone(), place))
}
