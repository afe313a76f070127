//! Background work: a course that a move left with nothing to do is completed.

use serde::{Deserialize, Serialize};

use super::actions;
use crate::{
    courses::Shelf,
    kernel::id::EnrolmentId,
    platform::jobs::{Job, JobContext, JobError},
};

/// Completes an enrolment whose required lessons were all done when it was moved to a shorter version.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FinishMoved {
    pub(super) enrolment: EnrolmentId,
}

impl Job for FinishMoved {
    const KIND: &'static str = "progress.finish_moved";

    fn dedupe_key(&self) -> Option<String> {
        Some(self.enrolment.to_string())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let shelf = Shelf::of(&ctx.platform);
        let done = ctx
            .db
            .write("progress.finish_moved", move |tx| actions::finish_moved(tx, &shelf, self.enrolment));
        Ok(done.await?)
    }
}
