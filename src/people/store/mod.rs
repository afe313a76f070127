//! All SQL over people's tables.

mod bulk;
mod exports;
mod fields;
mod groups;
mod imports;
mod list;
mod profiles;
mod users;
mod views;

pub use fields::{insert_field, list_fields, list_values, set_value};
pub use groups::{
    delete_member, find_group, get_group, insert_group, insert_member, is_member, list_groups, list_groups_of, managed_by, members_after,
};
pub use profiles::find_profile;
pub(super) use users::count_seen_since;
pub use users::{
    actor_facts, count_users, find_by_email, find_user, get_user, grant_role, has_admin, insert_user, list_by_role, list_names,
    mark_verified, note_seen, rename, set_email, set_place,
};
pub(super) use {
    bulk::{
        NewRun, count_reasons, find_run_by_key, get_run, insert_items, insert_run, list_changed, list_open, list_runs, note_effect,
        note_undone, purge_runs, set_gathered, set_run_state,
    },
    exports::{PersonFile, delete_dead_files, find_file, find_newest_file, insert_file, is_file, portray, set_file},
    fields::{delete_field, update_field},
    groups::{count_members, delete_group, describe_group, find_rule, has_rules, list_managers, list_rules, set_manager, update_group},
    imports::{ImportRow, begin_import, delete_imports, end_import, get_import, insert_import, is_import_file, set_import_done},
    list::{count_matching, list_ids, list_sources, list_users},
    profiles::{find_picture, is_picture, list_pictures, list_pictures_after, replace_interests, set_picture, update_profile},
    users::{delete_user, has_other_admin, list_running_admins, refold, set_completion, update_access, users_after},
    views::{delete_view, list_views, save_view},
};
