//! The body of a lesson: HTML in a small closed vocabulary, cleaned on every write.

mod carry;
mod clean;
mod embed;
mod ids;
mod inline;
mod look;
mod markdown;
mod sections;
mod show;
#[cfg(test)]
mod tests;
mod text;
mod to_markdown;
mod tree;
mod vocabulary;

use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) use embed::embeds;
pub(super) use ids::assign;
pub(super) use look::{Block, look};
pub(super) use markdown::render;
pub(super) use show::{Shown, show};
pub(super) use text::map_assets;
use text::{plain_text, words};
pub(super) use to_markdown::to_markdown;

use crate::{kernel::id::AssetId, media::Kind};

/// Kinds of files that a figure shows.
pub(super) const SHOWN: &[Kind] = &[Kind::Image, Kind::Video, Kind::Audio];

/// The longest body, in bytes of HTML.
pub(super) const MAX: usize = 1_000_000;

/// A body that was cleaned: the only kind that is ever stored. Cleaning a long text takes a while,
/// so do it before the deed and not on the writer's thread.
#[derive(Debug, Clone, Default)]
pub struct Body {
    html: String,
    /// Plain text and its length in words; not at hand for a body that was read back.
    plain: Option<(String, u32)>,
}

impl Body {
    /// Cleans HTML.
    #[must_use]
    pub fn clean(html: &str) -> Self {
        Self::of(clean::clean(html))
    }

    fn of(html: String) -> Self {
        let text = plain_text(&html);
        let words = words(&text);
        Self {
            html,
            plain: Some((text, words)),
        }
    }

    /// The HTML.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.html
    }

    /// This body with the block names of its earlier edition, so that notes keep their place.
    #[must_use]
    pub(super) fn after(self, old: &Self) -> Self {
        Self {
            html: carry::carry(&old.html, &self.html),
            plain: self.plain,
        }
    }

    /// The stored files that it shows, in their order.
    #[must_use]
    pub fn assets(&self) -> Vec<AssetId> {
        text::assets(&self.html)
    }

    /// Whether it shows content of other sites.
    #[must_use]
    pub(super) fn has_embeds(&self) -> bool {
        embed::has_any(&self.html)
    }

    /// Its words, one line for each block.
    #[must_use]
    pub fn plain_text(&self) -> String {
        self.plain().0
    }

    /// Its words, one line for each block, and how many they are.
    #[must_use]
    pub(super) fn plain(&self) -> (String, u32) {
        self.plain.clone().unwrap_or_else(|| {
            let text = plain_text(&self.html);
            let words = words(&text);
            (text, words)
        })
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.html == other.html
    }
}

impl Eq for Body {}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.html.serialize(to)
    }
}

/// Read back from our own store only: no input type holds a Body.
impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let html = String::deserialize(from)?;
        Ok(Self { html, plain: None })
    }
}

impl Deref for Body {
    type Target = str;
    fn deref(&self) -> &str {
        &self.html
    }
}
