//! The state of the system, its health, its log.

use std::collections::BTreeMap;

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    admin::{actions, policy::RunInstance},
    kernel::{
        error::{Error, Result},
        time::Timestamp,
    },
    platform::{
        db::migrate::STEPS,
        doctor::{self, Diagnosis, Patient, Scope},
        events, process,
        web::{extract::Body, guard::Guard},
    },
};

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
    /// What lies where.
    storage: StorageOut,
    /// What it is made of.
    versions: VersionsOut,
    /// What slices count, by slice: `search.documents`, `media.bytes` …
    figures: BTreeMap<String, BTreeMap<String, i64>>,
}

/// What lies where, in bytes.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct StorageOut {
    /// The data folder.
    folder: String,
    /// Free on its disk; absent when that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    free: Option<u64>,
    /// The search index.
    index: u64,
    /// Backups in the usual folder.
    backups: u64,
    /// Letters in the outbox folder.
    outbox: u64,
}

/// What it is made of.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct VersionsOut {
    /// The newest step of the schema.
    schema: u32,
    /// The database engine.
    sqlite: String,
    /// Whether `ffmpeg` is there for video.
    ffmpeg: bool,
    /// Whether `ffprobe` is there for video.
    ffprobe: bool,
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
pub(in crate::admin) async fn get_system(g: Guard<RunInstance>) -> Result<Json<SystemOut>> {
    let pulse = g.db.pulse();
    let platform = g.platform.clone();
    let seen = g.db.read_heavy("admin.system", move |read| actions::look(read, &platform)).await?;
    let storage = actions::measure(g.platform.clone()).await?;
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
        storage: StorageOut {
            folder: g.platform.data().display().to_string(),
            free: storage.free,
            index: storage.index,
            backups: storage.backups,
            outbox: storage.outbox,
        },
        versions: VersionsOut {
            schema: STEPS.last().map_or(0, |step| step.number),
            sqlite: crate::platform::db::engine_version().into(),
            ffmpeg: process::find("ffmpeg").is_some(),
            ffprobe: process::find("ffprobe").is_some(),
        },
        figures: seen.figures,
    }))
}

/// Looks at everything that can go wrong, as `momentum doctor` does, and says how to mend it.
#[utoipa::path(post, path = "/admin/health", tag = "admin", responses((status = 200, body = Diagnosis)))]
pub(in crate::admin) async fn check_health(g: Guard<RunInstance>) -> Result<Json<Diagnosis>> {
    let scope = Scope {
        is_deep: false,
        is_serving: true,
    };
    let patient = Patient {
        platform: g.platform.clone(),
        scope,
    };
    let findings = doctor::examine(&patient, Some(&g.db), &mut |_, _| {}).await;
    Ok(Json(Diagnosis::new(findings, scope, g.platform.clock.now())))
}

/// What is logged.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct LogLevel {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a list such as `info,momentum::platform::db=debug`.
    level: String,
}

/// The least severe lines that are logged.
#[utoipa::path(get, path = "/admin/log-level", tag = "admin", responses((status = 200, body = LogLevel)))]
pub(in crate::admin) async fn get_log_level(g: Guard<RunInstance>) -> Result<Json<LogLevel>> {
    // A server that was started without a log of its own keeps to the configuration.
    let level = g.platform.logs.level().unwrap_or_else(|| g.platform.config.log.level.clone());
    Ok(Json(LogLevel { level }))
}

/// Logs more or less from now on, until the next start.
#[utoipa::path(put, path = "/admin/log-level", tag = "admin", request_body = LogLevel, responses((status = 200, body = LogLevel)))]
pub(in crate::admin) async fn put_log_level(g: Guard<RunInstance>, Body(body): Body<LogLevel>) -> Result<Json<LogLevel>> {
    if body.level.len() > 500 {
        return Err(Error::field("level", "text.too_long", "Use at most 500 characters."));
    }
    let before = g.platform.logs.set_level(&body.level)?;
    tracing::warn!(level = body.level, before, "the log level was changed");
    let after = body.level.clone();
    g.db.write("admin.log_level", move |tx| actions::note_log_level(tx, &g.can, &before, &after))
        .await?;
    Ok(Json(body))
}
