//! The mails of the ways in. Names typed by strangers never go to an address that nobody has
//! proven: otherwise anybody could have us write to anybody.

use serde_json::{Value, json};

use super::store::Invite;
use crate::{
    kernel::{
        error::Result,
        text::{Email, Language},
    },
    people::User,
    platform::{
        Platform,
        db::Tx,
        mail::{self, Letter},
    },
};

fn queue(tx: &Tx<'_>, platform: &Platform, to: &Email, name: &str, language: &Language, template: &'static str, data: Value) -> Result<()> {
    let letter = Letter {
        to: to.clone(),
        to_name: name.to_owned(),
        template,
        language: language.as_str().to_owned(),
        data,
    };
    mail::queue(tx, platform, &letter).map(drop)
}

/// To a new address: prove it.
pub(super) fn verify(tx: &Tx<'_>, platform: &Platform, to: &Email, language: &Language, token: &str) -> Result<()> {
    queue(tx, platform, to, "", language, "verify", json!({ "token": token }))
}

/// To a known address with which somebody tried to register.
pub(super) fn already_registered(tx: &Tx<'_>, platform: &Platform, to: &Email, language: &Language) -> Result<()> {
    queue(tx, platform, to, "", language, "already-registered", json!({}))
}

/// To somebody who forgot his password.
pub(super) fn reset(tx: &Tx<'_>, platform: &Platform, to: &User, token: &str) -> Result<()> {
    let name = if to.is_verified { to.name.as_str() } else { "" };
    queue(tx, platform, &to.email, name, &to.language, "reset", json!({ "token": token }))
}

/// To somebody whom an operator asks to choose a new password.
pub(super) fn reset_asked(tx: &Tx<'_>, platform: &Platform, to: &User, token: &str) -> Result<()> {
    let name = if to.is_verified { to.name.as_str() } else { "" };
    let data = json!({ "token": token });
    queue(tx, platform, &to.email, name, &to.language, "reset-asked", data)
}

/// To somebody whose password was changed.
pub(super) fn password_changed(tx: &Tx<'_>, platform: &Platform, to: &User) -> Result<()> {
    let name = if to.is_verified { to.name.as_str() } else { "" };
    queue(tx, platform, &to.email, name, &to.language, "password-changed", json!({}))
}

/// To the new address: prove it.
pub(super) fn change_email(tx: &Tx<'_>, platform: &Platform, to: &Email, language: &Language, token: &str) -> Result<()> {
    queue(tx, platform, to, "", language, "change-email", json!({ "token": token }))
}

/// To the old address: another one holds now.
pub(super) fn email_changed(tx: &Tx<'_>, platform: &Platform, to: &User, new: &Email) -> Result<()> {
    let data = json!({ "new_address": masked(new) });
    queue(tx, platform, &to.email, to.name.as_str(), &to.language, "email-changed", data)
}

/// To somebody who is invited, by an admin whose name he may know.
pub(super) fn invite(tx: &Tx<'_>, platform: &Platform, invite: &Invite, language: &Language, by: &str, token: &str) -> Result<()> {
    let name = invite.name.as_ref().map(|name| name.as_str()).unwrap_or_default();
    let data = json!({ "token": token, "invited_by": by });
    queue(tx, platform, &invite.email, name, language, "invite", data)
}

/// An address of which only its owner knows the rest: `a•••@example.org`.
fn masked(email: &Email) -> String {
    let (local, domain) = email.as_str().rsplit_once('@').unwrap_or_default();
    let first: String = local.chars().take(1).collect();
    format!("{first}•••@{domain}")
}
