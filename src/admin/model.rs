//! Legal pages and what people agree to: the settings section `legal`.

use serde::{Deserialize, Serialize};

use crate::{
    kernel::error::{Fields, Result, TextError},
    platform::settings::Section,
};

/// Characters of a page.
const LONGEST: usize = 100_000;

/// The pages that an instance may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum LegalPage {
    /// Who runs this.
    Imprint,
    /// What becomes of people's data.
    Privacy,
    /// What people agree to.
    Terms,
}
crate::text_enum!(pub(super) LegalPage { Imprint = "imprint", Privacy = "privacy", Terms = "terms" });

impl LegalPage {
    pub(super) const ALL: [Self; 3] = [Self::Imprint, Self::Privacy, Self::Terms];
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LegalText {
    /// Markdown; empty when there is no such page.
    pub(super) text: String,
    /// Counted up when people are to agree anew; 0 when nobody is asked.
    pub(super) version: u32,
}

/// The section.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LegalSettings {
    pub(super) imprint: LegalText,
    pub(super) privacy: LegalText,
    pub(super) terms: LegalText,
}

impl LegalSettings {
    pub(super) fn page(&self, page: LegalPage) -> &LegalText {
        match page {
            LegalPage::Imprint => &self.imprint,
            LegalPage::Privacy => &self.privacy,
            LegalPage::Terms => &self.terms,
        }
    }

    /// The pages that there are.
    pub(super) fn pages(&self) -> Vec<LegalPage> {
        LegalPage::ALL
            .into_iter()
            .filter(|page| !self.page(*page).text.is_empty())
            .collect()
    }

    /// What people must have agreed to: page and version.
    pub(super) fn asked(&self) -> Vec<(LegalPage, u32)> {
        let all = self.pages().into_iter().map(|page| (page, self.page(page).version));
        all.filter(|(_, version)| *version > 0).collect()
    }
}

impl Section for LegalSettings {
    const NAME: &'static str = "legal";

    /// The trail keeps that pages changed and to which version; their words are in the history.
    fn redacted(&self) -> Self {
        let short = |page: &LegalText| LegalText {
            text: format!("{} characters", page.text.chars().count()),
            version: page.version,
        };
        Self {
            imprint: short(&self.imprint),
            privacy: short(&self.privacy),
            terms: short(&self.terms),
        }
    }

    fn checked(mut self) -> Result<Self> {
        let mut fields = Fields::default();
        for (name, page) in [
            ("imprint", &mut self.imprint),
            ("privacy", &mut self.privacy),
            ("terms", &mut self.terms),
        ] {
            page.text = page.text.trim().to_owned();
            if page.text.chars().count() > LONGEST {
                fields.push(
                    &format!("{name}.text"),
                    TextError::new("text.too_long", "Use at most 100,000 characters."),
                );
            }
            if page.version > 0 && page.text.is_empty() {
                let message = "Nobody can agree to a page that is empty: write it, or ask nobody.";
                fields.push(&format!("{name}.version"), TextError::new("legal.empty", message));
            }
        }
        if self.imprint.version > 0 {
            fields.push(
                "imprint.version",
                TextError::new("legal.imprint", "An imprint is read, not agreed to."),
            );
        }
        fields.finish()?;
        Ok(self)
    }
}
