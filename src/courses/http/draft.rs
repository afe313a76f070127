//! Drafts: begin, look, change.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cleaned;
use crate::{
    courses::{
        actions::{self, NewCourse},
        card::PriceOut,
        content::{Content, Video},
        model::{Completion, CourseRef, Length, Level, Meta, Palette, State, VersionLesson},
        policy::{EditCourse, WriteCourses},
        present::{self, OwnCourse},
        store, templates,
    },
    kernel::{
        actor::{Plan, Role},
        error::{Error, Result},
        id::{AssetId, CategoryId, CourseId, LessonId, RevisionId},
        money::Price,
        text::{Label, Language, Line, Slug, Summary, Title},
        time::Timestamp,
    },
    platform::{
        db::Read,
        web::{
            extract::{Body, Query, created, not_null, present as or_null},
            guard::Guard,
        },
    },
};

/// What a course begins with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct CourseIn {
    title: Title,
    category: CategoryId,
    length: Length,
    level: Level,
    language: Language,
    /// Begins with the lessons of the template for its length, to be filled in.
    #[serde(default)]
    is_guided: bool,
}

/// A course as its author sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::courses) struct DraftOut {
    id: CourseId,
    slug: Slug,
    state: State,
    /// The number of the published version; 0 before the first.
    version: u32,
    /// How often the draft changed: give it back as `expected_edition`.
    edition: u32,
    /// Whether the draft differs from what learners see.
    has_changes: bool,
    updated_at: Timestamp,
    title: Title,
    summary: Summary,
    /// HTML of the closed vocabulary.
    description_html: String,
    category: CategoryId,
    level: Level,
    language: Language,
    length: Length,
    tags: Vec<Label>,
    outcomes: Vec<Line>,
    weeks: Vec<Line>,
    palette: Palette,
    plan: Plan,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PriceOut>)]
    price: Option<Price>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cover: Option<AssetId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trailer: Option<Video>,
    lessons: Vec<DraftLesson>,
}

/// A lesson in a draft's outline.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::courses) struct DraftLesson {
    id: LessonId,
    revision: RevisionId,
    day: u16,
    /// Its place within the day, from 1.
    position: u16,
    title: String,
    summary: String,
    minutes: u16,
    is_preview: bool,
    is_required: bool,
    completion: Completion,
}

impl From<VersionLesson> for DraftLesson {
    fn from(line: VersionLesson) -> Self {
        Self {
            id: line.lesson,
            revision: line.revision,
            day: line.day,
            position: line.position,
            title: line.title,
            summary: line.summary,
            minutes: line.minutes,
            is_preview: line.is_preview,
            is_required: line.is_required,
            completion: line.completion,
        }
    }
}

impl DraftOut {
    pub(super) fn load(read: &Read<'_>, course: CourseId) -> Result<Self> {
        let head = store::courses::get(read, &CourseRef::Id(course))?;
        let draft = store::drafts::get(read, course)?;
        let lessons = store::drafts::outline(read, course)?;
        let has_changes = actions::has_changes(read, &head, &draft.meta, &lessons)?;
        let meta = draft.meta;
        Ok(Self {
            id: head.id,
            slug: head.slug,
            state: head.state,
            version: head.number,
            edition: draft.edition,
            has_changes,
            updated_at: draft.updated_at,
            title: meta.title,
            summary: meta.summary,
            description_html: meta.description_html.as_str().to_owned(),
            category: meta.category,
            level: meta.level,
            language: meta.language,
            length: meta.length,
            tags: meta.tags,
            outcomes: meta.outcomes,
            weeks: meta.weeks,
            palette: meta.palette,
            plan: meta.plan,
            price: meta.price,
            cover: meta.cover,
            trailer: meta.trailer,
            lessons: lessons.into_iter().map(Into::into).collect(),
        })
    }
}

/// Begins a course as a draft: empty, or with the lessons of a template.
#[utoipa::path(post, path = "/courses", tag = "courses", request_body = CourseIn, responses((status = 201, body = DraftOut)))]
pub(in crate::courses) async fn create_course(g: Guard<WriteCourses>, Body(body): Body<CourseIn>) -> Result<(StatusCode, Json<DraftOut>)> {
    let new = NewCourse {
        slug: None,
        owner: g.actor.user(),
        title: body.title,
        category: body.category,
        level: body.level,
        language: body.language,
        length: body.length,
    };
    let lessons = if body.is_guided { guided(body.length).await? } else { Vec::new() };
    let draft = g.db.write("courses.create", move |tx| {
        let can = actions::create(tx, &g.can, new)?;
        actions::fill(tx, &can, lessons)?;
        DraftOut::load(tx, can.course())
    });
    Ok(created(draft.await?))
}

