//! The audit trail: what admins and the command line changed, before and after.
//!
//! Tables: `audit`, `audit_head`, `audit_origins`. Rows of the trail are only ever added, triggers refuse everything else, and
//! each row carries a hash over itself and the hash of the row before it (see `chain`): a row
//! that is altered, taken out, slipped in or moved is found by `momentum doctor`, which names it.
//!
//! **No personal data.** A row can never change, so a person can be erased only because none says
//! more of him than his id, which means nobody once his account is gone. Actors and subjects are
//! ids or fixed words; `before` and `after` hold ids, states, counts and the names of things, never
//! a person's name, an address, a file's name or free text that people write about people. A caller
//! leaves such fields out ([`super::settings::Section::redacted`] does for settings); for what
//! slips through, [`record`] takes the place of everything that looks like an e-mail address. Where a
//! change came from is personal data, and so it stands beside the trail in rows that can go.

mod chain;
mod list;

use rusqlite::Row;
use serde::Serialize;
use serde_json::Value;

use super::db::{Read, Tx};
use crate::kernel::{
    error::{Error, Result},
    id::{AuditId, UserId},
    time::Timestamp,
};

pub use chain::{Break, Walk, step};
pub use list::{Filter, Origin, Row as ListedRow, list, list_actions, purge_origins};

/// One row of the trail.
#[derive(Debug, Clone, Serialize)]
pub struct AuditRow {
    /// Its id.
    pub id: AuditId,
    /// Who: `usr_…`, `cli` or `system:reason`.
    pub actor: String,
    /// What, as `slice.verb`.
    pub action: String,
    /// To what: an id or a settings section.
    pub subject: String,
    /// JSON before, without secrets or personal data.
    pub before: Option<String>,
    /// JSON after, without secrets or personal data.
    pub after: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Records a change in the deed's own transaction. Never put secrets or personal data into
/// `subject`, `before` or `after`: the row stays for ever.
///
/// # Errors
/// A database fault.
pub fn record(
    tx: &Tx<'_>,
    action: &'static str,
    subject: &str,
    before: Option<&impl Serialize>,
    after: Option<&impl Serialize>,
) -> Result<()> {
    let (last, previous) = chain::end(tx)?;
    let fresh: AuditId = tx.new_id();
    let row = AuditRow {
        // The chain's order is the ids' order, also after the clock was set back.
        id: fresh.max(AuditId::from_raw(last.raw().saturating_add(1))),
        actor: tx.actor().label(),
        action: action.to_owned(),
        subject: without_addresses(subject),
        before: before.map(body).transpose()?,
        after: after.map(body).transpose()?,
        at: tx.now(),
    };
    let hash = chain::hash(&previous, &row);
    tx.execute(
        "INSERT INTO audit (id, actor, action, subject, before, after, at, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (row.id, row.actor, row.action, row.subject, row.before, row.after, row.at, hash),
    )?;
    list::note_origin(tx, row.id)?;
    chain::set_end(tx, row.id, &hash)
}

fn body(value: &impl Serialize) -> Result<String> {
    let mut value = serde_json::to_value(value).map_err(Error::internal)?;
    hide_addresses(&mut value);
    Ok(value.to_string())
}

fn hide_addresses(value: &mut Value) {
    match value {
        Value::String(text) => *text = without_addresses(text),
        Value::Array(items) => items.iter_mut().for_each(hide_addresses),
        Value::Object(fields) => fields.values_mut().for_each(hide_addresses),
        _ => {}
    }
}

/// The text with a mark in the place of every word that looks like an e-mail address.
fn without_addresses(text: &str) -> String {
    if !text.contains('@') {
        return text.to_owned();
    }
    let words = text.split_inclusive(char::is_whitespace).map(|word| {
        let bare = word.trim_end();
        let is_address = bare
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        if is_address {
            format!("(address){}", &word[bare.len()..])
        } else {
            word.to_owned()
        }
    });
    words.collect()
}

const COLUMNS: &str = "id, actor, action, subject, before, after, at";

fn row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        id: row.get(0)?,
        actor: row.get(1)?,
        action: row.get(2)?,
        subject: row.get(3)?,
        before: row.get(4)?,
        after: row.get(5)?,
        at: row.get(6)?,
    })
}

/// The newest rows about somebody: what was done with him, and what he did.
///
/// # Errors
/// A database fault.
pub fn list_about(read: &Read<'_>, user: UserId, limit: u32) -> Result<Vec<AuditRow>> {
    let label = user.to_string();
    read.list(
        &format!("SELECT {COLUMNS} FROM audit WHERE subject = ?1 OR actor = ?1 OR actor LIKE '% as ' || ?1 ORDER BY id DESC LIMIT ?2"),
        (label, limit),
        row,
    )
}

/// When the newest row was written.
///
/// # Errors
/// A database fault.
pub fn newest(read: &Read<'_>) -> Result<Option<Timestamp>> {
    read.find("SELECT at FROM audit ORDER BY id DESC LIMIT 1", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_hidden_and_other_words_stay() {
        assert_eq!(without_addresses("ana@example.com"), "(address)");
        assert_eq!(without_addresses("to <ana@example.com> and\nbo"), "to (address) and\nbo");
        assert_eq!(without_addresses("@ home @"), "@ home @");
        let text = body(&serde_json::json!({"a": [{"b": "x@y"}], "n": 1})).expect("a body");
        assert_eq!(text, r#"{"a":[{"b":"(address)"}],"n":1}"#);
    }
}
