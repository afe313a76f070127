//! Who may see, write and publish what. Each proof's constructor is private to this file.

use serde::Deserialize;

use super::{
    model::{CourseHead, CourseRef, State, VersionLesson},
    store,
};
use crate::{
    kernel::{
        actor::{Actor, Role},
        error::{Error, Result},
        id::{AssetId, CategoryId, CourseId, LessonId, LessonStateId, RevisionId},
    },
    platform::{
        db::Read,
        settings::{self, Section},
        web::guard::{NoKey, PathKey, Require},
    },
};

/// The part of the registration settings that decides whether visitors see the catalogue. The
/// whole section belongs to `auth`, on a higher floor; here it is only read.
#[derive(Debug, Clone, serde::Serialize, Deserialize)]
struct Visitors {
    public_catalogue: bool,
}

impl Default for Visitors {
    fn default() -> Self {
        Self { public_catalogue: true }
    }
}

impl Section for Visitors {
    const NAME: &'static str = "registration";
}

/// May see the list of published courses.
#[derive(Debug)]
pub struct BrowseCatalogue(());

impl Require for BrowseCatalogue {
    type Key = NoKey;
    fn decide(read: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        may_browse(read, actor)?;
        Ok(Self(()))
    }
}

fn may_browse(read: &Read<'_>, actor: &Actor) -> Result<()> {
    match actor {
        Actor::Anonymous if !settings::get::<Visitors>(read)?.public_catalogue => Err(Error::Unauthenticated),
        _ => Ok(()),
    }
}

/// The path key of everything about one course.
#[derive(Debug, Clone, Deserialize)]
pub struct CoursePath {
    /// Id or slug.
    pub course: CourseRef,
}

/// May see a course's page.
#[derive(Debug)]
pub struct ViewCourse {
    head: CourseHead,
}

impl ViewCourse {
    /// The course.
    #[must_use]
    pub fn course(&self) -> &CourseHead {
        &self.head
    }
}

impl Require for ViewCourse {
    type Key = PathKey<CoursePath>;
    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        find_visible(read, actor, &key.0.course).map(|head| Self { head })
    }
}

/// The course, if the actor may see its page: published ones are for everybody who may browse,
/// archived ones for those who joined, drafts for those who edit.
///
/// # Errors
/// `Unauthenticated` for a visitor where the catalogue is not public, else `NotFound`.
pub fn find_visible(read: &Read<'_>, actor: &Actor, course: &CourseRef) -> Result<CourseHead> {
    may_browse(read, actor)?;
    let head = store::courses::get(read, course)?;
    let sees = match head.state {
        State::Published => true,
        _ if edits(actor, &head) => true,
        State::Archived => match actor.user() {
            Some(user) => store::courses::has_learner(read, head.id, user)?,
            None => false,
        },
        State::Draft => false,
    };
    if sees { Ok(head) } else { Err(Error::NotFound("course")) }
}

/// Whether the actor edits this course: its author while he is an instructor, or an admin.
pub(super) fn edits(actor: &Actor, head: &CourseHead) -> bool {
    actor.is_at_least(Role::Admin) || (actor.is_at_least(Role::Instructor) && head.owner.is_some() && head.owner == actor.user())
}

/// Whether the right still holds inside the deed: asked again by what cannot be taken back.
///
/// # Errors
/// `Denied` when the course or the actor changed since.
pub(super) fn again(actor: &Actor, head: &CourseHead) -> Result<()> {
    if edits(actor, head) {
        Ok(())
    } else {
        Err(Error::Denied("not_your_course"))
    }
}

/// May begin courses of his own.
#[derive(Debug)]
pub struct WriteCourses(());

impl WriteCourses {
    /// For the command line and jobs; the verb leaves an audit row.
    #[must_use]
    pub fn as_system(_reason: &'static str) -> Self {
        Self(())
    }
}

impl WriteCourses {
    /// Who edits a course may begin another: editing takes the same role.
    pub(super) fn of_editor(_: &EditCourse) -> Self {
        Self(())
    }
}

impl Require for WriteCourses {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Instructor)?;
        Ok(Self(()))
    }
}

/// May change and publish one course.
#[derive(Debug, Clone)]
pub struct EditCourse {
    course: CourseId,
}

impl EditCourse {
    /// The course.
    #[must_use]
    pub fn course(&self) -> CourseId {
        self.course
    }

    /// For the command line and jobs; the verbs leave audit rows.
    #[must_use]
    pub fn as_system(course: CourseId, _reason: &'static str) -> Self {
        Self { course }
    }

    /// Who has just begun a course edits it.
    pub(super) fn of_new(_: &WriteCourses, course: CourseId) -> Self {
        Self { course }
    }
}

impl Require for EditCourse {
    type Key = PathKey<CoursePath>;
    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        decide_edit(read, actor, &key.0.course)
    }
}

fn decide_edit(read: &Read<'_>, actor: &Actor, course: &CourseRef) -> Result<EditCourse> {
    actor.require(Role::Instructor)?;
    let head = store::courses::get(read, course)?;
    if edits(actor, &head) {
        Ok(EditCourse { course: head.id })
    } else if head.state == State::Draft {
        Err(Error::NotFound("course"))
    } else {
        Err(Error::Denied("not_your_course"))
    }
}

/// The path key of one lesson of a course.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct LessonPath {
    /// Id or slug.
    pub course: CourseRef,
    /// The lesson.
    pub lesson: LessonId,
}

