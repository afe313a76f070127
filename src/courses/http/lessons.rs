//! A draft's lessons.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    cleaned,
    draft::{DraftOut, set},
};
use crate::{
    courses::{
        actions::{self, NewLesson},
        body::Body as Html,
        content::{Action, Content, Resource, Video},
        model::Completion,
        policy::{EditCourse, EditLesson},
        store,
    },
    kernel::{
        error::{Error, Result},
        id::{CourseId, LessonId, RevisionId},
        text::{Line, Summary, Title},
    },
    platform::{
        db::Read,
        web::{
            extract::{Body, created, not_null, present},
            guard::Guard,
        },
    },
};

/// A lesson of a draft with all it holds.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::courses) struct DraftLessonOut {
    id: LessonId,
    /// Give it back as `expected_revision`.
    revision: RevisionId,
    day: u16,
    title: Title,
    summary: Summary,
    minutes: u16,
    /// HTML of the closed vocabulary; figures name their files by `data-asset`.
    body_html: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<Video>,
    actions: Vec<Action>,
    resources: Vec<Resource>,
    is_required: bool,
    is_preview: bool,
    completion: Completion,
}

impl DraftLessonOut {
    pub(super) fn load(read: &Read<'_>, course: CourseId, lesson: LessonId) -> Result<Self> {
        let place = store::drafts::find_place(read, course, lesson)?.ok_or(Error::NotFound("lesson"))?;
        Self::at(read, lesson, place.day, place.revision)
    }

    /// The lesson in one of its states.
    pub(super) fn at(read: &Read<'_>, lesson: LessonId, day: u16, revision: RevisionId) -> Result<Self> {
        let content = store::lessons::get_content(read, revision)?;
        Ok(Self {
            id: lesson,
            revision,
            day,
            title: content.title,
            summary: content.summary,
            minutes: content.minutes,
            body_html: content.body_html.as_str().to_owned(),
            video: content.video,
            actions: content.actions,
            resources: content.resources,
            is_required: content.is_required,
            is_preview: content.is_preview,
            completion: content.completion,
        })
    }
}

/// An action item, new or known by its id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct ActionIn {
    /// Ten characters; made from the text when absent.
    #[serde(default)]
    id: String,
    text: Line,
}

/// What a lesson begins with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct LessonIn {
    #[schema(minimum = 1, maximum = 999)]
    day: u16,
    title: Title,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    summary: Option<Summary>,
    /// Follows from the length of the text while it is not said.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, minimum = 1, maximum = 600)]
    minutes: Option<u16>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    body_html: Option<String>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Video>)]
    video: Option<Option<Video>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, max_items = 20)]
    actions: Option<Vec<ActionIn>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, max_items = 20)]
    resources: Option<Vec<Resource>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    is_required: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    is_preview: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    completion: Option<Completion>,
}

/// What changes of a lesson: absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct LessonPatch {
    /// Refused when the lesson is not at this revision any more.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    expected_revision: Option<RevisionId>,
    /// Says that most of the page is meant to go.
    #[serde(default)]
    confirm_shrink: bool,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, minimum = 1, maximum = 999)]
    day: Option<u16>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    title: Option<Title>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    summary: Option<Summary>,
    /// Follows from the length of the text while it is not said.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, minimum = 1, maximum = 600)]
    minutes: Option<u16>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    body_html: Option<String>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Video>)]
    video: Option<Option<Video>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, max_items = 20)]
    actions: Option<Vec<ActionIn>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, max_items = 20)]
    resources: Option<Vec<Resource>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    is_required: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    is_preview: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    completion: Option<Completion>,
}

impl LessonIn {
    fn parse(self) -> (u16, Title, LessonPatch) {
        let patch = LessonPatch {
            expected_revision: None,
            confirm_shrink: false,
            day: None,
            title: None,
            summary: self.summary,
            minutes: self.minutes,
            body_html: self.body_html,
            video: self.video,
            actions: self.actions,
            resources: self.resources,
            is_required: self.is_required,
            is_preview: self.is_preview,
            completion: self.completion,
        };
        (self.day, self.title, patch)
    }
}

impl LessonPatch {
    fn apply(self, content: &mut Content, body: Option<Html>) {
        set(&mut content.title, self.title);
        set(&mut content.summary, self.summary);
        set(&mut content.minutes, self.minutes);
        set(&mut content.body_html, body);
        set(&mut content.video, self.video);
        let actions = |all: Vec<ActionIn>| all.into_iter().map(|a| Action { id: a.id, text: a.text }).collect();
        set(&mut content.actions, self.actions.map(actions));
        set(&mut content.resources, self.resources);
        set(&mut content.is_required, self.is_required);
        set(&mut content.is_preview, self.is_preview);
        set(&mut content.completion, self.completion);
    }
}

