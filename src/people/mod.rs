//! People with accounts and their profiles.
//!
//! Tables: `users`, `profiles`, `user_interests`, `user_terms`. Tells: `user.profile_changed`,
//! `user.access_changed`. Hears: nothing.
//!
//! How a person proves who he is lives in `auth`; what he learns lives further up.

mod model;
mod store;

pub use model::{ActorFacts, NewUser, Profile, SkillLevel, TextSize, Theme, User};
pub use store::{
    actor_facts, count_users, find_by_email, find_profile, find_user, get_user, has_admin, insert_user, list_names, mark_verified,
    note_seen, rename, set_email,
};

use crate::platform::module::Module;

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    let mut module = Module::new("people", &["users", "profiles", "user_interests", "user_terms"]);
    module.forget = Some(store::delete_user);
    module
}
