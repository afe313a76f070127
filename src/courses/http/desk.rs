//! All courses and lessons at once, for admins; and many courses changed at once.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    courses::{
        actions::{self, Publishing},
        model::{State, Visibility},
        policy::{EditCourse, ManageCourses},
        store::desk::{self, DeskLesson, DeskQuery, DeskRow},
    },
    kernel::{
        error::{Error, Result},
        id::{CategoryId, CourseId, LessonId, RevisionId, UserId},
        page::Limit,
        text::{PersonName, Slug},
        time::Timestamp,
    },
    people,
    platform::{
        db::{Read, Tx},
        module::PublishChecks,
        web::{
            extract::{Body, PageOut, Query, not_null},
            guard::Guard,
        },
    },
};

/// Which courses are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::courses) struct DeskCoursesQuery {
    /// Part of the title or address.
    #[serde(default)]
    q: Option<String>,
    #[serde(default)]
    #[param(inline)]
    state: Option<State>,
    /// Only what a moderator has hidden.
    #[serde(default)]
    hidden: Option<bool>,
    #[serde(default)]
    category: Option<CategoryId>,
    #[serde(default)]
    owner: Option<UserId>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    #[param(inline)]
    limit: Option<Limit>,
}

/// A course as admins go through them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::courses) struct DeskCourse {
    id: CourseId,
    slug: Slug,
    title: String,
    state: State,
    visibility: Visibility,
    is_hidden: bool,
    /// The number of the published version; 0 before the first.
    version: u32,
    category: CategoryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_name: Option<PersonName>,
    /// People who have ever joined it.
    learner_count: u32,
    /// Lessons of the draft.
    lesson_count: u32,
    /// When the draft last changed.
    updated_at: Timestamp,
}

impl DeskCourse {
    fn of(read: &Read<'_>, row: DeskRow) -> Result<Self> {
        let owner_name = match row.owner {
            Some(owner) => people::list_names(read, &[owner])?.pop().map(|(_, name)| name),
            None => None,
        };
        Ok(Self {
            id: row.id,
            slug: row.slug,
            title: row.title,
            state: row.state,
            visibility: row.visibility,
            is_hidden: row.is_hidden,
            version: row.number,
            category: row.category,
            owner: row.owner,
            owner_name,
            learner_count: row.learner_count,
            lesson_count: row.lesson_count,
            updated_at: row.updated_at,
        })
    }
}

/// Every course, the latest first.
#[utoipa::path(get, path = "/admin/courses", tag = "courses", params(DeskCoursesQuery), responses((status = 200, body = PageOut<DeskCourse>)))]
pub(in crate::courses) async fn list_all_courses(
    g: Guard<ManageCourses>,
    Query(query): Query<DeskCoursesQuery>,
) -> Result<Json<PageOut<DeskCourse>>> {
    let wanted = DeskQuery {
        q: query.q.unwrap_or_default().trim().to_lowercase().chars().take(100).collect(),
        state: query.state,
        hidden: query.hidden.unwrap_or_default(),
        category: query.category,
        owner: query.owner,
        after: query.cursor.as_deref().map(cursor).transpose()?,
        limit: Limit::or_default(query.limit),
    };
    let page = g.db.read_heavy("courses.desk", move |read| {
        let page = desk::list_courses(read, &wanted)?;
        let items = page.items.into_iter().map(|row| DeskCourse::of(read, row)).collect::<Result<_>>()?;
        Ok(PageOut { items, next: page.next })
    });
    Ok(Json(page.await?))
}

fn cursor<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse()
        .map_err(|_| Error::field("cursor", "cursor.malformed", "Use the cursor that the last page gave."))
}

/// How many courses are in a state.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CourseStateCount)]
pub(in crate::courses) struct StateCount {
    state: State,
    count: u32,
}

/// How many courses are in each state.
#[utoipa::path(get, path = "/admin/courses/counts", tag = "courses", responses((status = 200, body = Vec<StateCount>)))]
pub(in crate::courses) async fn count_courses(g: Guard<ManageCourses>) -> Result<Json<Vec<StateCount>>> {
    let found = g.db.read("courses.counts", desk::count_states).await?;
    Ok(Json(found.into_iter().map(|(state, count)| StateCount { state, count }).collect()))
}

/// Which lessons are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::courses) struct DeskLessonsQuery {
    /// Part of the title of the lesson or its course.
    #[serde(default)]
    q: Option<String>,
    /// Only of this course.
    #[serde(default)]
    course: Option<CourseId>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    #[param(inline)]
    limit: Option<Limit>,
}

/// A lesson of some draft.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::courses) struct DeskLessonOut {
    id: LessonId,
    /// Give it back as `expected` when the lesson is changed.
    revision: RevisionId,
    course: CourseId,
    course_slug: Slug,
    course_title: String,
    day: u16,
    title: String,
    minutes: u16,
    is_preview: bool,
    is_required: bool,
    is_hidden: bool,
}

