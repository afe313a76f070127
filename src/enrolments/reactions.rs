//! What this slice hears: that somebody's zone may have changed.

use super::actions;
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
