//! Versions: what differs, going back.

use axum::{Json, http::StatusCode};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::lifecycle::{Learners, VersionOut, find_version};
use crate::{
    courses::{
        actions::{self, Publishing},
        diff::{self, CourseDiff},
        policy::{EditCourse, EditVersion},
    },
    kernel::{
        error::{Error, Result},
        text::free_text,
    },
    platform::web::{
        extract::{Body, Query, created, not_null},
        guard::Guard,
    },
};

/// Which two are compared.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::courses) struct DiffQuery {
    /// The number of the older version; the one that learners see when absent.
    #[serde(default)]
    from: Option<u32>,
    /// The number of the newer version; the draft when absent.
    #[serde(default)]
    to: Option<u32>,
}

/// What differs between two versions, or between a version and the draft.
#[utoipa::path(get, path = "/courses/{course}/diff", tag = "courses", params(("course" = String, Path, description = "Id or slug."), DiffQuery),
    responses((status = 200, body = CourseDiff)))]
pub(in crate::courses) async fn diff_course(g: Guard<EditCourse>, Query(query): Query<DiffQuery>) -> Result<Json<CourseDiff>> {
    // Comparing long lessons takes a while: pages go first.
    let compared =
        g.db.read_heavy("courses.diff", move |read| diff::diff(read, g.can.course(), query.from, query.to));
    Ok(Json(compared.await?))
}

/// How to go back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct RollBackIn {
    /// Why, for colleagues; may be empty.
    #[serde(default)]
    #[schema(max_length = 2000)]
    notes: String,
    /// Who gets it.
    #[serde(default)]
    learners: Learners,
}

/// Publishes what an earlier version held as the next version. The draft stays as it is.
#[utoipa::path(post, path = "/courses/{course}/versions/{number}/roll-back", tag = "courses", request_body = RollBackIn,
    params(("course" = String, Path, description = "Id or slug."), ("number" = u32, Path)),
    responses((status = 201, body = VersionOut), (status = 409, description = "`course.unchanged`, `course.archived` or `course.review_needed`.")))]
pub(in crate::courses) async fn roll_back_version(
    g: Guard<EditVersion>,
    Body(body): Body<RollBackIn>,
) -> Result<(StatusCode, Json<VersionOut>)> {
    let notes = free_text(&body.notes, 2_000).map_err(|e| Error::field("notes", e.code, e.message))?;
    let how = Publishing {
        notes,
        expected: None,
        moves_learners: body.learners == Learners::FromNextUnopenedDay,
    };
    let version = g.db.write("courses.roll_back", move |tx| {
        let made = actions::roll_back(tx, g.can.course(), g.can.number(), &how)?;
        find_version(tx, g.can.course().course(), made.version)
    });
    Ok(created(version.await?))
}

/// What of the draft is given up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct LoadIn {
    /// The edition of the draft that was looked at; refused when it changed since.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    expected: Option<u32>,
}

/// Makes the draft what an earlier version was.
#[utoipa::path(post, path = "/courses/{course}/versions/{number}/load", tag = "courses", request_body = LoadIn,
    params(("course" = String, Path, description = "Id or slug."), ("number" = u32, Path)),
    responses((status = 204), (status = 409, description = "`course.changed`: somebody changed the draft.")))]
pub(in crate::courses) async fn load_version(g: Guard<EditVersion>, Body(body): Body<LoadIn>) -> Result<StatusCode> {
    let loaded = g.db.write("courses.load_version", move |tx| {
        actions::load_version(tx, g.can.course(), g.can.number(), body.expected)
    });
    loaded.await?;
    Ok(StatusCode::NO_CONTENT)
}
