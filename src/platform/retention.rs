//! How long what is only kept for looking back is kept: the settings section `retention`.

use serde::{Deserialize, Serialize};

use super::settings::Section;
use crate::kernel::error::{Fields, Result, TextError};

/// Days that things are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionSettings {
    /// Where changes in the audit trail came from.
    pub audit_addresses_days: u32,
    /// Mails that have gone, without what they said.
    pub sent_mails_days: u32,
    /// Mails that could not be delivered.
    pub failed_mails_days: u32,
    /// Calls of webhooks, with what was sent.
    pub webhook_calls_days: u32,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self {
            audit_addresses_days: 90,
            sent_mails_days: 30,
            failed_mails_days: 90,
            webhook_calls_days: 30,
        }
    }
}

impl Section for RetentionSettings {
    const NAME: &'static str = "retention";

    fn checked(self) -> Result<Self> {
        let mut fields = Fields::default();
        for (name, days) in [
            ("audit_addresses_days", self.audit_addresses_days),
            ("sent_mails_days", self.sent_mails_days),
            ("failed_mails_days", self.failed_mails_days),
            ("webhook_calls_days", self.webhook_calls_days),
        ] {
            if !(1..=3650).contains(&days) {
                fields.push(name, TextError::new("number.out_of_range", "Use 1 to 3650 days."));
            }
        }
        fields.finish()?;
        Ok(self)
    }
}
