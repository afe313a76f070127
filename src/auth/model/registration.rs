//! Who may open an account by himself.

use serde::{Deserialize, Serialize};

use crate::{
    kernel::{
        error::{Fields, Result, TextError},
        text::Email,
    },
    platform::settings::Section,
};

/// Domains that may be listed.
const MOST_DOMAINS: usize = 50;

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
    /// The domains of mode `domains`, in lower case.
    pub domains: Vec<String>,
    /// Whether the catalogue is shown to people who are not signed in.
    pub public_catalogue: bool,
    /// The fewest characters of a password, 8–64.
    #[schema(minimum = 8, maximum = 64)]
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

    fn checked(self) -> Result<Self> {
        self.cleaned()
    }
}

impl RegistrationSettings {
    /// Whether somebody with this address may open an account without an invitation. A listed
    /// domain admits itself, not its subdomains.
    #[must_use]
    pub fn admits(&self, email: &Email) -> bool {
        match self.mode {
            RegistrationMode::Open => true,
            RegistrationMode::Domains => self.domains.iter().any(|domain| *domain == email.domain()),
            RegistrationMode::Invite => false,
        }
    }

    /// The section as it is stored: domains in lower case, each once.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::kernel::error::Error) that names every wrong field.
    pub fn cleaned(mut self) -> Result<Self> {
        let mut fields = Fields::default();
        let mut refuse = |path: &str, code, message: &str| fields.push(path, TextError::new(code, message));
        if !(8..=64).contains(&self.password_min_length) {
            refuse("password_min_length", "number.out_of_range", "Use 8 to 64 characters.");
        }
        let clean = |domain: &String| domain.trim().trim_start_matches('@').to_lowercase();
        self.domains = self.domains.iter().map(clean).collect();
        self.domains.sort();
        self.domains.dedup();
        for (n, domain) in self.domains.iter().enumerate() {
            if Email::parse(&format!("name@{domain}")).is_err() {
                refuse(&format!("domains[{n}]"), "domain.malformed", "Write a domain such as example.com.");
            }
        }
        if self.domains.len() > MOST_DOMAINS {
            refuse("domains", "list.too_long", "List at most 50 domains.");
        }
        if self.mode == RegistrationMode::Domains && self.domains.is_empty() {
            refuse("domains", "list.empty", "List at least one domain, or choose another mode.");
        }
        fields.finish()?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_admits_itself_only() -> Result<()> {
        let settings = RegistrationSettings {
            mode: RegistrationMode::Domains,
            domains: vec![" @Example.ORG".into(), "example.org".into()],
            ..RegistrationSettings::default()
        }
        .cleaned()?;
        assert_eq!(settings.domains, ["example.org"]);
        for (address, is_welcome) in [
            ("a@example.org", true),
            ("a@EXAMPLE.org", true),
            ("a@sub.example.org", false),
            ("a@badexample.org", false),
            ("example.org@evil.com", false),
        ] {
            let email = Email::parse(address).expect("an address");
            assert_eq!(settings.admits(&email), is_welcome, "{address}");
        }
        Ok(())
    }

    #[test]
    fn nonsense_is_refused() {
        let with = |domains: &[&str], length| RegistrationSettings {
            mode: RegistrationMode::Domains,
            domains: domains.iter().map(|d| (*d).to_owned()).collect(),
            password_min_length: length,
            ..RegistrationSettings::default()
        };
        for bad in [
            with(&[], 10),
            with(&["a b"], 10),
            with(&["x@y.z@w"], 10),
            with(&["a.b"], 7),
            with(&["a.b"], 65),
        ] {
            assert!(bad.cleaned().is_err());
        }
    }
}
