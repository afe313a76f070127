//! People with accounts, their profiles, the groups they are in and the fields that the admin defines.
//!
//! Tables: `users`, `profiles`, `user_interests`, `groups`, `group_members`, `group_managers`,
//! `user_fields`, `user_field_values`, `saved_views`, `bulk_runs`, `bulk_items`, `person_exports`,
//! `people_imports`. Tells: `user.profile_changed`,
//! `user.access_changed`. Hears: those, and `user.created`, `user.verified`
//! (groups that a rule fills).
//!
//! How a person proves who he is lives in `auth`; what he learns lives further up. Pictures are
//! kept as 512-pixel squares that we encoded, on a shelf of the blob store.

mod actions;
mod bulk;
mod checks;
mod export;
mod fields;
mod groups;
mod http;
mod import;
mod jobs;
mod model;
mod person_file;
mod policy;
mod reactions;
mod store;
mod wizard;
mod workbook;

pub use actions::{AccessChange, ProfileChange, change_access, keep_an_admin, update_profile};
pub use bulk::{AllOuterDeeds, OuterDeeds};
pub use export::{Exported, export_users};
pub use http::ProfileOut;
pub use import::{
    ApplyOptions, Change, Column, Counts, Head, Import, ImportOptions, Invitation, Mapping, Newcomers, Outcome, RowReport, Target, Told,
    guarded, judge_import,
};
pub use model::{
    Access, ActorFacts, BulkAct, Completion, Effect, Field, FieldKind, Group, GroupKind, ListQuery, NewUser, Picture, Profile,
    ProfileField, SkillLevel, TextSize, Theme, User, UserFilter, UserSort, UserState,
};
pub use policy::{GroupPath, ImportUsers, ListUsers, ManageGroup, ManageUser};
pub use store::{
    actor_facts, count_users, delete_member, find_by_email, find_group, find_profile, find_user, get_group, get_user, grant_role,
    has_admin, insert_field, insert_group, insert_member, insert_user, is_member, list_by_role, list_fields, list_groups, list_groups_of,
    list_names, list_values, managed_by, mark_verified, members_after, note_seen, rename, set_email, set_place, set_value,
};
pub use wizard::Openers;

use std::sync::Arc;

use crate::{
    kernel::{error::Result, page::Page},
    platform::{Platform, blobs::Blobs, db::Read, jobs as work, module::Module},
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: http::routes(),
        jobs: vec![
            work::kind::<jobs::DropPicture>(),
            work::kind::<jobs::RunBulk>(),
            work::kind::<jobs::ApplyImport>(),
            work::kind::<jobs::FillGroup>(),
            work::kind::<jobs::PlaceUser>(),
            work::kind::<jobs::MakeExport>(),
            work::kind::<jobs::DropExports>(),
            work::kind::<jobs::Refold>(),
        ],
        reactions: vec![Arc::new(reactions::Rules)],
        forget: Some(actions::forget),
        portray: Some(store::portray),
        nightly: Some(jobs::nightly),
        checks: checks::checks(),
        files: Some(files),
        names: Some(names),
        figures: Some(figures),
        ..Module::new(
            "people",
            &[
                "users",
                "users_fold",
                "profiles",
                "user_interests",
                "groups",
                "group_members",
                "group_managers",
                "user_fields",
                "user_field_values",
                "saved_views",
                "bulk_runs",
                "bulk_items",
                "person_exports",
                "people_imports",
            ],
        )
    }
}

/// People as an admin or the command line looks for them.
///
/// # Errors
/// A database fault.
pub fn list_users(read: &Read<'_>, _: &ListUsers, query: &ListQuery) -> Result<Page<User>> {
    store::list_users(read, query)
}

/// The name of this slice's part of the file store.
const SHELF: &str = "people";

/// For backups.
fn files(read: &Read<'_>) -> Result<Vec<(&'static str, String)>> {
    Ok(store::list_pictures(read)?.into_iter().map(|sha256| (SHELF, sha256)).collect())
}

/// Where pictures lie.
fn shelf(platform: &Platform) -> Blobs {
    platform.blobs.shelf(SHELF)
}

/// For pages that show ids: people and groups.
fn names(read: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>> {
    let users: Vec<_> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let users = list_names(read, &users)?;
    let mut all: Vec<_> = users.into_iter().map(|(id, name)| (id.to_string(), name.into_string())).collect();
    if ids.iter().any(|id| id.starts_with("grp_")) {
        let groups = list_groups(read)?
            .into_iter()
            .map(|group| (group.id.to_string(), group.name.as_str().to_owned()));
        all.extend(groups.filter(|(id, _)| ids.contains(&id.as_str())));
    }
    Ok(all)
}

/// For the overview.
fn figures(read: &Read<'_>, _: &Platform) -> Result<Vec<(&'static str, i64)>> {
    let week = read.now().plus_secs(-7 * 24 * 3600);
    Ok(vec![
        ("people", count_users(read)?),
        ("active", store::count_seen_since(read, week)?),
    ])
}
