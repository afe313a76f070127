//! Background work: assignments become enrolments, and people are reminded.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{assign, store};
use crate::{
    courses::Shelf,
    kernel::id::{AssignmentId, UserId},
    platform::jobs::{Job, JobContext, JobError},
};

/// Enrols everybody who is under an assignment and is not enrolled by it yet.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RunAssignment {
    pub(super) assignment: AssignmentId,
}

impl Job for RunAssignment {
    const KIND: &'static str = "enrolments.assign";
    const ATTEMPTS: u32 = 20;
    const LIMIT: Duration = Duration::from_secs(3600);

    fn dedupe_key(&self) -> Option<String> {
        Some(self.assignment.to_string())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let (id, shelf) = (self.assignment, Shelf::of(&ctx.platform));
        let mut after = Some(UserId::from_raw(i64::MIN));
        while let Some(at) = after {
            let shelf = shelf.clone();
            after = ctx
                .db
                .write_low("enrolments.assign", move |tx| assign::step(tx, &shelf, id, at))
                .await?;
        }
        Ok(())
    }
}

/// Goes through every assignment: enrols who has come under it, and mails the reminders that are due.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TendAssignments {}

impl Job for TendAssignments {
    const KIND: &'static str = "enrolments.tend";
    const LIMIT: Duration = Duration::from_secs(3600);

    fn dedupe_key(&self) -> Option<String> {
        Some("all".to_owned())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let all = ctx.db.read("enrolments.active_assignments", store::list_active).await?;
        for assignment in all {
            let id = assignment.id;
            ctx.db
                .write_low("enrolments.tend", move |tx| tx.enqueue(&RunAssignment { assignment: id }).map(drop))
                .await?;
            loop {
                let platform = ctx.platform.clone();
                let more = ctx.db.write_low("enrolments.remind", move |tx| assign::remind(tx, &platform, id));
                if !more.await? {
                    break;
                }
            }
        }
        Ok(())
    }
}
