//! Operations over profiles and people.

mod admin;
mod bulk;
mod person_file;
mod picture;
mod profile;

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
        .routes(routes!(admin::get_user, admin::update_user))
}
