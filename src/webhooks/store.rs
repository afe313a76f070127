//! All SQL over webhooks and their calls.

use rusqlite::Row;

use super::model::{Delivery, Secrets, State, Try, Webhook, Wish};
use crate::{
    kernel::{
        error::{Error, Result},
        id::{DeliveryId, WebhookId},
        page::Page,
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

const WEBHOOK: &str = "id, url, description, kinds, is_active, created_at, failing_since, disabled_at";

fn webhook(row: &Row<'_>) -> rusqlite::Result<Webhook> {
    let kinds: String = row.get(3)?;
    Ok(Webhook {
        id: row.get(0)?,
        url: row.get(1)?,
        description: row.get(2)?,
        kinds: serde_json::from_str(&kinds).unwrap_or_default(),
        is_active: row.get(4)?,
        created_at: row.get(5)?,
        failing_since: row.get(6)?,
        disabled_at: row.get(7)?,
    })
}

pub(super) fn list_webhooks(read: &Read<'_>) -> Result<Vec<Webhook>> {
    read.list(&format!("SELECT {WEBHOOK} FROM webhooks ORDER BY id"), [], webhook)
}

pub(super) fn list_active(read: &Read<'_>) -> Result<Vec<Webhook>> {
    read.list(
        &format!("SELECT {WEBHOOK} FROM webhooks WHERE is_active = 1 ORDER BY id"),
        [],
        webhook,
    )
}

pub(super) fn find_webhook(read: &Read<'_>, id: WebhookId) -> Result<Option<Webhook>> {
    read.find(&format!("SELECT {WEBHOOK} FROM webhooks WHERE id = ?1"), [id], webhook)
}

pub(super) fn get_webhook(read: &Read<'_>, id: WebhookId) -> Result<Webhook> {
    find_webhook(read, id)?.ok_or(Error::NotFound("webhook"))
}

pub(super) fn count_webhooks(read: &Read<'_>) -> Result<i64> {
    read.count("SELECT count(*) FROM webhooks", [])
}

pub(super) fn count_disabled(read: &Read<'_>) -> Result<i64> {
    read.count("SELECT count(*) FROM webhooks WHERE disabled_at IS NOT NULL", [])
}

fn json(kinds: &[String]) -> Result<String> {
    serde_json::to_string(kinds).map_err(Error::internal)
}

pub(super) fn insert_webhook(tx: &Tx<'_>, id: WebhookId, wish: &Wish, secret: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO webhooks (id, url, description, secret, kinds, is_active, created_at) VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6)",
        (id, &wish.url, &wish.description, secret, json(&wish.kinds)?, tx.now()),
    )?;
    Ok(())
}

/// Changes it. Switched on anew, it begins with a clean slate.
pub(super) fn update_webhook(tx: &Tx<'_>, id: WebhookId, wish: &Wish, is_active: bool) -> Result<()> {
    tx.execute(
        "UPDATE webhooks SET url = ?2, description = ?3, kinds = ?4, is_active = ?5,
            failing_since = CASE WHEN ?5 = 1 AND is_active = 0 THEN NULL ELSE failing_since END,
            disabled_at = CASE WHEN ?5 = 1 THEN NULL ELSE disabled_at END
         WHERE id = ?1",
        (id, &wish.url, &wish.description, json(&wish.kinds)?, is_active),
    )?;
    Ok(())
}

pub(super) fn delete_webhook(tx: &Tx<'_>, id: WebhookId) -> Result<()> {
    tx.execute("DELETE FROM webhooks WHERE id = ?1", [id])?;
    Ok(())
}

/// A new secret; the one before it holds until an instant.
pub(super) fn replace_secret(tx: &Tx<'_>, id: WebhookId, secret: &str, old_until: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE webhooks SET old_secret = secret, old_until = ?3, secret = ?2 WHERE id = ?1",
        (id, secret, old_until),
    )?;
    Ok(())
}

pub(super) fn find_secrets(read: &Read<'_>, id: WebhookId) -> Result<Option<Secrets>> {
    read.find("SELECT secret, old_secret, old_until FROM webhooks WHERE id = ?1", [id], |row| {
        let old: (Option<String>, Option<Timestamp>) = (row.get(1)?, row.get(2)?);
        Ok(Secrets {
            now: row.get(0)?,
            old: old.0.zip(old.1),
        })
    })
}

/// A call went through, or did not.
pub(super) fn note_health(tx: &Tx<'_>, id: WebhookId, is_well: bool) -> Result<()> {
    if is_well {
        tx.execute(
            "UPDATE webhooks SET failing_since = NULL WHERE id = ?1 AND failing_since IS NOT NULL",
            [id],
        )?;
    } else {
        tx.execute(
            "UPDATE webhooks SET failing_since = ?2 WHERE id = ?1 AND failing_since IS NULL",
            (id, tx.now()),
        )?;
    }
    Ok(())
}