/// The lessons of a template; their texts are cleaned like any other.
async fn guided(length: Length) -> Result<Vec<Content>> {
    let made = tokio::task::spawn_blocking(move || {
        let days = templates::days(length);
        days.iter().map(templates::Day::content).collect::<Result<Vec<_>>>()
    });
    made.await.map_err(Error::internal)?
}

/// Which courses are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::courses) struct OwnQuery {
    /// For admins: only those that they write themselves.
    #[serde(default)]
    mine: Option<bool>,
}

/// The courses that the signed-in person writes, alone or with others; for admins, all.
#[utoipa::path(get, path = "/teach/courses", tag = "courses", params(OwnQuery), responses((status = 200, body = Vec<OwnCourse>)))]
pub(in crate::courses) async fn list_own_courses(g: Guard<WriteCourses>, Query(query): Query<OwnQuery>) -> Result<Json<Vec<OwnCourse>>> {
    let is_mine = query.mine.unwrap_or_default() || !g.actor.is_at_least(Role::Admin);
    let owner = g.actor.user().filter(|_| is_mine);
    let courses = g.db.read("courses.own", move |read| present::own_courses(read, owner)).await?;
    Ok(Json(courses))
}

/// A course's draft.
#[utoipa::path(get, path = "/courses/{course}/draft", tag = "courses", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 200, body = DraftOut)))]
pub(in crate::courses) async fn get_draft(g: Guard<EditCourse>) -> Result<Json<DraftOut>> {
    let draft = g.db.read("courses.draft", move |read| DraftOut::load(read, g.can.course()));
    Ok(Json(draft.await?))
}

/// What changes of a draft's front matter: absent fields stay; null clears where it is allowed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct DraftPatch {
    /// Refused when the draft is not at this edition any more.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    expected_edition: Option<u32>,
    /// Only before the first publish.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    slug: Option<Slug>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    title: Option<Title>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    summary: Option<Summary>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    description_html: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    category: Option<CategoryId>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    level: Option<Level>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    language: Option<Language>,
    /// Null is self-paced.
    #[serde(default, deserialize_with = "not_null")]
    length: Option<Length>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, max_items = 20)]
    tags: Option<Vec<Label>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, max_items = 20)]
    outcomes: Option<Vec<Line>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, max_items = 20)]
    weeks: Option<Vec<Line>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    palette: Option<Palette>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    plan: Option<Plan>,
    #[serde(default, deserialize_with = "or_null")]
    #[schema(value_type = Option<PriceOut>)]
    price: Option<Option<Price>>,
    #[serde(default, deserialize_with = "or_null")]
    #[schema(value_type = Option<AssetId>)]
    cover: Option<Option<AssetId>>,
    #[serde(default, deserialize_with = "or_null")]
    #[schema(value_type = Option<Video>)]
    trailer: Option<Option<Video>>,
}

impl DraftPatch {
    fn apply(self, meta: &mut Meta, description: Option<crate::courses::body::Body>) {
        set(&mut meta.title, self.title);
        set(&mut meta.summary, self.summary);
        set(&mut meta.description_html, description);
        set(&mut meta.category, self.category);
        set(&mut meta.level, self.level);
        set(&mut meta.language, self.language);
        set(&mut meta.length, self.length);
        set(&mut meta.tags, self.tags);
        set(&mut meta.outcomes, self.outcomes);
        set(&mut meta.weeks, self.weeks);
        set(&mut meta.palette, self.palette);
        set(&mut meta.plan, self.plan);
        set(&mut meta.cover, self.cover);
        set(&mut meta.trailer, self.trailer);
        set(&mut meta.price, self.price);
    }
}

/// Puts the new value, if there is one.
pub(super) fn set<T>(old: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *old = new;
    }
}

/// Changes a draft's front matter.
#[utoipa::path(patch, path = "/courses/{course}/draft", tag = "courses", params(("course" = String, Path, description = "Id or slug.")),
    request_body = DraftPatch,
    responses((status = 200, body = DraftOut), (status = 409, description = "`course.changed`, `course.slug_taken` or `course.slug_fixed`.")))]
pub(in crate::courses) async fn change_draft(g: Guard<EditCourse>, Body(mut body): Body<DraftPatch>) -> Result<Json<DraftOut>> {
    let description = cleaned(body.description_html.take()).await?;
    let draft = g.db.write("courses.change", move |tx| {
        if let Some(slug) = &body.slug {
            actions::rename(tx, &g.can, slug)?;
        }
        actions::change(tx, &g.can, body.expected_edition, |meta| body.apply(meta, description))?;
        DraftOut::load(tx, g.can.course())
    });
    Ok(Json(draft.await?))
}
