//! The instance as its admins see it: settings, audit trail, jobs, the state of the system.
//!
//! Tables: `consents`, `wanted_consents`; settings, audit and jobs belong to the platform, and the sections of settings
//! to the slices that use them. Tells: `settings.changed`. Hears: `webhook.switched_off` (admins are told by mail).

mod actions;
mod checks;
mod http;
mod jobs;
mod model;
mod policy;
mod reactions;
mod store;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::platform::{
    branding::Branding,
    embeds::EmbedSettings,
    jobs as work,
    mail::{MailSettings, MailTemplates},
    module::Module,
    retention::RetentionSettings,
    settings::section,
    web::address::AddressSettings,
};

pub use http::{
    icon::{branding_icon, web_manifest},
    instance::branding_css,
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    let mut module = Module::new("admin", &["consents", "wanted_consents"]);
    module.before = Some(actions::legal::must_have_agreed);
    module.reactions = vec![std::sync::Arc::new(reactions::WebhooksOff)];
    module.jobs = vec![work::kind::<reactions::TellWebhookOff>(), work::kind::<jobs::SweepBrand>()];
    module.nightly = Some(jobs::nightly);
    module.files = Some(actions::files);
    module.checks = checks::checks();
    module.forget = Some(store::forget);
    module.sections = vec![
        section::<Branding>().closed(),
        section::<AddressSettings>().closed(),
        section::<MailSettings>().closed(),
        section::<MailTemplates>(),
        section::<RetentionSettings>(),
        section::<EmbedSettings>(),
        section::<model::LegalSettings>(),
    ];
    module.routes = OpenApiRouter::new()
        .routes(routes!(http::instance::get_instance))
        .routes(routes!(http::logo::get_logo))
        .routes(routes!(http::logo::put_logo, http::logo::delete_logo))
        .routes(routes!(http::icon::put_icon, http::icon::delete_icon))
        .routes(routes!(http::address::get_address_settings, http::address::put_address_settings))
        .routes(routes!(http::address::check_address))
        .routes(routes!(http::address::prove_instance))
        .routes(routes!(http::settings::list_settings))
        .routes(routes!(http::settings::put_organisation_settings))
        .routes(routes!(http::settings::put_registration_settings))
        .routes(routes!(http::settings::put_learning_settings))
        .routes(routes!(http::settings::put_mail_settings))
        .routes(routes!(http::settings::send_test_mail))
        .routes(routes!(http::sections::list_sections))
        .routes(routes!(http::sections::put_section))
        .routes(routes!(http::sections::list_section_history))
        .routes(routes!(http::templates::list_mail_templates))
        .routes(routes!(http::templates::preview_mail_template))
        .routes(routes!(http::templates::send_mail_template))
        .routes(routes!(http::legal::get_legal_page))
        .routes(routes!(http::legal::list_wanted_consents, http::legal::give_consent))
        .routes(routes!(http::legal::count_consents))
        .routes(routes!(http::audit::list_audit))
        .routes(routes!(http::audit::list_audit_actions))
        .routes(routes!(http::audit::export_audit))
        .routes(routes!(http::audit::check_audit))
        .routes(routes!(http::jobs::list_jobs))
        .routes(routes!(http::jobs::cancel_job))
        .routes(routes!(http::jobs::retry_job))
        .routes(routes!(http::jobs::list_queues))
        .routes(routes!(http::mails::list_mails))
        .routes(routes!(http::mails::retry_mail))
        .routes(routes!(http::backups::list_backups, http::backups::create_backup))
        .routes(routes!(http::backups::download_backup))
        .routes(routes!(http::overview::list_attention))
        .routes(routes!(http::overview::list_activity))
        .routes(routes!(http::overview::watch_activity))
        .routes(routes!(http::throttles::list_throttles))
        .routes(routes!(http::throttles::release_throttle))
        .routes(routes!(http::system::check_health))
        .routes(routes!(http::system::get_log_level, http::system::put_log_level))
        .routes(routes!(http::system::get_system));
    module
}
