//! What admins do with webhooks.

use serde_json::json;

use super::{
    jobs::Deliver,
    model::{self, Wish},
    policy::{ManageWebhooks, OneDelivery, OneWebhook},
    sign, store,
};
use crate::{
    kernel::{
        error::{Error, Result},
        id::{DeliveryId, WebhookId},
    },
    platform::{Platform, audit, db::Tx, retention::RetentionSettings, settings},
};

/// Webhooks that an instance may have.
const MOST: i64 = 50;
/// How long a former secret holds.
const OLD_SECRET_SECS: i64 = 24 * 3600;

/// What a webhook's secret is sealed for.
pub(super) fn purpose(webhook: WebhookId) -> String {
    format!("webhook {webhook}")
}

/// What a webhook changes to.
pub(super) struct Change {
    pub(super) wish: Wish,
    pub(super) is_active: bool,
}

fn checked(platform: &Platform, wish: Wish) -> Result<Wish> {
    let wish = wish.cleaned()?;
    let refused = |error: crate::platform::http_client::CallError| Error::field("url", "webhook.address", error.to_string());
    platform.outgoing.check(&wish.url).map_err(refused)?;
    Ok(wish)
}

fn sealed(tx: &Tx<'_>, platform: &Platform, webhook: WebhookId) -> Result<(String, String)> {
    let secret = sign::secret(&tx.random_bytes());
    let sealed = platform.keys.seal(platform.chance.as_ref(), &purpose(webhook), secret.as_bytes())?;
    Ok((secret, sealed))
}

/// For the trail. The address stays out: what stands behind its host may be a secret of its reader.
fn told(wish: &Wish, is_active: bool) -> serde_json::Value {
    let host: String = wish.url.split('/').take(3).collect::<Vec<_>>().join("/");
    json!({ "address": host, "kinds": wish.kinds, "is_active": is_active })
}

/// Makes a webhook; its secret is given once.
pub(super) fn create(tx: &Tx<'_>, platform: &Platform, _can: &ManageWebhooks, wish: Wish) -> Result<(WebhookId, String)> {
    let wish = checked(platform, wish)?;
    if store::count_webhooks(tx)? >= MOST {
        return Err(Error::conflict(
            "webhook.too_many",
            "There are 50 webhooks already. Remove one that nobody needs.",
        ));
    }
    let id: WebhookId = tx.new_id();
    let (secret, sealed) = sealed(tx, platform, id)?;
    store::insert_webhook(tx, id, &wish, &sealed)?;
    audit::record(tx, "webhooks.create", &id.to_string(), None::<&()>, Some(&told(&wish, true)))?;
    Ok((id, secret))
}

/// Changes a webhook, or switches it on or off.
pub(super) fn change(tx: &Tx<'_>, platform: &Platform, can: &OneWebhook, change: impl FnOnce(Change) -> Change) -> Result<()> {
    let before = store::get_webhook(tx, can.webhook)?;
    let was = Change {
        wish: Wish {
            url: before.url,
            description: before.description,
            kinds: before.kinds,
        },
        is_active: before.is_active,
    };
    let earlier = told(&was.wish, was.is_active);
    let Change { wish, is_active } = change(was);
    let wish = checked(platform, wish)?;
    store::update_webhook(tx, can.webhook, &wish, is_active)?;
    audit::record(
        tx,
        "webhooks.change",
        &can.webhook.to_string(),
        Some(&earlier),
        Some(&told(&wish, is_active)),
    )
}

/// Removes a webhook with everything that is known of its calls.
pub(super) fn delete(tx: &Tx<'_>, can: &OneWebhook) -> Result<()> {
    let before = store::get_webhook(tx, can.webhook)?;
    let wish = Wish {
        url: before.url,
        description: before.description,
        kinds: before.kinds,
    };
    store::delete_webhook(tx, can.webhook)?;
    audit::record(
        tx,
        "webhooks.delete",
        &can.webhook.to_string(),
        Some(&told(&wish, before.is_active)),
        None::<&()>,
    )
}

/// A new secret; for a day calls are signed by both.
pub(super) fn rotate(tx: &Tx<'_>, platform: &Platform, can: &OneWebhook) -> Result<String> {
    store::get_webhook(tx, can.webhook)?;
    let (secret, sealed) = sealed(tx, platform, can.webhook)?;
    store::replace_secret(tx, can.webhook, &sealed, tx.now().plus_secs(OLD_SECRET_SECS))?;
    audit::record(tx, "webhooks.rotate", &can.webhook.to_string(), None::<&()>, None::<&()>)?;
    Ok(secret)
}

/// Makes a call that says nothing, to see whether it goes through.
pub(super) fn ping(tx: &Tx<'_>, can: &OneWebhook) -> Result<DeliveryId> {
    let webhook = store::get_webhook(tx, can.webhook)?;
    if !webhook.is_active {
        return Err(Error::conflict("webhook.off", "The webhook is switched off. Switch it on first."));
    }
    let payload = json!({ "type": model::PING, "timestamp": tx.now(), "data": { "webhook": webhook.id } });
    let delivery = store::insert_delivery(tx, webhook.id, model::PING, &payload.to_string())?;
    tx.enqueue(&Deliver { delivery })?;
    Ok(delivery)
}

/// Makes a call again, with the same id and the same words.
pub(super) fn replay(tx: &Tx<'_>, can: &OneDelivery) -> Result<()> {
    let delivery = store::find_delivery(tx, can.delivery)?.ok_or(Error::NotFound("delivery"))?;
    if !store::get_webhook(tx, delivery.webhook)?.is_active {
        return Err(Error::conflict("webhook.off", "The webhook is switched off. Switch it on first."));
    }
    store::rewind(tx, can.delivery)?;
    tx.enqueue(&Deliver { delivery: can.delivery })?;
    audit::record(tx, "webhooks.replay", &can.delivery.to_string(), None::<&()>, None::<&()>)
}

/// Calls that ended long ago go.
pub(super) fn nightly(tx: &Tx<'_>) -> Result<()> {
    let keep: RetentionSettings = settings::get(tx)?;
    let before = tx.now().plus_secs(-i64::from(keep.webhook_calls_days) * 24 * 3600);
    store::purge(tx, before).map(drop)
}
