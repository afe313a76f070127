//! What admins may: the list of categories, and every course at once.

use serde::Deserialize;

use super::EditCourse;
use crate::{
    kernel::{
        actor::{Actor, Role},
        error::Result,
        id::{CategoryId, CourseId},
    },
    platform::{
        db::Read,
        web::guard::{NoKey, PathKey, Require},
    },
};

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
    pub(in crate::courses) fn edit(&self, course: CourseId) -> EditCourse {
        EditCourse { course }
    }
}
