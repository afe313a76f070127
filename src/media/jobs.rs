//! The nightly sweep.

use serde::{Deserialize, Serialize};

use super::{actions, policy::SweepMedia};
use crate::{
    kernel::error::Result,
    platform::{
        db::Tx,
        jobs::{Job, JobContext, JobError, Queue},
    },
};

/// Deletes what nothing has used for a day.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Sweep {}

impl Job for Sweep {
    const KIND: &'static str = "media.sweep";
    const QUEUE: Queue = Queue::Media;
    const LIMIT: std::time::Duration = std::time::Duration::from_secs(1800);

    fn dedupe_key(&self) -> Option<String> {
        Some(String::new())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let can = SweepMedia::as_system("media.sweep");
        let report = actions::sweep(&ctx.platform, &ctx.db, &can, true).await?;
        if !report.missing.is_empty() {
            tracing::error!(missing = report.missing.len(), "stored files are missing or damaged");
        }
        let (expired, files) = actions::uploads::sweep(&ctx.platform, &ctx.db, &can).await?;
        if expired + files > 0 {
            tracing::info!(expired, files, "unfinished uploads were swept");
        }
        tracing::info!(
            assets = report.assets,
            blobs = report.blobs,
            bytes = report.bytes,
            "unused files were swept"
        );
        Ok(())
    }
}

/// Enqueues the sweep, once a night.
pub(super) fn nightly(tx: &Tx<'_>) -> Result<()> {
    tx.enqueue(&Sweep {})?;
    Ok(())
}
