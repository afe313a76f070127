//! Clears a shelf of the file store of what no row names any more.

use super::{
    blobs::Blobs,
    db::{Db, Read},
};
use crate::kernel::error::{Error, Result};

/// Deletes the files of a shelf that `is_wanted` does not know, and what a former process left
/// unfinished; tells how many files went. Files that are pinned stay ([`super::blobs::Sealed`]):
/// their row may be about to be written. Nothing outside this shelf is touched, so a file of the
/// same content that another slice keeps on its own shelf stays.
///
/// # Errors
/// A database or file-system fault; what was deleted until then is not named by any row.
pub async fn unwanted(db: Db, shelf: Blobs, is_wanted: fn(&Read<'_>, &str) -> Result<bool>) -> Result<u64> {
    let runtime = tokio::runtime::Handle::current();
    let swept = tokio::task::spawn_blocking(move || -> std::io::Result<u64> {
        let found = shelf.walk()?;
        let mut gone = found.leftovers.len() as u64;
        for (path, _) in found.leftovers {
            std::fs::remove_file(path)?;
        }
        for (sha256, _) in found.blobs {
            let asked = sha256.clone();
            // Asked while the pins are locked: a file that comes back meanwhile stays.
            let ask = || {
                let asked = db.read("sweep.is_wanted", move |read| is_wanted(read, &asked));
                runtime.block_on(asked).map_err(std::io::Error::other)
            };
            gone += u64::from(shelf.sweep(&sha256, ask)?);
        }
        Ok(gone)
    });
    swept.await.map_err(Error::internal)?.map_err(Error::internal)
}
