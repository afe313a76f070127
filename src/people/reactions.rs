//! What this slice hears: that something changed by which rules fill groups.

use super::{jobs::PlaceUser, store};
use crate::{
    kernel::{error::Result, event::Event},
    platform::{
        db::Tx,
        events::{Reaction, Recorded, Replay},
    },
};

/// Keeps groups by rule current.
pub(super) struct Rules;

impl Reaction for Rules {
    fn name(&self) -> &'static str {
        "people.rules"
    }

    fn replay(&self) -> Replay {
        Replay::Sends
    }

    fn hears(&self, kind: &str) -> bool {
        matches!(
            kind,
            "user.created" | "user.profile_changed" | "user.access_changed" | "user.verified"
        )
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        let (Event::UserCreated { user, .. }
        | Event::UserProfileChanged { user }
        | Event::UserAccessChanged { user, .. }
        | Event::UserVerified { user }) = recorded.event
        else {
            return Ok(());
        };
        if store::has_rules(tx)? {
            tx.enqueue(&PlaceUser { user })?;
        }
        Ok(())
    }
}
