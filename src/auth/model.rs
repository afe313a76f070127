//! The rules of the ways in, pure.

use serde::{Deserialize, Serialize};

use crate::{
    kernel::{text::Email, time::Timestamp},
    platform::settings::Section,
};

/// A session ends this long after its last use.
const IDLE_MS: i64 = 30 * 24 * 3600 * 1000;
/// A session ends this long after its beginning.
pub(super) const ABSOLUTE_MS: i64 = 180 * 24 * 3600 * 1000;
/// The use of a session is noted again after this long.
const STALE_MS: i64 = 5 * 60 * 1000;

/// When a session that began and was last used at these instants ends.
pub(super) fn session_end(created: Timestamp, seen: Timestamp) -> Timestamp {
    seen.plus_millis(IDLE_MS).min(created.plus_millis(ABSOLUTE_MS))
}

/// Whether a session's last use was noted so long ago that it should be noted again.
pub(super) fn is_stale(seen: Timestamp, now: Timestamp) -> bool {
    now.millis().saturating_sub(seen.millis()) >= STALE_MS
}

/// A name for a device, such as "Firefox on Linux", from a `User-Agent`.
pub(super) fn device_name(user_agent: &str) -> String {
    let Some(found) = woothee::parser::Parser::new().parse(user_agent) else {
        return "Unknown device".into();
    };
    let known = |word: &str| !word.is_empty() && word != "UNKNOWN";
    let os = match found.os {
        os if os.starts_with("Windows") => "Windows",
        "Mac OSX" => "macOS",
        os => os,
    };
    match (known(found.name), known(os)) {
        (true, true) => format!("{} on {os}", found.name),
        (true, false) => found.name.to_owned(),
        (false, true) => format!("Browser on {os}"),
        (false, false) => "Unknown device".into(),
    }
}

/// Who may open an account by himself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationMode {
    /// Everybody: what holds until an admin says otherwise.
    #[default]
    Open,
    /// Those with an address of one of the domains.
    Domains,
    /// Nobody without an invitation.
    Invite,
}

/// Who may join, what strangers see, and how long passwords are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationSettings {
    /// Who may open an account by himself.
    pub mode: RegistrationMode,
    /// The domains of [`RegistrationMode::Domains`], in lower case.
    pub domains: Vec<String>,
    /// Whether the catalogue is shown to people who are not signed in.
    pub public_catalogue: bool,
    /// The shortest password, 8–64 characters.
    pub password_min_length: u8,
}

impl Default for RegistrationSettings {
    fn default() -> Self {
        Self {
            mode: RegistrationMode::default(),
            domains: Vec::new(),
            public_catalogue: true,
            password_min_length: 10,
        }
    }
}

impl Section for RegistrationSettings {
    const NAME: &'static str = "registration";
}

impl RegistrationSettings {
    /// Whether somebody with this address may open an account without an invitation.
    #[must_use]
    pub fn admits(&self, email: &Email) -> bool {
        match self.mode {
            RegistrationMode::Open => true,
            RegistrationMode::Domains => self.domains.iter().any(|domain| *domain == email.domain()),
            RegistrationMode::Invite => false,
        }
    }
}
