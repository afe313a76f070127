//! When reviewers were told.

use crate::{
    kernel::{
        error::Result,
        id::{ReviewId, UserId},
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

/// When he was last told, and up to which review.
pub(in crate::moderation) fn find(read: &Read<'_>, user: UserId) -> Result<Option<(Timestamp, ReviewId)>> {
    read.find(
        "SELECT told_at, last_review FROM reviewer_mails WHERE user_id = ?1",
        [user],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

pub(in crate::moderation) fn note(tx: &Tx<'_>, user: UserId, review: ReviewId) -> Result<()> {
    tx.execute(
        "INSERT INTO reviewer_mails (user_id, told_at, last_review) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id) DO UPDATE SET told_at = excluded.told_at, last_review = excluded.last_review",
        (user, tx.now(), review),
    )?;
    Ok(())
}
