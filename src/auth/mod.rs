//! The ways in: passwords, sessions, one-time links, invitations.
//!
//! Tables: `credentials`, `sessions`, `auth_tokens`, `invites`, `auth_tries`. Tells:
//! `user.created`, `user.verified`, `user.signed_in`, `user.deleted`. Hears: `user.access_changed`.
//!
//! A session is an opaque 256-bit token of which only the SHA-256 is stored. It ends 30 days after
//! its last use and 180 days after its beginning, and at once when its person is deactivated. Role
//! and plan are read at each request, so that a change holds from the next one on.

mod actions;
mod model;
mod sessions;
mod store;

pub use actions::account::{NewAccount, create_account};
pub use actions::sessions::open_session;
pub use model::{RegistrationMode, RegistrationSettings};
pub use sessions::Sessions;

use crate::platform::module::Module;

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    let mut module = Module::new("auth", &["credentials", "sessions", "auth_tokens", "invites", "auth_tries"]);
    module.forget = Some(store::forget);
    module
}
