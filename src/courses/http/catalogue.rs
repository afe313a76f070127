//! The catalogue.

use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    courses::{
        card::CourseCard,
        model::{Length, Level, Listing, Sort},
        policy::{BrowseCatalogue, list_shown},
        store,
    },
    kernel::{
        actor::{Actor, Plan, Role},
        error::{Error, Result},
        page::Limit,
        text::{Language, Slug},
    },
    platform::{
        db::Read,
        web::{
            extract::{PageOut, Query},
            guard::Ask,
        },
    },
};

/// What is wanted of the catalogue; several words are divided by commas.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::courses) struct CoursesQuery {
    /// Slugs of categories.
    category: Option<String>,
    /// 7, 14, 21, `self_paced`.
    length: Option<String>,
    /// Beginner, intermediate, advanced.
    level: Option<String>,
    /// Language tags.
    language: Option<String>,
    /// One tag.
    tag: Option<String>,
    /// Only free or only premium courses.
    plan: Option<Plan>,
    /// The order.
    #[param(inline)]
    sort: Option<Sort>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most so many, 1–200.
    #[param(inline)]
    limit: Option<Limit>,
}

impl CoursesQuery {
    fn parse(self) -> Result<Listing> {
        Ok(Listing {
            categories: words("category", self.category.as_deref(), |w| {
                Slug::parse(w).is_ok().then(|| w.to_owned())
            })?,
            lengths: words("length", self.length.as_deref(), |w| match w {
                "self_paced" => Some(Length::SelfPaced),
                days => days.parse().ok().filter(|d| *d != 0).and_then(Length::from_days),
            })?,
            levels: words("level", self.level.as_deref(), |w| Level::from_word(w).map(|l| l.word().to_owned()))?,
            languages: words("language", self.language.as_deref(), |w| {
                Language::parse(w).ok().map(|l| l.as_str().to_owned())
            })?,
            tag: self.tag.map(|tag| tag.to_lowercase()),
            plan: self.plan,
            sort: self.sort.unwrap_or_default(),
            after: self.cursor.as_deref().map(Listing::read_cursor).transpose()?,
            limit: Limit::or_default(self.limit),
        })
    }
}

fn words<T>(path: &str, text: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>> {
    let words = text.unwrap_or_default().split(',').map(str::trim).filter(|w| !w.is_empty());
    let unknown = |word: &str| Error::field(path, "query.unknown_word", format!("There is no \u{201c}{word}\u{201d} here."));
    words.map(|word| read(word).ok_or_else(|| unknown(word))).collect()
}

/// The courses for some that the actor sees, as JSON; `None` for who sees all.
pub(super) fn shown_to(read: &Read<'_>, actor: &Actor) -> Result<Option<String>> {
    if actor.is_at_least(Role::Admin) {
        return Ok(None);
    }
    let shown: Vec<i64> = list_shown(read, actor)?.iter().map(|course| course.raw()).collect();
    serde_json::to_string(&shown).map(Some).map_err(Error::internal)
}

/// Published courses.
#[utoipa::path(get, path = "/courses", tag = "courses", params(CoursesQuery), responses((status = 200, body = PageOut<CourseCard>)))]
pub(in crate::courses) async fn list_courses(
    ask: Ask<BrowseCatalogue>,
    query: Result<Query<CoursesQuery>>,
) -> Result<Json<PageOut<CourseCard>>> {
    // Whoever may not browse is told that, whatever is wrong with his question.
    let page = ask.read("courses.list", move |read, _, actor| {
        let shown = shown_to(read, actor)?;
        store::catalogue::list(read, &query?.0.parse()?, shown.as_deref())
    });
    Ok(Json(page.await?.into()))
}
