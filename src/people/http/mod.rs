//! Operations over profiles and people.

mod admin;
mod bulk;
mod export;
mod fields;
mod groups;
mod import;
mod person_file;
mod picture;
mod profile;
mod views;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::platform::web::guard::Web;

pub use profile::ProfileOut;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(profile::get_profile, profile::update_profile))
        .routes(routes!(picture::put_picture, picture::delete_picture))
        .routes(routes!(picture::read_picture))
        .routes(routes!(admin::list_users))
        .routes(routes!(bulk::preview_bulk))
        .routes(routes!(bulk::start_bulk, bulk::list_bulk))
        .routes(routes!(bulk::get_bulk))
        .routes(routes!(bulk::undo_bulk))
        .routes(routes!(person_file::ask_my_data, person_file::get_my_data))
        .routes(routes!(person_file::read_my_data))
        .routes(routes!(person_file::ask_user_data, person_file::get_user_data))
        .routes(routes!(person_file::read_user_data))
        .routes(routes!(groups::list_groups, groups::create_group))
        .routes(routes!(groups::preview_rule))
        .routes(routes!(groups::get_group, groups::update_group, groups::delete_group))
        .routes(routes!(groups::list_members))
        .routes(routes!(groups::add_member, groups::remove_member))
        .routes(routes!(groups::add_manager, groups::remove_manager))
        .routes(routes!(groups::list_user_groups))
        .routes(routes!(fields::list_fields, fields::create_field))
        .routes(routes!(fields::update_field, fields::delete_field))
        .routes(routes!(fields::list_user_fields, fields::update_user_fields))
        .routes(routes!(fields::list_my_fields, fields::update_my_fields))
        .routes(routes!(views::list_views, views::save_view))
        .routes(routes!(views::delete_view))
        .routes(routes!(admin::list_user_audit))
        .routes(routes!(admin::list_user_sources))
        .routes(routes!(export::export_people_csv))
        .routes(routes!(export::export_people_xlsx))
        .routes(routes!(import::upload_import))
        .routes(routes!(import::get_import))
        .routes(routes!(import::look_at_import))
        .routes(routes!(import::apply_import))
        .routes(routes!(import::read_import_report))
        .routes(routes!(admin::get_user, admin::update_user))
}
