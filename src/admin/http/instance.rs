//! What everybody may know of the instance before signing in.

use axum::{Json, http::HeaderMap, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    admin::{actions, model::LegalPage},
    auth::RegistrationMode,
    kernel::error::Error,
    platform::{
        branding::FooterLink,
        web::guard::{Anyone, Guard},
    },
};

/// The instance, as everybody sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct InstanceOut {
    /// The organisation's name.
    pub(in crate::admin) name: String,
    /// One line below it; may be empty.
    pub(in crate::admin) tagline: String,
    /// Where people write when they need help.
    pub(in crate::admin) support_email: Option<String>,
    /// Whether the first admin has yet to be made.
    pub(in crate::admin) needs_setup: bool,
    /// Who may join.
    pub(in crate::admin) registration: RegistrationOut,
    /// Whether the catalogue is shown to people who are not signed in.
    pub(in crate::admin) public_catalogue: bool,
    /// The brand.
    pub(in crate::admin) branding: BrandingOut,
    /// Languages of the interface.
    pub(in crate::admin) languages: Vec<String>,
    /// The product's version.
    pub(in crate::admin) version: String,
    /// The hour at which a learning day begins.
    pub(in crate::admin) day_start_hour: u8,
    /// Weekdays on which no further day of a course opens: 1 for Monday … 7 for Sunday.
    pub(in crate::admin) rest_days: Vec<u8>,
    /// One line at the foot of public pages; may be empty.
    pub(in crate::admin) footer: String,
    /// Where that foot leads besides.
    pub(in crate::admin) footer_links: Vec<FooterLink>,
    /// The legal pages that there are.
    pub(in crate::admin) legal: Vec<LegalPage>,
    /// Whether people have to agree to any of them: then ask `/me/consents`.
    pub(in crate::admin) asks_consent: bool,
}

/// Who may join.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct RegistrationOut {
    /// Who may open an account by himself.
    pub(in crate::admin) mode: RegistrationMode,
    /// The domains of the mode `domains`.
    pub(in crate::admin) domains: Vec<String>,
    /// The shortest password.
    pub(in crate::admin) password_min_length: u8,
}

/// The brand as the style sheet has it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct BrandingOut {
    /// OKLCH hue in degrees.
    pub(in crate::admin) hue: f64,
    /// OKLCH chroma, 0.03–0.14.
    pub(in crate::admin) chroma: f64,
    /// Where the logo is, if there is one.
    pub(in crate::admin) logo_url: Option<String>,
    /// Where the logo for dark ground is, if there is one of its own.
    pub(in crate::admin) logo_dark_url: Option<String>,
    /// Where the icon is; absent while it is the product's.
    pub(in crate::admin) icon_url: Option<String>,
}

/// The instance as everybody may know it.
#[utoipa::path(get, path = "/instance", tag = "admin", responses((status = 200, body = InstanceOut)))]
pub(in crate::admin) async fn get_instance(g: Guard<Anyone>) -> Result<Json<InstanceOut>, Error> {
    g.db.read("admin.instance", actions::instance).await.map(Json)
}

/// The style sheet that puts the brand into the tokens: outside the API, for every page.
pub async fn branding_css(headers: HeaderMap, g: Guard<Anyone>) -> Result<Response, Error> {
    let css =
        g.db.read("admin.branding_css", |read| actions::branding(read).map(|b| b.css()))
            .await?;
    super::icon::answer(&headers, css, "text/css; charset=utf-8")
}
