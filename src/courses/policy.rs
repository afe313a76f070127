//! Who may see, write and publish what. Each proof's constructor is private to this file.

use serde::Deserialize;

use super::{
    model::{CourseHead, CourseRef, State, VersionLesson, Visibility},
    store,
};
use crate::{
    kernel::{
        actor::{Actor, Role},
        error::{Error, Result},
        id::{AssetId, CategoryId, CourseId, LessonId, LessonStateId, RevisionId, UserId},
    },
    people,
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
        let found = find_visible(read, actor, &key.0.course);
        if let (Err(Error::NotFound(_)), Some(user)) = (&found, actor.user())
            && is_withheld(read, user, &key.0.course)?
        {
            return Err(Error::Locked {
                code: "course.hidden",
                reason: "hidden",
                opens_at: None,
            });
        }
        found.map(|head| Self { head })
    }
}

/// Whether the person has joined a course that a moderator has hidden: he is told so.
fn is_withheld(read: &Read<'_>, user: UserId, course: &CourseRef) -> Result<bool> {
    match store::courses::find(read, course)? {
        Some(head) if head.is_hidden => store::courses::has_learner(read, head.id, user),
        _ => Ok(false),
    }
}

/// The course, if the actor may see its page: published ones are for whom their visibility names,
/// those that were taken back or archived for who joined, drafts and what a moderator has hidden
/// for those who edit.
///
/// # Errors
/// `Unauthenticated` for a visitor where the catalogue is not public, else `NotFound`.
pub fn find_visible(read: &Read<'_>, actor: &Actor, course: &CourseRef) -> Result<CourseHead> {
    may_browse(read, actor)?;
    let head = store::courses::get(read, course)?;
    if may_see(read, actor, &head)? {
        Ok(head)
    } else {
        Err(Error::NotFound("course"))
    }
}

fn may_see(read: &Read<'_>, actor: &Actor, head: &CourseHead) -> Result<bool> {
    if !head.is_hidden && head.state == State::Published && head.visibility == Visibility::Everyone {
        return Ok(true);
    }
    if edits(read, actor, head)? {
        return Ok(true);
    }
    let Some(user) = actor.user().filter(|_| !head.is_hidden && head.state != State::Draft) else {
        return Ok(false);
    };
    if store::courses::has_learner(read, head.id, user)? {
        return Ok(true);
    }
    match head.visibility {
        _ if head.state != State::Published => Ok(false),
        Visibility::Everyone => Ok(true),
        Visibility::Invitation => store::access::is_guest(read, head.id, user),
        Visibility::Groups => {
            let wanted = store::access::list_groups(read, head.id)?;
            let his = people::list_groups_of(read, user)?;
            Ok(his.iter().any(|group| wanted.contains(&group.id)))
        }
    }
}

/// Published courses that are not for everybody and that the actor sees all the same.
pub(super) fn list_shown(read: &Read<'_>, actor: &Actor) -> Result<Vec<CourseId>> {
    let Some(user) = actor.user() else { return Ok(Vec::new()) };
    let groups: Vec<i64> = people::list_groups_of(read, user)?.iter().map(|group| group.id.raw()).collect();
    store::access::list_shown(read, user, &serde_json::to_string(&groups).map_err(Error::internal)?)
}

/// Whether the actor edits this course: its author or a co-author while he is an instructor, or
/// an admin.
pub(super) fn edits(read: &Read<'_>, actor: &Actor, head: &CourseHead) -> Result<bool> {
    if actor.is_at_least(Role::Admin) {
        return Ok(true);
    }
    match actor.user().filter(|_| actor.is_at_least(Role::Instructor)) {
        Some(user) => writes(read, user, head),
        None => Ok(false),
    }
}

/// Whether the person is an author of the course: the first or another.
pub(super) fn writes(read: &Read<'_>, user: UserId, head: &CourseHead) -> Result<bool> {
    Ok(head.owner == Some(user) || store::access::is_author(read, head.id, user)?)
}

/// Whether the right still holds inside the deed: asked again by what cannot be taken back.
///
/// # Errors
/// `Denied` when the course or the actor changed since.
pub(super) fn again(read: &Read<'_>, actor: &Actor, head: &CourseHead) -> Result<()> {
    if edits(read, actor, head)? {
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
    if edits(read, actor, &head)? {
        Ok(EditCourse { course: head.id })
    } else if may_see(read, actor, &head)? {
        Err(Error::Denied("not_your_course"))
    } else {
        Err(Error::NotFound("course"))
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
        if store::access::is_lesson_hidden(read, line.lesson)? && !edits(read, actor, &head)? {
            return Err(Error::NotFound("lesson"));
        }
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

pub(super) fn edits_by_id(read: &Read<'_>, actor: &Actor, course: CourseId) -> Result<bool> {
    match store::courses::find(read, &course.into())? {
        Some(head) => edits(read, actor, &head),
        None => Ok(false),
    }
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
    let is_shown = line.is_some_and(|line| line.is_preview && line.revision == revision);
    Ok(is_shown && !store::access::is_lesson_hidden(read, lesson)?)
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

/// May see and change every course at once: admins.
#[derive(Debug)]
pub struct ManageCourses(());

impl Require for ManageCourses {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(()))
    }
}

impl ManageCourses {
    /// The right to change one of them.
    #[must_use]
    pub(super) fn edit(&self, course: CourseId) -> EditCourse {
        EditCourse { course }
    }
}

/// The path key of one version of a course.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct VersionPath {
    course: CourseRef,
    number: u32,
}

/// May go back to one version of a course.
#[derive(Debug)]
pub(super) struct EditVersion {
    course: EditCourse,
    number: u32,
}

impl EditVersion {
    /// The right to change its course.
    pub(super) fn course(&self) -> &EditCourse {
        &self.course
    }

    /// Its number.
    pub(super) fn number(&self) -> u32 {
        self.number
    }
}

impl Require for EditVersion {
    type Key = PathKey<VersionPath>;
    fn decide(read: &Read<'_>, actor: &Actor, PathKey(key): &Self::Key) -> Result<Self> {
        let course = decide_edit(read, actor, &key.course)?;
        if store::versions::find_number(read, course.course, key.number)?.is_none() {
            return Err(Error::NotFound("version"));
        }
        Ok(Self {
            course,
            number: key.number,
        })
    }
}

/// The path key of a person and a course.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct HandPath {
    course: CourseRef,
    user: UserId,
}

/// May change what one person may do with a course: who edits it.
#[derive(Debug)]
pub(super) struct EditHand {
    course: EditCourse,
    user: UserId,
}

impl EditHand {
    /// The right to change the course.
    pub(super) fn course(&self) -> &EditCourse {
        &self.course
    }

    /// The person.
    pub(super) fn user(&self) -> UserId {
        self.user
    }
}

impl Require for EditHand {
    type Key = PathKey<HandPath>;
    fn decide(read: &Read<'_>, actor: &Actor, PathKey(key): &Self::Key) -> Result<Self> {
        Ok(Self {
            course: decide_edit(read, actor, &key.course)?,
            user: key.user,
        })
    }
}
