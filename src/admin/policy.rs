//! Who may run the instance.

use crate::{
    kernel::{
        actor::{Actor, Role},
        error::Result,
        id::JobId,
    },
    platform::{
        db::Read,
        web::guard::{NoKey, PathKey, Require},
    },
};

/// Proof that the actor is an admin.
#[derive(Debug)]
pub(super) struct RunInstance(());

impl Require for RunInstance {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Admin).map(|()| Self(()))
    }
}

/// The job named in the path.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub(super) struct JobPath {
    job: JobId,
}

/// Proof that the actor is an admin, about one job.
#[derive(Debug)]
pub(super) struct RetryJob {
    pub(super) job: JobId,
}

impl Require for RetryJob {
    type Key = PathKey<JobPath>;
    fn decide(_: &Read<'_>, actor: &Actor, key: &PathKey<JobPath>) -> Result<Self> {
        actor.require(Role::Admin).map(|()| Self { job: key.0.job })
    }
}
