//! Whether there is room for a file: what all files may come to, and what one person's may.

use super::uploads::Refusal;
use crate::{
    kernel::{
        error::{Error, Result},
        id::UserId,
    },
    media::{Limits, settings::UploadSettings, store},
    platform::{
        db::{Db, Read, Tx},
        settings,
    },
};

/// Refuses a file of so many bytes (`own` is what the owner's files may come to) for which there is no room; uploads on their way count as if
/// they were here.
///
/// # Errors
/// A database fault.
pub(in crate::media) fn refuse(read: &Read<'_>, owner: Option<UserId>, own: Option<u64>, bytes: u64) -> Result<Option<Refusal>> {
    if let Some(most) = settings::get::<UploadSettings>(read)?.quota_bytes() {
        let there = store::count_bytes(read)?.unsigned_abs() + store::uploads::count_coming(read)?;
        if there.saturating_add(bytes) > most {
            let left = most.saturating_sub(there);
            return Ok(Some(Refusal::Full { left, most }));
        }
    }
    if let (Some(owner), Some(most)) = (owner, own) {
        let (_, coming) = store::uploads::count_unfinished(read, owner)?;
        let (_, there) = store::library::count_of(read, Some(owner))?;
        if (there + coming).saturating_add(bytes) > most {
            let left = most.saturating_sub(there + coming);
            return Ok(Some(Refusal::Quota { left, most }));
        }
    }
    Ok(None)
}

/// As [`refuse`], for a file that comes in one piece.
///
/// # Errors
/// A database fault.
pub(in crate::media) async fn refuse_now(db: &Db, owner: Option<UserId>, own: Option<u64>, bytes: u64) -> Result<Option<Refusal>> {
    db.read("media.room", move |read| refuse(read, owner, own, bytes)).await
}

/// A refusal in a sentence: the code, the limit and what of it is left.
pub(in crate::media) fn sentence(refusal: Refusal) -> Option<(&'static str, String)> {
    match refusal {
        Refusal::Quota { left, most } => Some((
            "media.quota",
            format!(
                "Your files may come to {}; {} are left. Delete what you no longer need.",
                megabytes(most),
                megabytes(left)
            ),
        )),
        Refusal::Full { left, most } => Some((
            "media.full",
            format!(
                "The library may come to {}; {} are left. Ask whoever runs this site.",
                megabytes(most),
                megabytes(left)
            ),
        )),
        _ => None,
    }
}

/// Rounded down, so that nobody tries what is told; a limit reads as it was set, in binary megabytes.
fn megabytes(bytes: u64) -> String {
    const MEBI: u64 = 1024 * 1024;
    if bytes > 0 && bytes.is_multiple_of(MEBI) {
        format!("{} MB", bytes / MEBI)
    } else if bytes < 10_000_000 {
        format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
    } else {
        format!("{} MB", bytes / 1_000_000)
    }
}

/// For the end of the deed that stores a file: others may have come while this one was on its way.
///
/// # Errors
/// `Conflict`, or a database fault.
pub(super) fn demand(tx: &Tx<'_>, owner: Option<UserId>, limits: &Limits) -> Result<()> {
    match refuse(tx, owner, limits.quota_for(tx.actor()), 0)?.and_then(sentence) {
        Some((code, message)) => Err(Error::conflict(code, message)),
        None => Ok(()),
    }
}
