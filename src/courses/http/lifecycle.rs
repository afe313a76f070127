//! Publishing, versions, the end of a course.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    courses::{actions, policy::EditCourse, store, store::versions::VersionRow},
    kernel::{
        error::{Error, Result},
        id::VersionId,
        text::free_text,
        time::Timestamp,
    },
    platform::web::{
        extract::{Body, created, not_null},
        guard::Guard,
    },
};

/// The most characters of a version's notes.
const MAX_NOTES: usize = 2_000;

/// What is said about a new version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct PublishIn {
    /// What changed, for colleagues; may be empty.
    #[serde(default)]
    #[schema(max_length = 2000)]
    notes: String,
    /// The edition of the draft that was looked at; refused when it changed since.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    expected: Option<u32>,
}

/// A published version.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::courses) struct VersionOut {
    id: VersionId,
    /// From 1.
    number: u32,
    notes: String,
    lesson_count: u32,
    total_minutes: u32,
    published_at: Timestamp,
}

impl From<VersionRow> for VersionOut {
    fn from(row: VersionRow) -> Self {
        Self {
            id: row.id,
            number: row.number,
            notes: row.notes,
            lesson_count: row.lesson_count,
            total_minutes: row.total_minutes,
            published_at: row.published_at,
        }
    }
}

/// Publishes the draft as the next version. Learners keep the version they joined.
#[utoipa::path(post, path = "/courses/{course}/publish", tag = "courses",
    params(("course" = String, Path, description = "Id or slug.")), request_body = PublishIn,
    responses((status = 201, body = VersionOut), (status = 409, description = "`course.changed`, `course.unchanged` or `course.archived`.")))]
pub(in crate::courses) async fn publish_course(
    g: Guard<EditCourse>,
    Body(body): Body<PublishIn>,
) -> Result<(StatusCode, Json<VersionOut>)> {
    let notes = free_text(&body.notes, MAX_NOTES).map_err(|e| Error::field("notes", e.code, e.message))?;
    let version = g.db.write("courses.publish", move |tx| {
        let made = actions::publish(tx, &g.can, &notes, body.expected)?;
        let all = store::versions::list(tx, g.can.course())?;
        let found = all.into_iter().find(|row| row.id == made.version);
        found.ok_or(Error::NotFound("version"))
    });
    Ok(created(version.await?.into()))
}

/// A course's versions, the latest first.
#[utoipa::path(get, path = "/courses/{course}/versions", tag = "courses", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 200, body = Vec<VersionOut>)))]
pub(in crate::courses) async fn list_versions(g: Guard<EditCourse>) -> Result<Json<Vec<VersionOut>>> {
    let found =
        g.db.read("courses.versions", move |read| store::versions::list(read, g.can.course()))
            .await?;
    Ok(Json(found.into_iter().map(Into::into).collect()))
}

/// Takes a course out of the catalogue; those who joined keep it.
#[utoipa::path(post, path = "/courses/{course}/archive", tag = "courses", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 204), (status = 409, description = "It is not published.")))]
pub(in crate::courses) async fn archive_course(g: Guard<EditCourse>) -> Result<StatusCode> {
    g.db.write("courses.archive", move |tx| actions::archive(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts an archived course back into the catalogue.
#[utoipa::path(post, path = "/courses/{course}/restore", tag = "courses", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 204), (status = 409, description = "It is not archived.")))]
pub(in crate::courses) async fn restore_course(g: Guard<EditCourse>) -> Result<StatusCode> {
    g.db.write("courses.restore", move |tx| actions::restore(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a course that was never published.
#[utoipa::path(delete, path = "/courses/{course}", tag = "courses", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 204), (status = 409, description = "It was published once.")))]
pub(in crate::courses) async fn delete_course(g: Guard<EditCourse>) -> Result<StatusCode> {
    g.db.write("courses.delete", move |tx| actions::delete(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}
