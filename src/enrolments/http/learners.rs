//! How many learn a course, for those who write and run courses.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    courses::{EditCourse, ManageCourses},
    enrolments::{model::State, store},
    kernel::{
        error::{Error, Result},
        id::CourseId,
    },
    platform::web::{extract::Query, guard::Guard},
};

/// How many learn a course by one version.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::enrolments) struct VersionLearners {
    /// The number of the version.
    version: u32,
    /// In the middle of it.
    active: u32,
    /// Finished with it.
    completed: u32,
    /// Gone.
    left: u32,
}

/// How many learn a course.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::enrolments) struct LearnersOut {
    /// In the middle of it, by whatever version.
    active: u32,
    /// By version, the latest first.
    versions: Vec<VersionLearners>,
}

/// How many learn a course, by version.
#[utoipa::path(get, path = "/courses/{course}/learners", tag = "enrolments", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 200, body = LearnersOut)))]
pub(in crate::enrolments) async fn count_learners(g: Guard<EditCourse>) -> Result<Json<LearnersOut>> {
    let rows =
        g.db.read_heavy("enrolments.learners", move |read| store::count_by_version(read, g.can.course()));
    let mut versions: Vec<VersionLearners> = Vec::new();
    for (version, state, count) in rows.await? {
        if versions.last().is_none_or(|last| last.version != version) {
            versions.push(VersionLearners {
                version,
                active: 0,
                completed: 0,
                left: 0,
            });
        }
        if let Some(last) = versions.last_mut() {
            match state {
                State::Active => last.active = count,
                State::Completed => last.completed = count,
                State::Left => last.left = count,
            }
        }
    }
    Ok(Json(LearnersOut {
        active: versions.iter().map(|v| v.active).sum(),
        versions,
    }))
}

/// Which courses are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::enrolments) struct CompletionsQuery {
    /// Ids of courses, divided by commas; at most 200.
    courses: String,
}

/// How many finish a course.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::enrolments) struct CourseCompletion {
    course: CourseId,
    /// In the middle of it now.
    active: u32,
    /// Cycles that were finished.
    completed: u32,
    /// Cycles that were left.
    left: u32,
}

/// How many finish each of these courses.
#[utoipa::path(get, path = "/admin/courses/completion", tag = "enrolments", params(CompletionsQuery),
    responses((status = 200, body = Vec<CourseCompletion>)))]
pub(in crate::enrolments) async fn count_completions(
    g: Guard<ManageCourses>,
    Query(query): Query<CompletionsQuery>,
) -> Result<Json<Vec<CourseCompletion>>> {
    let bad = |_| Error::field("courses", "query.malformed", "Name courses by their ids, divided by commas.");
    let names = query.courses.split(',').filter(|name| !name.is_empty());
    let courses: Vec<CourseId> = names.map(|name| name.parse().map_err(bad)).collect::<Result<_>>()?;
    if courses.len() > 200 {
        return Err(Error::field("courses", "list.too_long", "Ask about 200 courses at most."));
    }
    let found = g.db.read_heavy("enrolments.completions", move |read| {
        let one = |course: CourseId| {
            let rows = store::count_by_version(read, course)?;
            let sum = |wanted| rows.iter().filter(|(_, state, _)| *state == wanted).map(|(.., n)| n).sum();
            Ok(CourseCompletion {
                course,
                active: sum(State::Active),
                completed: sum(State::Completed),
                left: sum(State::Left),
            })
        };
        courses.into_iter().map(one).collect()
    });
    Ok(Json(found.await?))
}
