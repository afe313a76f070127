//! Who may set webhooks up: admins.

use serde::Deserialize;

use crate::{
    kernel::{
        actor::{Actor, Role},
        error::Result,
        id::{DeliveryId, WebhookId},
    },
    platform::{
        db::Read,
        web::guard::{NoKey, PathKey, Require},
    },
};

/// May see and make webhooks.
#[derive(Debug)]
pub(super) struct ManageWebhooks(());

impl Require for ManageWebhooks {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(()))
    }
}

/// `{webhook}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct WebhookPath {
    webhook: WebhookId,
}

/// May see and change this webhook.
#[derive(Debug)]
pub(super) struct OneWebhook {
    pub(super) webhook: WebhookId,
}

impl Require for OneWebhook {
    type Key = PathKey<WebhookPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<WebhookPath>) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self { webhook: path.webhook })
    }
}

/// `{delivery}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct DeliveryPath {
    delivery: DeliveryId,
}

/// May see and repeat this call.
#[derive(Debug)]
pub(super) struct OneDelivery {
    pub(super) delivery: DeliveryId,
}

impl Require for OneDelivery {
    type Key = PathKey<DeliveryPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<DeliveryPath>) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self { delivery: path.delivery })
    }
}