/// Adds a lesson at the end of its day.
#[utoipa::path(post, path = "/courses/{course}/draft/lessons", tag = "courses",
    params(("course" = String, Path, description = "Id or slug.")), request_body = LessonIn,
    responses((status = 201, body = DraftLessonOut), (status = 409, description = "`course.full`.")))]
pub(in crate::courses) async fn add_lesson(g: Guard<EditCourse>, Body(body): Body<LessonIn>) -> Result<(StatusCode, Json<DraftLessonOut>)> {
    let (day, title, mut patch) = body.parse();
    let html = cleaned(patch.body_html.take()).await?.unwrap_or_default();
    let mut content = Content::with_body(title, html);
    patch.apply(&mut content, None);
    let new = NewLesson { day, key: None, content };
    let lesson = g.db.write("courses.add_lesson", move |tx| {
        actions::check_embeds(tx, &g.can, None, &new.content.body_html)?;
        let (lesson, _) = actions::add_lesson(tx, &g.can, new)?;
        DraftLessonOut::load(tx, g.can.course(), lesson)
    });
    Ok(created(lesson.await?))
}

/// A lesson of the draft.
#[utoipa::path(get, path = "/courses/{course}/draft/lessons/{lesson}", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("lesson" = LessonId, Path)),
    responses((status = 200, body = DraftLessonOut)))]
pub(in crate::courses) async fn get_draft_lesson(g: Guard<EditLesson>) -> Result<Json<DraftLessonOut>> {
    let (course, lesson) = (g.can.course().course(), g.can.lesson());
    let found =
        g.db.read("courses.draft_lesson", move |read| DraftLessonOut::load(read, course, lesson));
    Ok(Json(found.await?))
}

/// Changes a lesson of the draft.
#[utoipa::path(patch, path = "/courses/{course}/draft/lessons/{lesson}", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("lesson" = LessonId, Path)), request_body = LessonPatch,
    responses((status = 200, body = DraftLessonOut), (status = 409, description = "`lesson.changed`: somebody was faster. `lesson.shrinks`: most of the page would go.")))]
pub(in crate::courses) async fn change_lesson(g: Guard<EditLesson>, Body(mut patch): Body<LessonPatch>) -> Result<Json<DraftLessonOut>> {
    let html = cleaned(patch.body_html.take()).await?;
    let (expected, day) = (patch.expected_revision, patch.day);
    let lesson = g.db.write("courses.change_lesson", move |tx| {
        let (can, lesson) = (g.can.course(), g.can.lesson());
        if let Some(body) = &html {
            actions::check_embeds(tx, can, Some(lesson), body)?;
        }
        if let Some(body) = html.as_ref().filter(|_| !patch.confirm_shrink) {
            actions::check_shrink(tx, can, lesson, expected, body)?;
        }
        actions::change_lesson(tx, can, lesson, expected, day, |content| patch.apply(content, html))?;
        DraftLessonOut::load(tx, can.course(), lesson)
    });
    Ok(Json(lesson.await?))
}

/// Takes a lesson out of the draft; published versions keep it.
#[utoipa::path(delete, path = "/courses/{course}/draft/lessons/{lesson}", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("lesson" = LessonId, Path)), responses((status = 204)))]
pub(in crate::courses) async fn remove_lesson(g: Guard<EditLesson>) -> Result<StatusCode> {
    let removed = g.db.write("courses.remove_lesson", move |tx| {
        actions::remove_lesson(tx, g.can.course(), g.can.lesson())
    });
    removed.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One day's lessons in their order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct DayOrder {
    #[schema(minimum = 1, maximum = 999)]
    day: u16,
    lessons: Vec<LessonId>,
}

/// Puts the draft's lessons into this order: every lesson exactly once.
#[utoipa::path(put, path = "/courses/{course}/draft/order", tag = "courses",
    params(("course" = String, Path, description = "Id or slug.")), request_body = Vec<DayOrder>,
    responses((status = 200, body = DraftOut)))]
pub(in crate::courses) async fn put_lesson_order(g: Guard<EditCourse>, Body(body): Body<Vec<DayOrder>>) -> Result<Json<DraftOut>> {
    let order: Vec<_> = body.into_iter().map(|day| (day.day, day.lessons)).collect();
    let draft = g.db.write("courses.reorder", move |tx| {
        actions::reorder(tx, &g.can, &order)?;
        DraftOut::load(tx, g.can.course())
    });
    Ok(Json(draft.await?))
}
