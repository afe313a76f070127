//! How mail leaves the house: the settings section `mail`.

use serde::{Deserialize, Serialize};

use crate::{
    kernel::{
        error::{Error, FieldError, Result},
        text::{Email, Line},
    },
    platform::{clock::Chance, crypto::Keys, settings::Section},
};

/// What the password is sealed for.
const PURPOSE: &str = "settings mail password";

/// Where mails go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailMode {
    /// Into files in `data/outbox`.
    #[default]
    Outbox,
    /// To an SMTP server.
    Smtp,
}

/// How the connection to the SMTP server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// Upgraded to TLS before anything is said; usually port 587.
    #[default]
    Starttls,
    /// TLS from the first byte; usually port 465.
    Tls,
    /// In the clear: only to this machine itself.
    None,
}

/// The section, with the password sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailSettings {
    /// Where mails go.
    pub mode: MailMode,
    /// The SMTP server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// The account at the SMTP server; empty for none.
    pub username: String,
    /// The account's password, sealed; see [`MailSettings::seal_password`].
    pub sealed_password: Option<String>,
    /// The sender's name; empty for the organisation's.
    pub from_name: Line,
    /// The sender's address; without one it is `momentum@` and the instance's host.
    pub from_address: Option<Email>,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            mode: MailMode::Outbox,
            host: String::new(),
            port: 587,
            security: MailSecurity::Starttls,
            username: String::new(),
            sealed_password: None,
            from_name: Line::parse("").unwrap_or_else(|_| unreachable!("an empty line")),
            from_address: None,
        }
    }
}

impl Section for MailSettings {
    const NAME: &'static str = "mail";

    fn shown(&self) -> Self {
        Self {
            sealed_password: self.sealed_password.as_ref().map(|_| "********".into()),
            ..self.clone()
        }
    }

    fn redacted(&self) -> Self {
        let mut shown = self.clone();
        shown.sealed_password = self.sealed_password.as_ref().map(|_| "********".into());
        // Accounts and senders are often people; the address hides itself in the trail.
        if !shown.username.is_empty() {
            shown.username = "********".into();
        }
        if let (false, Ok(hidden)) = (shown.from_name.as_str().is_empty(), Line::parse("********")) {
            shown.from_name = hidden;
        }
        shown
    }
}

impl MailSettings {
    /// Checks what could never work, before it is stored.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names every wrong field.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        let mut refuse = |path: &str, code: &'static str, message: &str| {
            wrong.push(FieldError {
                path: path.into(),
                code: code.into(),
                message: message.into(),
            });
        };
        if self.mode == MailMode::Smtp {
            if !is_host(&self.host) {
                refuse(
                    "host",
                    "host.malformed",
                    "Write the name of the SMTP server, such as smtp.example.com.",
                );
            }
            if self.port == 0 {
                refuse("port", "port.malformed", "Use the SMTP server's port, usually 587 or 465.");
            }
            if self.security == MailSecurity::None && !is_this_machine(&self.host) {
                refuse(
                    "security",
                    "mail.insecure",
                    "Mail in the clear is only allowed to this machine (localhost); choose STARTTLS or TLS.",
                );
            }
        }
        if self.username.len() > 200 || self.username.chars().any(char::is_control) {
            refuse(
                "username",
                "text.malformed",
                "Use at most 200 characters, without control characters.",
            );
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
    }

    /// Seals and keeps the account's password.
    ///
    /// # Errors
    /// Only when the cipher refuses.
    pub fn seal_password(&mut self, keys: &Keys, chance: &dyn Chance, password: &str) -> Result<()> {
        self.sealed_password = Some(keys.seal(chance, PURPOSE, password.as_bytes())?);
        Ok(())
    }

    /// The account's password.
    ///
    /// # Errors
    /// When it was sealed with another instance's key.
    pub fn password(&self, keys: &Keys) -> Result<Option<String>> {
        let Some(sealed) = &self.sealed_password else {
            return Ok(None);
        };
        let bytes = keys.open(PURPOSE, sealed)?;
        String::from_utf8(bytes).map(Some).map_err(Error::internal)
    }
}

fn is_host(text: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    !text.is_empty() && text.len() <= 253 && text.chars().all(is_name)
}

/// Whether the name means this machine by definition (RFC 6761), not by a lookup.
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Random;

    fn smtp(host: &str, security: MailSecurity) -> MailSettings {
        MailSettings {
            mode: MailMode::Smtp,
            host: host.into(),
            security,
            ..MailSettings::default()
        }
    }

    #[test]
    fn clear_text_stays_on_this_machine() {
        for good in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]"] {
            assert!(smtp(good, MailSecurity::None).check().is_ok(), "{good}");
        }
        for bad in ["mail.example.com", "10.0.0.1", "localhost.example.com", ""] {
            assert!(smtp(bad, MailSecurity::None).check().is_err(), "{bad}");
        }
        assert!(smtp("mail.example.com", MailSecurity::Starttls).check().is_ok());
        assert!(MailSettings::default().check().is_ok());
    }

    #[test]
    fn the_password_is_sealed_and_never_shown() -> Result<()> {
        let keys = Keys::derive(&[1; 32]);
        let mut settings = MailSettings::default();
        settings.seal_password(&keys, &Random::seeded(1), "hunter2")?;
        assert_eq!(settings.password(&keys)?.as_deref(), Some("hunter2"));
        let stored = serde_json::to_string(&settings).map_err(Error::internal)?;
        let shown = serde_json::to_string(&settings.redacted()).map_err(Error::internal)?;
        assert!(!stored.contains("hunter2") && shown.contains("********"));
        Ok(())
    }
}
