//! Courses, lessons, drafts and immutable published versions.
//!
//! A course has one working draft and numbered published versions; a version is a list of (day,
//! order, lesson, revision). A lesson's identity lasts for ever: progress and notes hang on it.
//! Revisions are named by the hash of their content. Versions and what they show never change,
//! which triggers in the schema hold too.
//!
//! Tables: `categories`, `courses`, `drafts`, `lessons`, `revisions`, `draft_lessons`, `versions`,
//! `version_lessons`, `revision_assets`, `course_assets`, `listings`, `listing_tags`,
//! `course_learners`, `course_authors`, `course_groups`, `course_guests`, `course_prerequisites`,
//! `course_approvals`, `draft_editors`, `lesson_history`.
//! Tells: `course.created`, `course.published`, `course.unpublished`, `course.archived`,
//! `course.restored`, `course.access_changed`, `course.deleted`, `category.changed`.
//! Hears: `enrolment.started`, `user.deleted` (who joined; the learner count).

mod actions;
mod body;
mod card;
mod check;
mod content;
mod diff;
mod head;
mod http;
mod jobs;
mod links;
mod model;
mod needs;
mod packages;
mod policy;
mod presence;
mod present;
mod reactions;
mod reportable;
mod shelf;
mod sides;
mod store;
mod templates;
mod uses;

use std::sync::Arc;

pub use actions::{
    Blended, NewCourse, NewLesson, Published, Publishing, add_category, add_lesson, archive, blend, change, change_category, change_lesson,
    create, delete, publish, publish_draft, remove_category, remove_lesson, rename, reorder, restore, set_course_hidden, set_lesson_hidden,
    unpublish,
};
pub use body::Body;
pub use card::{CourseCard, PriceOut};
pub use content::{Action, Captions, Content, Resource, Video};
pub use diff::CourseDiff;
pub use model::{
    Category, Completion, CourseHead, CourseRef, Length, Level, Meta, Palette, PublishPolicy, State, VersionLesson, Visibility,
};
pub use packages::{Exported, Files, ImportError, ImportOptions, Imported, Problem, export, import};
pub use policy::{BrowseCatalogue, CoursePath, EditCourse, ManageCategories, ManageCourses, ViewCourse, WriteCourses, find_visible};
pub use present::{CaptionsOut, LessonContent, OwnCourse, ResourceKind, ResourceOut, VideoOut, own_courses, present_lesson};
pub use shelf::Shelf;
pub use sides::{LessonSide, LessonSides, draft_outline, lesson_sides};

use crate::{
    kernel::{
        actor::Actor,
        error::{Error, Result},
        finding::Finding,
        id::{AssetId, CourseId, LessonId, RevisionId, UserId, VersionId},
    },
    platform::{
        db::{Read, Tx},
        jobs::kind,
        module::{Module, PublishChecks},
    },
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: http::routes(),
        reactions: vec![Arc::new(reactions::Learners)],
        asset_gates: vec![policy::gate],
        asset_uses: Some(uses::USES),
        names: Some(names),
        forget: Some(store::courses::forget),
        provide: Some(|_, services| {
            Ok(services
                .with(Arc::new(Shelf::default()))
                .with(Arc::new(presence::Presence::default())))
        }),
        jobs: vec![kind::<jobs::ThinHistory>()],
        nightly: Some(jobs::nightly),
        reportables: vec![reportable::COURSE],
        heads: vec![("/courses/", head::of_course)],
        ..Module::new(
            "courses",
            &[
                "categories",
                "courses",
                "drafts",
                "lessons",
                "revisions",
                "draft_lessons",
                "versions",
                "version_lessons",
                "revision_assets",
                "course_assets",
                "listings",
                "listing_tags",
                "course_learners",
                "lesson_history",
                "course_authors",
                "course_groups",
                "course_guests",
                "course_prerequisites",
                "course_approvals",
                "draft_editors",
            ],
        )
    }
}

