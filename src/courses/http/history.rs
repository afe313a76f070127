//! What a lesson's draft was before, and bringing it back.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{cleaned, lessons::DraftLessonOut};
use crate::{
    courses::{
        actions,
        model::StateKind,
        policy::{EditCourse, EditLesson, EditState},
        store::{self, history::StateRow},
    },
    kernel::{
        error::{Error, Result},
        id::{LessonId, LessonStateId, RevisionId},
        page::Page,
        text::{PersonName, Title},
        time::Timestamp,
    },
    people,
    platform::{
        db::Read,
        web::{
            extract::{Body, PageOut, Query, not_null},
            guard::Guard,
        },
    },
};

/// How many states one answer lists.
const PAGE: u32 = 50;

/// One remembered state of a lesson's draft.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::courses) struct LessonStateOut {
    id: LessonStateId,
    revision: RevisionId,
    at: Timestamp,
    kind: StateKind,
    /// Who made it; absent for the command line and for people who left.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<PersonName>,
    /// The length of its page.
    words: u32,
    /// Whether the draft is in this state now.
    is_current: bool,
    /// The newest version that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
}

impl LessonStateOut {
    fn load(read: &Read<'_>, row: StateRow, current: RevisionId) -> Result<Self> {
        let by = match row.user {
            Some(user) => people::list_names(read, &[user])?.pop().map(|(_, name)| name),
            None => None,
        };
        Ok(Self {
            id: row.id,
            is_current: row.revision == current,
            revision: row.revision,
            at: row.at,
            kind: row.kind,
            by,
            words: row.words,
            version: row.version,
        })
    }
}

/// Where the next page begins.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::courses) struct HistoryQuery {
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<LessonStateId>,
}

/// What a lesson's draft was before, the latest first.
#[utoipa::path(get, path = "/courses/{course}/draft/lessons/{lesson}/history", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("lesson" = LessonId, Path), HistoryQuery),
    responses((status = 200, body = PageOut<LessonStateOut>)))]
pub(in crate::courses) async fn list_lesson_history(
    g: Guard<EditLesson>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<PageOut<LessonStateOut>>> {
    let (course, lesson) = (g.can.course().course(), g.can.lesson());
    let page = g.db.read("courses.lesson_history", move |read| {
        let place = store::drafts::find_place(read, course, lesson)?.ok_or(Error::NotFound("lesson"))?;
        let rows = store::history::list(read, lesson, query.cursor, PAGE + 1)?;
        let states = rows.into_iter().map(|row| LessonStateOut::load(read, row, place.revision));
        Ok(Page::cut(states.collect::<Result<Vec<_>>>()?, PAGE, |state| state.id.to_string()))
    });
    Ok(Json(page.await?.into()))
}

/// A lesson as it was.
#[utoipa::path(get, path = "/courses/{course}/draft/lessons/{lesson}/history/{state}", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("lesson" = LessonId, Path), ("state" = LessonStateId, Path)),
    responses((status = 200, body = DraftLessonOut)))]
pub(in crate::courses) async fn get_lesson_state(g: Guard<EditState>) -> Result<Json<DraftLessonOut>> {
    let (course, lesson, state) = (g.can.course().course(), g.can.lesson(), g.can.state());
    let found = g.db.read("courses.lesson_state", move |read| {
        let place = store::drafts::find_place(read, course, lesson)?.ok_or(Error::NotFound("lesson"))?;
        let row = store::history::find(read, lesson, state)?.ok_or(Error::NotFound("state"))?;
        DraftLessonOut::at(read, lesson, place.day, row.revision)
    });
    Ok(Json(found.await?))
}

/// Which revision was looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct RestoreIn {
    /// Refused when the lesson is not at this revision any more.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    expected_revision: Option<RevisionId>,
}

/// Makes an earlier state the lesson's draft again.
#[utoipa::path(post, path = "/courses/{course}/draft/lessons/{lesson}/history/{state}/restore", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("lesson" = LessonId, Path), ("state" = LessonStateId, Path)),
    request_body = RestoreIn,
    responses((status = 200, body = DraftLessonOut), (status = 409, description = "`lesson.changed`: somebody was faster.")))]
pub(in crate::courses) async fn restore_lesson_state(g: Guard<EditState>, Body(body): Body<RestoreIn>) -> Result<Json<DraftLessonOut>> {
    let lesson = g.db.write("courses.restore_state", move |tx| {
        let (can, lesson) = (g.can.course(), g.can.lesson());
        actions::restore_state(tx, can, lesson, g.can.state(), body.expected_revision)?;
        DraftLessonOut::load(tx, can.course(), lesson)
    });
    Ok(Json(lesson.await?))
}

/// A text to be remembered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct AsideIn {
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    title: Option<Title>,
    body_html: String,
}

/// Keeps a text in the lesson's history without changing the draft: the one that was not taken
/// when two people wrote at the same time.
#[utoipa::path(post, path = "/courses/{course}/draft/lessons/{lesson}/history", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("lesson" = LessonId, Path)),
    request_body = AsideIn, responses((status = 204)))]
pub(in crate::courses) async fn set_lesson_text_aside(g: Guard<EditLesson>, Body(body): Body<AsideIn>) -> Result<StatusCode> {
    let html = cleaned(Some(body.body_html)).await?;
    let kept = g.db.write("courses.set_aside", move |tx| {
        actions::set_aside(tx, g.can.course(), g.can.lesson(), |content| {
            super::draft::set(&mut content.title, body.title);
            super::draft::set(&mut content.body_html, html);
        })
    });
    kept.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a lesson comes back to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct ReturnIn {
    #[schema(minimum = 1, maximum = 999)]
    day: u16,
    /// Its place within the day, from 1.
    #[schema(minimum = 1, maximum = 500)]
    position: u16,
}

/// Puts a lesson that was taken out of the draft back into it, as it was.
#[utoipa::path(post, path = "/courses/{course}/draft/lessons/{lesson}/return", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("lesson" = LessonId, Path)), request_body = ReturnIn,
    responses((status = 200, body = DraftLessonOut), (status = 409, description = "`lesson.present` or `course.full`.")))]
pub(in crate::courses) async fn return_lesson(g: Guard<EditLesson>, Body(body): Body<ReturnIn>) -> Result<Json<DraftLessonOut>> {
    let lesson = g.db.write("courses.return_lesson", move |tx| {
        let (can, lesson): (&EditCourse, LessonId) = (g.can.course(), g.can.lesson());
        actions::return_lesson(tx, can, lesson, body.day, body.position)?;
        DraftLessonOut::load(tx, can.course(), lesson)
    });
    Ok(Json(lesson.await?))
}
