//! A course as lists show it.

use serde::Serialize;

use super::model::{Category, Length, Level, Palette};
use crate::kernel::{actor::Plan, id::CourseId, money::Price, text::Slug, time::Timestamp};

/// A course as the catalogue and every other list shows it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CourseCard {
    /// Its id.
    pub id: CourseId,
    /// Its address.
    pub slug: Slug,
    /// Its name.
    pub title: String,
    /// One or two sentences.
    pub summary: String,
    /// Where it stands.
    pub category: Category,
    /// For whom.
    pub level: Level,
    /// Language tag, such as `en`.
    pub language: String,
    /// 7, 14 or 21 days; `null` when the learner sets the pace.
    pub length: Length,
    /// Minutes a day, or a lesson in self-paced courses, on average.
    pub minutes_per_day: u32,
    /// Minutes in all.
    pub total_minutes: u32,
    /// How many lessons.
    pub lesson_count: u32,
    /// Labels.
    pub tags: Vec<String>,
    /// Who may join without paying.
    pub plan: Plan,
    /// What it costs on its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceOut>,
    /// Colours of the drawn cover.
    pub palette: Palette,
    /// A picture instead of the drawn cover.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover_url: Option<String>,
    /// How many people have joined it.
    pub learner_count: u32,
    /// When it was first published.
    pub published_at: Timestamp,
    /// The number of the version shown to new learners.
    pub version: u32,
}

/// An amount in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PriceOut {
    /// Minor units, such as cents.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

impl From<Price> for PriceOut {
    fn from(price: Price) -> Self {
        Self {
            minor: price.minor,
            currency: price.currency.into(),
        }
    }
}
