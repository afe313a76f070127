//! All SQL over `search_outbox`.

use crate::{
    kernel::{error::Result, id::CourseId, time::Timestamp},
    platform::db::{Read, Tx},
};

/// What stands for all courses.
pub(super) const ALL: CourseId = CourseId::from_raw(0);

/// How far the outbox goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    /// The oldest row that is kept; 0 when nothing ever changed.
    pub(super) oldest: i64,
    /// The newest row; 0 when nothing ever changed.
    pub(super) head: i64,
}

pub(super) fn reach(read: &Read<'_>) -> Result<Reach> {
    Ok(Reach {
        oldest: read.count("SELECT min(seq) FROM search_outbox", [])?,
        head: read.count("SELECT max(seq) FROM search_outbox", [])?,
    })
}

/// When the first change after a row was made.
pub(super) fn changed_after(read: &Read<'_>, seq: i64) -> Result<Option<Timestamp>> {
    read.find("SELECT at FROM search_outbox WHERE seq > ?1 ORDER BY seq LIMIT 1", [seq], |row| {
        row.get(0)
    })
}

/// Changes after a row, oldest first.
pub(super) fn list_after(read: &Read<'_>, seq: i64, limit: u32) -> Result<Vec<(i64, CourseId)>> {
    read.list(
        "SELECT seq, course_id FROM search_outbox WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        (seq, limit),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Since when the oldest change after a row waits, and how many do.
pub(super) fn waiting_after(read: &Read<'_>, seq: i64) -> Result<(i64, Option<Timestamp>)> {
    let both = read.find("SELECT count(*), min(at) FROM search_outbox WHERE seq > ?1", [seq], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(both.unwrap_or_default())
}

pub(super) fn insert(tx: &Tx<'_>, course: CourseId) -> Result<()> {
    tx.execute("INSERT INTO search_outbox (course_id, at) VALUES (?1, ?2)", (course, tx.now()))?;
    Ok(())
}

/// Forgets rows before this one; the newest is always kept, so that the head is known.
pub(super) fn delete_before(tx: &Tx<'_>, seq: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM search_outbox WHERE seq < ?1 AND seq < (SELECT max(seq) FROM search_outbox)",
        [seq],
    )?;
    Ok(())
}
