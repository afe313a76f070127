//! The logo: decoded and written anew as a square picture, so that nothing but pixels is kept.

use axum::{
    Json,
    body::Bytes,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    admin::{actions, policy::RunInstance},
    kernel::error::Error,
    platform::{
        branding::Branding,
        settings,
        web::guard::{Anyone, Guard},
    },
};

/// The logo's address.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(in crate::admin) struct LogoOut {
    /// Where it is served now; absent when there is none.
    logo_url: Option<String>,
}

/// The logo's bytes, a JPEG or WebP.
#[utoipa::path(get, path = "/instance/logo", tag = "admin", responses((status = 200, content_type = "image/webp", body = [u8])))]
pub(in crate::admin) async fn get_logo(g: Guard<Anyone>) -> Result<Response, Error> {
    let logo = g.db.read("admin.logo", |read| Ok(actions::branding(read)?.logo)).await?;
    let logo = logo.ok_or(Error::NotFound("logo"))?;
    let bytes = tokio::fs::read(actions::shelf(&g.platform).path(&logo.sha256))
        .await
        .map_err(Error::internal)?;
    let mut response = bytes.into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_str(&logo.mime).map_err(Error::internal)?);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    Ok(response)
}

/// Replaces the logo. The body is the picture: PNG, JPEG, WebP or GIF, at most 1 MB.
#[utoipa::path(put, path = "/admin/logo", tag = "admin", request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = LogoOut)))]
pub(in crate::admin) async fn put_logo(g: Guard<RunInstance>, body: Bytes) -> Result<Json<LogoOut>, Error> {
    let logo = actions::store_logo(&g.platform, body).await?;
    let url =
        g.db.write("admin.put_logo", move |tx| actions::set_logo(tx, &g.can, Some(logo)))
            .await?;
    Ok(Json(LogoOut { logo_url: url }))
}

/// Goes back to the mark of the product.
#[utoipa::path(delete, path = "/admin/logo", tag = "admin", responses((status = 204)))]
pub(in crate::admin) async fn delete_logo(g: Guard<RunInstance>) -> Result<StatusCode, Error> {
    g.db.write("admin.delete_logo", move |tx| {
        let before: Branding = settings::get(tx)?;
        if before.logo.is_some() {
            actions::set_logo(tx, &g.can, None).map(drop)
        } else {
            Ok(())
        }
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
