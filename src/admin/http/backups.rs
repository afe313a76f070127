//! Backups: those that there are, one now, one taken along.

use axum::{
    Json,
    body::Body,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

use crate::{
    admin::{actions, policy::RunInstance},
    kernel::{
        error::{Error, Result},
        time::Timestamp,
    },
    platform::{
        backup::{self, Outcome},
        web::guard::Guard,
    },
};

/// A backup in the usual folder.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct BackupOut {
    /// The name of its file.
    name: String,
    /// When it was begun.
    at: Timestamp,
    bytes: u64,
    /// Whether it is encrypted.
    is_sealed: bool,
}

/// How a backup went that was begun.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct BackupOutcomeOut {
    started_at: Timestamp,
    ended_at: Timestamp,
    /// `cli`, `schedule` or `admin`.
    trigger: String,
    bytes: u64,
    /// Stored files that were missing or damaged.
    missing: u64,
    /// What went wrong; absent when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Outcome> for BackupOutcomeOut {
    fn from(outcome: Outcome) -> Self {
        Self {
            started_at: outcome.started_at,
            ended_at: outcome.ended_at,
            trigger: outcome.trigger,
            bytes: outcome.bytes,
            missing: outcome.missing,
            error: outcome.error,
        }
    }
}

/// How far a backup has come.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct BackupProgressOut {
    /// What is being done.
    what: String,
    done: u64,
    /// 0 when it is not known.
    total: u64,
}

/// Backups and how they went.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct BackupsOut {
    /// The usual folder.
    folder: String,
    /// Whether they are made by themselves.
    is_scheduled: bool,
    /// Whether the instance's key is in them.
    with_key: bool,
    /// Those in the folder, newest first.
    items: Vec<BackupOut>,
    /// How the newest went, newest first.
    outcomes: Vec<BackupOutcomeOut>,
    /// How far the one has come that an admin wanted; absent when none is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<BackupProgressOut>,
}

/// The backups in the usual folder, and how the newest went.
#[utoipa::path(get, path = "/admin/backups", tag = "admin", responses((status = 200, body = BackupsOut)))]
pub(in crate::admin) async fn list_backups(g: Guard<RunInstance>) -> Result<Json<BackupsOut>> {
    let outcomes = g.db.read("admin.backups", |read| backup::list(read, 20)).await?;
    let stored = actions::stored_backups(g.platform.clone()).await?;
    let current = g.platform.services.find::<backup::Current>();
    let config = &g.platform.config;
    Ok(Json(BackupsOut {
        folder: backup::usual_folder(config).display().to_string(),
        is_scheduled: config.backup.folder.is_some(),
        with_key: config.backup.with_key,
        items: stored
            .into_iter()
            .map(|one| BackupOut {
                is_sealed: one.name.ends_with(".age"),
                name: one.name,
                at: one.at,
                bytes: one.bytes,
            })
            .collect(),
        outcomes: outcomes.into_iter().map(Into::into).collect(),
        progress: current.and_then(|current| current.progress()).map(|progress| BackupProgressOut {
            what: progress.what.into(),
            done: progress.done,
            total: progress.total,
        }),
    }))
}

/// Makes a backup now, into the usual folder.
#[utoipa::path(post, path = "/admin/backups", tag = "admin", responses((status = 202, description = "It is under way.")))]
pub(in crate::admin) async fn create_backup(g: Guard<RunInstance>) -> Result<StatusCode> {
    g.db.write("admin.backup_now", move |tx| actions::backup_now(tx, &g.can)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Downloads a backup. Asks for a recent password (`denied.password_needed`), and is noted in the trail.
#[utoipa::path(
    get, path = "/admin/backups/{name}", tag = "admin", params(("name" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>))
)]
pub(in crate::admin) async fn download_backup(g: Guard<RunInstance>, Path(name): Path<String>) -> Result<Response> {
    let stored = actions::stored_backups(g.platform.clone()).await?;
    // Only what the folder lists: a name is never a path here.
    let one = stored.into_iter().find(|one| one.name == name).ok_or(Error::NotFound("backup"))?;
    let noted = one.name.clone();
    g.db.write("admin.download_backup", move |tx| actions::note_download(tx, &g.can, &noted))
        .await?;
    let path = backup::usual_folder(&g.platform.config).join(&one.name);
    let file = tokio::fs::File::open(path).await.map_err(|_| Error::NotFound("backup"))?;
    let mut response = Body::from_stream(ReaderStream::with_capacity(file, 64 * 1024)).into_response();
    let attachment = format!("attachment; filename=\"{}\"", one.name);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(one.bytes));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&attachment).map_err(Error::internal)?,
    );
    Ok(response)
}
