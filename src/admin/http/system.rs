//! The audit trail, the jobs and the state of the system.

use std::collections::BTreeMap;

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    admin::{
        actions,
        policy::{RetryJob, RunInstance},
    },
    kernel::{
        error::Error,
        id::{AuditId, JobId},
        page::Limit,
        time::Timestamp,
    },
    platform::{
        audit, events,
        jobs::{self, JobState},
        web::{
            extract::{PageOut, Query},
            guard::Guard,
        },
    },
};

/// A row of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct AuditOut {
    id: AuditId,
    /// Who: a user's id, `cli` or `system:reason`.
    actor: String,
    /// The person's name, when it was a person who still has an account.
    actor_name: Option<String>,
    /// What, as `slice.verb`.
    action: String,
    /// To what.
    subject: String,
    /// Before, without secrets.
    #[schema(value_type = serde_json::Value)]
    before: Option<serde_json::Value>,
    /// After, without secrets.
    #[schema(value_type = serde_json::Value)]
    after: Option<serde_json::Value>,
    at: Timestamp,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct AuditQuery {
    /// The `next` of the page before.
    cursor: Option<AuditId>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

/// The audit trail, newest first.
#[utoipa::path(get, path = "/admin/audit", tag = "admin", params(AuditQuery), responses((status = 200, body = PageOut<AuditOut>)))]
pub(in crate::admin) async fn list_audit(g: Guard<RunInstance>, Query(query): Query<AuditQuery>) -> Result<Json<PageOut<AuditOut>>, Error> {
    let limit = Limit::or_default(query.limit);
    let page = g.db.read("admin.audit", move |read| {
        let page = audit::list(read, query.cursor, limit)?;
        let names = actions::names_of(read, page.items.iter().map(|row| row.actor.as_str()))?;
        Ok(page.map(|row| AuditOut {
            id: row.id,
            actor_name: names.get(&row.actor).cloned(),
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            before: parsed(row.before),
            after: parsed(row.after),
            at: row.at,
        }))
    });
    page.await.map(|page| Json(page.into()))
}

fn parsed(text: Option<String>) -> Option<serde_json::Value> {
    text.and_then(|text| serde_json::from_str(&text).ok())
}

/// A unit of background work.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct JobOut {
    id: JobId,
    /// `slice.purpose`.
    kind: String,
    /// `mail`, `media`, `ai` or `default`.
    queue: String,
    /// `waiting`, `running` or `dead`.
    state: String,
    /// Runs so far.
    attempts: u32,
    /// When it runs next, or ran last.
    run_at: Timestamp,
    /// What went wrong last.
    last_error: Option<String>,
    created_at: Timestamp,
}

/// The states a job may be in.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::admin) enum JobStateIn {
    Waiting,
    Running,
    Dead,
}

impl From<JobStateIn> for JobState {
    fn from(state: JobStateIn) -> Self {
        match state {
            JobStateIn::Waiting => Self::Waiting,
            JobStateIn::Running => Self::Running,
            JobStateIn::Dead => Self::Dead,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct JobsQuery {
    /// Only jobs in this state.
    #[param(inline)]
    state: Option<JobStateIn>,
    /// The `next` of the page before.
    cursor: Option<JobId>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

/// Background work, newest first.
#[utoipa::path(get, path = "/admin/jobs", tag = "admin", params(JobsQuery), responses((status = 200, body = PageOut<JobOut>)))]
pub(in crate::admin) async fn list_jobs(g: Guard<RunInstance>, Query(query): Query<JobsQuery>) -> Result<Json<PageOut<JobOut>>, Error> {
    let limit = Limit::or_default(query.limit);
    let page =
        g.db.read("admin.jobs", move |read| {
            jobs::list_jobs(read, query.state.map(Into::into), query.cursor, limit)
        })
        .await?;
    let page = page.map(|row| JobOut {
        id: row.id,
        kind: row.kind,
        queue: row.queue,
        state: row.state,
        attempts: row.attempts,
        run_at: row.run_at,
        last_error: row.last_error,
        created_at: row.created_at,
    });
    Ok(Json(page.into()))
}

/// Lets a dead or waiting job run now.
#[utoipa::path(post, path = "/admin/jobs/{job}/retry", tag = "admin", params(("job" = JobId, Path)), responses((status = 204)))]
pub(in crate::admin) async fn retry_job(g: Guard<RetryJob>) -> Result<StatusCode, Error> {
    g.db.write("admin.retry_job", move |tx| actions::retry_job(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The state of the system.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct SystemOut {
    /// The product's version.
    version: String,
    /// When this process started.
    started_at: Timestamp,
    /// Bytes of the database file.
    database_bytes: u64,
    /// Bytes of its write-ahead log.
    wal_bytes: u64,
    /// The one writer.
    writer: WriterOut,
    /// The event log.
    events: EventsOut,
    /// Background work.
    jobs: JobsOut,
    /// Letters.
    mails: MailsOut,
    /// What slices count, by slice: `search.documents`, `media.bytes` …
    figures: BTreeMap<String, BTreeMap<String, i64>>,
}

/// What the writer has done.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct WriterOut {
    commits: u64,
    writes: u64,
    waiting: usize,
    /// Whether the disk refused the last commit.
    is_refusing: bool,
}

/// How far the event log has been heard.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct EventsOut {
    /// Events so far.
    head: i64,
    reactions: Vec<events::ReactionStatus>,
}

/// Background work by state.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct JobsOut {
    waiting: i64,
    running: i64,
    dead: i64,
}

/// Letters by state.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct MailsOut {
    waiting: i64,
    failed: i64,
}

/// The state of the system.
#[utoipa::path(get, path = "/admin/system", tag = "admin", responses((status = 200, body = SystemOut)))]
pub(in crate::admin) async fn get_system(g: Guard<RunInstance>) -> Result<Json<SystemOut>, Error> {
    let pulse = g.db.pulse();
    let platform = g.platform.clone();
    let seen = g.db.read("admin.system", move |read| actions::look(read, &platform)).await?;
    let [waiting, running, dead] = seen.jobs;
    Ok(Json(SystemOut {
        version: env!("CARGO_PKG_VERSION").into(),
        started_at: g.platform.started_at,
        database_bytes: pulse.database_bytes,
        wal_bytes: pulse.wal_bytes,
        writer: WriterOut {
            commits: pulse.commits,
            writes: pulse.writes,
            waiting: pulse.waiting_writes,
            is_refusing: pulse.is_refusing,
        },
        events: EventsOut {
            head: seen.head,
            reactions: seen.reactions,
        },
        jobs: JobsOut { waiting, running, dead },
        mails: MailsOut {
            waiting: seen.mails.waiting,
            failed: seen.mails.failed,
        },
        figures: seen.figures,
    }))
}
