//! The verbs: what people, admins and the command line can do about ways in.

pub(super) mod account;
pub(super) mod api_tokens;
pub(super) mod bulk;
pub(super) mod confirm;
pub(super) mod email;
pub(super) mod enter;
pub(super) mod instead;
pub(super) mod invites;
pub(super) mod leave;
pub(super) mod links;
pub(super) mod newcomers;
pub(super) mod operate;
pub(super) mod passwords;
pub(super) mod register;
pub(super) mod sessions;
pub(super) mod setup;
pub(super) mod sign_in;

use std::sync::Arc;

use crate::{
    kernel::{
        error::Result,
        text::{Email, PersonName},
    },
    platform::{
        Platform,
        db::Db,
        web::guard::{Guard, Origin},
    },
};

/// Who stands at the door: what every verb that hashes between a read and a write needs.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) db: Db,
    pub(super) platform: Arc<Platform>,
    pub(super) origin: Origin,
}

impl Caller {
    pub(super) fn new<R>(guard: Guard<R>) -> (R, Self) {
        let caller = Self {
            db: guard.db,
            platform: guard.platform,
            origin: guard.origin,
        };
        (guard.can, caller)
    }

    /// Judges and hashes a password for a person. `field` names the input for the error.
    async fn hash(&self, field: &'static str, password: &str, name: &PersonName, email: &Email) -> Result<String> {
        passwords::hash(&self.db, &self.platform, field, password, name.as_str(), Some(email)).await
    }
}
