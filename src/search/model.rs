//! What is asked and what is answered.

use serde::{Deserialize, Serialize};

use super::{collect::Filters, feed, schema};
use crate::{
    courses::{Category, CourseCard, Level, Palette},
    kernel::{
        actor::Plan,
        error::{Error, Result},
        id::{CategoryId, CourseId, LessonId},
        text::Slug,
    },
};

/// The furthest place a page may begin at.
pub(super) const FURTHEST: usize = 1000;
/// Results on a page, unless said otherwise, and at most.
pub(super) const PAGE: (usize, usize) = (20, 50);

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SearchKind)]
pub(super) enum Kind {
    /// A course.
    Course,
    /// A lesson.
    Lesson,
}

/// A question, as the address carries it. Lists are separated by commas.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// Words; without any, the courses that were published last.
    #[serde(default)]
    pub(super) q: String,
    /// Slugs or ids of categories.
    pub(super) category: Option<String>,
    /// `beginner`, `intermediate`, `advanced`.
    pub(super) level: Option<String>,
    /// `7`, `14`, `21`, `self_paced`.
    pub(super) length: Option<String>,
    /// Language tags.
    pub(super) language: Option<String>,
    /// `free`, `premium`.
    pub(super) plan: Option<String>,
    /// Courses or lessons only.
    #[param(inline)]
    pub(super) kind: Option<Kind>,
    /// From `next` of the page before.
    pub(super) cursor: Option<String>,
    /// Results on a page, 1–50; 20 unless said otherwise.
    pub(super) limit: Option<usize>,
}

/// What somebody types.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SuggestQuery {
    /// What has been typed so far.
    #[serde(default)]
    pub(super) q: String,
}

/// A value that matches nothing: what nobody has.
const NOTHING: u64 = u64::MAX;

impl SearchQuery {
    /// Where the page begins.
    ///
    /// # Errors
    /// `Invalid` for a cursor that is none of ours.
    pub(super) fn offset(&self) -> Result<usize> {
        let Some(cursor) = self.cursor.as_deref() else { return Ok(0) };
        let offset = cursor.parse().ok().filter(|n| *n <= FURTHEST);
        offset.ok_or_else(|| Error::field("cursor", "cursor.malformed", "Take the cursor from the page before."))
    }

    /// How many results the page has.
    pub(super) fn limit(&self) -> usize {
        self.limit.unwrap_or(PAGE.0).clamp(1, PAGE.1)
    }

    /// The filters; values that nothing has filter everything out.
    pub(super) fn filters(&self, categories: &[Category]) -> Filters {
        let list = |text: &Option<String>, value: &dyn Fn(&str) -> Option<u64>| -> Vec<u64> {
            let words = text
                .as_deref()
                .unwrap_or_default()
                .split(',')
                .map(str::trim)
                .filter(|w| !w.is_empty());
            words.take(50).map(|word| value(word).unwrap_or(NOTHING)).collect()
        };
        Filters {
            facets: [
                list(&self.category, &|word| {
                    let id = word.parse::<CategoryId>().ok();
                    let known = categories.iter().find(|c| Some(c.id) == id || c.slug.as_str() == word)?;
                    Some(schema::number(known.id.raw()))
                }),
                list(&self.level, &|word| Level::from_word(word).map(feed::level)),
                list(&self.length, &|word| match word {
                    "self_paced" => Some(0),
                    days => days.parse().ok().filter(|n| *n > 0),
                }),
                list(&self.language, &|word| (word.len() <= 8).then(|| schema::pack(word))),
                list(&self.plan, &|word| Plan::from_word(word).map(feed::plan)),
            ],
            only_lessons: self.kind.map(|kind| kind == Kind::Lesson),
        }
    }
}

/// What was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SearchOut {
    /// This page, what fits best first.
    pub(super) items: Vec<SearchItem>,
    /// Give it as `cursor` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
    /// How many there are in each category, level …, as the other filters leave them.
    pub(super) facets: SearchFacets,
    /// How many were found.
    pub(super) total: u32,
    /// What was perhaps meant, when nothing was found as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) did_you_mean: Option<String>,
}

/// One result.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SearchItem {
    pub(super) kind: Kind,
    /// The course, or the course of the lesson.
    pub(super) course: CourseCard,
    /// The lesson.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lesson: Option<FoundLesson>,
    /// The passage that fits; escaped HTML whose only tag is `<mark>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) snippet_html: Option<String>,
}

/// A lesson that was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FoundLesson {
    pub(super) id: LessonId,
    pub(super) title: String,
    pub(super) day: u16,
    /// Whether the viewer may read it now.
    pub(super) is_open: bool,
}

/// How many results each value of each filter has.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(super) struct SearchFacets {
    /// By slug.
    pub(super) category: Vec<FacetCount>,
    pub(super) level: Vec<FacetCount>,
    /// `7`, `14`, `21`, `self_paced`.
    pub(super) length: Vec<FacetCount>,
    /// By language tag.
    pub(super) language: Vec<FacetCount>,
    pub(super) plan: Vec<FacetCount>,
}

/// A value of a filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(super) struct FacetCount {
    /// What the filter takes.
    pub(super) value: String,
    /// How many results have it.
    pub(super) count: u32,
}

/// What could be meant, while it is typed.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(super) struct SuggestOut {
    pub(super) courses: Vec<SuggestedCourse>,
    pub(super) lessons: Vec<SuggestedLesson>,
}

/// A course that could be meant.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SuggestedCourse {
    pub(super) id: CourseId,
    pub(super) slug: Slug,
    pub(super) title: String,
    pub(super) palette: Palette,
}

/// A lesson that could be meant.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SuggestedLesson {
    pub(super) id: LessonId,
    pub(super) title: String,
    /// Its course.
    pub(super) course: SuggestedCourseRef,
}

/// The course of a suggested lesson.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SuggestedCourseRef {
    pub(super) slug: Slug,
    pub(super) title: String,
}

impl SearchFacets {
    /// From what the index tallied.
    pub(super) fn new(tallies: super::collect::Tallies, categories: &[Category]) -> Self {
        let [category, level, length, language, plan] = tallies;
        let level_word = |value: u64| {
            ["beginner", "intermediate", "advanced"]
                .get(value as usize)
                .map(|w| (*w).to_owned())
        };
        Self {
            category: counts(category, |value| {
                let known = categories.iter().find(|c| schema::number(c.id.raw()) == value)?;
                Some(known.slug.to_string())
            }),
            level: counts(level, level_word),
            length: counts(length, |value| {
                Some(if value == 0 { "self_paced".into() } else { value.to_string() })
            }),
            language: counts(language, |value| Some(schema::unpack(value))),
            plan: counts(plan, |value| Some(if value == 0 { "free" } else { "premium" }.into())),
        }
    }
}

fn counts(tally: Vec<(u64, u32)>, word: impl Fn(u64) -> Option<String>) -> Vec<FacetCount> {
    let mut counts: Vec<FacetCount> = tally
        .into_iter()
        .filter_map(|(value, count)| {
            Some(FacetCount {
                value: word(value)?,
                count,
            })
        })
        .collect();
    counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    counts
}
