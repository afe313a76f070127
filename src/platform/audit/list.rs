//! The trail as it is read, and where changes came from.

use super::{AuditRow, row};
use crate::{
    kernel::{
        actor::Actor,
        error::Result,
        id::{AuditId, TokenId},
        page::Page,
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

/// Which rows are wanted; what is absent matters not.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Who: `usr_…`, `cli`, `system` (all of them) or `system:reason`.
    pub actor: Option<String>,
    /// What: `slice.verb`, or `slice` for all of a slice's.
    pub action: Option<String>,
    /// To what.
    pub subject: Option<String>,
    /// From this instant on.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// The network address, or its beginning.
    pub ip: Option<String>,
}

/// Where a change came from, as long as that is kept.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The network address.
    pub ip: Option<String>,
    /// The API token, when it was a program.
    pub token: Option<TokenId>,
}

/// A row of the trail with where it came from.
#[derive(Debug, Clone)]
pub struct Row {
    /// The row.
    pub row: AuditRow,
    /// Where it came from.
    pub origin: Origin,
}

/// Notes where the change of this row comes from.
pub(super) fn note_origin(tx: &Tx<'_>, id: AuditId) -> Result<()> {
    let Actor::Person(person) = tx.actor() else { return Ok(()) };
    if person.ip.is_some() || person.token.is_some() {
        tx.execute(
            "INSERT INTO audit_origins (audit_id, ip, token) VALUES (?1, ?2, ?3)",
            (id, person.ip.map(|ip| ip.to_string()), person.token),
        )?;
    }
    Ok(())
}

/// The trail, newest first, as far as the filter lets through.
///
/// # Errors
/// A database fault.
pub fn list(read: &Read<'_>, filter: &Filter, before: Option<AuditId>, limit: u32) -> Result<Page<Row>> {
    let prefixed = |text: &Option<String>, mark: char| text.as_ref().map(|text| format!("{text}{mark}"));
    let rows = read.list(
        "SELECT a.id, a.actor, a.action, a.subject, a.before, a.after, a.at, o.ip, o.token
         FROM audit a LEFT JOIN audit_origins o ON o.audit_id = a.id
         WHERE (?1 IS NULL OR a.id < ?1) AND (?2 IS NULL OR a.actor = ?2 OR substr(a.actor, 1, length(?3)) = ?3)
           AND (?4 IS NULL OR a.action = ?4 OR substr(a.action, 1, length(?5)) = ?5) AND (?6 IS NULL OR a.subject = ?6)
           AND (?7 IS NULL OR a.at >= ?7) AND (?8 IS NULL OR a.at < ?8) AND (?9 IS NULL OR substr(o.ip, 1, length(?9)) = ?9)
         ORDER BY a.id DESC LIMIT ?10",
        (
            before,
            &filter.actor,
            prefixed(&filter.actor, ':'),
            &filter.action,
            prefixed(&filter.action, '.'),
            &filter.subject,
            filter.from,
            filter.until,
            &filter.ip,
            limit + 1,
        ),
        |found| {
            Ok(Row {
                row: row(found)?,
                origin: Origin {
                    ip: found.get(7)?,
                    token: found.get(8)?,
                },
            })
        },
    )?;
    Ok(Page::cut(rows, limit, |row| row.row.id.to_string()))
}

/// Every action that the trail knows: a walk along one index.
///
/// # Errors
/// A database fault.
pub fn list_actions(read: &Read<'_>) -> Result<Vec<String>> {
    read.list(
        "WITH RECURSIVE found (action) AS (
            SELECT min(action) FROM audit UNION ALL SELECT (SELECT min(action) FROM audit WHERE action > found.action) FROM found WHERE found.action IS NOT NULL
         ) SELECT action FROM found WHERE action IS NOT NULL",
        [],
        |row| row.get(0),
    )
}

/// Forgets where changes before an instant came from, at most 500 rows.
///
/// # Errors
/// A database fault.
pub fn purge_origins(tx: &Tx<'_>, before: Timestamp) -> Result<usize> {
    tx.execute(
        "DELETE FROM audit_origins WHERE audit_id IN (SELECT o.audit_id FROM audit_origins o JOIN audit a ON a.id = o.audit_id WHERE a.at < ?1 ORDER BY o.audit_id LIMIT 500)",
        [before],
    )
}
