//! Webhooks.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    kernel::{error::Result, event, id::WebhookId, time::Timestamp},
    platform::web::{
        extract::{Body, created, not_null},
        guard::Guard,
    },
    webhooks::{
        actions::{self, Change},
        model::{Webhook, Wish},
        policy::{ManageWebhooks, OneWebhook},
        store,
    },
};

/// A webhook; its secret is not shown again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookOut {
    id: WebhookId,
    /// Where it calls.
    url: String,
    /// What it is for.
    description: String,
    /// The kinds of events that it wants; `*` for all.
    kinds: Vec<String>,
    /// Whether it is called.
    is_active: bool,
    created_at: Timestamp,
    /// Since when no call has gone through; absent while they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<Timestamp>,
    /// When it was switched off because nobody answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Timestamp>,
}

impl From<Webhook> for WebhookOut {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            description: webhook.description,
            kinds: webhook.kinds,
            is_active: webhook.is_active,
            created_at: webhook.created_at,
            failing_since: webhook.failing_since,
            disabled_at: webhook.disabled_at,
        }
    }
}

/// Every webhook, and what can be wanted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhooksOut {
    items: Vec<WebhookOut>,
    /// The kinds of events that there are.
    kinds: Vec<String>,
}

/// Every webhook, the oldest first.
#[utoipa::path(get, path = "/admin/webhooks", tag = "admin", responses((status = 200, body = WebhooksOut)))]
pub(super) async fn list_webhooks(g: Guard<ManageWebhooks>) -> Result<Json<WebhooksOut>> {
    let rows = g.db.read("webhooks.list", store::list_webhooks).await?;
    Ok(Json(WebhooksOut {
        items: rows.into_iter().map(Into::into).collect(),
        kinds: event::kinds().iter().map(|kind| (*kind).to_owned()).collect(),
    }))
}

/// A webhook to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookIn {
    /// Where to call: https://, of the open internet unless the configuration allows more.
    url: String,
    /// What it is for, at most 200 characters.
    #[serde(default)]
    description: String,
    /// The kinds of events; `*` for all.
    kinds: Vec<String>,
}

/// A new webhook. This is the only time that its secret is shown.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewWebhookOut {
    id: WebhookId,
    /// Verifies `webhook-signature` as Standard Webhooks says.
    secret: String,
}

/// Makes a webhook. From now on it is called whenever something of its kinds happens.
#[utoipa::path(post, path = "/admin/webhooks", tag = "admin", request_body = WebhookIn, responses((status = 201, body = NewWebhookOut)))]
pub(super) async fn create_webhook(g: Guard<ManageWebhooks>, Body(body): Body<WebhookIn>) -> Result<(StatusCode, Json<NewWebhookOut>)> {
    let platform = g.platform.clone();
    let wish = Wish {
        url: body.url.trim().to_owned(),
        description: body.description,
        kinds: body.kinds,
    };
    let made =
        g.db.write("webhooks.create", move |tx| actions::create(tx, &platform, &g.can, wish));
    let (id, secret) = made.await?;
    Ok(created(NewWebhookOut { id, secret }))
}

/// What changes; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookPatch {
    #[serde(default, deserialize_with = "not_null")]
    url: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    description: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    kinds: Option<Vec<String>>,
    /// Switched on, it begins with a clean slate; what happened meanwhile is not called.
    #[serde(default, deserialize_with = "not_null")]
    is_active: Option<bool>,
}

/// Changes a webhook, or switches it on or off.
#[utoipa::path(
    patch, path = "/admin/webhooks/{webhook}", tag = "admin", params(("webhook" = WebhookId, Path)), request_body = WebhookPatch,
    responses((status = 204, description = "It is so now."))
)]
pub(super) async fn update_webhook(g: Guard<OneWebhook>, Body(body): Body<WebhookPatch>) -> Result<StatusCode> {
    let platform = g.platform.clone();
    let changed = g.db.write("webhooks.update", move |tx| {
        actions::change(tx, &platform, &g.can, move |was| Change {
            wish: Wish {
                url: body.url.map_or(was.wish.url, |url| url.trim().to_owned()),
                description: body.description.unwrap_or(was.wish.description),
                kinds: body.kinds.unwrap_or(was.wish.kinds),
            },
            is_active: body.is_active.unwrap_or(was.is_active),
        })
    });
    changed.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a webhook with everything that is known of its calls.
#[utoipa::path(
    delete, path = "/admin/webhooks/{webhook}", tag = "admin", params(("webhook" = WebhookId, Path)),
    responses((status = 204, description = "It is gone."))
)]
pub(super) async fn delete_webhook(g: Guard<OneWebhook>) -> Result<StatusCode> {
    g.db.write("webhooks.delete", move |tx| actions::delete(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A secret, this once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SecretOut {
    secret: String,
}

/// Makes a new secret. For a day calls carry two signatures, by the former one as well.
#[utoipa::path(
    post, path = "/admin/webhooks/{webhook}/secret", tag = "admin", params(("webhook" = WebhookId, Path)),
    responses((status = 200, body = SecretOut))
)]
pub(super) async fn rotate_webhook_secret(g: Guard<OneWebhook>) -> Result<Json<SecretOut>> {
    let platform = g.platform.clone();
    let secret =
        g.db.write("webhooks.rotate", move |tx| actions::rotate(tx, &platform, &g.can))
            .await?;
    Ok(Json(SecretOut { secret }))
}
