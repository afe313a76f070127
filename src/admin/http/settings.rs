//! The sections of settings that an admin changes while the instance runs.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sections::VersionQuery;
use crate::{
    admin::{actions, policy::RunInstance},
    auth::RegistrationSettings,
    enrolments::Learning,
    kernel::{
        error::Error,
        text::{Email, Line},
    },
    platform::{
        branding::Organisation,
        mail::{MailMode, MailSecurity, MailSettings},
        web::{
            extract::{Body, Query},
            guard::Guard,
        },
    },
};

/// How mail leaves, as an admin sees it: the password is never shown.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct MailSettingsOut {
    mode: MailMode,
    host: String,
    port: u16,
    security: MailSecurity,
    username: String,
    /// Whether a password is stored.
    has_password: bool,
    from_name: Line,
    from_address: Option<Email>,
}

impl From<MailSettings> for MailSettingsOut {
    fn from(mail: MailSettings) -> Self {
        Self {
            mode: mail.mode,
            host: mail.host,
            port: mail.port,
            security: mail.security,
            username: mail.username,
            has_password: mail.sealed_password.is_some(),
            from_name: mail.from_name,
            from_address: mail.from_address,
        }
    }
}

/// How mail leaves, as an admin changes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct MailSettingsIn {
    pub(in crate::admin) mode: MailMode,
    pub(in crate::admin) host: String,
    pub(in crate::admin) port: u16,
    pub(in crate::admin) security: MailSecurity,
    pub(in crate::admin) username: String,
    /// Absent or null keeps the stored password, an empty text forgets it.
    pub(in crate::admin) password: Option<String>,
    pub(in crate::admin) from_name: Line,
    pub(in crate::admin) from_address: Option<Email>,
}

/// Every section.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct SettingsOut {
    pub(in crate::admin) organisation: Organisation,
    /// Where the logo is served, if there is one.
    pub(in crate::admin) logo_url: Option<String>,
    pub(in crate::admin) registration: RegistrationSettings,
    pub(in crate::admin) learning: Learning,
    pub(in crate::admin) mail: MailSettingsOut,
}

/// Every section as it holds now; secrets are never shown.
#[utoipa::path(get, path = "/admin/settings", tag = "admin", responses((status = 200, body = SettingsOut)))]
pub(in crate::admin) async fn list_settings(g: Guard<RunInstance>) -> Result<Json<SettingsOut>, Error> {
    g.db.read("admin.settings", actions::settings::all).await.map(Json)
}

/// Replaces the organisation's name, colour and lines.
#[utoipa::path(put, path = "/admin/settings/organisation", tag = "admin", params(VersionQuery), request_body = Organisation, responses((status = 200, body = Organisation)))]
pub(in crate::admin) async fn put_organisation_settings(
    g: Guard<RunInstance>,
    Query(query): Query<VersionQuery>,
    Body(section): Body<Organisation>,
) -> Result<Json<Organisation>, Error> {
    let put = g.db.write("admin.put_organisation", move |tx| {
        actions::settings::put_organisation(tx, &g.can, section, query.version)
    });
    put.await.map(Json)
}

/// Replaces who may join and what strangers see.
#[utoipa::path(put, path = "/admin/settings/registration", tag = "admin", params(VersionQuery), request_body = RegistrationSettings, responses((status = 200, body = RegistrationSettings)))]
pub(in crate::admin) async fn put_registration_settings(
    g: Guard<RunInstance>,
    Query(query): Query<VersionQuery>,
    Body(section): Body<RegistrationSettings>,
) -> Result<Json<RegistrationSettings>, Error> {
    let put = g.db.write("admin.put_registration", move |tx| {
        actions::settings::put_registration(tx, &g.can, section, query.version)
    });
    put.await.map(Json)
}

/// Replaces how learning runs.
#[utoipa::path(put, path = "/admin/settings/learning", tag = "admin", params(VersionQuery), request_body = Learning, responses((status = 200, body = Learning)))]
pub(in crate::admin) async fn put_learning_settings(
    g: Guard<RunInstance>,
    Query(query): Query<VersionQuery>,
    Body(section): Body<Learning>,
) -> Result<Json<Learning>, Error> {
    let put = g.db.write("admin.put_learning", move |tx| {
        actions::settings::put_learning(tx, &g.can, section, query.version)
    });
    put.await.map(Json)
}

/// Replaces how mail leaves. Without a password the stored one is kept.
#[utoipa::path(put, path = "/admin/settings/mail", tag = "admin", params(VersionQuery), request_body = MailSettingsIn, responses((status = 200, body = MailSettingsOut)))]
pub(in crate::admin) async fn put_mail_settings(
    g: Guard<RunInstance>,
    Query(query): Query<VersionQuery>,
    Body(section): Body<MailSettingsIn>,
) -> Result<Json<MailSettingsOut>, Error> {
    let platform = g.platform.clone();
    let put = g.db.write("admin.put_mail", move |tx| {
        actions::settings::put_mail(tx, &platform, &g.can, section, query.version)
    });
    put.await.map(Json)
}

/// Who gets the test letter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct TestMailIn {
    to: Email,
}

/// Sends a test letter by the settings that hold now; it appears in the outbox or at the address.
#[utoipa::path(post, path = "/admin/settings/mail/test", tag = "admin", request_body = TestMailIn, responses((status = 202)))]
pub(in crate::admin) async fn send_test_mail(g: Guard<RunInstance>, Body(body): Body<TestMailIn>) -> Result<StatusCode, Error> {
    let platform = g.platform.clone();
    g.db.write("admin.test_mail", move |tx| {
        actions::settings::send_test(tx, &platform, &g.can, body.to)
    })
    .await?;
    Ok(StatusCode::ACCEPTED)
}
