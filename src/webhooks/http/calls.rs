//! The calls of webhooks.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    kernel::{
        error::{Error, Result},
        id::{DeliveryId, WebhookId},
        page::Limit,
        time::Timestamp,
    },
    platform::web::{
        extract::{PageOut, Query},
        guard::Guard,
    },
    webhooks::{
        actions,
        model::{Delivery, State, Try},
        policy::{OneDelivery, OneWebhook},
        store,
    },
};

/// A call that is on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PingOut {
    delivery: DeliveryId,
}

/// Makes a call of the kind `ping`, to see whether it goes through.
#[utoipa::path(
    post, path = "/admin/webhooks/{webhook}/ping", tag = "admin", params(("webhook" = WebhookId, Path)),
    responses((status = 202, body = PingOut))
)]
pub(super) async fn ping_webhook(g: Guard<OneWebhook>) -> Result<(StatusCode, Json<PingOut>)> {
    let delivery = g.db.write("webhooks.ping", move |tx| actions::ping(tx, &g.can)).await?;
    Ok((StatusCode::ACCEPTED, Json(PingOut { delivery })))
}

/// A call and how its newest try went.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryOut {
    /// Sent as `webhook-id`.
    id: DeliveryId,
    /// The kind of event, or `ping`.
    kind: String,
    /// `waiting`, `delivered` or `failed`.
    state: String,
    /// Tries so far.
    tries: u32,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Timestamp>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    /// The status that came back last.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Milliseconds that the last try took.
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<u32>,
    /// Why nothing came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Delivery> for DeliveryOut {
    fn from(row: Delivery) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            state: row.state.word().into(),
            tries: row.tries,
            next_at: row.next_at,
            created_at: row.created_at,
            ended_at: row.ended_at,
            status: row.status,
            took_ms: row.took,
            error: row.error,
        }
    }
}

/// Where a call may stand.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DeliveryStateIn {
    Waiting,
    Delivered,
    Failed,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveriesQuery {
    /// Only calls that stand so.
    #[param(inline)]
    state: Option<DeliveryStateIn>,
    /// The `next` of the page before.
    cursor: Option<DeliveryId>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

/// The calls of a webhook, newest first. They are kept for 30 days.
#[utoipa::path(
    get, path = "/admin/webhooks/{webhook}/deliveries", tag = "admin", params(("webhook" = WebhookId, Path), DeliveriesQuery),
    responses((status = 200, body = PageOut<DeliveryOut>))
)]
pub(super) async fn list_webhook_deliveries(
    g: Guard<OneWebhook>,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Json<PageOut<DeliveryOut>>> {
    let state = query.state.map(|state| match state {
        DeliveryStateIn::Waiting => State::Waiting,
        DeliveryStateIn::Delivered => State::Delivered,
        DeliveryStateIn::Failed => State::Failed,
    });
    let (webhook, limit) = (g.can.webhook, Limit::or_default(query.limit));
    let page = g.db.read("webhooks.deliveries", move |read| {
        store::get_webhook(read, webhook)?;
        store::list_deliveries(read, webhook, state, query.cursor, limit)
    });
    Ok(Json(page.await?.map(Into::into).into()))
}

/// One try of a call.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TryOut {
    at: Timestamp,
    /// Milliseconds until the answer or its absence.
    took_ms: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// The beginning of the answer's body.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Try> for TryOut {
    fn from(one: Try) -> Self {
        Self {
            at: one.at,
            took_ms: one.took,
            status: one.status,
            answer: one.answer,
            error: one.error,
        }
    }
}

/// A call with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryDetailsOut {
    #[serde(flatten)]
    delivery: DeliveryOut,
    /// The body that is sent, as it is signed.
    payload: String,
    /// Its tries, newest first, at most 50.
    attempts: Vec<TryOut>,
}

/// A call with what was sent and what came back.
#[utoipa::path(
    get, path = "/admin/webhook-deliveries/{delivery}", tag = "admin", params(("delivery" = DeliveryId, Path)),
    responses((status = 200, body = DeliveryDetailsOut))
)]
pub(super) async fn get_webhook_delivery(g: Guard<OneDelivery>) -> Result<Json<DeliveryDetailsOut>> {
    let id = g.can.delivery;
    let found = g.db.read("webhooks.delivery", move |read| {
        let delivery = store::find_delivery(read, id)?.ok_or(Error::NotFound("delivery"))?;
        Ok(DeliveryDetailsOut {
            delivery: delivery.into(),
            payload: store::get_payload(read, id)?,
            attempts: store::list_tries(read, id)?.into_iter().map(Into::into).collect(),
        })
    });
    found.await.map(Json)
}

/// Makes a call again: with the same `webhook-id` and body, and a new timestamp.
#[utoipa::path(
    post, path = "/admin/webhook-deliveries/{delivery}/replay", tag = "admin", params(("delivery" = DeliveryId, Path)),
    responses((status = 202, description = "It waits to be made."))
)]
pub(super) async fn replay_webhook_delivery(g: Guard<OneDelivery>) -> Result<StatusCode> {
    g.db.write("webhooks.replay", move |tx| actions::replay(tx, &g.can)).await?;
    Ok(StatusCode::ACCEPTED)
}
