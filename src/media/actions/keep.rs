//! Keep a file: bytes arrive in a part, are looked at, sealed, and then named by rows.

use std::{io::Read as _, path::Path};

use super::room;
use crate::{
    kernel::{
        error::{Error, Result},
        event::Event,
        id::AssetId,
    },
    media::{
        Limits,
        inspect::{self, Bench, Made},
        model::{Asset, Kind, Rendition, clean_name},
        policy::StoreAsset,
        settings::UploadSettings,
        store,
    },
    platform::{
        Platform,
        blobs::{Blobs, Part, Sealed},
        db::{Db, Tx},
        settings,
    },
};

/// How much of a file is copied at once.
const PIECE: usize = 256 * 1024;

/// Stores bytes that are in memory already: for imports and jobs.
///
/// # Errors
/// `Invalid` when the content is refused, `Unavailable` when the server is busy, `Internal`.
pub async fn store_bytes(platform: &Platform, db: &Db, can: &StoreAsset, name: &str, bytes: Vec<u8>) -> Result<Asset> {
    let blobs = super::super::shelf(platform);
    let part = blocking(move || {
        let mut part = blobs.begin()?;
        part.write(&bytes)?;
        Ok(part)
    });
    keep(platform, db, can, name, part.await?).await
}

/// Stores a copy of a file: for imports and jobs. It is never whole in memory.
///
/// # Errors
/// As [`store_bytes`].
pub async fn store_file(platform: &Platform, db: &Db, can: &StoreAsset, name: &str, path: &Path) -> Result<Asset> {
    let (blobs, path) = (super::super::shelf(platform), path.to_owned());
    let part = blocking(move || {
        let mut from = std::fs::File::open(path)?;
        let mut part = blobs.begin()?;
        let mut piece = vec![0; PIECE];
        loop {
            match from.read(&mut piece)? {
                0 => return Ok(part),
                n => part.write(piece.get(..n).unwrap_or_default())?,
            }
        }
    });
    keep(platform, db, can, name, part.await?).await
}

/// Keeps a part under rows, or throws it away when its content is refused. The same bytes under
/// the same name from the same person are the same asset.
pub(in crate::media) async fn keep(platform: &Platform, db: &Db, can: &StoreAsset, name: &str, part: Part) -> Result<Asset> {
    let (owner, limits) = (can.owner(), Limits::of(platform));
    let is_limited = can.is_limited();
    let then = move |tx: &Tx<'_>, _| if is_limited { room::demand(tx, owner, &limits) } else { Ok(()) };
    keep_and(platform, db, can, name, part, then).await
}

