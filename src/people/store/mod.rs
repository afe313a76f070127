//! All SQL over people's tables.

mod fields;
mod groups;
mod list;
mod profiles;
mod users;

pub use fields::{insert_field, list_fields, list_values, set_value};
pub use groups::{delete_member, find_group, insert_group, insert_member, list_groups, list_groups_of};
pub use profiles::find_profile;
pub(super) use users::count_seen_since;
pub use users::{
    actor_facts, count_users, find_by_email, find_user, get_user, grant_role, has_admin, insert_user, list_names, mark_verified, note_seen,
    rename, set_email, set_place,
};
pub(super) use {
    list::list_users,
    profiles::{find_picture, is_picture, list_pictures, list_pictures_after, replace_interests, set_picture, update_profile},
    users::{delete_user, has_other_admin, list_running_admins, update_access},
};
