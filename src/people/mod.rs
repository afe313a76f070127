//! People with accounts and their profiles.
//!
//! Tables: `users`, `profiles`, `user_interests`, `user_terms`. Tells: `user.profile_changed`,
//! `user.access_changed`. Hears: nothing.
//!
//! How a person proves who he is lives in `auth`; what he learns lives further up. Pictures are
//! kept as 512-pixel squares that we encoded, on a shelf of the blob store.

mod actions;
mod checks;
mod http;
mod jobs;
mod model;
mod policy;
mod store;

pub use actions::{AccessChange, ProfileChange, change_access, keep_an_admin, update_profile};
pub use http::ProfileOut;
pub use model::{
    Access, ActorFacts, Completion, ListQuery, NewUser, Picture, Profile, ProfileField, SkillLevel, TextSize, Theme, User, UserState,
};
pub use policy::{ListUsers, ManageUser};
pub use store::{
    actor_facts, count_users, find_by_email, find_profile, find_user, get_user, grant_role, has_admin, insert_user, list_names,
    mark_verified, note_seen, rename, set_email, set_place,
};

use crate::{
    kernel::{error::Result, page::Page},
    platform::{Platform, blobs::Blobs, db::Read, jobs as work, module::Module},
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: http::routes(),
        jobs: vec![work::kind::<jobs::DropPicture>()],
        forget: Some(actions::forget),
        checks: checks::checks(),
        ..Module::new("people", &["users", "profiles", "user_interests", "user_terms"])
    }
}

/// People as an admin or the command line looks for them.
///
/// # Errors
/// A database fault.
pub fn list_users(read: &Read<'_>, _: &ListUsers, query: &ListQuery) -> Result<Page<User>> {
    store::list_users(read, query)
}

/// Where pictures lie.
fn shelf(platform: &Platform) -> Blobs {
    platform.blobs.shelf("people")
}