impl From<DeskLesson> for DeskLessonOut {
    fn from(row: DeskLesson) -> Self {
        Self {
            id: row.lesson,
            revision: row.revision,
            course: row.course,
            course_slug: row.course_slug,
            course_title: row.course_title,
            day: row.day,
            title: row.title,
            minutes: row.minutes,
            is_preview: row.is_preview,
            is_required: row.is_required,
            is_hidden: row.is_hidden,
        }
    }
}

/// The lessons of all drafts.
#[utoipa::path(get, path = "/admin/lessons", tag = "courses", params(DeskLessonsQuery), responses((status = 200, body = PageOut<DeskLessonOut>)))]
pub(in crate::courses) async fn list_all_lessons(
    g: Guard<ManageCourses>,
    Query(query): Query<DeskLessonsQuery>,
) -> Result<Json<PageOut<DeskLessonOut>>> {
    let after = match query.cursor.as_deref().map(|text| text.split_once('.')) {
        None => None,
        Some(pair) => {
            let (course, lesson) = pair.unwrap_or_default();
            Some((cursor(course)?, cursor(lesson)?))
        }
    };
    let q: String = query.q.unwrap_or_default().trim().to_lowercase().chars().take(100).collect();
    let limit = Limit::or_default(query.limit);
    let page = g.db.read_heavy("courses.desk_lessons", move |read| {
        desk::list_lessons(read, &q, query.course, after, limit)
    });
    Ok(Json(page.await?.map(DeskLessonOut::from).into()))
}

/// What is done with many courses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::courses) enum BulkDeed {
    /// Publish the drafts that may be.
    Publish,
    /// Archive.
    Archive,
    /// Put back what was archived or taken back.
    Restore,
    /// Put the drafts into another category.
    MoveCategory,
}

/// What is done with which courses.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CourseBulkIn)]
pub(in crate::courses) struct BulkIn {
    #[schema(inline)]
    deed: BulkDeed,
    #[schema(min_items = 1, max_items = 200)]
    courses: Vec<CourseId>,
    /// Where they go, for `move_category`.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    category: Option<CategoryId>,
}

/// A course with which it could not be done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CourseRefused)]
pub(in crate::courses) struct Refused {
    course: CourseId,
    /// Stable code.
    code: String,
    /// Why.
    sentence: String,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CourseBulkOut)]
pub(in crate::courses) struct BulkOut {
    /// The courses with which it was done.
    done: Vec<CourseId>,
    /// Those with which it could not be, each with its reason.
    refused: Vec<Refused>,
}

/// Publishes, archives, restores or moves many courses. Each for itself: one that cannot be does
/// not hold up the others.
#[utoipa::path(post, path = "/admin/courses/bulk", tag = "courses", request_body = BulkIn, responses((status = 200, body = BulkOut)))]
pub(in crate::courses) async fn change_many_courses(g: Guard<ManageCourses>, Body(body): Body<BulkIn>) -> Result<Json<BulkOut>> {
    if body.courses.is_empty() || body.courses.len() > 200 {
        return Err(Error::field("courses", "list.too_long", "Choose 1 to 200 courses."));
    }
    if body.deed == BulkDeed::MoveCategory && body.category.is_none() {
        return Err(Error::field("category", "category.unknown", "Choose one of the categories."));
    }
    let checks = g.platform.services.find::<PublishChecks>().unwrap_or_default();
    let mut out = BulkOut {
        done: Vec::new(),
        refused: Vec::new(),
    };
    for course in body.courses {
        let (can, checks) = (g.can.edit(course), checks.clone());
        let done =
            g.db.write_low("courses.bulk", move |tx| one(tx, &can, &checks, body.deed, body.category));
        match done.await {
            Ok(()) => out.done.push(course),
            Err(error) => out.refused.push(refusal(course, error)?),
        }
    }
    Ok(Json(out))
}

fn one(tx: &Tx<'_>, can: &EditCourse, checks: &PublishChecks, deed: BulkDeed, category: Option<CategoryId>) -> Result<()> {
    match deed {
        BulkDeed::Publish => actions::publish_draft(tx, can, checks, &Publishing::default()).map(drop),
        BulkDeed::Archive => actions::archive(tx, can),
        BulkDeed::Restore => actions::restore(tx, can),
        BulkDeed::MoveCategory => match category {
            Some(category) => actions::change(tx, can, None, |meta| meta.category = category).map(drop),
            None => Ok(()),
        },
    }
}

/// What a person may know of why it could not be done.
fn refusal(course: CourseId, error: Error) -> Result<Refused> {
    let (code, sentence) = match error {
        Error::Conflict { code, message } => (code.to_owned(), message),
        Error::Invalid(fields) => {
            let code = fields.first().map(|field| field.code.to_string()).unwrap_or_default();
            let sentences: Vec<String> = fields.into_iter().map(|field| field.message).collect();
            (code, sentences.join(" "))
        }
        Error::NotFound(_) => ("course.not_found".into(), "There is no such course any more.".into()),
        other => return Err(other),
    };
    Ok(Refused { course, code, sentence })
}
