//! Settings that an admin changes while the instance runs: typed sections in the database.
//!
//! Each section is a struct of the slice that uses it. Secrets inside are sealed by
//! [`super::crypto::Keys`] before they get here and are never shown.

use serde::{Serialize, de::DeserializeOwned};

use super::{
    audit,
    db::{Read, Tx},
};
use crate::kernel::{
    error::{Error, Result},
    event::Event,
};

/// A section of settings. `Default` is what holds until an admin says otherwise.
pub trait Section: Serialize + DeserializeOwned + Default + Clone + Send + 'static {
    /// Its name, fixed for ever.
    const NAME: &'static str;

    /// The same section without secrets and without what names people: for the audit trail, whose
    /// rows stay for ever.
    #[must_use]
    fn redacted(&self) -> Self {
        self.clone()
    }
}

/// The section as it holds now.
///
/// # Errors
/// A database fault, or a stored section that this version cannot read.
pub fn get<S: Section>(read: &Read<'_>) -> Result<S> {
    let body = read.find("SELECT body FROM settings WHERE section = ?1", [S::NAME], |row| {
        row.get::<_, String>(0)
    })?;
    body.map_or_else(|| Ok(S::default()), |body| serde_json::from_str(&body).map_err(Error::internal))
}

/// Replaces the section, with an audit row and an event.
///
/// # Errors
/// A database fault.
pub fn put<S: Section>(tx: &Tx<'_>, section: &S) -> Result<()> {
    let before: S = get(tx)?;
    let body = serde_json::to_string(section).map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO settings (section, body, changed_at, changed_by) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (section) DO UPDATE SET body = excluded.body, changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        (S::NAME, body, tx.now(), tx.actor().label()),
    )?;
    audit::record(tx, "settings.change", S::NAME, Some(&before.redacted()), Some(&section.redacted()))?;
    tx.tell(&Event::SettingsChanged { section: S::NAME.into() })
}