/// The course whatever its state: for slices that have decided by themselves who may see it.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn find_any(read: &Read<'_>, course: &CourseRef) -> Result<CourseHead> {
    store::courses::get(read, course)
}

/// Whether the actor edits this course: an author of it, or an admin. Editors read all of it.
///
/// # Errors
/// A database fault.
pub fn can_edit(read: &Read<'_>, actor: &Actor, course: CourseId) -> Result<bool> {
    policy::edits_by_id(read, actor, course)
}

/// What new learners of the course get.
///
/// # Errors
/// A database fault.
pub fn current_version(read: &Read<'_>, course: CourseId) -> Result<Option<VersionId>> {
    Ok(store::courses::find(read, &course.into())?.and_then(|head| head.version))
}

/// The outline of a version, by day and order. [`Shelf::version_lessons`] remembers it.
///
/// # Errors
/// A database fault.
pub fn version_lessons(read: &Read<'_>, version: VersionId) -> Result<Arc<Vec<VersionLesson>>> {
    store::versions::list_lessons(read, version).map(Arc::new)
}

/// One lesson's place in a version; `None` when the version does not have it.
///
/// # Errors
/// A database fault.
pub fn version_lesson(read: &Read<'_>, version: VersionId, lesson: LessonId) -> Result<Option<VersionLesson>> {
    store::versions::find_lesson(read, version, lesson)
}

/// The front matter of a version: its title, length, weeks. [`Shelf::version_meta`] remembers it.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn version_meta(read: &Read<'_>, version: VersionId) -> Result<Arc<Meta>> {
    store::versions::get_meta(read, version).map(Arc::new)
}

/// What a revision holds, without the addresses of its files. [`Shelf::lesson_content`] remembers it.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn lesson_content(read: &Read<'_>, revision: RevisionId) -> Result<Arc<Content>> {
    store::lessons::get_content(read, revision).map(Arc::new)
}

/// The words of a revision, for search.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn lesson_text(read: &Read<'_>, revision: RevisionId) -> Result<String> {
    store::lessons::get_text(read, revision)
}

/// The course a lesson belongs to.
///
/// # Errors
/// A database fault.
pub fn course_of_lesson(read: &Read<'_>, lesson: LessonId) -> Result<Option<CourseId>> {
    store::lessons::find_course(read, lesson)
}

/// The lessons that show or give a file: the media gate of those who open lessons asks this.
///
/// # Errors
/// A database fault.
pub fn lessons_with_asset(read: &Read<'_>, asset: AssetId) -> Result<Vec<(CourseId, LessonId, RevisionId)>> {
    store::assets::list_lessons(read, asset)
}

/// A course as lists show it, whatever its state. Decide first who may see it.
///
/// # Errors
/// `NotFound` when the course was never published.
pub fn card(read: &Read<'_>, course: CourseId) -> Result<CourseCard> {
    store::listings::find(read, course)?.ok_or(Error::NotFound("course"))
}

/// Courses as lists show them, in the given order; those never published are left out.
///
/// # Errors
/// A database fault.
pub fn cards(read: &Read<'_>, courses: &[CourseId]) -> Result<Vec<CourseCard>> {
    courses
        .iter()
        .filter_map(|id| store::listings::find(read, *id).transpose())
        .collect()
}

/// Where a course's cover is.
#[must_use]
pub fn cover_url(cover: AssetId) -> String {
    links::cover(cover)
}

/// A lesson's place in the newest version that has it: its name, for what outlives its place.
///
/// # Errors
/// A database fault.
pub fn newest_place(read: &Read<'_>, lesson: LessonId) -> Result<Option<VersionLesson>> {
    store::versions::find_newest(read, lesson)
}

/// Every course that was ever published, in no particular order: for the search index.
///
/// # Errors
/// A database fault.
pub fn ever_published(read: &Read<'_>) -> Result<Vec<CourseId>> {
    store::listings::list_ids(read)
}

