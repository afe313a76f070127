//! The table `settings_history`: every state that a section was in.

use crate::{
    kernel::{error::Result, id::SettingId, time::Timestamp},
    platform::db::{Read, Tx},
};

/// States of one section that are kept.
const KEPT: u32 = 200;

/// How a section stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its state.
    pub version: SettingId,
    /// The body of it, with its secrets.
    pub body: String,
    /// Since when.
    pub at: Timestamp,
    /// Who made it so: `usr_…`, `cli` or `system:reason`.
    pub by: String,
}

/// A state that a section was in, or is.
pub type Past = Standing;

pub(super) fn keep(tx: &Tx<'_>, section: &str, version: SettingId, body: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO settings_history (id, section, body, changed_at, changed_by) VALUES (?1, ?2, ?3, ?4, ?5)",
        (version, section, body, tx.now(), tx.actor().label()),
    )?;
    tx.execute(
        "DELETE FROM settings_history WHERE id IN (SELECT id FROM settings_history WHERE section = ?1 ORDER BY id DESC LIMIT -1 OFFSET ?2)",
        (section, KEPT),
    )?;
    Ok(())
}

fn standing_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Standing> {
    Ok(Standing {
        version: row.get(0)?,
        body: row.get(1)?,
        at: row.get(2)?,
        by: row.get(3)?,
    })
}

/// How a section stands; `None` while its defaults hold.
///
/// # Errors
/// A database fault.
pub fn standing(read: &Read<'_>, section: &str) -> Result<Option<Standing>> {
    read.find(
        "SELECT coalesce(version, 0), body, changed_at, changed_by FROM settings WHERE section = ?1",
        [section],
        standing_of,
    )
}

/// The states that a section was in, newest first.
///
/// # Errors
/// A database fault.
pub fn history(read: &Read<'_>, section: &str, limit: u32) -> Result<Vec<Past>> {
    read.list(
        "SELECT id, body, changed_at, changed_by FROM settings_history WHERE section = ?1 ORDER BY id DESC LIMIT ?2",
        (section, limit),
        standing_of,
    )
}
