//! Who may see, write and publish what. Each proof's constructor is private to this room.

mod gate;
mod lessons;
mod office;
mod parts;

use serde::Deserialize;

pub use self::office::{ManageCategories, ManageCourses};
pub(super) use self::{
    gate::{edits_by_id, gate},
    lessons::{EditLesson, EditState, ReadPreview},
    office::ManageCategory,
    parts::{EditHand, EditVersion},
};
use super::{
    model::{CourseHead, CourseRef, State, Visibility},
    store,
};
use crate::{
    kernel::{
        actor::{Actor, Role},
        error::{Error, Result},
        id::{CourseId, UserId},
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