/// The courses that a person writes, alone or with others.
///
/// # Errors
/// A database fault.
pub fn owned_by(read: &Read<'_>, user: UserId) -> Result<Vec<CourseId>> {
    let heads = store::courses::list_owned(read, Some(user))?;
    Ok(heads.into_iter().map(|head| head.id).collect())
}

/// Every version of a course, the newest first.
///
/// # Errors
/// A database fault.
pub fn versions_of(read: &Read<'_>, course: CourseId) -> Result<Vec<VersionId>> {
    let rows = store::versions::list(read, course)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The categories, in their order.
///
/// # Errors
/// A database fault.
pub fn categories(read: &Read<'_>) -> Result<Vec<Category>> {
    store::categories::list_all(read)
}

/// Published courses that are not for everybody and that the actor sees all the same.
///
/// # Errors
/// A database fault.
pub fn list_shown(read: &Read<'_>, actor: &Actor) -> Result<Vec<CourseId>> {
    policy::list_shown(read, actor)
}

/// Every lesson that a moderator has hidden: few, if any.
///
/// # Errors
/// A database fault.
pub fn hidden_lessons(read: &Read<'_>) -> Result<Vec<LessonId>> {
    store::access::list_hidden_lessons(read)
}

/// Whether a moderator has hidden this lesson.
///
/// # Errors
/// A database fault.
pub fn is_lesson_hidden(read: &Read<'_>, lesson: LessonId) -> Result<bool> {
    store::access::is_lesson_hidden(read, lesson)
}

/// The courses that have to be finished before one may join this one.
///
/// # Errors
/// A database fault.
pub fn prerequisites(read: &Read<'_>, course: CourseId) -> Result<Vec<CourseId>> {
    store::access::list_prerequisites(read, course)
}

/// What its draft is called.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn draft_title(read: &Read<'_>, course: CourseId) -> Result<String> {
    Ok(store::drafts::get(read, course)?.meta.title.to_string())
}

/// The name that a version of the draft would have now: equal for equal contents.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn draft_hash(read: &Read<'_>, course: CourseId) -> Result<String> {
    actions::draft_hash(read, course)
}

/// Every finding about the draft, blockers first.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn check(read: &Read<'_>, course: CourseId, others: &PublishChecks) -> Result<Vec<Finding>> {
    check::check(read, course, others)
}

/// Whether a person has a hand in the draft: he writes the course, or has changed the draft since
/// its last version. Such a person never approves it.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn has_hand_in(read: &Read<'_>, course: CourseId, user: UserId) -> Result<bool> {
    let head = store::courses::get(read, &course.into())?;
    Ok(policy::writes(read, user, &head)? || store::access::has_edited(read, course, user)?)
}

/// Notes that exactly this content of a course was approved. Who may is for the caller to decide.
///
/// # Errors
/// A database fault.
pub fn approve(tx: &Tx<'_>, course: CourseId, hash: &str) -> Result<()> {
    store::access::insert_approval(tx, course, hash)
}

/// Whether the draft, as it is now, was approved.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn is_approved(read: &Read<'_>, course: CourseId) -> Result<bool> {
    store::access::is_approved(read, course, &actions::draft_hash(read, course)?)
}

/// What the draft changes of what learners see.
///
/// # Errors
/// A database fault.
pub fn draft_diff(read: &Read<'_>, course: CourseId) -> Result<CourseDiff> {
    diff::diff(read, course, None, None)
}

/// For pages that show ids: courses, lessons and categories.
fn names(read: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for id in ids {
        let name = if let Ok(course) = id.parse::<CourseId>() {
            store::courses::find_title(read, course)?
        } else if let Ok(lesson) = id.parse::<LessonId>() {
            store::lessons::find_title(read, lesson)?
        } else {
            None
        };
        all.extend(name.map(|name| ((*id).to_owned(), name)));
    }
    if ids.iter().any(|id| id.starts_with("cat_")) {
        let known = categories(read)?
            .into_iter()
            .map(|category| (category.id.to_string(), category.name.to_string()));
        all.extend(known.filter(|(id, _)| ids.contains(&id.as_str())));
    }
    Ok(all)
}
