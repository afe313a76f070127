//! Store, describe, rename, replace.

use axum::{
    Json,
    body::Body,
    http::{HeaderMap, StatusCode},
    response::ErrorResponse,
};
use serde::{Deserialize, Serialize};

use super::{
    receive::{receive, told_length},
    uploads::refused,
};
use crate::{
    kernel::{
        error::Error,
        id::{AssetId, UserId},
        time::Timestamp,
    },
    media::{
        Limits,
        actions::{self, uploads::Refusal},
        model::{Asset, Kind},
        policy::{ChangeAsset, SeeAsset, StoreAsset},
    },
    platform::{
        blobs::Part,
        web::{
            extract::{Body as JsonBody, Query, created, not_null},
            guard::Guard,
        },
    },
};

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
    /// What a picture says to those who do not see it, wherever nobody wrote anything else.
    alt: String,
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
            alt: asset.alt,
            created_at: asset.created_at,
        }
    }
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
    responses((status = 201, body = AssetOut), (status = 408, description = "Nothing came for a minute."), (status = 409, description = "As 413, when others were faster."), (status = 413, description = "`media.too_large`: larger than `max_upload_bytes`; `media.quota`, `media.full`: no room for it."))
)]
pub(in crate::media) async fn upload_asset(
    g: Guard<StoreAsset>,
    Query(query): Query<UploadQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<AssetOut>), ErrorResponse> {
    let part = take_in(&g, g.can.owner(), &headers, body).await?;
    let asset = actions::keep(&g.platform, &g.db, &g.can, &query.name, part).await?;
    Ok(created(asset.into()))
}

/// Receives a file for which there is room: what its sender says is asked first, what came after.
async fn take_in<R>(g: &Guard<R>, owner: Option<UserId>, headers: &HeaderMap, body: Body) -> Result<Part, ErrorResponse> {
    let limits = Limits::of(&g.platform);
    let (most, own) = (limits.max_upload_bytes, limits.quota_for(&g.actor));
    let told = told_length(headers, &body);
    if let Some(bytes) = told.filter(|bytes| *bytes <= most) {
        demand_room(g, owner, own, bytes).await?;
    }
    let mut intake = actions::Intake::begin(&g.platform).await?;
    receive(body, headers, &mut intake, most).await?;
    let part = intake.finish().await?;
    if told != Some(part.bytes()) {
        demand_room(g, owner, own, part.bytes()).await?;
    }
    Ok(part)
}

async fn demand_room<R>(g: &Guard<R>, owner: Option<UserId>, own: Option<u64>, bytes: u64) -> Result<(), ErrorResponse> {
    match actions::refuse_now(&g.db, owner, own, bytes).await? {
        Some(why) => Err(refused(Refusal::NoRoom(why)).into()),
        None => Ok(()),
    }
}

/// Gives an asset another content, sent as it is in the body; it must be of the same kind. Whatever
/// shows the asset shows the new content from now on, published courses included.
#[utoipa::path(
    put, path = "/media/{asset}/file", tag = "media", params(("asset" = AssetId, Path), UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = AssetOut), (status = 413, description = "Larger than `max_upload_bytes`."))
)]
pub(in crate::media) async fn replace_asset_file(
    g: Guard<ChangeAsset>,
    Query(query): Query<UploadQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<AssetOut>, ErrorResponse> {
    let part = take_in(&g, g.actor.user(), &headers, body).await?;
    let asset = actions::replace(&g.platform, &g.db, &g.can, &query.name, part).await?;
    Ok(Json(asset.into()))
}

/// What is to be changed of a file: absent words stay.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::media) struct AssetPatch {
    /// Its file name.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    name: Option<String>,
    /// What a picture says to those who do not see it, wherever nobody wrote anything else.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, max_length = 500)]
    alt: Option<String>,
}

/// Renames a file, or changes its alternative text.
#[utoipa::path(patch, path = "/media/{asset}", tag = "media", params(("asset" = AssetId, Path)), request_body = AssetPatch, responses((status = 200, body = AssetOut)))]
pub(in crate::media) async fn change_asset(g: Guard<ChangeAsset>, JsonBody(patch): JsonBody<AssetPatch>) -> Result<Json<AssetOut>, Error> {
    let words = actions::Words {
        name: patch.name,
        alt: patch.alt,
    };
    let can = g.can;
    let asset = g.db.write("media.rename", move |tx| actions::rename(tx, &can, words)).await?;
    Ok(Json(asset.into()))
}

/// What a file is.
#[utoipa::path(get, path = "/media/{asset}", tag = "media", params(("asset" = AssetId, Path)), responses((status = 200, body = AssetOut)))]
pub(in crate::media) async fn get_asset(g: Guard<SeeAsset>) -> Json<AssetOut> {
    Json(g.can.asset.into())
}
