//! Upload, describe, delete.

use std::time::Duration;

use axum::{
    Json,
    body::{Body, HttpBody as _},
    http::{HeaderMap, StatusCode, header},
    response::{ErrorResponse, IntoResponse as _},
};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};

use crate::{
    kernel::{error::Error, id::AssetId, time::Timestamp},
    media::{
        Limits, actions,
        model::{Asset, Kind},
        policy::{DeleteAsset, SeeAsset, StoreAsset},
    },
    platform::web::{
        extract::{Query, created},
        guard::{Guard, SignedIn},
        problem::Problem,
    },
};

/// How long an upload may stand still before it is given up.
const STALL: Duration = Duration::from_secs(60);

/// What a stored file is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::media) struct AssetOut {
    id: AssetId,
    kind: Kind,
    /// Its media type, by its content.
    mime: String,
    /// Its file name.
    name: String,
    /// Size of the original in bytes.
    bytes: u64,
    /// Of the original, lower-case hex; its ETag too.
    sha256: String,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    /// Length of video, sound and captions, when it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    /// Where its file is read; add `?rendition=w640` for a smaller picture.
    url: String,
    created_at: Timestamp,
}

impl From<Asset> for AssetOut {
    fn from(asset: Asset) -> Self {
        Self {
            url: format!("/api/v1/media/{}/file", asset.id),
            id: asset.id,
            kind: asset.kind,
            mime: asset.mime,
            name: asset.name,
            bytes: asset.bytes,
            sha256: asset.sha256,
            width: asset.width,
            height: asset.height,
            duration_ms: asset.duration_ms,
            created_at: asset.created_at,
        }
    }
}

/// What may be uploaded.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::media) struct MediaLimitsOut {
    /// The largest upload in bytes.
    max_upload_bytes: u64,
    /// Media types of pictures that can be shown.
    images: [&'static str; 4],
}

/// What may be uploaded, told before anything is sent.
#[utoipa::path(get, path = "/media/limits", tag = "media", responses((status = 200, body = MediaLimitsOut)))]
pub(in crate::media) async fn get_media_limits(g: Guard<SignedIn>) -> Json<MediaLimitsOut> {
    Json(MediaLimitsOut {
        max_upload_bytes: Limits::of(&g.platform).max_upload_bytes,
        images: ["image/jpeg", "image/png", "image/webp", "image/gif"],
    })
}

/// The name of an upload.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::media) struct UploadQuery {
    /// The file's name: shown to people, never trusted to say what the file is.
    #[param(example = "harbour.jpg")]
    name: String,
}

/// Stores a file, sent as it is in the body. Its type is what its content says.
#[utoipa::path(
    post, path = "/media", tag = "media", params(UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = AssetOut), (status = 408, description = "Nothing came for a minute."), (status = 413, description = "Larger than `max_upload_bytes`."))
)]
pub(in crate::media) async fn upload_asset(
    g: Guard<StoreAsset>,
    Query(query): Query<UploadQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<AssetOut>), ErrorResponse> {
    let most = Limits::of(&g.platform).max_upload_bytes;
    let told = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    if told.or(body.size_hint().exact()).is_some_and(|bytes: u64| bytes > most) {
        return Err(too_large(most)); // Before anything is read.
    }
    let mut intake = actions::Intake::begin(&g.platform).await?;
    receive(body, &mut intake, most).await?;
    let part = intake.finish().await?;
    let asset = actions::keep(&g.platform, &g.db, &g.can, &query.name, part).await?;
    Ok(created(asset.into()))
}

async fn receive(mut body: Body, intake: &mut actions::Intake, most: u64) -> Result<(), ErrorResponse> {
    let mut bytes = 0;
    loop {
        let frame = tokio::time::timeout(STALL, body.frame()).await.map_err(|_| stalled())?;
        let Some(frame) = frame else { break };
        let Ok(data) = frame.map_err(|_| cut_off())?.into_data() else {
            continue;
        };
        bytes += data.len() as u64;
        if bytes > most {
            return Err(too_large(most));
        }
        intake.write(data).await?;
    }
    if bytes == 0 {
        return Err(Error::field("", "media.empty", "The file is empty.").into());
    }
    Ok(())
}

fn too_large(most: u64) -> ErrorResponse {
    let title = format!("The file is larger than {} MB.", most / 1_000_000);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "media.too_large", &title)
        .into_response()
        .into()
}

fn cut_off() -> ErrorResponse {
    let problem = Problem::new(
        StatusCode::BAD_REQUEST,
        "body.unreadable",
        "The file could not be received to its end.",
    );
    problem.into_response().into()
}

fn stalled() -> ErrorResponse {
    let problem = Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "body.stalled",
        "Nothing came for a minute. Send the file again.",
    );
    problem.into_response().into()
}

/// What a file is.
#[utoipa::path(get, path = "/media/{asset}", tag = "media", params(("asset" = AssetId, Path)), responses((status = 200, body = AssetOut)))]
pub(in crate::media) async fn get_asset(g: Guard<SeeAsset>) -> Json<AssetOut> {
    Json(g.can.asset.into())
}

/// Deletes a file that nothing uses.
#[utoipa::path(
    delete, path = "/media/{asset}", tag = "media", params(("asset" = AssetId, Path)),
    responses((status = 204), (status = 409, description = "Something uses it: `asset.in_use`."))
)]
pub(in crate::media) async fn delete_asset(g: Guard<DeleteAsset>) -> Result<StatusCode, Error> {
    let can = g.can;
    g.db.write("media.delete", move |tx| actions::delete(tx, &can)).await?;
    Ok(StatusCode::NO_CONTENT)
}
