//! The instance as its admins see it: settings, audit trail, jobs, the state of the system.
//!
//! Tables: none; settings, audit and jobs belong to the platform, and the sections of settings to
//! the slices that use them. Tells: `settings.changed`. Hears: nothing.

mod actions;
mod checks;
mod http;
mod policy;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::platform::module::Module;

pub use http::instance::branding_css;

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    let mut module = Module::new("admin", &[]);
    module.files = Some(actions::files);
    module.checks = checks::checks();
    module.routes = OpenApiRouter::new()
        .routes(routes!(http::instance::get_instance))
        .routes(routes!(http::logo::get_logo))
        .routes(routes!(http::logo::put_logo, http::logo::delete_logo))
        .routes(routes!(http::settings::list_settings))
        .routes(routes!(http::settings::put_organisation_settings))
        .routes(routes!(http::settings::put_registration_settings))
        .routes(routes!(http::settings::put_learning_settings))
        .routes(routes!(http::settings::put_mail_settings))
        .routes(routes!(http::settings::send_test_mail))
        .routes(routes!(http::system::list_audit))
        .routes(routes!(http::system::list_jobs))
        .routes(routes!(http::system::retry_job))
        .routes(routes!(http::system::get_system));
    module
}
