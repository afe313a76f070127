//! Who may see and change people.

use serde::Deserialize;

use crate::{
    kernel::{
        actor::{Actor, Role},
        error::Result,
        id::{BulkId, UserId},
    },
    platform::{
        db::Read,
        web::guard::{NoKey, PathKey, Require},
    },
};

/// `{user}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct UserPath {
    user: UserId,
}

/// May list everybody: admins.
#[derive(Debug)]
pub struct ListUsers(());

impl Require for ListUsers {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(()))
    }
}

impl ListUsers {
    /// For the command line.
    #[must_use]
    pub fn as_system(reason: &'static str) -> Self {
        tracing::debug!(reason, "people are listed by the system");
        Self(())
    }
}

/// `{run}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct RunPath {
    run: BulkId,
}

/// May see and take back a deed over many people: admins.
#[derive(Debug)]
pub(super) struct OneBulkRun(ListUsers, BulkId);

impl Require for OneBulkRun {
    type Key = PathKey<RunPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<RunPath>) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(ListUsers(()), path.run))
    }
}

impl OneBulkRun {
    /// Which.
    pub(super) fn run(&self) -> BulkId {
        self.1
    }

    /// That everybody may be listed.
    pub(super) fn list(&self) -> &ListUsers {
        &self.0
    }
}

/// May import people: admins.
#[derive(Debug)]
pub struct ImportUsers(());

impl Require for ImportUsers {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(()))
    }
}

impl ImportUsers {
    /// For the command line.
    #[must_use]
    pub fn as_system(reason: &'static str) -> Self {
        tracing::debug!(reason, "people are imported by the system");
        Self(())
    }
}

/// May see and change one person's access: admins.
#[derive(Debug)]
pub struct ManageUser(UserId);

impl Require for ManageUser {
    type Key = PathKey<UserPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<UserPath>) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(path.user))
    }
}

impl ManageUser {
    /// For the command line.
    #[must_use]
    pub fn as_system(reason: &'static str, user: UserId) -> Self {
        tracing::debug!(reason, "a person is managed by the system");
        Self(user)
    }

    /// Whom.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.0
    }
}

/// May see a person's picture: everybody who is signed in.
#[derive(Debug)]
pub(super) struct SeePicture(UserId);

impl Require for SeePicture {
    type Key = PathKey<UserPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<UserPath>) -> Result<Self> {
        actor.signed_in()?;
        Ok(Self(path.user))
    }
}

impl SeePicture {
    /// Whose.
    #[must_use]
    pub(super) fn user(&self) -> UserId {
        self.0
    }
}
