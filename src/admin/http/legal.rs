//! Legal pages for everybody, and what people agree to.

use axum::{Json, extract::Path, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    admin::{
        actions::legal,
        model::{LegalPage, LegalSettings},
        policy::RunInstance,
        store,
    },
    kernel::error::{Error, Result},
    platform::{
        settings,
        web::{
            extract::Body,
            guard::{Anyone, Guard, SignedIn, Unbound},
        },
    },
};

/// A legal page.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct LegalOut {
    page: LegalPage,
    /// Safe to be shown as it is.
    html: String,
    /// To be agreed to; 0 when nobody is asked.
    version: u32,
}

/// A legal page: `imprint`, `privacy` or `terms`.
#[utoipa::path(get, path = "/instance/legal/{page}", tag = "admin", params(("page" = String, Path)), responses((status = 200, body = LegalOut)))]
pub(in crate::admin) async fn get_legal_page(g: Guard<Anyone>, Path(page): Path<String>) -> Result<Json<LegalOut>> {
    let page = LegalPage::from_word(&page).ok_or(Error::NotFound("page"))?;
    let all: LegalSettings = g.db.read("admin.legal", settings::get).await?;
    let text = all.page(page);
    if text.text.is_empty() {
        return Err(Error::NotFound("page"));
    }
    Ok(Json(LegalOut {
        page,
        html: legal::html(&text.text),
        version: text.version,
    }))
}

/// Something to agree to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Consent {
    page: LegalPage,
    version: u32,
}

/// What the signed-in person has yet to agree to.
#[utoipa::path(get, path = "/me/consents", tag = "admin", responses((status = 200, body = Vec<Consent>)))]
pub(in crate::admin) async fn list_wanted_consents(g: Guard<Unbound<SignedIn>>) -> Result<Json<Vec<Consent>>> {
    let user = g.can.user();
    if g.can.person().impersonator.is_some() {
        return Ok(Json(Vec::new())); // He may not agree for another.
    }
    let wanted = g.db.read("admin.consents", move |read| legal::wanted(read, user)).await?;
    Ok(Json(wanted.into_iter().map(|(page, version)| Consent { page, version }).collect()))
}

/// Agrees to the version of a page that holds.
#[utoipa::path(
    post, path = "/me/consents", tag = "admin", request_body = Consent,
    responses((status = 204), (status = 409, description = "`legal.other_version`: another version holds by now."))
)]
pub(in crate::admin) async fn give_consent(g: Guard<Unbound<SignedIn>>, Body(body): Body<Consent>) -> Result<StatusCode> {
    let user = g.can.user();
    g.db.write("admin.consent", move |tx| legal::agree(tx, user, body.page, body.version))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many agreed to the version of a page that holds.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct ConsentCountOut {
    page: LegalPage,
    version: u32,
    people: i64,
}

/// How many people agreed to what holds now.
#[utoipa::path(get, path = "/admin/consents", tag = "admin", responses((status = 200, body = Vec<ConsentCountOut>)))]
pub(in crate::admin) async fn count_consents(g: Guard<RunInstance>) -> Result<Json<Vec<ConsentCountOut>>> {
    let counted = g.db.read("admin.count_consents", |read| {
        let asked = settings::get::<LegalSettings>(read)?.asked().into_iter();
        let counts = asked.map(|(page, version)| {
            Ok(ConsentCountOut {
                page,
                version,
                people: store::count_consents(read, page, version)?,
            })
        });
        counts.collect()
    });
    counted.await.map(Json)
}
