//! The sweep: assets that nothing has used for a day, and blobs that nothing is made of.
//!
//! Rows go first, and are committed; then each blob whose row is gone is deleted on the writer's
//! thread, where no other deed can name it in between. Blobs that an upload holds are pinned, so
//! an upload that finds its bytes already there cannot lose them.

use serde::Serialize;

use super::blocking;
use crate::{
    kernel::{
        error::{Error, Result},
        time::Timestamp,
    },
    media::{policy::SweepMedia, store},
    platform::{Platform, db::Db},
};

/// How long an unused asset is left alone: its author may be in the middle of a lesson.
const GRACE_MS: i64 = 24 * 3_600_000;
/// Rows or files that one write deletes.
const CHUNK: usize = 100;

/// What a sweep found, and deleted if it was told to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SweepReport {
    /// Whether anything was deleted.
    pub applied: bool,
    /// Assets that nothing has used for a day.
    pub assets: u64,
    /// Blobs that nothing is made of, or would be after those assets went.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files of the store that no row names.
    pub strays: u64,
    /// Their bytes.
    pub stray_bytes: u64,
    /// Files that a former process left unfinished.
    pub leftovers: u64,
    /// Rows whose file is missing or of another size: damage, which a sweep does not mend.
    pub missing: Vec<String>,
}

/// Finds, and with `apply` deletes, what nothing uses.
///
/// # Errors
/// A database or file-system fault; what was deleted until then is consistent.
pub async fn sweep(platform: &Platform, db: &Db, _can: &SweepMedia, apply: bool) -> Result<SweepReport> {
    let before = Timestamp::from_millis(db.now().millis() - GRACE_MS);
    // The folder first: what is uploaded afterwards is not in the list.
    let shelf = super::super::shelf(platform);
    let found = blocking(move || shelf.walk()).await?;
    let mut report = SweepReport {
        applied: apply,
        leftovers: found.leftovers.len() as u64,
        ..SweepReport::default()
    };
    let (assets, doomed, mut known) = db
        .read_heavy("media.sweep_plan", move |read| {
            Ok((
                store::count_doomed(read, before)?,
                store::list_doomed_blobs(read, before)?,
                store::list_blobs(read)?,
            ))
        })
        .await?;
    report.assets = assets;
    report.blobs = doomed.len() as u64;
    report.bytes = doomed.iter().map(|(_, bytes)| bytes).sum();
    let mut strays = Vec::new();
    for (name, bytes) in found.blobs {
        match known.remove(&name) {
            Some(size) if size != bytes => report.missing.push(name),
            Some(_) => {}
            None => {
                report.strays += 1;
                report.stray_bytes += bytes;
                strays.push(name);
            }
        }
    }
    report.missing.extend(known.into_keys());
    report.missing.sort();
    if apply {
        delete_rows(db, before).await?;
        let names = doomed.into_iter().map(|(name, _)| name).chain(strays).collect();
        delete_files(platform, db, names).await?;
        blocking(move || found.leftovers.iter().try_for_each(|(path, _)| std::fs::remove_file(path))).await?;
    }
    // What was stored after the folder was read is not missing.
    let shelf = super::super::shelf(platform);
    let missing = std::mem::take(&mut report.missing);
    report.missing = still_missing(db, shelf, missing).await?;
    Ok(report)
}

async fn still_missing(db: &Db, shelf: crate::platform::blobs::Blobs, names: Vec<String>) -> Result<Vec<String>> {
    let sizes = db.read("media.sizes", move |read| {
        let sizes = names.into_iter().map(|name| Ok((store::find_blob(read, &name)?, name)));
        sizes.collect::<Result<Vec<_>>>()
    });
    let sizes = sizes.await?;
    blocking(move || {
        let is_whole = |name: &str, bytes: u64| std::fs::metadata(shelf.path(name)).is_ok_and(|m| m.len() == bytes);
        let lost = sizes
            .into_iter()
            .filter_map(|(size, name)| (!is_whole(&name, size?)).then_some(name));
        Ok(lost.collect())
    })
    .await
}

async fn delete_rows(db: &Db, before: Timestamp) -> Result<()> {
    loop {
        let deleted = db
            .write_low("media.sweep_assets", move |tx| store::delete_doomed(tx, before, CHUNK))
            .await?;
        if deleted == 0 {
            break;
        }
    }
    loop {
        let deleted = db
            .write_low("media.sweep_blobs", |tx| store::delete_unnamed_blobs(tx, CHUNK))
            .await?;
        if deleted == 0 {
            return Ok(());
        }
    }
}

async fn delete_files(platform: &Platform, db: &Db, names: Vec<String>) -> Result<()> {
    for chunk in names.chunks(CHUNK / 4) {
        let (shelf, chunk) = (super::super::shelf(platform), chunk.to_vec());
        db.write_low("media.sweep_files", move |tx| {
            for name in chunk {
                let gone = shelf.sweep::<Fault>(&name, || Ok(store::find_blob(tx, &name)?.is_some()));
                gone.map_err(|Fault(error)| error)?;
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// Lets file-system and database faults pass through one question mark.
struct Fault(Error);

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self(Error::internal(error))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(error)
    }
}
