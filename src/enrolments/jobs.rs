//! Background work: moving learners to a new version.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::moving;
use crate::{
    kernel::id::{CourseId, EnrolmentId, VersionId},
    platform::{
        jobs::{Job, JobContext, JobError},
        module::AllBegun,
    },
};

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
