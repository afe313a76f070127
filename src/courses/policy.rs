//! Who may see, write and publish what. Each proof's constructor is private to this file.

use serde::Deserialize;

use super::{
    model::{CourseHead, CourseRef, State},
    store,
};
use crate::{
    kernel::{
        actor::{Actor, Role},
        error::{Error, Result},
        id::CourseId,
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
        actor.require(Role::Instructor)?;
        let head = store::courses::get(read, &key.0.course)?;
        if edits(actor, &head) {
            Ok(Self { course: head.id })
        } else if head.state == State::Draft {
            Err(Error::NotFound("course"))
        } else {
            Err(Error::Denied("not_your_course"))
        }
    }
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
