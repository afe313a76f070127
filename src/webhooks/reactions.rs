//! What happened becomes calls.

use serde_json::json;

use super::{jobs::Deliver, store};
use crate::{
    kernel::error::{Error, Result},
    platform::{
        db::Tx,
        events::{Reaction, Recorded, Replay},
    },
};

/// Queues a call for every webhook that wants to know.
pub(super) struct Enqueue;

impl Reaction for Enqueue {
    fn name(&self) -> &'static str {
        "webhooks.enqueue"
    }

    fn replay(&self) -> Replay {
        Replay::Sends
    }

    fn hears(&self, _: &str) -> bool {
        true
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        let active = store::list_active(tx)?;
        if active.is_empty() {
            return Ok(());
        }
        let event = serde_json::to_value(&recorded.event).map_err(Error::internal)?;
        let kind = event["kind"].as_str().unwrap_or_default();
        // What happened before it was made is not its business, however late it is heard.
        let wanted = active
            .iter()
            .filter(|webhook| webhook.created_at <= recorded.at && webhook.wants(kind));
        for webhook in wanted {
            let payload = json!({ "type": kind, "timestamp": recorded.at, "data": event["body"] });
            let delivery = store::insert_delivery(tx, webhook.id, kind, &payload.to_string())?;
            tx.enqueue(&Deliver { delivery })?;
        }
        Ok(())
    }
}
