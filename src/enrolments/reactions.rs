//! What this slice hears: that somebody's zone may have changed, that a version is for those in the
//! middle too.

use super::{actions, jobs::MoveLearners};
use crate::{
    kernel::{error::Result, event::Event},
    people,
    platform::{
        db::Tx,
        events::{Reaction, Recorded, Replay},
    },
};

/// Makes fast what has opened for somebody before his clock shows another time.
pub(super) struct Zones;

impl Reaction for Zones {
    fn name(&self) -> &'static str {
        "enrolments.zones"
    }

    fn replay(&self) -> Replay {
        Replay::Rebuilds
    }

    fn hears(&self, kind: &str) -> bool {
        kind == "user.profile_changed"
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        let Event::UserProfileChanged { user } = recorded.event else {
            return Ok(());
        };
        match people::actor_facts(tx, user)? {
            Some(facts) => actions::settle_all(tx, user, facts.zone),
            None => Ok(()),
        }
    }
}

/// Begins to move learners when a version was published for them too.
pub(super) struct Versions;

impl Reaction for Versions {
    fn name(&self) -> &'static str {
        "enrolments.versions"
    }

    fn replay(&self) -> Replay {
        Replay::Rebuilds
    }

    fn hears(&self, kind: &str) -> bool {
        kind == "course.published"
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        match recorded.event {
            Event::CoursePublished {
                course,
                version,
                number,
                moves_learners: true,
            } => tx.enqueue(&MoveLearners { course, version, number }).map(drop),
            _ => Ok(()),
        }
    }
}
