//! Backups that the configuration schedules.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{BackupConfig, BackupError, Keep, Plan, Trigger, keep, make};
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

/// Enqueues the next backup as the configuration says; one that was planned otherwise goes. What
/// is overdue stays, and is made at once.
///
/// # Errors
/// A database fault.
pub fn schedule(tx: &Tx<'_>, config: &BackupConfig) -> Result<()> {
    let next = config.folder.is_some().then(|| config.next_after(tx.now()));
    jobs::replan(tx, next.map(|slot| (MakeBackup { slot }, slot)))
}
