//! Addresses of files, as answers show them.
//!
//! Pictures and downloads have plain addresses: whoever asks is asked for his right, and browsers
//! keep what they fetched. What a player fetches is signed, for players send no cookie.

use std::sync::Arc;

use serde_json::value::{RawValue, to_raw_value};

use super::{
    body::{self, Body, Shown},
    content::Video,
    present::{CaptionsOut, VideoOut},
};
use crate::{
    kernel::{
        error::{Error, Result},
        id::{AssetId, UserId},
    },
    media::{self, Kind, Rendition},
    platform::{Platform, db::Read, embeds::EmbedSettings},
};

/// A course's cover.
pub(super) fn cover(asset: AssetId) -> String {
    plain(asset, Rendition::W640)
}

/// A course's cover, as link previews show it.
pub(super) fn share(asset: AssetId) -> String {
    plain(asset, Rendition::W1280)
}

/// A course's page in the web app.
pub(super) fn page(slug: &crate::kernel::text::Slug) -> String {
    format!("/courses/{slug}")
}

/// A file to take along.
pub(super) fn download(asset: AssetId) -> String {
    plain(asset, Rendition::Original)
}

fn plain(asset: AssetId, rendition: Rendition) -> String {
    format!("/api/v1/media/{asset}/file?rendition={}", rendition.word())
}

/// A body with its pictures in place, and content of the sites that are allowed. It is the same for
/// everybody.
///
/// # Errors
/// A database fault.
pub(super) fn shown(read: &Read<'_>, body: &Body, sites: &EmbedSettings) -> Result<String> {
    body::show(body, &|host| sites.allows(host), &mut |asset| match media::describe(read, asset) {
        Ok(found) => Ok(Some(Shown {
            url: plain(
                asset,
                if found.kind == Kind::Image {
                    Rendition::W1280
                } else {
                    Rendition::Original
                },
            ),
            kind: found.kind,
            size: found.width.zip(found.height),
        })),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    })
}

/// The same as JSON has it, so that nobody writes its escapes again.
///
/// # Errors
/// A database fault.
pub(super) fn framed(read: &Read<'_>, body: &Body, sites: &EmbedSettings) -> Result<Arc<RawValue>> {
    let html = to_raw_value(&shown(read, body, sites)?);
    html.map(Into::into).map_err(Error::internal)
}

/// A video for one viewer; plain addresses for visitors.
///
/// # Errors
/// A database fault.
pub(super) fn video(platform: &Platform, read: &Read<'_>, viewer: Option<UserId>, video: &Video) -> Result<Option<VideoOut>> {
    let found = match media::describe(read, video.asset) {
        Ok(found) => found,
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let link = |asset, rendition| match viewer {
        Some(user) => media::signed_url(platform, asset, rendition, user, read.now()),
        None => plain(asset, rendition),
    };
    Ok(Some(VideoOut {
        url: link(video.asset, Rendition::Original),
        mime: found.mime,
        poster_url: video.poster.map(|poster| plain(poster, Rendition::W1280)),
        duration_ms: found.duration_ms,
        captions: video
            .captions
            .iter()
            .map(|c| CaptionsOut {
                language: c.language.clone(),
                label: c.label.clone(),
                url: link(c.asset, Rendition::Original),
            })
            .collect(),
    }))
}
