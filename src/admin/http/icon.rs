//! The icon in the browser's tab and on a phone's first page, and the manifest that names it.

use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    admin::{actions, policy::RunInstance},
    kernel::error::Error,
    platform::web::{
        etag::is_known,
        extract::Query,
        guard::{Anyone, Guard},
    },
};

/// The product's own sign.
const USUAL: &str = "/favicon.svg";

/// Which size is wanted.
#[derive(Debug, serde::Deserialize)]
pub struct SideQuery {
    /// Pixels of a side; the smallest file that is at least so large.
    #[serde(default)]
    side: u32,
}

/// The icon's address.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(in crate::admin) struct IconOut {
    /// Where it is served now; absent when it is the product's.
    icon_url: Option<String>,
}

/// The organisation's icon, or the way to the product's: outside the API, for every page.
pub async fn branding_icon(headers: HeaderMap, g: Guard<Anyone>, Query(query): Query<SideQuery>) -> Result<Response, Error> {
    let found = g.db.read("admin.branding_icon", move |read| {
        Ok(actions::branding(read)?.icon_of(query.side).map(|file| file.sha256.clone()))
    });
    let Some(sha256) = found.await? else {
        return Ok(([(header::CACHE_CONTROL, "no-cache")], Redirect::temporary(USUAL)).into_response());
    };
    let tag = format!("\"{}\"", sha256.get(..32).unwrap_or_default());
    if is_known(&headers, &tag) {
        return tagged(StatusCode::NOT_MODIFIED.into_response(), "image/png", &tag);
    }
    let bytes = tokio::fs::read(actions::shelf(&g.platform).path(&sha256))
        .await
        .map_err(Error::internal)?;
    tagged(bytes.into_response(), "image/png", &tag)
}

/// What a phone shows of the instance on its first page: outside the API.
pub async fn web_manifest(headers: HeaderMap, g: Guard<Anyone>) -> Result<Response, Error> {
    let manifest =
        g.db.read("admin.manifest", |read| {
            actions::branding(read).map(|brand| brand.manifest().to_string())
        })
        .await?;
    answer(&headers, manifest, "application/manifest+json")
}

/// A text that changes seldom, or the news that it has not.
pub(super) fn answer(headers: &HeaderMap, text: String, kind: &'static str) -> Result<Response, Error> {
    let tag = format!(
        "\"{}\"",
        crate::platform::crypto::hex(&crate::platform::crypto::token_hash(&text)[..8])
    );
    let response = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        text.into_response()
    };
    tagged(response, kind, &tag)
}

fn tagged(mut response: Response, kind: &'static str, tag: &str) -> Result<Response, Error> {
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    out.insert(header::ETAG, HeaderValue::from_str(tag).map_err(Error::internal)?);
    Ok(response)
}

/// Replaces the icon. The body is a square picture: PNG, JPEG, WebP or GIF, at most 1 MB.
#[utoipa::path(put, path = "/admin/icon", tag = "admin", request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = IconOut)))]
pub(in crate::admin) async fn put_icon(g: Guard<RunInstance>, body: Bytes) -> Result<Json<IconOut>, Error> {
    let (files, held) = actions::brand::store_icon(&g.platform, body).await?;
    let put = g.db.write("admin.put_icon", move |tx| actions::brand::set_icon(tx, &g.can, files));
    let icon_url = put.await?;
    drop(held);
    Ok(Json(IconOut { icon_url }))
}

/// Goes back to the product's icon.
#[utoipa::path(delete, path = "/admin/icon", tag = "admin", responses((status = 204)))]
pub(in crate::admin) async fn delete_icon(g: Guard<RunInstance>) -> Result<StatusCode, Error> {
    g.db.write("admin.delete_icon", move |tx| actions::brand::set_icon(tx, &g.can, Vec::new()))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
