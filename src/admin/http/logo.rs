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
    platform::web::{
        extract::Query,
        guard::{Anyone, Guard},
    },
};

/// What the logo stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::admin) enum Ground {
    /// The light theme; the dark one too while it has no logo of its own.
    #[default]
    Light,
    /// The dark theme.
    Dark,
}

/// Which logo, and a mark of its content that makes its address new when it changes.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
pub(in crate::admin) struct LogoQuery {
    /// What it stands on.
    #[serde(default)]
    #[param(inline)]
    ground: Ground,
    /// Not looked at.
    #[serde(default, rename = "v")]
    _v: Option<String>,
}

/// The logo's address.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(in crate::admin) struct LogoOut {
    /// Where it is served now; absent when there is none.
    logo_url: Option<String>,
}

/// The logo's bytes, a JPEG or WebP.
#[utoipa::path(get, path = "/instance/logo", tag = "admin", params(LogoQuery), responses((status = 200, content_type = "image/webp", body = [u8])))]
pub(in crate::admin) async fn get_logo(g: Guard<Anyone>, Query(query): Query<LogoQuery>) -> Result<Response, Error> {
    let ground = query.ground;
    let logo = g.db.read("admin.logo", move |read| actions::brand::logo(read, ground)).await?;
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
#[utoipa::path(put, path = "/admin/logo", tag = "admin", params(LogoQuery), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = LogoOut)))]
pub(in crate::admin) async fn put_logo(g: Guard<RunInstance>, Query(query): Query<LogoQuery>, body: Bytes) -> Result<Json<LogoOut>, Error> {
    let (logo, held) = actions::brand::store_logo(&g.platform, body).await?;
    let put = g.db.write("admin.put_logo", move |tx| {
        actions::brand::set_logo(tx, &g.can, query.ground, Some(logo))
    });
    let logo_url = put.await?;
    drop(held);
    Ok(Json(LogoOut { logo_url }))
}

/// Goes back to the mark of the product; on dark ground, to the logo of the light one.
#[utoipa::path(delete, path = "/admin/logo", tag = "admin", params(LogoQuery), responses((status = 204)))]
pub(in crate::admin) async fn delete_logo(g: Guard<RunInstance>, Query(query): Query<LogoQuery>) -> Result<StatusCode, Error> {
    g.db.write("admin.delete_logo", move |tx| {
        actions::brand::set_logo(tx, &g.can, query.ground, None)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
