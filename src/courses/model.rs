//! Words and rules of a course: lengths, levels, front matter, outlines, what may be published.

mod blend;
mod finding;
mod listing;
mod policies;
mod words;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::{body::Body, content::Video};
use crate::kernel::{
    actor::Plan,
    error::{Error, Fields, Result, TextError},
    id::{AssetId, CategoryId, CourseId, LessonId, RevisionId, UserId, VersionId},
    money::Price,
    text::{Label, Language, Line, Slug, Summary, Title},
    time::Timestamp,
};

pub(super) use blend::blend;
pub(super) use finding::{At, Weigh};
pub(super) use listing::Listing;
pub(super) use listing::Sort;
pub use policies::PublishPolicy;
pub(super) use words::StateKind;
pub use words::{Completion, Length, Level, Palette, State, Visibility};

/// How many action items, outcomes or tags anything may have.
pub(super) const MAX_LIST: usize = 20;
/// The most lessons a course may have.
pub(super) const MAX_LESSONS: usize = 500;

/// A course as the address names it: by id or by slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CourseRef {
    /// `crs_…`
    Id(CourseId),
    /// `clear-writing`
    Slug(Slug),
}

impl CourseRef {
    /// Reads an id or a slug.
    ///
    /// # Errors
    /// `NotFound` when the text can be neither.
    pub fn parse(text: &str) -> Result<Self> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        Slug::parse(text).map(Self::Slug).map_err(|_| Error::NotFound("course"))
    }
}

impl From<CourseId> for CourseRef {
    fn from(id: CourseId) -> Self {
        Self::Id(id)
    }
}

impl<'de> Deserialize<'de> for CourseRef {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// A course's front matter: everything about it but its lessons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Its name.
    pub title: Title,
    /// One or two sentences for the catalogue.
    pub summary: Summary,
    /// The text of the course page.
    pub description_html: Body,
    /// Where it stands in the catalogue.
    pub category: CategoryId,
    /// For whom.
    pub level: Level,
    /// In which language.
    pub language: Language,
    /// How many days.
    pub length: Length,
    /// Lower-case labels.
    pub tags: Vec<Label>,
    /// What one can do afterwards.
    pub outcomes: Vec<Line>,
    /// A short title for each seven days.
    pub weeks: Vec<Line>,
    /// Colours of the drawn cover.
    pub palette: Palette,
    /// Who may join without paying.
    pub plan: Plan,
    /// What it costs on its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// A picture instead of the drawn cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<AssetId>,
    /// A short film on the course page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trailer: Option<Video>,
}

impl Meta {
    /// Front matter of a course that has only a title yet.
    #[must_use]
    pub fn new(title: Title, category: CategoryId, level: Level, language: Language, length: Length) -> Self {
        Self {
            title,
            summary: Summary::empty(),
            description_html: Body::default(),
            category,
            level,
            language,
            length,
            tags: Vec::new(),
            outcomes: Vec::new(),
            weeks: Vec::new(),
            palette: Palette::Pine,
            plan: Plan::Free,
            price: None,
            cover: None,
            trailer: None,
        }
    }

    /// Checks the bounds that types alone do not hold.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names every wrong field.
    pub fn check(&self) -> Result<()> {
        let mut fields = Fields::default();
        for (path, count) in [
            ("tags", self.tags.len()),
            ("outcomes", self.outcomes.len()),
            ("weeks", self.weeks.len()),
        ] {
            if count > MAX_LIST {
                fields.push(path, TextError::new("list.too_long", format!("Use at most {MAX_LIST} entries.")));
            }
        }
        let mut seen = std::collections::HashSet::new();
        if !self.tags.iter().all(|tag| seen.insert(tag.as_str().to_lowercase())) {
            fields.push("tags", TextError::new("list.twice", "Name each tag once."));
        }
        if self.outcomes.iter().any(|line| line.as_str().is_empty()) {
            fields.push("outcomes", TextError::new("text.too_short", "Leave no outcome empty."));
        }
        if let Some(price) = &self.price {
            fields.take("price", price.clone().checked());
        }
        fields.finish()
    }

    /// Files that the front matter shows.
    #[must_use]
    pub fn assets(&self) -> Vec<AssetId> {
        let mut all: Vec<AssetId> = self.cover.into_iter().collect();
        if let Some(trailer) = &self.trailer {
            all.extend(trailer.assets());
        }
        all.extend(self.description_html.assets());
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// A course's identity and state: what decisions about it need.
#[derive(Debug, Clone)]
pub struct CourseHead {
    /// Its id.
    pub id: CourseId,
    /// Its address.
    pub slug: Slug,
    /// Its author; `None` after he was forgotten.
    pub owner: Option<UserId>,
    /// Where it is in its life.
    pub state: State,
    /// Who sees it while it is published.
    pub visibility: Visibility,
    /// Whether a moderator has hidden it.
    pub is_hidden: bool,
    /// What learners see now; `None` before the first publish.
    pub version: Option<VersionId>,
    /// The number of that version; 0 before the first.
    pub number: u32,
    /// When it was first published.
    pub published_at: Option<Timestamp>,
    /// When it came to be.
    pub created_at: Timestamp,
}

/// One line of a version's outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionLesson {
    /// The lesson, for ever.
    pub lesson: LessonId,
    /// The content this version shows.
    pub revision: RevisionId,
    /// 1 … the course's days; in self-paced courses the running number.
    pub day: u16,
    /// Its place within the day, from 1.
    pub position: u16,
    /// Its name.
    pub title: String,
    /// The promise of the day.
    pub summary: String,
    /// How long it takes.
    pub minutes: u16,
    /// Whether everybody may read it.
    pub is_preview: bool,
    /// Whether the course is complete without it.
    pub is_required: bool,
    /// When it counts as done.
    pub completion: Completion,
}

/// Where a course stands in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = CategoryRef)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its address.
    pub slug: Slug,
    /// Its name.
    pub name: String,
}
