//! Publishing, versions, the end of a course.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    courses::{
        actions::{self, Publishing},
        policy::EditCourse,
        store,
        store::versions::VersionRow,
    },
    kernel::{
        error::{Error, Result},
        id::{CourseId, VersionId},
        text::{PersonName, free_text},
        time::Timestamp,
    },
    people,
    platform::{
        db::Read,
        module::PublishChecks,
        web::{
            extract::{Body, created, not_null},
            guard::Guard,
        },
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
    /// Who gets the new version.
    #[serde(default)]
    learners: Learners,
}

/// Who gets a new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WhoGets)]
pub(in crate::courses) enum Learners {
    /// Those who join from now on.
    #[default]
    NewOnly,
    /// They, and everybody in the middle from the next day that has not opened for him.
    FromNextUnopenedDay,
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
    /// Who published it: a person's id, `cli` or `system:…`.
    published_by: String,
    /// His name, while he is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<PersonName>,
}

impl VersionOut {
    fn named(read: &Read<'_>, row: VersionRow) -> Result<Self> {
        let mut out = Self::from(row);
        if let Ok(user) = out.published_by.parse() {
            out.publisher = people::list_names(read, &[user])?.pop().map(|(_, name)| name);
        }
        Ok(out)
    }
}

/// One version as lists show it.
pub(super) fn find_version(read: &Read<'_>, course: CourseId, version: VersionId) -> Result<VersionOut> {
    let all = store::versions::list(read, course)?;
    let found = all.into_iter().find(|row| row.id == version);
    VersionOut::named(read, found.ok_or(Error::NotFound("version"))?)
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
            published_by: row.published_by,
            publisher: None,
        }
    }
}

/// Publishes the draft as the next version. Learners in the middle keep the version they joined, or
/// get the new one from their next unopened day, as `learners` says.
#[utoipa::path(post, path = "/courses/{course}/publish", tag = "courses",
    params(("course" = String, Path, description = "Id or slug.")), request_body = PublishIn,
    responses((status = 201, body = VersionOut), (status = 409, description = "`course.changed`, `course.unchanged`, `course.archived` or `course.review_needed`.")))]
pub(in crate::courses) async fn publish_course(
    g: Guard<EditCourse>,
    Body(body): Body<PublishIn>,
) -> Result<(StatusCode, Json<VersionOut>)> {
    let notes = free_text(&body.notes, MAX_NOTES).map_err(|e| Error::field("notes", e.code, e.message))?;
    let checks = g.platform.services.find::<PublishChecks>().unwrap_or_default();
    let how = Publishing {
        notes,
        expected: body.expected,
        moves_learners: body.learners == Learners::FromNextUnopenedDay,
    };
    let version = g.db.write("courses.publish", move |tx| {
        let made = actions::publish_draft(tx, &g.can, &checks, &how)?;
        find_version(tx, g.can.course(), made.version)
    });
    Ok(created(version.await?))
}

/// A course's versions, the latest first.
#[utoipa::path(get, path = "/courses/{course}/versions", tag = "courses", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 200, body = Vec<VersionOut>)))]
pub(in crate::courses) async fn list_versions(g: Guard<EditCourse>) -> Result<Json<Vec<VersionOut>>> {
    let found = g.db.read("courses.versions", move |read| {
        let rows = store::versions::list(read, g.can.course())?.into_iter();
        rows.map(|row| VersionOut::named(read, row)).collect()
    });
    Ok(Json(found.await?))
}

/// Takes a course back: no list shows it, nobody new joins, those who joined go on.
#[utoipa::path(post, path = "/courses/{course}/unpublish", tag = "courses", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 204), (status = 409, description = "It is not published.")))]
pub(in crate::courses) async fn unpublish_course(g: Guard<EditCourse>) -> Result<StatusCode> {
    g.db.write("courses.unpublish", move |tx| actions::unpublish(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a course out of the catalogue for good; those who joined keep it.
#[utoipa::path(post, path = "/courses/{course}/archive", tag = "courses", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 204), (status = 409, description = "It is not published.")))]
pub(in crate::courses) async fn archive_course(g: Guard<EditCourse>) -> Result<StatusCode> {
    g.db.write("courses.archive", move |tx| actions::archive(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a course that was archived or taken back into the catalogue.
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
