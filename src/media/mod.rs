//! Stored files: images, video, captions and downloads.
//!
//! An upload becomes an *asset*: rows here, and blobs in the content-addressed store. Pictures
//! are kept only as we encoded them (in full size and two widths); the upload itself stays for
//! exports and is never served. Whether somebody may read an asset is decided by the slices that
//! use it: see [`crate::platform::module::AssetGate`].
//!
//! Large files come in as many requests as it takes, by the protocol tus 1.0 (<https://tus.io>):
//! the bytes lie in a file of their own until they are whole, then a job makes an asset of them.
//!
//! Tables: `blobs`, `assets`, `asset_renditions`, `asset_uses`, `uploads`.
//! Tells: `asset.stored`, `asset.replaced`. Hears: nothing.

mod actions;
mod checks;
mod desk;
mod http;
mod inspect;
mod jobs;
mod model;
mod policy;
mod settings;
mod store;

use std::{path::PathBuf, sync::Arc};

use utoipa_axum::{router::OpenApiRouter, routes};

pub use actions::{SweepReport, set_uses, signed_url, store_bytes, store_file, sweep};
pub use model::{Asset, Kind, Rendition, StoredFile};
pub use policy::{StoreAsset, SweepMedia};
pub use settings::UploadSettings;

use crate::{
    kernel::{
        actor::{Actor, Role},
        error::Result,
        id::AssetId,
    },
    platform::{
        Platform,
        blobs::{Blobs, MediaConfig},
        config::Config,
        db::Read,
        metrics::Set,
        module::Module,
        process,
        services::Services,
    },
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: OpenApiRouter::new()
            .routes(routes!(http::upload_asset, http::list_assets))
            .routes(routes!(http::get_media_limits))
            .routes(routes!(http::delete_assets))
            .routes(routes!(http::get_asset, http::change_asset, http::delete_asset))
            .routes(routes!(http::list_asset_uses))
            .routes(routes!(http::read_asset_file, http::replace_asset_file))
            .merge(http::tus_routes()),
        jobs: vec![
            crate::platform::jobs::kind::<jobs::Sweep>(),
            crate::platform::jobs::kind::<actions::uploads::Finish>(),
        ],
        nightly: Some(jobs::nightly),
        forget: Some(store::update_forgotten),
        portray: Some(store::portray),
        provide: Some(provide),
        figures: Some(figures),
        collect: Some(collect),
        files: Some(files),
        names: Some(names),
        sections: vec![crate::platform::settings::section::<UploadSettings>()],
        checks: checks::checks(),
        ..Module::new("media", &["blobs", "assets", "asset_renditions", "asset_uses", "uploads"])
    }
}

/// What may be stored, and with what help. In the [`Services`].
#[derive(Debug, Clone)]
struct Limits {
    max_upload_bytes: u64,
    /// Bytes that the files of one person may come to; 0: no limit.
    quota_bytes: u64,
    ffprobe: Option<PathBuf>,
}

impl Limits {
    fn new(config: &MediaConfig) -> Self {
        Self {
            max_upload_bytes: config.max_upload_bytes,
            quota_bytes: config.quota_bytes,
            ffprobe: process::find("ffprobe"),
        }
    }

    fn of(platform: &Platform) -> Arc<Self> {
        let found = platform.services.find();
        found.unwrap_or_else(|| Arc::new(Self::new(&platform.config.media)))
    }

    /// What the files of this person may come to, if there is a limit for him.
    fn quota_for(&self, actor: &Actor) -> Option<u64> {
        (self.quota_bytes > 0 && !actor.is_at_least(Role::Admin)).then_some(self.quota_bytes)
    }
}

/// Where unfinished uploads lie, in the data folder.
const UPLOADS: &str = "uploads";

fn provide(config: &Config, services: Services) -> Result<Services> {
    Ok(services
        .with(Arc::new(Limits::new(&config.media)))
        .with(Arc::new(desk::Desk::new(config.data.join(UPLOADS))))
        .with(Arc::new(http::Buffers::default())))
}

/// For backups.
fn files(read: &Read<'_>) -> Result<Vec<(&'static str, String)>> {
    Ok(store::list_blobs(read)?.into_keys().map(|sha256| (SHELF, sha256)).collect())
}

/// For the system page.
fn figures(read: &Read<'_>, _: &Platform) -> Result<Vec<(&'static str, i64)>> {
    Ok(vec![("assets", store::count_assets(read)?), ("bytes", store::count_bytes(read)?)])
}

/// For a monitor. The rows know every file that is stored; no folder is walked.
fn collect(read: &Read<'_>, _: &Platform, set: &mut Set) -> Result<()> {
    let (files, bytes) = store::count_blobs(read)?;
    set.gauge("momentum_media_files", "Stored files", &[], files);
    set.gauge("momentum_media_bytes", "Bytes of the stored files", &[], bytes);
    Ok(())
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
    file_of(platform, read, &asset, rendition)
}

fn file_of(platform: &Platform, read: &Read<'_>, asset: &Asset, rendition: Rendition) -> Result<StoredFile> {
    let blobs = shelf(platform);
    let file = |sha256: &str, mime: &str, bytes: u64| StoredFile {
        path: blobs.path(sha256),
        name: model::named_for(&asset.name, mime),
        mime: mime.to_owned(),
        bytes,
        sha256: sha256.to_owned(),
        kind: asset.kind,
    };
    if rendition == Rendition::Source {
        let bytes = store::find_blob(read, &asset.source_sha256)?.unwrap_or_default();
        let mut source = file(&asset.source_sha256, &asset.mime, bytes);
        source.name.clone_from(&asset.name);
        return Ok(source);
    }
    Ok(match store::find_rendition(read, asset.id, rendition)? {
        Some((sha256, mime, bytes)) => file(&sha256, &mime, bytes),
        None => file(&asset.sha256, &asset.mime, asset.bytes),
    })
}

/// The name of this slice's part of the file store.
const SHELF: &str = "media";

/// Where this slice's blobs lie.
fn shelf(platform: &Platform) -> Blobs {
    platform.blobs.shelf(SHELF)
}

/// For pages that show ids.
fn names(read: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>> {
    let wanted = ids.iter().filter_map(|id| id.parse().ok().map(|parsed| (id, parsed)));
    let named = wanted.filter_map(|(id, parsed)| match store::get_asset(read, parsed) {
        Ok(asset) => Some(Ok(((*id).to_owned(), asset.name))),
        Err(crate::kernel::error::Error::NotFound(_)) => None,
        Err(error) => Some(Err(error)),
    });
    named.collect()
}
