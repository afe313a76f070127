//! The history of lessons is thinned at night.

use serde::{Deserialize, Serialize};

use super::actions;
use crate::{
    kernel::error::Result,
    platform::{
        db::Tx,
        jobs::{Job, JobContext, JobError},
    },
};

/// How many states one write looks at.
const CHUNK: u32 = 200;

/// Deletes the states of lessons that are older than a day and not the last of their hour.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ThinHistory {}

impl Job for ThinHistory {
    const KIND: &'static str = "courses.thin_history";

    async fn run(self, ctx: JobContext) -> std::result::Result<(), JobError> {
        loop {
            let thinned = ctx.db.write_low("courses.thin_history", |tx| {
                actions::thin(tx, tx.now().plus_millis(-actions::THIN_AFTER_MS), CHUNK)
            });
            if thinned.await? < CHUNK as usize {
                return Ok(());
            }
        }
    }
}

/// Once a night.
pub(super) fn nightly(tx: &Tx<'_>) -> Result<()> {
    tx.enqueue(&ThinHistory {}).map(drop)
}
