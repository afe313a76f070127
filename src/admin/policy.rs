//! Who may run the instance.

use crate::{
    kernel::{
        actor::{Actor, Role},
        error::Result,
        id::{JobId, MailId},
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

/// The letter named in the path.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub(super) struct MailPath {
    mail: MailId,
}

/// Proof that the actor is an admin, about one letter.
#[derive(Debug)]
pub(super) struct OneMail {
    pub(super) mail: MailId,
}

impl Require for OneMail {
    type Key = PathKey<MailPath>;
    fn decide(_: &Read<'_>, actor: &Actor, key: &PathKey<MailPath>) -> Result<Self> {
        actor.require(Role::Admin).map(|()| Self { mail: key.0.mail })
    }
}

/// Who is held back, named in the path.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct HeldPath {
    held: String,
}

/// Proof that the actor is an admin, about somebody who is held back.
#[derive(Debug)]
pub(super) struct OneThrottle {
    pub(super) held: String,
}

impl Require for OneThrottle {
    type Key = PathKey<HeldPath>;
    fn decide(_: &Read<'_>, actor: &Actor, key: &PathKey<HeldPath>) -> Result<Self> {
        actor.require(Role::Admin).map(|()| Self { held: key.0.held.clone() })
    }
}

/// The section of settings named in the path.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct SectionPath {
    section: String,
}

/// Proof that the actor is an admin, about one section of settings.
#[derive(Debug)]
pub(super) struct OneSection {
    pub(super) section: String,
}

impl Require for OneSection {
    type Key = PathKey<SectionPath>;
    fn decide(_: &Read<'_>, actor: &Actor, key: &PathKey<SectionPath>) -> Result<Self> {
        actor.require(Role::Admin).map(|()| Self {
            section: key.0.section.clone(),
        })
    }
}
