//! A person's picture.

use std::io::Cursor;

use axum::{
    Json,
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::ProfileOut;
use crate::{
    kernel::error::{Error, Result},
    people::{
        actions,
        model::{self, Picture},
        policy::SeePicture,
        shelf, store,
    },
    platform::{
        images,
        web::{
            etag::is_known,
            guard::{Guard, SignedIn},
        },
    },
};

/// The largest file that is taken as a picture, in bytes.
const MAX_BYTES: usize = 10 * 1024 * 1024;
/// The side of a kept picture, in pixels.
const SIDE: u32 = 512;

/// Replaces the signed-in person's picture by the middle square of an uploaded one.
#[utoipa::path(
    put, path = "/me/picture", tag = "people",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "A JPEG, PNG, WebP or GIF file of at most 10 MB."),
    responses((status = 200, body = ProfileOut), (status = 413, description = "The file is larger than 10 MB."))
)]
pub(super) async fn put_picture(g: Guard<SignedIn>, body: Body) -> Result<Response> {
    let Ok(bytes) = axum::body::to_bytes(body, MAX_BYTES).await else {
        return Ok(too_large());
    };
    let shelf = shelf(&g.platform);
    let kept = g.platform.images.run(move || {
        let encoded = images::Picture::guess(Cursor::new(bytes))?.square(SIDE).encode()?;
        let sealed = shelf.put(&encoded.bytes).map_err(Error::internal)?;
        Ok((encoded.mime, sealed))
    });
    // The sealed blob is held until the row that names it is committed.
    let (mime, sealed) = kept.await?;
    let picture = Picture {
        sha256: sealed.sha256.clone(),
        mime: mime.into(),
    };
    answer(g, Some(picture)).await
}

/// Takes the signed-in person's picture away.
#[utoipa::path(delete, path = "/me/picture", tag = "people", responses((status = 200, body = ProfileOut)))]
pub(super) async fn delete_picture(g: Guard<SignedIn>) -> Result<Response> {
    answer(g, None).await
}

async fn answer(g: Guard<SignedIn>, picture: Option<Picture>) -> Result<Response> {
    let id = g.can.user();
    let written = g.db.write("people.set_picture", move |tx| {
        actions::set_picture(tx, id, picture.as_ref())?;
        let profile = store::find_profile(tx, id)?.ok_or(Error::NotFound("user"))?;
        Ok((store::get_user(tx, id)?, profile))
    });
    let (user, profile): (model::User, model::Profile) = written.await?;
    Ok(Json(ProfileOut::of(&user, profile)).into_response())
}

fn too_large() -> Response {
    use crate::platform::web::problem::Problem;
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "picture.too_large",
        "Use a picture of at most 10 MB.",
    )
    .into_response()
}

/// A person's picture, for people who are signed in.
#[utoipa::path(
    get, path = "/users/{user}/picture", tag = "people",
    params(("user" = crate::kernel::id::UserId, Path), ("v" = Option<String>, Query, description = "The picture's version, as `picture_url` gives it.")),
    responses((status = 200, content_type = "image/*", body = Vec<u8>), (status = 304, description = "It is as the browser knows it."))
)]
pub(super) async fn read_picture(g: Guard<SeePicture>, headers: HeaderMap) -> Result<Response> {
    let id = g.can.user();
    let found = g.db.read("people.picture", move |read| store::find_picture(read, id)).await?;
    let picture = found.ok_or(Error::NotFound("picture"))?;
    let etag = format!("\"{}\"", picture.sha256.get(..32).unwrap_or_default());
    let (status, bytes) = if is_known(&headers, &etag) {
        (StatusCode::NOT_MODIFIED, Vec::new())
    } else {
        let file = tokio::fs::read(shelf(&g.platform).path(&picture.sha256)).await;
        (StatusCode::OK, file.map_err(Error::internal)?)
    };
    let headers = [
        (header::CONTENT_TYPE, picture.mime),
        (header::ETAG, etag),
        // The address names the version; a shared cache must not keep what only members may see.
        (header::CACHE_CONTROL, "private, max-age=86400".into()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".into()),
    ];
    Ok((status, headers, bytes).into_response())
}
