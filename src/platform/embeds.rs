//! Whose content pages may show in a frame: the settings section `embeds`.

use serde::{Deserialize, Serialize};

use super::settings::Section;
use crate::kernel::{
    embed::EmbedHost,
    error::{Error, Result},
};

/// The most sites: they all stand in a header of every page.
const MOST: usize = 30;

/// Sites whose content lessons may show. Nothing of it is loaded before a learner asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbedSettings {
    /// Host names such as `player.vimeo.com`; none for no content of other sites.
    #[schema(value_type = Vec<String>)]
    pub hosts: Vec<EmbedHost>,
}

impl Default for EmbedSettings {
    fn default() -> Self {
        let usual = ["www.youtube-nocookie.com", "player.vimeo.com"];
        Self {
            hosts: usual.iter().filter_map(|host| EmbedHost::parse(host).ok()).collect(),
        }
    }
}

impl EmbedSettings {
    /// No content of other sites.
    #[must_use]
    pub const fn none() -> Self {
        Self { hosts: Vec::new() }
    }

    /// Whether content of this site may be shown.
    #[must_use]
    pub fn allows(&self, host: &EmbedHost) -> bool {
        self.hosts.contains(host)
    }

    /// The sites as people read them, for messages.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.hosts.iter().map(EmbedHost::as_str).collect();
        names.join(", ")
    }
}

impl Section for EmbedSettings {
    const NAME: &'static str = "embeds";

    fn checked(mut self) -> Result<Self> {
        let mut seen = std::collections::HashSet::new();
        self.hosts.retain(|host| seen.insert(host.clone()));
        if self.hosts.len() > MOST {
            let message = format!("Name at most {MOST} sites.");
            return Err(Error::field("hosts", "list.full", message));
        }
        Ok(self)
    }
}
