//! Settings that an admin changes while the instance runs: typed sections in the database.
//!
//! Each section is a struct of the slice that uses it, registered in the slice's
//! [`Module`](super::module::Module) so that the settings pages show it. Every state that a section
//! was in is kept (the last 200): who changed what when, and what it was before. Secrets inside are
//! sealed by [`super::crypto::Keys`] before they get here and are never shown.

mod history;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

pub use history::{Past, Standing, history, standing};

use super::{
    audit,
    db::{Read, Tx},
};
use crate::kernel::{
    error::{Error, Result},
    event::Event,
    id::SettingId,
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

    /// The same section without secrets: for admins' eyes.
    #[must_use]
    fn shown(&self) -> Self {
        self.clone()
    }

    /// The section as it is stored: in its tidy form.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names every wrong field.
    fn checked(self) -> Result<Self> {
        Ok(self)
    }
}

/// A section as the settings pages treat it, without knowing its type: see [`section`].
#[derive(Clone, Copy)]
pub struct SectionKind {
    /// Its name.
    pub name: &'static str,
    /// Whether it is changed as it is shown. Others have operations of their own, for they hold
    /// secrets or files.
    pub is_open: bool,
    default: fn() -> Result<Value>,
    shown: fn(&str) -> Result<Value>,
    put: fn(&Tx<'_>, Value) -> Result<()>,
}

/// Registers a section in its slice's `module()`.
#[must_use]
pub const fn section<S: Section>() -> SectionKind {
    SectionKind {
        name: S::NAME,
        is_open: true,
        default: || value(&S::default()),
        shown: |body| {
            let section: S = serde_json::from_str(body).map_err(Error::internal)?;
            value(&section.shown())
        },
        put: |tx, given| {
            let section: S = serde_path_to_error::deserialize(given).map_err(|error| {
                let path = Some(error.path().to_string()).filter(|path| path != ".");
                Error::field(path.unwrap_or_default(), "field.malformed", error.into_inner().to_string())
            })?;
            put(tx, &section.checked()?)
        },
    }
}

impl SectionKind {
    /// The same, changed through operations of its own only.
    #[must_use]
    pub const fn closed(self) -> Self {
        Self { is_open: false, ..self }
    }

    /// What holds until an admin says otherwise.
    ///
    /// # Errors
    /// Only when it cannot be written as JSON.
    pub fn default(&self) -> Result<Value> {
        (self.default)()
    }

    /// What this body says, without secrets.
    ///
    /// # Errors
    /// A body that this version cannot read.
    pub fn shown(&self, body: &str) -> Result<Value> {
        (self.shown)(body)
    }

    /// Replaces the section.
    ///
    /// # Errors
    /// `Invalid` that names the wrong fields; `NotFound` for one that is not open.
    pub fn put(&self, tx: &Tx<'_>, given: Value) -> Result<()> {
        if !self.is_open {
            return Err(Error::NotFound("section"));
        }
        (self.put)(tx, given)
    }
}

/// The sections of every slice. In the [`Services`](super::services::Services).
#[derive(Default)]
pub struct AllSections(pub Vec<SectionKind>);

fn value(section: &impl Serialize) -> Result<Value> {
    serde_json::to_value(section).map_err(Error::internal)
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

/// Replaces the section, with a row of its history, an audit row and an event.
///
/// # Errors
/// A database fault.
pub fn put<S: Section>(tx: &Tx<'_>, section: &S) -> Result<()> {
    let before: S = get(tx)?;
    let body = serde_json::to_string(section).map_err(Error::internal)?;
    let version: SettingId = tx.new_id();
    tx.execute(
        "INSERT INTO settings (section, body, changed_at, changed_by, version) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (section) DO UPDATE SET body = excluded.body, changed_at = excluded.changed_at, changed_by = excluded.changed_by,
            version = excluded.version",
        (S::NAME, &body, tx.now(), tx.actor().label(), version),
    )?;
    history::keep(tx, S::NAME, version, &body)?;
    audit::record(tx, "settings.change", S::NAME, Some(&before.redacted()), Some(&section.redacted()))?;
    tx.tell(&Event::SettingsChanged { section: S::NAME.into() })
}

/// Refuses when the section is not in the state any more that somebody saw: another admin was
/// faster. Without a state nothing is refused.
///
/// # Errors
/// `Conflict` with the code `settings.changed_meanwhile`.
pub fn expect(read: &Read<'_>, section: &str, seen: Option<Seen>) -> Result<()> {
    let Some(seen) = seen else { return Ok(()) };
    let now = standing(read, section)?.map(|standing| standing.version);
    if now == seen.0 {
        return Ok(());
    }
    Err(Error::conflict(
        "settings.changed_meanwhile",
        "Somebody else changed these settings meanwhile. Look at what holds now, then save again.",
    ))
}

/// The state in which somebody saw a section: `set_…`, or `default` while nobody has changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Seen(Option<SettingId>);

impl TryFrom<String> for Seen {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text == "default" {
            return Ok(Self(None));
        }
        text.parse()
            .map(|id| Self(Some(id)))
            .map_err(|error: crate::kernel::id::IdError| error.to_string())
    }
}
