//! A course's page and its preview lessons.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use sha2::{Digest, Sha256};

use crate::{
    courses::{
        content::hex,
        policy::{ReadPreview, ViewCourse},
        present::{self, CoursePage, LessonContent},
    },
    kernel::{
        error::{Error, Result},
        id::LessonId,
    },
    platform::web::{
        etag,
        guard::{Ask, Guard},
    },
};

/// A course with its plan. The ETag changes when a version is published or a learner joins.
#[utoipa::path(get, path = "/courses/{course}", tag = "courses", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 200, body = CoursePage), (status = 304, description = "As the `If-None-Match` says.")))]
pub(in crate::courses) async fn get_course(headers: HeaderMap, ask: Ask<ViewCourse>) -> Result<Response> {
    let platform = ask.platform.clone();
    let page = ask.read("courses.page", move |read, can, actor| {
        present::course_page(&platform, read, actor, can.course())
    });
    let body = serde_json::to_vec(&page.await?).map_err(Error::internal)?;
    Ok(tagged(&headers, body))
}

/// A lesson that everybody who sees the course may read.
#[utoipa::path(get, path = "/courses/{course}/lessons/{lesson}/preview", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("lesson" = LessonId, Path)),
    responses((status = 200, body = LessonContent)))]
pub(in crate::courses) async fn preview_lesson(g: Guard<ReadPreview>) -> Result<Json<LessonContent>> {
    let (platform, viewer) = (g.platform, g.actor.user());
    let lesson = g.db.read("courses.preview", move |read| {
        present::present_lesson(&platform, read, viewer, g.can.course(), g.can.line())
    });
    Ok(Json(lesson.await?))
}

/// The body with its ETag, or 304 when the client has it already.
fn tagged(headers: &HeaderMap, body: Vec<u8>) -> Response {
    let digest = hex(&Sha256::digest(&body));
    let tag = format!("\"{}\"", digest.get(..24).unwrap_or_default());
    let is_known = etag::is_known(headers, &tag);
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body.into_response()
    };
    let out = response.headers_mut();
    if !is_known {
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    out.extend(HeaderValue::from_str(&tag).ok().map(|tag| (header::ETAG, tag)));
    response
}
