//! Stored files: images, video, captions and downloads.
//!
//! An upload becomes an *asset*: rows here, and blobs in the content-addressed store. Pictures
//! are kept only as we encoded them (in full size and two widths); the upload itself stays for
//! exports and is never served. Whether somebody may read an asset is decided by the slices that
//! use it: see [`crate::platform::module::AssetGate`].
//!
//! Tables: `blobs`, `assets`, `asset_renditions`, `asset_uses`. Tells: `asset.stored`. Hears: nothing.

mod actions;
mod inspect;
mod model;
mod policy;
mod store;

pub use actions::{set_uses, signed_url, store_bytes, store_file};
pub use model::{Asset, Kind, Rendition, StoredFile};
pub use policy::StoreAsset;

use crate::{
    kernel::{error::Result, id::AssetId},
    platform::{Platform, blobs::Blobs, db::Read, module::Module},
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        forget: Some(store::update_forgotten),
        ..Module::new("media", &["blobs", "assets", "asset_renditions", "asset_uses"])
    }
}

/// What an asset is.
///
/// # Errors
/// `NotFound` when there is none with this id.
pub fn describe(read: &Read<'_>, id: AssetId) -> Result<Asset> {
    store::get_asset(read, id)
}

/// Bytes on disk that assets are made of.
///
/// # Errors
/// A database fault.
pub fn total_bytes(read: &Read<'_>) -> Result<u64> {
    store::count_bytes(read).map(i64::unsigned_abs)
}

/// The file of a form of an asset. A width that was not made is the original.
///
/// # Errors
/// `NotFound` when there is no such asset.
pub fn path(platform: &Platform, read: &Read<'_>, id: AssetId, rendition: Rendition) -> Result<StoredFile> {
    let asset = store::get_asset(read, id)?;
    let file = |sha256: String, mime: String, bytes: u64, name: String| StoredFile {
        path: shelf(platform).path(&sha256),
        name,
        mime,
        bytes,
        sha256,
        kind: asset.kind,
    };
    if rendition == Rendition::Source {
        return Ok(file(
            asset.source_sha256.clone(),
            asset.mime.clone(),
            asset.bytes,
            asset.name.clone(),
        ));
    }
    Ok(match store::find_rendition(read, id, rendition)? {
        Some((sha256, mime, bytes)) => {
            let name = model::named_for(&asset.name, &mime);
            file(sha256, mime, bytes, name)
        }
        None => file(asset.sha256.clone(), asset.mime.clone(), asset.bytes, asset.name.clone()),
    })
}

/// Where this slice's blobs lie.
fn shelf(platform: &Platform) -> Blobs {
    platform.blobs.shelf("media")
}
