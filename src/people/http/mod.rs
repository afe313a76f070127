//! Operations over profiles and people.

mod admin;
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
        .routes(routes!(admin::get_user, admin::update_user))
}
