//! The `mails` table.

use super::{
    Letter,
    job::{DropLetters, SendMail},
};
use crate::{
    kernel::{
        error::{Error, Result},
        id::MailId,
        page::Page,
        text::Email,
        time::Timestamp,
    },
    platform::{
        db::{Read, Tx},
        jobs::Job as _,
    },
};

/// A mail as its row keeps it.
pub(super) struct Stored {
    pub(super) to: Email,
    pub(super) to_name: String,
    pub(super) template: String,
    pub(super) language: String,
    /// Sealed; none once the mail has gone.
    pub(super) data: Option<String>,
    pub(super) created_at: Timestamp,
}

/// How many mails wait and how many could not be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// On their way.
    pub waiting: i64,
    /// Refused for good.
    pub failed: i64,
}

pub(super) fn insert(tx: &Tx<'_>, id: MailId, letter: &Letter, sealed: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO mails (id, to_address, to_name, template, language, data, state, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', ?7)",
        (id, &letter.to, &letter.to_name, letter.template, &letter.language, sealed, tx.now()),
    )?;
    Ok(())
}

pub(super) fn find(read: &Read<'_>, id: MailId) -> Result<Option<Stored>> {
    read.find(
        "SELECT to_address, to_name, template, language, data, created_at FROM mails WHERE id = ?1",
        [id],
        |row| {
            Ok(Stored {
                to: row.get(0)?,
                to_name: row.get(1)?,
                template: row.get(2)?,
                language: row.get(3)?,
                data: row.get(4)?,
                created_at: row.get(5)?,
            })
        },
    )
}

/// The mail has gone: what it said is removed.
pub(super) fn mark_sent(tx: &Tx<'_>, id: MailId) -> Result<()> {
    tx.execute(
        "UPDATE mails SET state = 'sent', data = NULL, last_error = NULL, sent_at = ?2 WHERE id = ?1",
        (id, tx.now()),
    )?;
    Ok(())
}

/// The mail was refused, for now or for good. It keeps what it says, so that it can be sent again.
pub(super) fn mark_refused(tx: &Tx<'_>, id: MailId, for_good: bool, error: &str) -> Result<()> {
    let state = if for_good { "failed" } else { "waiting" };
    let error: String = error.chars().take(500).collect();
    tx.execute("UPDATE mails SET state = ?2, last_error = ?3 WHERE id = ?1", (id, state, error))?;
    Ok(())
}

/// Removes every mail to an address, sent or waiting: its owner is to be forgotten. Gives how many.
/// Their jobs go with them, whose errors may name the address, and later the files in the outbox.
///
/// # Errors
/// A database fault.
pub fn forget(tx: &Tx<'_>, address: &Email) -> Result<usize> {
    let mails: Vec<MailId> = tx.list("SELECT id FROM mails WHERE lower(to_address) = lower(?1)", [address], |row| {
        row.get(0)
    })?;
    for mail in &mails {
        let payload = serde_json::to_string(&SendMail { mail: *mail }).map_err(Error::internal)?;
        tx.execute("DELETE FROM jobs WHERE kind = ?1 AND payload = ?2", (SendMail::KIND, payload))?;
    }
    tx.execute("DELETE FROM mails WHERE lower(to_address) = lower(?1)", [address])?;
    let count = mails.len();
    if count > 0 {
        tx.enqueue(&DropLetters { mails })?;
    }
    Ok(count)
}

/// The addresses to which mails went that greet somebody by this name.
///
/// # Errors
/// A database fault.
pub fn addresses_of(read: &Read<'_>, name: &str) -> Result<Vec<Email>> {
    read.list("SELECT DISTINCT to_address FROM mails WHERE to_name = ?1", [name], |row| row.get(0))
}

/// How many mails wait and how many failed.
///
/// # Errors
/// A database fault.
pub fn counts(read: &Read<'_>) -> Result<Counts> {
    let of = |state: &str| read.count("SELECT count(*) FROM mails WHERE state = ?1", [state]);
    Ok(Counts {
        waiting: of("waiting")?,
        failed: of("failed")?,
    })
}

/// Removes mails sent before `sent`, and failed ones created before `failed`, at most 500.
///
/// # Errors
/// A database fault.
pub fn purge(tx: &Tx<'_>, sent: Timestamp, failed: Timestamp) -> Result<usize> {
    tx.execute(
        "DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE (state = 'sent' AND sent_at < ?1) OR (state = 'failed' AND created_at < ?2) LIMIT 500)",
        (sent, failed),
    )
}

/// A mail as admins see it: not what it says, and not quite to whom.
#[derive(Debug, Clone)]
pub struct MailRow {
    /// Its id.
    pub id: MailId,
    /// The address, masked: `a•••@example.org`.
    pub to: String,
    /// The name of its templates.
    pub template: String,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    /// What the server said last.
    pub last_error: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it went.
    pub sent_at: Option<Timestamp>,
}

/// Where a mail may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailState {
    /// On its way.
    Waiting,
    /// Gone.
    Sent,
    /// Refused for good.
    Failed,
}
crate::text_enum!(MailState { Waiting = "waiting", Sent = "sent", Failed = "failed" });

/// Mails, newest first.
///
/// # Errors
/// A database fault.
pub fn list(read: &Read<'_>, state: Option<MailState>, before: Option<MailId>, limit: u32) -> Result<Page<MailRow>> {
    let rows = read.list(
        "SELECT id, to_address, template, state, last_error, created_at, sent_at FROM mails
         WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3",
        (state, before, limit + 1),
        |row| {
            Ok(MailRow {
                id: row.get(0)?,
                to: masked(&row.get::<_, String>(1)?),
                template: row.get(2)?,
                state: row.get(3)?,
                last_error: row.get::<_, Option<String>>(4)?.map(|error| without_addresses(&error)),
                created_at: row.get(5)?,
                sent_at: row.get(6)?,
            })
        },
    )?;
    Ok(Page::cut(rows, limit, |row| row.id.to_string()))
}

fn masked(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}•••@{domain}")
}

/// What a server says often repeats the address.
fn without_addresses(text: &str) -> String {
    let words = text.split(' ').map(|word| if word.contains('@') { "(address)" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// Sends a mail that could not be delivered, or waits for its next try, now.
///
/// # Errors
/// `NotFound`; `Conflict` when it has gone already.
pub fn retry(tx: &Tx<'_>, id: MailId) -> Result<()> {
    let state = tx.get("mail", "SELECT state FROM mails WHERE id = ?1", [id], |row| {
        row.get::<_, MailState>(0)
    })?;
    if state == MailState::Sent {
        return Err(Error::conflict(
            "mail.gone",
            "This mail has gone already; what it said is not kept.",
        ));
    }
    let payload = serde_json::to_string(&SendMail { mail: id }).map_err(Error::internal)?;
    tx.execute(
        "DELETE FROM jobs WHERE kind = ?1 AND payload = ?2 AND state <> 'running'",
        (SendMail::KIND, payload),
    )?;
    tx.execute("UPDATE mails SET state = 'waiting' WHERE id = ?1", [id])?;
    tx.enqueue(&SendMail { mail: id }).map(drop)
}
