//! The table `backups`: the outcome of each.

use serde::Serialize;

use super::{BackupError, Made};
use crate::{
    kernel::{error::Result, time::Timestamp},
    platform::db::{Read, Tx},
};

/// Who wanted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The command line.
    Cli,
    /// The configuration.
    Schedule,
    /// An admin in the browser.
    Admin,
}
crate::text_enum!(Trigger { Cli = "cli", Schedule = "schedule", Admin = "admin" });

/// How one went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// When it was begun; the database in it is as of a moment later.
    pub started_at: Timestamp,
    /// When it was done, or failed.
    pub ended_at: Timestamp,
    /// `cli`, `schedule` or `admin`.
    pub trigger: String,
    /// Where it is, or would have been.
    pub file: String,
    /// Its bytes; 0 when it failed.
    pub bytes: u64,
    /// The SHA-256 of the file.
    pub sha256: Option<String>,
    /// Stored files in it or beside it.
    pub files: u64,
    /// Stored files that were missing or damaged.
    pub missing: u64,
    /// What went wrong; without it, it was made.
    pub error: Option<String>,
}

impl Outcome {
    pub(super) fn made(started_at: Timestamp, trigger: Trigger, made: &Made) -> Self {
        Self {
            started_at,
            ended_at: started_at,
            trigger: trigger.word().into(),
            file: made.file.display().to_string(),
            bytes: made.bytes,
            sha256: Some(made.sha256.clone()),
            files: made.about.files,
            missing: made.missing.len() as u64,
            error: None,
        }
    }

    pub(super) fn failed(started_at: Timestamp, trigger: Trigger, to: &std::path::Path, error: &BackupError) -> Self {
        Self {
            started_at,
            ended_at: started_at,
            trigger: trigger.word().into(),
            file: to.display().to_string(),
            bytes: 0,
            sha256: None,
            files: 0,
            missing: 0,
            error: Some(error.to_string().chars().take(1000).collect()),
        }
    }

    /// Whether it was made.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.error.is_none()
    }
}

/// The newest outcomes: for `doctor`, metrics and the admin's overview.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The newest that was made.
    pub made: Option<Outcome>,
    /// The newest that failed, if that was after it.
    pub failed: Option<Outcome>,
}

/// Rows that are kept.
const ROWS: u32 = 200;

pub(super) fn insert(tx: &Tx<'_>, outcome: &Outcome) -> Result<()> {
    let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO backups (started_at, ended_at, trigger, file, bytes, sha256, files, missing, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            outcome.started_at,
            tx.now(),
            &outcome.trigger,
            &outcome.file,
            whole(outcome.bytes),
            &outcome.sha256,
            whole(outcome.files),
            whole(outcome.missing),
            &outcome.error,
        ),
    )?;
    tx.execute("DELETE FROM backups WHERE id <= (SELECT max(id) FROM backups) - ?1", [ROWS])?;
    Ok(())
}

const COLUMNS: &str = "started_at, ended_at, trigger, file, bytes, sha256, files, missing, error";

fn outcome(row: &rusqlite::Row<'_>) -> rusqlite::Result<Outcome> {
    Ok(Outcome {
        started_at: row.get(0)?,
        ended_at: row.get(1)?,
        trigger: row.get(2)?,
        file: row.get(3)?,
        bytes: row.get::<_, i64>(4)?.unsigned_abs(),
        sha256: row.get(5)?,
        files: row.get::<_, i64>(6)?.unsigned_abs(),
        missing: row.get::<_, i64>(7)?.unsigned_abs(),
        error: row.get(8)?,
    })
}

/// The newest outcomes.
///
/// # Errors
/// A database fault.
pub fn last(read: &Read<'_>) -> Result<Standing> {
    let newest = |is_made: bool| {
        let sql = format!("SELECT {COLUMNS}, id FROM backups WHERE (error IS NULL) = ?1 ORDER BY id DESC LIMIT 1");
        read.find(&sql, [is_made], |row| Ok((row.get::<_, i64>(9)?, outcome(row)?)))
    };
    let (made, failed) = (newest(true)?, newest(false)?);
    let made_id = made.as_ref().map_or(0, |(id, _)| *id);
    Ok(Standing {
        made: made.map(|(_, outcome)| outcome),
        failed: failed.filter(|(id, _)| *id > made_id).map(|(_, outcome)| outcome),
    })
}

/// Outcomes, newest first.
///
/// # Errors
/// A database fault.
pub fn list(read: &Read<'_>, limit: u32) -> Result<Vec<Outcome>> {
    read.list(
        &format!("SELECT {COLUMNS} FROM backups ORDER BY id DESC LIMIT ?1"),
        [limit],
        outcome,
    )
}
