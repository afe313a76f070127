//! Background work, by queue and one by one.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    admin::{
        actions,
        policy::{RetryJob, RunInstance},
    },
    kernel::{
        error::{Error, Result},
        id::JobId,
        page::Limit,
        time::Timestamp,
    },
    platform::{
        jobs::{self, JobState, Queue},
        web::{
            extract::{PageOut, Query},
            guard::Guard,
        },
    },
};

/// A unit of background work.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct JobOut {
    id: JobId,
    /// `slice.purpose`.
    kind: String,
    /// `mail`, `media`, `ai`, `hooks` or `default`.
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
    /// Whether it can be taken off the list: always while it waits, of those that run only some.
    may_cancel: bool,
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
    /// Only jobs of this queue.
    queue: Option<String>,
    /// The `next` of the page before.
    cursor: Option<JobId>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

/// Background work, newest first.
#[utoipa::path(get, path = "/admin/jobs", tag = "admin", params(JobsQuery), responses((status = 200, body = PageOut<JobOut>)))]
pub(in crate::admin) async fn list_jobs(g: Guard<RunInstance>, Query(query): Query<JobsQuery>) -> Result<Json<PageOut<JobOut>>> {
    let limit = Limit::or_default(query.limit);
    let queue = query
        .queue
        .as_deref()
        .map(|word| Queue::from_word(word).ok_or_else(|| Error::field("queue", "queue.unknown", "There is no such queue.")));
    let queue = queue.transpose()?;
    let endable = actions::endable(&g.platform);
    let page =
        g.db.read("admin.jobs", move |read| {
            jobs::list_jobs(read, query.state.map(Into::into), queue, query.cursor, limit)
        })
        .await?;
    let page = page.map(|row| JobOut {
        id: row.id,
        may_cancel: row.state != JobState::Running.word() || endable.0.contains(&row.kind.as_str()),
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
pub(in crate::admin) async fn retry_job(g: Guard<RetryJob>) -> Result<StatusCode> {
    g.db.write("admin.retry_job", move |tx| actions::retry_job(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a job off the list. One that runs ends within seconds, if its kind can be broken off.
#[utoipa::path(
    delete, path = "/admin/jobs/{job}", tag = "admin", params(("job" = JobId, Path)),
    responses((status = 204), (status = 409, description = "`job.runs`: it runs, and work of this kind is not broken off."))
)]
pub(in crate::admin) async fn cancel_job(g: Guard<RetryJob>) -> Result<StatusCode> {
    let endable = actions::endable(&g.platform);
    g.db.write("admin.cancel_job", move |tx| actions::cancel_job(tx, &g.can, &endable))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a queue holds.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct QueueOut {
    /// Its name.
    queue: String,
    /// How many of it run at once.
    width: usize,
    waiting: i64,
    running: i64,
    dead: i64,
    /// Since when the oldest job that is due waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Timestamp>,
}

/// Background work by queue.
#[utoipa::path(get, path = "/admin/queues", tag = "admin", responses((status = 200, body = Vec<QueueOut>)))]
pub(in crate::admin) async fn list_queues(g: Guard<RunInstance>) -> Result<Json<Vec<QueueOut>>> {
    let rows = g.db.read("admin.queues", jobs::queues).await?;
    let out = rows.into_iter().map(|row| QueueOut {
        queue: row.queue.word().into(),
        width: row.queue.width(),
        waiting: row.waiting,
        running: row.running,
        dead: row.dead,
        due: row.due,
    });
    Ok(Json(out.collect()))
}