/// As [`keep`], and `then` in the same deed.
pub(super) async fn keep_and<F>(platform: &Platform, db: &Db, can: &StoreAsset, name: &str, part: Part, then: F) -> Result<Asset>
where
    F: Fn(&Tx<'_>, AssetId) -> Result<()> + Clone + Send + 'static,
{
    let name = clean_name(name);
    let (source, owner) = (part.digest(), can.owner());
    let (twin_source, twin_name, also) = (source.clone(), name.clone(), then.clone());
    let twin = db.write("media.reuse", move |tx| {
        let twin = reuse(tx, owner, &twin_source, &twin_name)?;
        twin.as_ref().map(|twin| also(tx, twin.id)).transpose()?;
        Ok(twin)
    });
    if let Some(twin) = twin.await? {
        return Ok(twin);
    }
    let made = inspect::look(&bench(platform), part.path(), part.bytes(), &name).await?;
    if can.is_limited() {
        check_size(db, made.kind, part.bytes()).await?;
    }
    let blobs = super::super::shelf(platform);
    let sealed = blocking(move || seal(&blobs, part, made)).await?;
    db.write("media.store", move |tx| {
        let asset = record(tx, owner, &name, &sealed)?;
        then(tx, asset.id)?;
        Ok((asset, sealed)) // The pins live until the rows are on disk.
    })
    .await
    .map(|(asset, _pins)| asset)
}

/// A file of each kind has a largest size, which admins set.
pub(super) async fn check_size(db: &Db, kind: Kind, bytes: u64) -> Result<()> {
    let settings = db.read("media.settings", settings::get::<UploadSettings>).await?;
    let most = settings.most_bytes(kind);
    if bytes <= most {
        return Ok(());
    }
    let message = format!("A file of the kind “{}” may have at most {} MB.", kind.word(), most / 1_000_000);
    Err(Error::field("", "media.too_large_kind", message))
}

pub(super) fn bench(platform: &Platform) -> Bench {
    Bench {
        images: platform.images.clone(),
        ffprobe: Limits::of(platform).ffprobe.clone(),
    }
}

fn reuse(tx: &Tx<'_>, owner: Option<crate::kernel::id::UserId>, source: &str, name: &str) -> Result<Option<Asset>> {
    let twin = store::find_twin(tx, owner, source, name)?;
    if let Some(twin) = &twin
        && !store::is_used(tx, twin.id)?
    {
        // Whoever stores it again is about to use it: its days of grace begin anew.
        store::update_unused(tx, twin.id, Some(tx.now()))?;
    }
    Ok(twin)
}

/// Everything of one asset, durable and pinned.
pub(super) struct Kept {
    pub(super) made: Made,
    pub(super) source: Sealed,
    original: Option<Sealed>,
    renditions: Vec<(Rendition, &'static str, Sealed)>,
}

impl Kept {
    /// What is served as the original.
    pub(super) fn original(&self) -> &Sealed {
        self.original.as_ref().unwrap_or(&self.source)
    }

    pub(super) fn insert_blobs(&self, tx: &Tx<'_>) -> Result<()> {
        let smaller = self.renditions.iter().map(|(_, _, sealed)| sealed);
        for sealed in [&self.source, self.original()].into_iter().chain(smaller) {
            store::insert_blob(tx, &sealed.sha256, sealed.bytes)?;
        }
        Ok(())
    }

    pub(super) fn insert_renditions(&self, tx: &Tx<'_>, id: AssetId) -> Result<()> {
        for (word, mime, sealed) in &self.renditions {
            store::insert_rendition(tx, id, *word, &sealed.sha256, mime, sealed.bytes)?;
        }
        Ok(())
    }
}

pub(super) fn seal(blobs: &Blobs, part: Part, mut made: Made) -> std::io::Result<Kept> {
    let original = made.original.take().map(|bytes| blobs.put(&bytes)).transpose()?;
    let renditions = std::mem::take(&mut made.renditions)
        .into_iter()
        .map(|(word, picture)| Ok((word, picture.mime, blobs.put(&picture.bytes)?)))
        .collect::<std::io::Result<_>>()?;
    Ok(Kept {
        made,
        source: part.seal()?,
        original,
        renditions,
    })
}

fn record(tx: &Tx<'_>, owner: Option<crate::kernel::id::UserId>, name: &str, kept: &Kept) -> Result<Asset> {
    if let Some(twin) = reuse(tx, owner, &kept.source.sha256, name)? {
        return Ok(twin); // A second upload of the same file was faster.
    }
    let original = kept.original();
    let asset = Asset {
        id: tx.new_id(),
        owner,
        kind: kept.made.kind,
        mime: kept.made.mime.clone(),
        name: name.into(),
        bytes: original.bytes,
        sha256: original.sha256.clone(),
        source_sha256: kept.source.sha256.clone(),
        width: kept.made.width,
        height: kept.made.height,
        duration_ms: kept.made.duration_ms,
        created_at: tx.now(),
        alt: String::new(),
    };
    kept.insert_blobs(tx)?;
    store::insert_asset(tx, &asset)?;
    kept.insert_renditions(tx, asset.id)?;
    tx.tell(&Event::AssetStored { asset: asset.id })?;
    Ok(asset)
}

/// Runs file work on a thread that may block. A full disk is told as such.
pub(in crate::media) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    done.map_err(|error| match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::Unavailable {
            code: "media.disk_full",
            retry_after: 60,
        },
        _ => Error::internal(error),
    })
}
