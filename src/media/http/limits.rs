//! What may be uploaded, told before anything is sent.

use axum::Json;
use serde::Serialize;

use super::tus;
use crate::{
    kernel::error::Result,
    media::{
        Limits,
        model::{
            Kind,
            uploads::{KEPT_MS, MOST_UNFINISHED},
        },
        policy::SeeLimits,
        settings::UploadSettings,
        store,
    },
    platform::{settings, web::guard::Guard},
};

/// What may be uploaded.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::media) struct MediaLimitsOut {
    /// The largest upload in bytes.
    max_upload_bytes: u64,
    /// The largest file of each kind, in bytes.
    max_bytes: MaxBytesOut,
    /// Media types of pictures that can be shown.
    images: [&'static str; 4],
    /// Endings of names that the uploader offers; what a file is, its content says.
    extensions: &'static [&'static str],
    /// What one's own files may come to, in bytes; absent without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    quota_bytes: Option<u64>,
    /// What they come to now, unfinished uploads included.
    used_bytes: u64,
    /// How many uploads may be unfinished at a time.
    max_unfinished: u32,
    /// How many of one's uploads are.
    unfinished: u32,
    /// How many days an unfinished upload is kept after its last bytes came.
    kept_days: i64,
    tus: TusOut,
}

/// The largest file of each kind, in bytes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::media) struct MaxBytesOut {
    image: u64,
    video: u64,
    audio: u64,
    captions: u64,
    document: u64,
}

/// How large files are sent: <https://tus.io>.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::media) struct TusOut {
    version: &'static str,
    extensions: &'static str,
    checksum_algorithms: &'static str,
    /// Where uploads are announced.
    url: &'static str,
}

const ENDINGS: &[&str] = &[
    "jpg", "jpeg", "png", "webp", "gif", "mp4", "webm", "mov", "m4v", "mp3", "m4a", "ogg", "wav", "vtt", "srt", "pdf", "docx", "xlsx",
    "pptx", "odt", "ods", "odp", "txt", "csv", "md", "zip",
];

/// What may be uploaded, told before anything is sent.
#[utoipa::path(get, path = "/media/limits", tag = "media", responses((status = 200, body = MediaLimitsOut)))]
pub(in crate::media) async fn get_media_limits(g: Guard<SeeLimits>) -> Result<Json<MediaLimitsOut>> {
    let (limits, owner) = (Limits::of(&g.platform), g.can.owner);
    let (settings, there, unfinished, coming) =
        g.db.read("media.limits", move |read| {
            let settings = settings::get::<UploadSettings>(read)?;
            let Some(owner) = owner else { return Ok((settings, 0, 0, 0)) };
            let (unfinished, coming) = store::uploads::count_unfinished(read, owner)?;
            Ok((settings, store::library::count_of(read, Some(owner))?.1, unfinished, coming))
        })
        .await?;
    let most = |kind| settings.most_bytes(kind).min(limits.max_upload_bytes);
    Ok(Json(MediaLimitsOut {
        max_upload_bytes: limits.max_upload_bytes,
        max_bytes: MaxBytesOut {
            image: most(Kind::Image),
            video: most(Kind::Video),
            audio: most(Kind::Audio),
            captions: most(Kind::Captions),
            document: most(Kind::Document),
        },
        images: ["image/jpeg", "image/png", "image/webp", "image/gif"],
        extensions: ENDINGS,
        quota_bytes: limits.quota_for(&g.actor),
        used_bytes: there + coming,
        max_unfinished: MOST_UNFINISHED,
        unfinished,
        kept_days: KEPT_MS / (24 * 3_600_000),
        tus: TusOut {
            version: tus::VERSION,
            extensions: tus::EXTENSIONS,
            checksum_algorithms: tus::ALGORITHMS,
            url: "/api/v1/media/uploads",
        },
    }))
}
