//! Whether the disk takes writes: closed by a fault of the disk, opened again by a trial.
//!
//! While it is closed every write is refused at once instead of failing one after another against
//! a full disk; reads go on. After a pause the next write, or the idle writer, makes a trial: it
//! asks for some pages, gives them back, and commits one page that it changes to what it was.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use super::{stats::WriterStats, tx::fault};
use crate::kernel::{
    error::{Error, Result},
    time::Timestamp,
};

/// How long writes are refused before the disk is tried again.
pub(super) const PAUSE: Duration = Duration::from_secs(10);

/// Known to the writer's thread alone; others see [`WriterStats::refusing`].
#[derive(Default)]
pub(super) struct Disk {
    closed: Option<Closed>,
}

/// The pause is over as soon as either clock says so: the house's may be set back.
struct Closed {
    at: Timestamp,
    since: Instant,
    reason: Error,
}

/// Whether it is the disk's fault, not the closure's.
pub(super) fn is_to_blame(error: &Error) -> bool {
    matches!(
        error,
        Error::Unavailable {
            code: "db.disk_full" | "db.disk_failed",
            ..
        }
    )
}

impl Disk {
    /// Refuses writes for a while.
    pub(super) fn close(&mut self, reason: &Error, now: Timestamp, stats: &WriterStats) {
        if self.closed.is_none() {
            tracing::error!(%reason, "the disk refuses writes; reading goes on, and it is tried again every 10 seconds");
        }
        stats.refusing.store(true, Ordering::Relaxed);
        self.closed = Some(Closed {
            at: now,
            since: Instant::now(),
            reason: same(reason),
        });
    }

    /// Whether writes may be tried, after a trial if the pause is over.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn admit(&mut self, conn: &Connection, now: Timestamp, stats: &WriterStats) -> Result<()> {
        let Some(closed) = &self.closed else { return Ok(()) };
        let is_over = now.millis() - closed.at.millis() >= PAUSE.as_secs().cast_signed() * 1000 || closed.since.elapsed() >= PAUSE;
        if !is_over {
            return Err(same(&closed.reason));
        }
        match tried(conn) {
            Ok(()) => {
                tracing::info!("the disk takes writes again");
                stats.refusing.store(false, Ordering::Relaxed);
                self.closed = None;
                Ok(())
            }
            Err(error) => {
                let error = fault(error);
                let reason = if is_to_blame(&error) { &error } else { &full() };
                self.close(reason, now, stats);
                Err(same(reason))
            }
        }
    }

    /// Whether writes are refused now.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.is_some()
    }
}

/// The disk has no room.
pub(super) fn full() -> Error {
    Error::Unavailable {
        code: "db.disk_full",
        retry_after: 30,
    }
}

/// Errors are not cloned in general; these two are.
fn same(error: &Error) -> Error {
    match error {
        Error::Unavailable { code, retry_after } => Error::Unavailable {
            code,
            retry_after: *retry_after,
        },
        _ => full(),
    }
}

/// Asks for 32 KiB and gives them back, then writes one page to the log and waits for the disk.
fn tried(conn: &Connection) -> rusqlite::Result<()> {
    let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = conn.execute_batch(&format!(
        "BEGIN IMMEDIATE; SAVEPOINT room;
         INSERT INTO migrations (number, name, hash, applied_at) VALUES (-1, hex(zeroblob(16384)), '', 0);
         ROLLBACK TO room; RELEASE room;
         PRAGMA user_version={version}; COMMIT;"
    ));
    if done.is_err() && !conn.is_autocommit() {
        conn.execute_batch("ROLLBACK")?;
    }
    done
}
