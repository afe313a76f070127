//! What admins do to the running instance.

use std::{path::Path, sync::Arc};

use serde_json::json;

use crate::{
    admin::policy::{OneMail, RetryJob, RunInstance},
    auth,
    kernel::error::{Error, Result},
    platform::{
        Platform,
        audit::{self, Filter},
        backup::{self, BackupNow},
        db::{Tx, lock},
        jobs::{self, Endable},
        mail,
    },
};

/// The kinds of work whose runs an admin may end.
pub(in crate::admin) fn endable(platform: &Platform) -> Arc<Endable> {
    platform.services.find().unwrap_or_default()
}

/// Takes a job off the list.
pub(in crate::admin) fn cancel_job(tx: &Tx<'_>, can: &RetryJob, endable: &Endable) -> Result<()> {
    let kind = jobs::cancel_job(tx, can.job, |kind| endable.0.contains(&kind))?;
    audit::record(tx, "jobs.cancel", &can.job.to_string(), Some(&json!({ "kind": kind })), None::<&()>)
}

/// Sends a letter now.
pub(in crate::admin) fn retry_mail(tx: &Tx<'_>, can: &OneMail) -> Result<()> {
    mail::retry(tx, can.mail)?;
    audit::record(tx, "mail.retry", &can.mail.to_string(), None::<&()>, None::<&()>)
}

/// Notes that the level of the log was changed.
pub(in crate::admin) fn note_log_level(tx: &Tx<'_>, _can: &RunInstance, before: &str, after: &str) -> Result<()> {
    audit::record(tx, "log.level", "log", Some(&json!(before)), Some(&json!(after)))
}

/// Notes that rows of the trail were taken along.
pub(in crate::admin) fn note_export(tx: &Tx<'_>, filter: &Filter) -> Result<()> {
    let after = json!({
        "actor": filter.actor, "action": filter.action, "subject": filter.subject, "from": filter.from, "until": filter.until,
    });
    audit::record(tx, "audit.export", "audit", None::<&()>, Some(&after))
}

/// Enqueues a backup; one that waits already will do.
pub(in crate::admin) fn backup_now(tx: &Tx<'_>, _can: &RunInstance) -> Result<()> {
    tx.enqueue(&BackupNow {})?;
    audit::record(tx, "backup.start", "backup", None::<&()>, None::<&()>)
}

/// Allows a download to whoever has just typed his password, and notes it.
pub(in crate::admin) fn note_download(tx: &Tx<'_>, _can: &RunInstance, name: &str) -> Result<()> {
    auth::require_recent_password(tx, tx.actor())?;
    audit::record(tx, "backup.download", name, None::<&()>, None::<&()>)
}

/// The backups in the usual folder.
pub(in crate::admin) async fn stored_backups(platform: Arc<Platform>) -> Result<Vec<backup::Stored>> {
    let look = move || backup::stored(&platform.config, &platform.keys);
    tokio::task::spawn_blocking(look).await.map_err(Error::internal)
}

/// What lies where, in bytes.
pub(in crate::admin) struct Storage {
    pub(in crate::admin) free: Option<u64>,
    pub(in crate::admin) index: u64,
    pub(in crate::admin) backups: u64,
    pub(in crate::admin) outbox: u64,
}

/// Looks at the folders beside the database.
pub(in crate::admin) async fn measure(platform: Arc<Platform>) -> Result<Storage> {
    let look = move || {
        let data = platform.data();
        Storage {
            free: lock::free_bytes(data),
            index: weigh(&data.join("index"), 3),
            backups: backup::stored(&platform.config, &platform.keys).iter().map(|one| one.bytes).sum(),
            outbox: weigh(&data.join(mail::OUTBOX), 1),
        }
    };
    tokio::task::spawn_blocking(look).await.map_err(Error::internal)
}

/// The bytes of the files in a folder, so many levels deep.
fn weigh(folder: &Path, depth: u32) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let weights = entries.filter_map(|entry| {
        let about = entry.metadata().ok()?;
        Some(match about.is_dir() {
            true if depth > 0 => weigh(&entry.path(), depth - 1),
            true => 0,
            false => about.len(),
        })
    });
    weights.sum()
}
