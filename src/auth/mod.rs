//! The ways in: passwords, sessions, one-time links, invitations.
//!
//! Tables: `credentials`, `sessions`, `auth_tokens`, `api_tokens`, `invites`, `auth_tries`. Tells:
//! `user.created`, `user.verified`, `user.signed_in`, `user.profile_changed` (another address),
//! `user.deleted`. Hears: `user.access_changed`.
//!
//! A session is an opaque 256-bit token of which only the SHA-256 is stored. It ends as many days
//! after its last use and its beginning as the settings say (30 and 180), and at once when its person is deactivated. Role
//! and plan are read at each request, so that a change holds from the next one on.
//!
//! An API token is a secret of a person for his programs, made once and cut down to scopes; the ways
//! in themselves are closed to it.
//!
//! Strangers learn nothing about who has an account: unknown addresses take the same steps and get
//! the same answers as known ones, and what differs is told by mail to the address's owner.

mod actions;
mod checks;
mod http;
mod mails;
mod model;
mod policy;
mod reactions;
mod sessions;
mod store;

use std::sync::Arc;

pub use actions::{
    account::{NewAccount, create_account, hash_password},
    api_tokens::{TokenWish, create_token, list_tokens, require_recent_password, revoke_token},
    leave::{Erased, erase},
    newcomers::{ImportedAccounts, InviteBy},
    operate::{ask_for_password, make_admin, open_account, set_active, set_password},
    sessions::open_session,
    setup::setup_link,
};
pub use model::{RegistrationMode, RegistrationSettings, SecuritySettings};
pub use policy::{ManageTokens, OneToken, OpenAccount};
pub use sessions::Sessions;
pub use store::{TokenRow, count_held_back};

use crate::{
    kernel::error::Result,
    people,
    platform::{Platform, db::Read, metrics::Set, module::Module, settings},
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: http::routes(),
        reactions: vec![Arc::new(reactions::EndSessions)],
        provide: Some(|_, services| {
            let services = services.with(Arc::new(people::Openers(actions::newcomers::openers)));
            Ok(people::AllOuterDeeds::join(services, Arc::new(actions::bulk::Mails)))
        }),
        forget: Some(store::forget),
        portray: Some(store::portray),
        collect: Some(collect),
        names: Some(names),
        sections: vec![settings::section::<RegistrationSettings>(), settings::section::<SecuritySettings>()],
        checks: checks::checks(),
        ..Module::new(
            "auth",
            &["credentials", "sessions", "auth_tokens", "api_tokens", "invites", "auth_tries"],
        )
    }
}

/// For a monitor.
fn collect(read: &Read<'_>, _: &Platform, set: &mut Set) -> Result<()> {
    set.gauge(
        "momentum_sessions",
        "Sessions that have not ended",
        &[],
        store::count_live_sessions(read)?,
    );
    Ok(())
}

/// For pages that show ids.
fn names(read: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>> {
    if !ids.iter().any(|id| id.starts_with("tok_")) {
        return Ok(Vec::new());
    }
    let all = store::list_tokens(read)?
        .into_iter()
        .map(|token| (token.id.to_string(), token.name));
    Ok(all.filter(|(id, _)| ids.contains(&id.as_str())).collect())
}
