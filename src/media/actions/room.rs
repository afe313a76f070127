//! Whether there is room for a file: what all files may come to, and what one person's may.

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

/// Why there is no room for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) enum NoRoom {
    /// The person's files would come to more than they may: so many bytes are left of so many.
    Quota { left: u64, most: u64 },
    /// All files would come to more than they may: so many bytes are left of so many.
    Full { left: u64, most: u64 },
}

impl NoRoom {
    /// Its code, and a sentence with the limit and what of it is left.
    pub(in crate::media) fn says(self) -> (&'static str, String) {
        match self {
            Self::Quota { left, most } => (
                "media.quota",
                format!(
                    "Your files may come to {}; {} are left. Delete what you no longer need.",
                    megabytes(most),
                    megabytes(left)
                ),
            ),
            Self::Full { left, most } => (
                "media.full",
                format!(
                    "The library may come to {}; {} are left. Ask whoever runs this site.",
                    megabytes(most),
                    megabytes(left)
                ),
            ),
        }
    }
}

/// Why there is no room for a file of so many bytes, where `own` is what the owner's files may come
/// to; uploads on their way count as if they were here.
///
/// # Errors
/// A database fault.
pub(in crate::media) fn refuse(read: &Read<'_>, owner: Option<UserId>, own: Option<u64>, bytes: u64) -> Result<Option<NoRoom>> {
    if let Some(most) = settings::get::<UploadSettings>(read)?.quota_bytes() {
        let there = store::count_bytes(read)?.unsigned_abs() + store::uploads::count_coming(read)?;
        if there.saturating_add(bytes) > most {
            let left = most.saturating_sub(there);
            return Ok(Some(NoRoom::Full { left, most }));
        }
    }
    if let (Some(owner), Some(most)) = (owner, own) {
        let (_, coming) = store::uploads::count_unfinished(read, owner)?;
        let (_, there) = store::library::count_of(read, Some(owner))?;
        if (there + coming).saturating_add(bytes) > most {
            let left = most.saturating_sub(there + coming);
            return Ok(Some(NoRoom::Quota { left, most }));
        }
    }
    Ok(None)
}

/// As [`refuse`], for a file that comes in one piece.
///
/// # Errors
/// A database fault.
pub(in crate::media) async fn refuse_now(db: &Db, owner: Option<UserId>, own: Option<u64>, bytes: u64) -> Result<Option<NoRoom>> {
    db.read("media.room", move |read| refuse(read, owner, own, bytes)).await
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
    let Some(why) = refuse(tx, owner, limits.quota_for(tx.actor()), 0)? else {
        return Ok(());
    };
    let (code, message) = why.says();
    Err(Error::conflict(code, message))
}
