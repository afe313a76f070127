//! The audit trail: what admins and the command line changed, before and after.

use serde::Serialize;

use super::db::{Read, Tx};
use crate::kernel::{
    error::{Error, Result},
    id::AuditId,
    page::Page,
    time::Timestamp,
};

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
    /// JSON before, without secrets.
    pub before: Option<String>,
    /// JSON after, without secrets.
    pub after: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Records a change in the deed's own transaction. Never put secrets into `before` or `after`.
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
    let before = before.map(serde_json::to_string).transpose().map_err(Error::internal)?;
    let after = after.map(serde_json::to_string).transpose().map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO audit (id, actor, action, subject, before, after, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            tx.new_id::<crate::kernel::id::AuditRow>(),
            tx.actor().label(),
            action,
            subject,
            before,
            after,
            tx.now(),
        ),
    )?;
    Ok(())
}

/// The trail, newest first.
///
/// # Errors
/// A database fault.
pub fn list(read: &Read<'_>, before: Option<AuditId>, limit: u32) -> Result<Page<AuditRow>> {
    let rows = read.list(
        "SELECT id, actor, action, subject, before, after, at FROM audit WHERE (?1 IS NULL OR id < ?1) ORDER BY id DESC LIMIT ?2",
        (before, limit + 1),
        |row| {
            Ok(AuditRow {
                id: row.get(0)?,
                actor: row.get(1)?,
                action: row.get(2)?,
                subject: row.get(3)?,
                before: row.get(4)?,
                after: row.get(5)?,
                at: row.get(6)?,
            })
        },
    )?;
    Ok(Page::cut(rows, limit, |row| row.id.to_string()))
}
