//! Makes a call.

use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::{
    model::{self, State, Try},
    sign, store,
};
use crate::{
    kernel::{
        error::{Error, Result},
        event::Event,
        id::{DeliveryId, WebhookId},
    },
    platform::{
        Platform, audit,
        db::{Read, Tx},
        http_client::{Answer, Call, CallError},
        jobs::{Job, JobContext, JobError, Queue},
    },
};

/// Bytes of an answer that the log keeps.
const KEPT: usize = 2000;

/// Makes one call, and plans the next try when it does not go through. Run twice it calls twice with
/// the same `webhook-id`, by which its reader can tell.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Deliver {
    /// Which.
    pub(super) delivery: DeliveryId,
}

/// What a call is made of.
struct Ready {
    webhook: WebhookId,
    call: Call,
    tries: u32,
}

impl Job for Deliver {
    const KIND: &'static str = "webhooks.deliver";
    const QUEUE: Queue = Queue::Hooks;

    fn dedupe_key(&self) -> Option<String> {
        Some(self.delivery.to_string())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let (id, platform) = (self.delivery, ctx.platform.clone());
        let found = ctx.db.read("webhooks.load", move |read| prepare(read, &platform, id)).await?;
        let Some(Ready { webhook, call, tries }) = found else {
            // Made already, or nobody wants it any more.
            return ctx.db.write("webhooks.drop", move |tx| give_up(tx, id)).await.map_err(Into::into);
        };
        let began = Instant::now();
        let answered = ctx.platform.outgoing.send(call).await;
        let took = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
        let settled = ctx
            .db
            .write("webhooks.settle", move |tx| settle(tx, id, webhook, tries + 1, took, answered));
        match settled.await? {
            Some(wait) => Err(JobError::Snooze(wait)),
            None => Ok(()),
        }
    }
}

fn prepare(read: &Read<'_>, platform: &Platform, id: DeliveryId) -> Result<Option<Ready>> {
    let Some(delivery) = store::find_delivery(read, id)?.filter(|delivery| delivery.state == State::Waiting) else {
        return Ok(None);
    };
    let Some(webhook) = store::find_webhook(read, delivery.webhook)?.filter(|webhook| webhook.is_active) else {
        return Ok(None);
    };
    let body = store::get_payload(read, id)?;
    let at = read.now().millis() / 1000;
    let (id, signature) = (id.to_string(), signature(read, platform, webhook.id, &id.to_string(), at, &body)?);
    let mut headers = HeaderMap::new();
    let mut add = |name: &'static str, value: &str| -> Result<()> {
        let value = HeaderValue::from_str(value).map_err(Error::internal)?;
        headers.insert(HeaderName::from_static(name), value);
        Ok(())
    };
    add("webhook-id", &id)?;
    add("webhook-timestamp", &at.to_string())?;
    add("webhook-signature", &signature)?;
    add("user-agent", concat!("Momentum/", env!("CARGO_PKG_VERSION")))?;
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(Some(Ready {
        webhook: webhook.id,
        tries: delivery.tries,
        call: Call {
            url: webhook.url,
            method: Method::POST,
            headers,
            body: body.into(),
            most: KEPT,
        },
    }))
}

/// By the secret that holds, and by the one before it as long as that holds, too.
fn signature(read: &Read<'_>, platform: &Platform, webhook: WebhookId, id: &str, at: i64, body: &str) -> Result<String> {
    let secrets = store::find_secrets(read, webhook)?.ok_or(Error::NotFound("webhook"))?;
    let old = secrets.old.filter(|(_, until)| *until > read.now()).map(|(sealed, _)| sealed);
    let mut signatures = Vec::new();
    for sealed in std::iter::once(secrets.now).chain(old) {
        let secret = platform.keys.open(&super::actions::purpose(webhook), &sealed)?;
        let secret = String::from_utf8(secret).map_err(Error::internal)?;
        signatures.extend(sign::sign(&secret, id, at, body));
    }
    Ok(signatures.join(" "))
}

fn give_up(tx: &Tx<'_>, id: DeliveryId) -> Result<()> {
    match store::find_delivery(tx, id)? {
        Some(delivery) if delivery.state == State::Waiting => store::settle(tx, id, State::Failed, delivery.tries, None),
        _ => Ok(()),
    }
}

/// Notes how the try went; says how long to wait before the next one.
fn settle(
    tx: &Tx<'_>,
    id: DeliveryId,
    webhook: WebhookId,
    tries: u32,
    took: u32,
    answered: Result<Answer, CallError>,
) -> Result<Option<Duration>> {
    if store::find_delivery(tx, id)?.is_none() {
        return Ok(None); // Its webhook was removed meanwhile.
    }
    let is_well = answered.as_ref().is_ok_and(|answer| answer.status.is_success());
    // "Gone" means: never call again.
    let is_gone = answered.as_ref().is_ok_and(|answer| answer.status == StatusCode::GONE);
    store::insert_try(tx, id, &noted(tx, took, answered))?;
    store::note_health(tx, webhook, is_well)?;
    let wait = if is_well || is_gone { None } else { model::wait_after(tries) };
    let state = match (is_well, wait) {
        (true, _) => State::Delivered,
        (false, Some(_)) => State::Waiting,
        (false, None) => State::Failed,
    };
    let next = wait.map(|wait| tx.now().plus_millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)));
    store::settle(tx, id, state, tries, next)?;
    let found = store::find_webhook(tx, webhook)?;
    let since = found.as_ref().filter(|w| w.is_active).and_then(|w| w.failing_since);
    let is_hopeless = since.is_some_and(|since| since.plus_secs(model::GIVE_UP_SECS) <= tx.now());
    if is_gone || (state == State::Failed && is_hopeless) {
        store::switch_off(tx, webhook)?;
        let why = if is_gone {
            "answered 410 Gone"
        } else {
            "did not answer for five days"
        };
        audit::record(
            tx,
            "webhooks.disable",
            &webhook.to_string(),
            None::<&()>,
            Some(&serde_json::json!({ "reason": why })),
        )?;
        let url: Option<http::Uri> = found.and_then(|webhook| webhook.url.parse().ok());
        tx.tell(&Event::WebhookSwitchedOff {
            webhook,
            host: url.and_then(|url| url.host().map(str::to_owned)).unwrap_or_default(),
            reason: why.to_owned(),
        })?;
    }
    Ok(wait)
}

fn noted(tx: &Tx<'_>, took: u32, answered: Result<Answer, CallError>) -> Try {
    let at = tx.now();
    match answered {
        Ok(answer) => Try {
            at,
            took,
            status: Some(answer.status.as_u16()),
            answer: Some(String::from_utf8_lossy(&answer.body).replace('\0', "")),
            error: answer
                .status
                .is_redirection()
                .then(|| "redirects are not followed: enter the address that it leads to".to_owned()),
        },
        Err(error) => Try {
            at,
            took,
            status: None,
            answer: None,
            error: Some(error.to_string()),
        },
    }
}
