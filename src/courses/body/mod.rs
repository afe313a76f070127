//! The body of a lesson: HTML in a small closed vocabulary, cleaned on every write.

mod carry;
mod clean;
mod ids;
mod inline;
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

use serde::{Deserialize, Serialize};

pub(super) use ids::assign;
pub(super) use markdown::render;
pub(super) use show::{Shown, show};
pub(super) use text::{map_assets, plain_text, words};
pub(super) use to_markdown::to_markdown;

use crate::{kernel::id::AssetId, media::Kind};

/// Kinds of files that a figure shows.
pub(super) const SHOWN: &[Kind] = &[Kind::Image, Kind::Video, Kind::Audio];

/// The longest body, in bytes of HTML.
pub(super) const MAX: usize = 1_000_000;

/// A body that was cleaned: the only kind that is ever stored. Cleaning a long text takes a while,
/// so do it before the deed and not on the writer's thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(transparent)]
// Read back from our own store only: no input type holds a Body.
pub struct Body(String);

impl Body {
    /// Cleans HTML.
    #[must_use]
    pub fn clean(html: &str) -> Self {
        Self(clean::clean(html))
    }

    /// The HTML.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This body with the block names of its earlier edition, so that notes keep their place.
    #[must_use]
    pub(super) fn after(&self, old: &Self) -> Self {
        Self(carry::carry(&old.0, &self.0))
    }

    /// The stored files that it shows, in their order.
    #[must_use]
    pub fn assets(&self) -> Vec<AssetId> {
        text::assets(&self.0)
    }

    /// Its words, one line for each block.
    #[must_use]
    pub fn plain_text(&self) -> String {
        plain_text(&self.0)
    }
}

impl Deref for Body {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}
