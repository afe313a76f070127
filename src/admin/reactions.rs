//! What admins learn by mail.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    kernel::{actor::Role, error::Result, event::Event, id::UserId},
    people,
    platform::{
        Platform,
        db::Tx,
        events::{Reaction, Recorded, Replay},
        jobs::{Job, JobContext, JobError},
        mail,
    },
};

/// The most admins that are told.
const MOST: u32 = 500;

/// Has every admin told of a webhook that was switched off.
pub(super) struct WebhooksOff;

impl Reaction for WebhooksOff {
    fn name(&self) -> &'static str {
        "admin.webhooks_off"
    }

    fn replay(&self) -> Replay {
        Replay::Sends
    }

    fn hears(&self, kind: &str) -> bool {
        kind == "webhook.switched_off"
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        let Event::WebhookSwitchedOff { host, reason, .. } = &recorded.event else {
            return Ok(());
        };
        let job = TellWebhookOff {
            host: host.clone(),
            reason: reason.clone(),
        };
        tx.enqueue(&job).map(drop)
    }
}

/// Mails every admin that a webhook was switched off.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TellWebhookOff {
    host: String,
    reason: String,
}

impl Job for TellWebhookOff {
    const KIND: &'static str = "admin.tell_webhook_off";

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let platform = ctx.platform.clone();
        // One deed: a second run after a failure has told nobody before.
        ctx.db.write("admin.tell_webhook_off", move |tx| self.tell(tx, &platform)).await?;
        Ok(())
    }
}

impl TellWebhookOff {
    fn tell(&self, tx: &Tx<'_>, platform: &Platform) -> Result<()> {
        let data = json!({ "webhook": self.host, "reason": self.reason, "page": "/admin/settings?tab=webhooks" });
        for id in people::list_by_role(tx, Role::Admin, UserId::from_raw(i64::MIN), MOST)? {
            let letter = people::get_user(tx, id)?.letter("webhook-off", data.clone());
            mail::queue(tx, platform, &letter)?;
        }
        Ok(())
    }
}