pub(super) fn switch_off(tx: &Tx<'_>, id: WebhookId) -> Result<()> {
    tx.execute("UPDATE webhooks SET is_active = 0, disabled_at = ?2 WHERE id = ?1", (id, tx.now()))?;
    Ok(())
}

pub(super) fn insert_delivery(tx: &Tx<'_>, webhook: WebhookId, kind: &str, payload: &str) -> Result<DeliveryId> {
    let id: DeliveryId = tx.new_id();
    tx.execute(
        "INSERT INTO webhook_deliveries (id, webhook_id, kind, payload, state, tries, next_at, created_at) VALUES (?1, ?2, ?3, ?4, 'waiting', 0, ?5, ?5)",
        (id, webhook, kind, payload, tx.now()),
    )?;
    Ok(id)
}

/// The newest try of a call joins in: the primary key of `webhook_tries` grows with time.
const DELIVERY: &str = "d.id, d.webhook_id, d.kind, d.state, d.tries, d.next_at, d.created_at, d.ended_at, t.status, t.took, t.error";
const NEWEST: &str = "LEFT JOIN webhook_tries t ON t.id = (SELECT max(id) FROM webhook_tries WHERE delivery_id = d.id)";

fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: row.get(0)?,
        webhook: row.get(1)?,
        kind: row.get(2)?,
        state: row.get(3)?,
        tries: row.get(4)?,
        next_at: row.get(5)?,
        created_at: row.get(6)?,
        ended_at: row.get(7)?,
        status: row.get(8)?,
        took: row.get(9)?,
        error: row.get(10)?,
    })
}

pub(super) fn find_delivery(read: &Read<'_>, id: DeliveryId) -> Result<Option<Delivery>> {
    read.find(
        &format!("SELECT {DELIVERY} FROM webhook_deliveries d {NEWEST} WHERE d.id = ?1"),
        [id],
        delivery,
    )
}

pub(super) fn get_payload(read: &Read<'_>, id: DeliveryId) -> Result<String> {
    read.get("delivery", "SELECT payload FROM webhook_deliveries WHERE id = ?1", [id], |row| {
        row.get(0)
    })
}

/// The calls of a webhook, newest first.
pub(super) fn list_deliveries(
    read: &Read<'_>,
    webhook: WebhookId,
    state: Option<State>,
    before: Option<DeliveryId>,
    limit: u32,
) -> Result<Page<Delivery>> {
    let sql = format!(
        "SELECT {DELIVERY} FROM webhook_deliveries d {NEWEST}
         WHERE d.webhook_id = ?1 AND (?2 IS NULL OR d.state = ?2) AND (?3 IS NULL OR d.id < ?3) ORDER BY d.id DESC LIMIT ?4"
    );
    let rows = read.list(&sql, (webhook, state, before, limit + 1), delivery)?;
    Ok(Page::cut(rows, limit, |row| row.id.to_string()))
}

pub(super) fn list_tries(read: &Read<'_>, delivery: DeliveryId) -> Result<Vec<Try>> {
    read.list(
        "SELECT at, took, status, answer, error FROM webhook_tries WHERE delivery_id = ?1 ORDER BY id DESC LIMIT 50",
        [delivery],
        |row| {
            Ok(Try {
                at: row.get(0)?,
                took: row.get(1)?,
                status: row.get(2)?,
                answer: row.get(3)?,
                error: row.get(4)?,
            })
        },
    )
}

pub(super) fn insert_try(tx: &Tx<'_>, delivery: DeliveryId, one: &Try) -> Result<()> {
    tx.execute(
        "INSERT INTO webhook_tries (delivery_id, at, took, status, answer, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (delivery, one.at, one.took, one.status, &one.answer, &one.error),
    )?;
    Ok(())
}

/// Where a call stands after a try.
pub(super) fn settle(tx: &Tx<'_>, id: DeliveryId, state: State, tries: u32, next_at: Option<Timestamp>) -> Result<()> {
    let ended = (state != State::Waiting).then(|| tx.now());
    tx.execute(
        "UPDATE webhook_deliveries SET state = ?2, tries = ?3, next_at = ?4, ended_at = ?5 WHERE id = ?1",
        (id, state, tries, next_at, ended),
    )?;
    Ok(())
}

/// A call begins anew.
pub(super) fn rewind(tx: &Tx<'_>, id: DeliveryId) -> Result<()> {
    settle(tx, id, State::Waiting, 0, Some(tx.now()))
}

/// Removes calls that ended before an instant, at most 500.
pub(super) fn purge(tx: &Tx<'_>, before: Timestamp) -> Result<usize> {
    tx.execute(
        "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE state <> 'waiting' AND created_at < ?1 LIMIT 500)",
        [before],
    )
}
