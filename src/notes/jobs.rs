//! Deleted notes go for good after their ten minutes.

use serde::{Deserialize, Serialize};

use super::{model::RESTORE_MS, store};
use crate::{
    kernel::id::NoteId,
    platform::jobs::{Job, JobContext, JobError},
};

/// Removes a note for ever, unless it was brought back.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PurgeNote {
    /// The note.
    pub(super) note: NoteId,
}

impl Job for PurgeNote {
    const KIND: &'static str = "notes.purge";

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let purged = ctx.db.write_low("notes.purge", move |tx| {
            // Deleted again since: that deletion has a job and ten minutes of its own.
            store::purge(tx, self.note, tx.now().plus_millis(-RESTORE_MS))
        });
        Ok(purged.await?)
    }
}
