//! Who may go back to a version of a course, and say who else writes or learns it.

use serde::Deserialize;

use super::{EditCourse, decide_edit};
use crate::{
    courses::{model::CourseRef, store},
    kernel::{
        actor::Actor,
        error::{Error, Result},
        id::UserId,
    },
    platform::{
        db::Read,
        web::guard::{PathKey, Require},
    },
};

/// The path key of one version of a course.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::courses) struct VersionPath {
    course: CourseRef,
    number: u32,
}

/// May go back to one version of a course.
#[derive(Debug)]
pub(in crate::courses) struct EditVersion {
    course: EditCourse,
    number: u32,
}

impl EditVersion {
    /// The right to change its course.
    pub(in crate::courses) fn course(&self) -> &EditCourse {
        &self.course
    }

    /// Its number.
    pub(in crate::courses) fn number(&self) -> u32 {
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
pub(in crate::courses) struct HandPath {
    course: CourseRef,
    user: UserId,
}

/// May change what one person may do with a course: who edits it.
#[derive(Debug)]
pub(in crate::courses) struct EditHand {
    course: EditCourse,
    user: UserId,
}

impl EditHand {
    /// The right to change the course.
    pub(in crate::courses) fn course(&self) -> &EditCourse {
        &self.course
    }

    /// The person.
    pub(in crate::courses) fn user(&self) -> UserId {
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