/// May change one lesson of a draft.
#[derive(Debug)]
pub(super) struct EditLesson {
    course: EditCourse,
    lesson: LessonId,
}

impl EditLesson {
    /// The right to change its course.
    #[must_use]
    pub(super) fn course(&self) -> &EditCourse {
        &self.course
    }

    /// The lesson.
    #[must_use]
    pub(super) fn lesson(&self) -> LessonId {
        self.lesson
    }
}

impl Require for EditLesson {
    type Key = PathKey<LessonPath>;
    fn decide(read: &Read<'_>, actor: &Actor, PathKey(key): &Self::Key) -> Result<Self> {
        let course = decide_edit(read, actor, &key.course)?;
        Ok(Self {
            course,
            lesson: key.lesson,
        })
    }
}

/// The path key of one remembered state of a lesson.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct StatePath {
    course: CourseRef,
    lesson: LessonId,
    state: LessonStateId,
}

/// May look at an earlier state of a lesson and bring it back.
#[derive(Debug)]
pub(super) struct EditState {
    course: EditCourse,
    lesson: LessonId,
    state: LessonStateId,
}

impl EditState {
    /// The right to change its course.
    #[must_use]
    pub(super) fn course(&self) -> &EditCourse {
        &self.course
    }

    /// The lesson.
    #[must_use]
    pub(super) fn lesson(&self) -> LessonId {
        self.lesson
    }

    /// The state.
    #[must_use]
    pub(super) fn state(&self) -> LessonStateId {
        self.state
    }
}

impl Require for EditState {
    type Key = PathKey<StatePath>;
    fn decide(read: &Read<'_>, actor: &Actor, PathKey(key): &Self::Key) -> Result<Self> {
        Ok(Self {
            course: decide_edit(read, actor, &key.course)?,
            lesson: key.lesson,
            state: key.state,
        })
    }
}

/// May read a lesson because it is a preview.
#[derive(Debug)]
pub(super) struct ReadPreview {
    course: CourseId,
    line: VersionLesson,
}

impl ReadPreview {
    /// Its course.
    #[must_use]
    pub(super) fn course(&self) -> CourseId {
        self.course
    }

    /// Its place in the version that new learners see.
    #[must_use]
    pub(super) fn line(&self) -> &VersionLesson {
        &self.line
    }
}

impl Require for ReadPreview {
    type Key = PathKey<LessonPath>;
    fn decide(read: &Read<'_>, actor: &Actor, PathKey(key): &Self::Key) -> Result<Self> {
        let head = find_visible(read, actor, &key.course)?;
        let line = match head.version {
            Some(version) => store::versions::find_lesson(read, version, key.lesson)?,
            None => None,
        };
        let line = line.filter(|line| line.is_preview).ok_or(Error::NotFound("lesson"))?;
        Ok(Self { course: head.id, line })
    }
}

/// Whether a file may be read because a course shows it: its cover and trailer by whoever sees
/// the course, a preview's files likewise, everything by those who edit it. Who learns the lesson
/// is for the slice of enrolments to say.
///
/// # Errors
/// A database fault.
pub(super) fn gate(read: &Read<'_>, actor: &Actor, asset: AssetId) -> Result<Option<bool>> {
    let mut is_used = false;
    for (course, is_published) in store::assets::list_courses(read, asset)? {
        is_used = true;
        if edits_by_id(read, actor, course)? || (is_published && sees(read, actor, course)?.is_some()) {
            return Ok(Some(true));
        }
    }
    for (course, lesson, revision) in store::assets::list_lessons(read, asset)? {
        is_used = true;
        if edits_by_id(read, actor, course)? || is_preview(read, actor, course, lesson, revision)? {
            return Ok(Some(true));
        }
    }
    Ok(is_used.then_some(false))
}

fn edits_by_id(read: &Read<'_>, actor: &Actor, course: CourseId) -> Result<bool> {
    Ok(store::courses::find(read, &course.into())?.is_some_and(|head| edits(actor, &head)))
}

fn sees(read: &Read<'_>, actor: &Actor, course: CourseId) -> Result<Option<CourseHead>> {
    match find_visible(read, actor, &course.into()) {
        Ok(head) => Ok(Some(head)),
        Err(Error::NotFound(_) | Error::Unauthenticated) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_preview(read: &Read<'_>, actor: &Actor, course: CourseId, lesson: LessonId, revision: RevisionId) -> Result<bool> {
    let Some(version) = sees(read, actor, course)?.and_then(|head| head.version) else {
        return Ok(false);
    };
    let line = store::versions::find_lesson(read, version, lesson)?;
    Ok(line.is_some_and(|line| line.is_preview && line.revision == revision))
}

/// May change the list of categories.
#[derive(Debug)]
pub struct ManageCategories(());

impl Require for ManageCategories {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(()))
    }
}

/// The path key of a category.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct CategoryPath {
    category: CategoryId,
}

/// May change one category.
#[derive(Debug)]
pub struct ManageCategory {
    category: CategoryId,
}

impl ManageCategory {
    /// The category.
    #[must_use]
    pub fn category(&self) -> CategoryId {
        self.category
    }
}

impl Require for ManageCategory {
    type Key = PathKey<CategoryPath>;
    fn decide(_: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self { category: key.0.category })
    }
}
