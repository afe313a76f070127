//! Who may see and change people.

use serde::Deserialize;

use super::store;
use crate::{
    kernel::{
        actor::{Actor, Role},
        error::{Error, Result},
        id::{BulkId, FieldId, GroupId, ImportId, UserId, ViewId},
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
pub(super) struct RunPath {
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

/// `{import}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ImportPath {
    import: ImportId,
}

/// May look at and do one import: admins.
#[derive(Debug)]
pub(super) struct OneImport(ImportUsers, ImportId);

impl Require for OneImport {
    type Key = PathKey<ImportPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<ImportPath>) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(ImportUsers(()), path.import))
    }
}

impl OneImport {
    /// Which.
    pub(super) fn id(&self) -> ImportId {
        self.1
    }

    /// That people may be imported.
    pub(super) fn import(&self) -> &ImportUsers {
        &self.0
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

/// May see which groups there are: instructors and admins.
#[derive(Debug)]
pub(super) struct ListGroups(());

impl Require for ListGroups {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Instructor)?;
        Ok(Self(()))
    }
}

/// May make and change groups: admins.
#[derive(Debug)]
pub(super) struct ManageGroups(());

impl Require for ManageGroups {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(()))
    }
}

/// `{group}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct GroupPath {
    group: GroupId,
}

/// May change one group: admins.
#[derive(Debug)]
pub(super) struct OneGroup(ManageGroups, GroupId);

impl Require for OneGroup {
    type Key = PathKey<GroupPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<GroupPath>) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(ManageGroups(()), path.group))
    }
}

impl OneGroup {
    /// Which.
    pub(super) fn id(&self) -> GroupId {
        self.1
    }

    /// That groups may be changed.
    pub(super) fn manage(&self) -> &ManageGroups {
        &self.0
    }
}

/// `{group}` and `{user}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct MemberPath {
    group: GroupId,
    user: UserId,
}

/// May say who is in a group and who manages it: admins.
#[derive(Debug)]
pub(super) struct OneMember(ManageGroups, MemberPath);

impl Require for OneMember {
    type Key = PathKey<MemberPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<MemberPath>) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(ManageGroups(()), *path))
    }
}

impl OneMember {
    /// Which group.
    pub(super) fn group(&self) -> GroupId {
        self.1.group
    }

    /// Who.
    pub(super) fn user(&self) -> UserId {
        self.1.user
    }

    /// That groups may be changed.
    pub(super) fn manage(&self) -> &ManageGroups {
        &self.0
    }
}

/// May see a group's members: admins, and whoever manages it. To others it is not there.
#[derive(Debug)]
pub struct ManageGroup(GroupId);

impl Require for ManageGroup {
    type Key = PathKey<GroupPath>;
    fn decide(read: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<GroupPath>) -> Result<Self> {
        let person = actor.signed_in()?;
        let is_manager = person.role == Role::Admin || store::managed_by(read, person.id)?.contains(&path.group);
        if !is_manager {
            return Err(Error::NotFound("group"));
        }
        store::get_group(read, path.group)?;
        Ok(Self(path.group))
    }
}

impl ManageGroup {
    /// Which.
    #[must_use]
    pub fn group(&self) -> GroupId {
        self.0
    }
}

/// May define fields: admins.
#[derive(Debug)]
pub(super) struct ManageFields(());

impl Require for ManageFields {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(()))
    }
}

/// `{field}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct FieldPath {
    field: FieldId,
}

/// May change one field: admins.
#[derive(Debug)]
pub(super) struct OneField(ManageFields, FieldId);

impl Require for OneField {
    type Key = PathKey<FieldPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<FieldPath>) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(ManageFields(()), path.field))
    }
}

impl OneField {
    /// Which.
    pub(super) fn id(&self) -> FieldId {
        self.1
    }

    /// That fields may be changed.
    pub(super) fn manage(&self) -> &ManageFields {
        &self.0
    }
}

/// `{view}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ViewPath {
    view: ViewId,
}

/// May forget a kept list, if it is his own, which is asked where it goes: admins.
#[derive(Debug)]
pub(super) struct OneView(ViewId);

impl Require for OneView {
    type Key = PathKey<ViewPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<ViewPath>) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(path.view))
    }
}

impl OneView {
    /// Which.
    pub(super) fn id(&self) -> ViewId {
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
