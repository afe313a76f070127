//! How long people stay signed in: the settings section `security`.

use serde::{Deserialize, Serialize};

use crate::{
    kernel::error::{Fields, Result, TextError},
    platform::settings::Section,
};

/// How long people stay signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecuritySettings {
    /// Days after the last use at which a session ends, 1–90.
    pub session_idle_days: u16,
    /// Days after its beginning at which a session ends, 1–180.
    pub session_total_days: u16,
}

impl Default for SecuritySettings {
    fn default() -> Self {
        Self {
            session_idle_days: 30,
            session_total_days: 180,
        }
    }
}

impl Section for SecuritySettings {
    const NAME: &'static str = "security";

    fn checked(self) -> Result<Self> {
        let mut fields = Fields::default();
        let mut between = |name: &str, days: u16, most: u16| {
            if !(1..=most).contains(&days) {
                let message = format!("Use 1 to {most} days.");
                fields.push(name, TextError::new("number.out_of_range", message));
            }
        };
        between("session_idle_days", self.session_idle_days, 90);
        between("session_total_days", self.session_total_days, 180);
        if self.session_idle_days > self.session_total_days {
            let message = "A session cannot rest longer than it lasts.";
            fields.push("session_idle_days", TextError::new("number.out_of_range", message));
        }
        fields.finish()?;
        Ok(self)
    }
}
