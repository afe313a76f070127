//! What this slice hears: that a learner goes on by another version.

use super::{jobs::FinishMoved, store};
use crate::{
    courses, enrolments,
    kernel::{error::Result, event::Event},
    platform::{
        db::Tx,
        events::{Reaction, Recorded, Replay},
    },
};

/// Looks whether a shorter version leaves a learner nothing to do.
pub(super) struct Moved;

impl Reaction for Moved {
    fn name(&self) -> &'static str {
        "progress.moved"
    }

    fn replay(&self) -> Replay {
        Replay::Rebuilds
    }

    fn hears(&self, kind: &str) -> bool {
        kind == "enrolment.moved"
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        let Event::EnrolmentMoved {
            enrolment, user, course, ..
        } = recorded.event
        else {
            return Ok(());
        };
        let Some(current) = enrolments::find_active(tx, user, course)?.filter(|e| e.id == enrolment) else {
            return Ok(());
        };
        let required = courses::version_lessons(tx, current.version)?
            .iter()
            .filter(|place| place.is_required)
            .count();
        let done = store::find_course(tx, user, enrolment)?.map_or(0, |totals| totals.required_done as usize);
        if current.completed_at.is_none() && done > 0 && done >= required {
            tx.enqueue(&FinishMoved { enrolment })?;
        }
        Ok(())
    }
}
