//! Who may store, see and delete assets.

use crate::{
    kernel::{
        actor::{Actor, Role},
        error::Result,
        id::UserId,
    },
    platform::{
        db::Read,
        web::guard::{NoKey, Require},
    },
};

/// May store files: instructors and admins, imports and jobs.
#[derive(Debug, Clone)]
pub struct StoreAsset {
    owner: Option<UserId>,
}

impl StoreAsset {
    /// For jobs and the command line; the assets belong to `owner`, or to nobody.
    #[must_use]
    pub fn as_system(reason: &'static str, owner: Option<UserId>) -> Self {
        tracing::debug!(reason, "assets are stored by the system");
        Self { owner }
    }

    /// Whose assets they become.
    #[must_use]
    pub fn owner(&self) -> Option<UserId> {
        self.owner
    }
}

impl Require for StoreAsset {
    type Key = NoKey;

    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Instructor)?;
        Ok(Self { owner: actor.user() })
    }
}
