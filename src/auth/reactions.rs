//! What happens after others changed somebody's access.

use super::store;
use crate::{
    kernel::{error::Result, event::Event},
    platform::{
        db::Tx,
        events::{Reaction, Recorded, Replay},
    },
};

/// A deactivated person's sessions are removed, so that they do not come back to life with him.
/// Until then they hold nothing: every request asks whether the person is active.
pub(super) struct EndSessions;

impl Reaction for EndSessions {
    fn name(&self) -> &'static str {
        "auth.end_sessions"
    }

    // Only sessions of before are ended, so it may be played again.
    fn replay(&self) -> Replay {
        Replay::Rebuilds
    }

    fn hears(&self, kind: &str) -> bool {
        kind == "user.access_changed"
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        match recorded.event {
            Event::UserAccessChanged {
                user, is_active: false, ..
            } => store::delete_sessions_until(tx, user, recorded.at),
            _ => Ok(()),
        }
    }
}
