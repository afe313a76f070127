//! Background work: assignments become enrolments, people are reminded, learners move to new versions,
//! and go on by other rest days.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::{assign, moving, resting, store};
use crate::{
    courses::Shelf,
    kernel::id::{AssignmentId, CourseId, EnrolmentId, UserId, VersionId},
    platform::{
        db::Tx,
        jobs::{Job, JobContext, JobError},
        module::AllBegun,
    },
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
        let step = move |tx: &Tx<'_>, at| assign::step(tx, &shelf, id, at);
        ctx.db.write_in_steps("enrolments.assign", UserId::from_raw(i64::MIN), step).await?;
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

/// Moves everybody in the middle of a course to a version of it, some at a time. Whoever is on that
/// version or a newer one is passed over, so a second run changes nothing.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct MoveLearners {
    pub(super) course: CourseId,
    pub(super) version: VersionId,
    pub(super) number: u32,
}

impl Job for MoveLearners {
    const KIND: &'static str = "enrolments.move_learners";
    const LIMIT: Duration = Duration::from_secs(1800);

    fn dedupe_key(&self) -> Option<String> {
        Some(format!("{}:{}", self.course, self.number))
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let begun: Arc<AllBegun> = ctx.platform.services.find().unwrap_or_default();
        let mut after = EnrolmentId::from_raw(0);
        loop {
            let begun = begun.clone();
            let Self { course, version, number } = self;
            let moved = ctx.db.write_low("enrolments.move", move |tx| {
                moving::move_some(tx, &begun, course, (version, number), after)
            });
            match moved.await? {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }
}

/// Lets everybody in the middle of a course go on by the rest days that hold now. Whoever does so
/// already is passed over, so a second run changes nothing.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TakeRestDays {}

impl Job for TakeRestDays {
    const KIND: &'static str = "enrolments.take_rest_days";
    const LIMIT: Duration = Duration::from_secs(3600);

    fn dedupe_key(&self) -> Option<String> {
        Some("all".to_owned())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let step = |tx: &Tx<'_>, ()| Ok(resting::repace_some(tx)?.then_some(()));
        Ok(ctx.db.write_in_steps("enrolments.take_rest_days", (), step).await?)
    }
}
