//! Background work: files of logos and icons that nobody sees any more.

use serde::{Deserialize, Serialize};

use super::actions;
use crate::{
    kernel::error::Result,
    platform::{
        db::Tx,
        jobs::{Job, JobContext, JobError},
        sweep,
    },
};

/// Deletes the files of logos and icons that were replaced or taken away. An earlier state of the
/// organisation's settings cannot be brought back with its pictures, so nothing waits for them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SweepBrand {}

impl Job for SweepBrand {
    const KIND: &'static str = "admin.sweep_brand";

    fn dedupe_key(&self) -> Option<String> {
        Some("all".to_owned())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let gone = sweep::unwanted(ctx.db.clone(), actions::shelf(&ctx.platform), actions::is_file).await?;
        if gone > 0 {
            tracing::info!(gone, "files of former logos and icons were swept");
        }
        Ok(())
    }
}

/// Upkeep: what was left by a version that did not clear up behind itself goes, too.
pub(super) fn nightly(tx: &Tx<'_>) -> Result<()> {
    tx.enqueue(&SweepBrand {}).map(drop)
}
