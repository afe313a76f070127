//! Backups that the configuration schedules.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{BackupConfig, BackupError, Keep, Plan, Progress, Trigger, keep, make};
use crate::{
    kernel::{error::Result, time::Timestamp},
    platform::{
        db::Tx,
        jobs::{self, Job, JobContext, JobError, Queue},
    },
};

/// Makes the backup that was due at an instant, enqueues the next one, and lets old ones go.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakeBackup {
    /// When it was due: one job for each.
    pub slot: Timestamp,
}

impl Job for MakeBackup {
    const KIND: &'static str = "backup.make";
    const QUEUE: Queue = Queue::Default;
    /// About twelve minutes of a folder that is away; the next one is tried in its own time.
    const ATTEMPTS: u32 = 8;
    const LIMIT: Duration = Duration::from_secs(12 * 3600);

    fn dedupe_key(&self) -> Option<String> {
        Some(self.slot.millis().to_string())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let config = ctx.platform.config.backup.clone();
        let Some(folder) = config.folder.clone() else {
            return Ok(()); // Backups are not scheduled any more.
        };
        // Whatever becomes of this one, the next has its time.
        let next = config.clone();
        ctx.db.write("backup.next", move |tx| schedule(tx, &next)).await?;
        let mut to = folder.clone().into_os_string();
        to.push("/");
        let made = make(
            &ctx.platform,
            &ctx.db,
            &Plan::of(&config, to.into()),
            Trigger::Schedule,
            &mut |_| {},
        )
        .await;
        let made = made.map_err(|error| match error {
            BackupError::Refused(_) if ctx.attempt < Self::ATTEMPTS => JobError::Retry(error.to_string()),
            other if other.may_pass() => JobError::Retry(other.to_string()),
            other => JobError::Fail(other.to_string()),
        })?;
        let missing = made.missing.len();
        if missing > 0 {
            tracing::error!(missing, "stored files are missing or damaged, and so they are in the backup");
        }
        tracing::info!(file = %made.file.display(), bytes = made.bytes, "a backup was made");
        let platform = ctx.platform.clone();
        let pruned = tokio::task::spawn_blocking(move || keep::prune(&folder, &platform.keys, Keep::of(&config), &config.time_zone()));
        match pruned.await {
            Ok(Ok(gone)) => tracing::debug!(gone, "old backups went"),
            Ok(Err(error)) => tracing::warn!(%error, "old backups could not be looked through"),
            Err(error) => tracing::error!(%error, "looking through old backups panicked"),
        }
        Ok(())
    }
}

/// Makes a backup because an admin wants one now, into the usual folder.
#[derive(Debug, Serialize, Deserialize)]
pub struct BackupNow {}

impl Job for BackupNow {
    const KIND: &'static str = "backup.now";
    const ATTEMPTS: u32 = 2;
    const LIMIT: Duration = Duration::from_secs(12 * 3600);
    /// What is half done is left nowhere.
    const MAY_END: bool = true;

    fn dedupe_key(&self) -> Option<String> {
        Some("now".into())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let folder = super::usual_folder(&ctx.platform.config);
        tokio::fs::create_dir_all(&folder)
            .await
            .map_err(|error| JobError::Fail(format!("{}: {error}", folder.display())))?;
        let current = ctx.platform.services.find::<Current>().unwrap_or_default();
        let _under_way = current.begin();
        let plan = Plan::of(&ctx.platform.config.backup, folder.join(""));
        let mut tell = |progress| current.set(progress);
        let made = make(&ctx.platform, &ctx.db, &plan, Trigger::Admin, &mut tell).await;
        // Its outcome is on record, for whoever asked; nothing is gained by trying again.
        made.map(drop).map_err(|error| JobError::Fail(error.to_string()))
    }
}

/// How far the backup has come that an admin wanted. In the [`Services`](crate::platform::services::Services).
#[derive(Debug, Default)]
pub struct Current(Mutex<Option<Progress>>);

impl Current {
    fn slot(&self) -> MutexGuard<'_, Option<Progress>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, progress: Progress) {
        *self.slot() = Some(progress);
    }

    /// Where it is now; `None` when none is made.
    #[must_use]
    pub fn progress(&self) -> Option<Progress> {
        *self.slot()
    }

    fn begin(&self) -> UnderWay<'_> {
        self.set(Progress {
            what: "starting",
            done: 0,
            total: 0,
        });
        UnderWay(self)
    }
}

/// Ends what [`Current`] tells, however the work ends.
struct UnderWay<'c>(&'c Current);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        *self.0.slot() = None;
    }
}

/// A backup in the usual folder.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its file's name.
    pub name: String,
    /// When it was begun.
    pub at: Timestamp,
    /// Its bytes.
    pub bytes: u64,
}

/// This instance's backups in the usual folder, newest first. Blocks: it reads a folder.
#[must_use]
pub fn stored(config: &crate::platform::config::Config, keys: &crate::platform::crypto::Keys) -> Vec<Stored> {
    let entries = std::fs::read_dir(super::usual_folder(config)).into_iter().flatten().flatten();
    let mut found: Vec<Stored> = entries
        .filter_map(|entry| {
            let name = entry.file_name().to_str()?.to_owned();
            let about = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
            Some(Stored {
                at: keep::is_ours(keys, &name)?,
                bytes: about.len(),
                name,
            })
        })
        .collect();
    found.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.name.cmp(&a.name)));
    found
}

/// Enqueues the next backup as the configuration says; one that was planned otherwise goes. What
/// is overdue stays, and is made at once.
///
/// # Errors
/// A database fault.
pub fn schedule(tx: &Tx<'_>, config: &BackupConfig) -> Result<()> {
    let next = config.folder.is_some().then(|| config.next_after(tx.now()));
    jobs::replan(tx, next.map(|slot| (MakeBackup { slot }, slot)))
}
