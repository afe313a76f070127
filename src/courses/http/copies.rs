//! Templates and copies: what a course or a lesson can begin as.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{draft::DraftOut, lessons::DraftLessonOut};
use crate::{
    courses::{
        actions,
        model::Length,
        policy::{EditCourse, EditLesson, WriteCourses},
        templates,
    },
    kernel::{error::Result, id::LessonId, text::Title},
    platform::web::{
        extract::{Body, created, not_null},
        guard::Guard,
    },
};

/// A skeleton to begin a course with.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::courses) struct TemplateOut {
    length: Length,
    days: Vec<TemplateDay>,
}

/// One day of a skeleton.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::courses) struct TemplateDay {
    title: &'static str,
    /// What the learner has at its end.
    promise: &'static str,
}

/// The skeletons that courses can begin with: `is_guided` of a new course.
#[utoipa::path(get, path = "/teach/templates", tag = "courses", responses((status = 200, body = Vec<TemplateOut>)))]
pub(in crate::courses) async fn list_templates(_: Guard<WriteCourses>) -> Json<Vec<TemplateOut>> {
    let all = [Length::Days7, Length::Days14, Length::Days21, Length::SelfPaced];
    let templates = all.map(|length| TemplateOut {
        length,
        days: templates::days(length)
            .iter()
            .map(|day| TemplateDay {
                title: day.title,
                promise: day.promise,
            })
            .collect(),
    });
    Json(templates.into())
}

/// What the copy is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct CopyIn {
    /// The title with “(copy)” behind it when absent.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    title: Option<Title>,
}

/// Begins a course as a copy of this one's draft, as one's own.
#[utoipa::path(post, path = "/courses/{course}/duplicate", tag = "courses",
    params(("course" = String, Path, description = "Id or slug.")), request_body = CopyIn, responses((status = 201, body = DraftOut)))]
pub(in crate::courses) async fn duplicate_course(g: Guard<EditCourse>, Body(body): Body<CopyIn>) -> Result<(StatusCode, Json<DraftOut>)> {
    let draft = g.db.write("courses.duplicate", move |tx| {
        let made = actions::duplicate_course(tx, &g.can, body.title)?;
        DraftOut::load(tx, made.course())
    });
    Ok(created(draft.await?))
}

/// Copies a lesson to the place right behind it.
#[utoipa::path(post, path = "/courses/{course}/draft/lessons/{lesson}/duplicate", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("lesson" = LessonId, Path)),
    responses((status = 201, body = DraftLessonOut), (status = 409, description = "`course.full`.")))]
pub(in crate::courses) async fn duplicate_lesson(g: Guard<EditLesson>) -> Result<(StatusCode, Json<DraftLessonOut>)> {
    let lesson = g.db.write("courses.duplicate_lesson", move |tx| {
        let can = g.can.course();
        let copy = actions::duplicate_lesson(tx, can, g.can.lesson())?;
        DraftLessonOut::load(tx, can.course(), copy)
    });
    Ok(created(lesson.await?))
}
