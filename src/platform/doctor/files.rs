//! Stored files that rows name: whether they are there, and whole.

use std::{io::Read as _, path::Path};

use sha2::{Digest as _, Sha256};

use super::Finding;
use crate::{
    kernel::error::{Error, Result},
    platform::{blobs::Blobs, crypto::hex},
};

/// Damaged files that are named; there may be very many.
const TOLD: usize = 5;

/// A stored file as a row knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its SHA-256, which is its name.
    pub sha256: String,
    /// Its size, where the row knows it.
    pub bytes: Option<u64>,
}

/// Which of these files are missing, of another size or, when they are read, of other bytes.
///
/// # Errors
/// Only when the work itself breaks off.
pub async fn damaged(shelf: Blobs, wanted: Vec<Wanted>, is_read: bool) -> Result<Vec<Wanted>> {
    let work = move || {
        let is_damaged = |one: &Wanted| !is_whole(&shelf.path(&one.sha256), one, is_read);
        wanted.into_iter().filter(is_damaged).collect()
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

fn is_whole(path: &Path, wanted: &Wanted, is_read: bool) -> bool {
    let Ok(found) = std::fs::metadata(path) else { return false };
    let is_sized = found.is_file() && wanted.bytes.is_none_or(|bytes| bytes == found.len());
    is_sized && (!is_read || digest(path).is_ok_and(|digest| digest == wanted.sha256))
}

fn digest(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let (mut sha, mut piece) = (Sha256::new(), vec![0; 256 * 1024]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex(&sha.finalize())),
            n => sha.update(&piece[..n]),
        }
    }
}

/// The finding about so many looked-at files, of which these are damaged.
#[must_use]
pub fn finding(what: &str, looked_at: u64, damaged: &[Wanted]) -> Finding {
    if damaged.is_empty() {
        return Finding::ok(format!("{looked_at} {what} were looked at and are there."));
    }
    let told: Vec<&str> = damaged.iter().take(TOLD).map(|one| one.sha256.as_str()).collect();
    let more = if damaged.len() > TOLD { " and more" } else { "" };
    Finding::problem(
        format!(
            "{} of {looked_at} {what} are missing or damaged: {}{more}.",
            damaged.len(),
            told.join(", ")
        ),
        "Put them back from a backup under the same names; look at the disk.",
    )
}
