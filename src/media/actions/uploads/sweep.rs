//! What expired goes, and files that belong to no upload any more.

use super::desk;
use crate::{
    kernel::error::Result,
    media::{actions::blocking, policy::SweepMedia, store},
    platform::{Platform, db::Db},
};

/// Rows that one write deletes.
const CHUNK: usize = 100;

/// Sweeps; tells how many uploads had expired and how many files went.
pub(in crate::media) async fn sweep(platform: &Platform, db: &Db, _can: &SweepMedia) -> Result<(usize, usize)> {
    let (mut expired, mut files) = (0, 0);
    loop {
        let deleted = db
            .write_low("media.sweep_uploads", |tx| store::uploads::delete_expired(tx, CHUNK))
            .await?;
        if deleted == 0 {
            break;
        }
        expired += deleted;
    }
    let shelf = desk(platform);
    // A row is there before its file, so a file without one is nobody's.
    for id in blocking(move || shelf.list()).await? {
        let is_needed = db
            .read("media.upload_file", move |read| store::uploads::needs_file(read, id))
            .await?;
        let desk = desk(platform);
        if !is_needed && !desk.is_held(id) {
            blocking(move || desk.remove(id)).await?;
            files += 1;
        }
    }
    Ok((expired, files))
}
