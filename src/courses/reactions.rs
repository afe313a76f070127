//! What this slice hears: who joins a course.

use crate::{
    courses::store,
    kernel::{error::Result, event::Event},
    platform::{
        db::Tx,
        events::{Reaction, Recorded, Replay},
    },
};

/// Keeps who has ever joined a course, and with it the catalogue's learner counts.
pub(super) struct Learners;

impl Reaction for Learners {
    fn name(&self) -> &'static str {
        "courses.learners"
    }

    fn replay(&self) -> Replay {
        Replay::Rebuilds
    }

    fn hears(&self, kind: &str) -> bool {
        matches!(kind, "enrolment.started" | "user.deleted")
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        match recorded.event {
            Event::EnrolmentStarted { user, course, .. } => store::courses::add_learner(tx, course, user),
            // He was forgotten in the deed itself; when the log is played again, here.
            Event::UserDeleted { user } => store::courses::forget(tx, user),
            _ => Ok(()),
        }
    }
}
