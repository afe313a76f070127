//! Forward-only migrations: embedded, in order, one transaction each, name and hash recorded.

mod rehearse;
mod safety;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};

use super::pragmas;
use crate::kernel::time::Timestamp;

pub use rehearse::{Rehearsal, Rehearsed, count_rows, rehearse};
pub use safety::room_for_copy;

/// One embedded step.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// 1, 2, 3 … in order.
    pub number: u32,
    /// One word.
    pub name: &'static str,
    /// The statements.
    pub sql: &'static str,
}

macro_rules! steps {
    ($($number:literal $name:literal),* $(,)?) => {
        /// Every step in order.
        pub const STEPS: &[Step] = &[$(Step { number: $number, name: $name, sql: include_str!(concat!("../../../migrations/", $name, ".sql")) }),*];
    };
}

steps! {
    1 "0001_platform",
    2 "0002_people",
    3 "0003_auth",
    4 "0004_media",
    5 "0005_courses",
    6 "0006_enrolments",
    7 "0007_progress",
    8 "0008_notes",
    9 "0009_search",
    10 "0010_groups",
    11 "0011_audit_chain",
    12 "0012_backups",
    13 "0013_lesson_history",
    14 "0014_publishing",
    15 "0015_moderation",
    16 "0016_people_admin",
    17 "0017_assignments",
    18 "0018_tokens",
    19 "0019_webhooks",
    20 "0020_settings",
    21 "0021_uploads",
    22 "0022_reviewers",
    23 "0023_folded_names",
    24 "0024_people_search",
    25 "0025_rest_days",
}

/// Why a database cannot be brought to this binary's schema.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A newer binary wrote it.
    #[error(
        "the database was written by a newer Momentum (step {found}, this one knows {known}); install that version again or restore a backup"
    )]
    Newer {
        /// The step found.
        found: u32,
        /// The last step known.
        known: u32,
    },
    /// A recorded step is not the embedded one.
    #[error("migration {name} in the database is not the one in this binary; the database was changed by another build")]
    Changed {
        /// The step's name.
        name: String,
    },
    /// Steps are pending and the caller forbade them.
    #[error("{0} migrations are pending; start without --no-migrate to apply them")]
    Pending(usize),
    /// A step left rows that point nowhere.
    #[error("migration {name} would break {count} references; nothing was changed")]
    Dangling {
        /// The step's name.
        name: &'static str,
        /// How many rows.
        count: i64,
    },
    /// The safety copy could not be written.
    #[error("the safety copy before migrating could not be made, and nothing was changed: {0}")]
    Copy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is no room for the safety copy.
    #[error("the safety copy before migrating needs {needed} bytes and {folder} has {free} free; make room there, nothing was changed")]
    NoRoom {
        /// Bytes that it may take.
        needed: u64,
        /// Bytes that are free.
        free: u64,
        /// Where.
        folder: String,
    },
    /// A statement failed.
    #[error("migration {name} failed, nothing of it was kept: {source}")]
    Step {
        /// The step's name.
        name: &'static str,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The database could not be opened or read.
    #[error("the database cannot be opened: {0}")]
    Open(#[from] rusqlite::Error),
}

/// What a run did.
#[derive(Debug, Default)]
pub struct Report {
    /// Names of the applied steps.
    pub applied: Vec<&'static str>,
    /// The copy made before the first one, unless the database was new.
    pub copy: Option<PathBuf>,
}

/// Brings the database at `path` to the newest schema. With `allow` false, pending steps are an error.
///
/// # Errors
/// [`MigrateError`]; the database is as it was before the failing step.
pub fn run(path: &Path, now: Timestamp, allow: bool) -> Result<Report, MigrateError> {
    run_steps(path, STEPS, now, allow)
}

/// As [`run`], with these steps: for tests of each step on rows.
///
/// # Errors
/// As [`run`].
pub fn run_steps(path: &Path, steps: &[Step], now: Timestamp, allow: bool) -> Result<Report, MigrateError> {
    let conn = Connection::open(path)?;
    pragmas::writer(&conn)?;
    let done = applied(&conn)?;
    let pending = compare(&done, steps)?;
    if pending.is_empty() {
        return Ok(Report::default());
    }
    if !allow && !done.is_empty() {
        return Err(MigrateError::Pending(pending.len()));
    }
    let copy = if done.is_empty() {
        None
    } else {
        Some(safety::copy(&conn, path, pending[0].number)?)
    };
    for step in pending {
        apply(&conn, step, now)?;
    }
    conn.execute_batch("PRAGMA analysis_limit=0; PRAGMA optimize=0x10002;")?;
    if copy.is_some() {
        safety::prune(path);
    }
    Ok(Report {
        applied: pending.iter().map(|s| s.name).collect(),
        copy,
    })
}

/// Brings a copy that nobody else uses to the newest schema, without a safety copy.
///
/// # Errors
/// As [`run`].
pub(in crate::platform) fn bring_up(path: &Path, now: Timestamp) -> Result<(), MigrateError> {
    let conn = Connection::open(path)?;
    pragmas::writer(&conn)?;
    let done = applied(&conn)?;
    for step in compare(&done, STEPS)? {
        apply(&conn, step, now)?;
    }
    // One file again, so that it can be read, moved or deleted as one.
    conn.query_row("PRAGMA journal_mode=DELETE", [], |_| Ok(()))?;
    Ok(())
}

/// Which version a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The last step that was applied; 0 for a new database.
    pub step: u32,
    /// Steps of this binary that are pending.
    pub pending: usize,
}

/// Which version a database is, without changing it.
///
/// # Errors
/// [`MigrateError`] when another binary's steps are in it, or it is no database of ours.
pub fn standing(path: &Path) -> Result<Standing, MigrateError> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let done = recorded(&conn)?;
    let pending = compare(&done, STEPS)?;
    Ok(Standing {
        step: done.last().map_or(0, |(number, ..)| *number),
        pending: pending.len(),
    })
}

type Done = Vec<(u32, String, String)>;

/// The pending steps, when those that were applied are the first of these.
fn compare<'s>(done: &Done, steps: &'s [Step]) -> Result<&'s [Step], MigrateError> {
    let known = steps.last().map_or(0, |step| step.number);
    if let Some((found, ..)) = done.last().filter(|(number, ..)| *number > known) {
        return Err(MigrateError::Newer { found: *found, known });
    }
    for (n, (_, name, hash)) in done.iter().enumerate() {
        let is_same = steps.get(n).is_some_and(|step| step.name == name && digest(step.sql) == *hash);
        if !is_same {
            return Err(MigrateError::Changed { name: name.clone() });
        }
    }
    Ok(&steps[done.len()..])
}

fn digest(sql: &str) -> String {
    Sha256::digest(sql.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

fn applied(conn: &Connection) -> Result<Done, rusqlite::Error> {
    conn.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
    )?;
    recorded(conn)
}

fn recorded(conn: &Connection) -> Result<Done, rusqlite::Error> {
    let mut rows = conn.prepare("SELECT number, name, hash FROM migrations ORDER BY number")?;
    rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
}

fn apply(conn: &Connection, step: &Step, now: Timestamp) -> Result<(), MigrateError> {
    let failed = |source| MigrateError::Step { name: step.name, source };
    // Inside a transaction this PRAGMA does nothing, and a table rebuild's DROP would cascade.
    conn.execute_batch("PRAGMA foreign_keys=OFF; BEGIN IMMEDIATE;").map_err(failed)?;
    let result = statements(conn, step, now);
    let result = result.and_then(|()| conn.execute_batch("COMMIT").map_err(failed));
    // A full disk may have ended the transaction already: then its error is the one to tell.
    if !conn.is_autocommit() {
        conn.execute_batch("ROLLBACK").map_err(failed)?;
    }
    conn.execute_batch("PRAGMA foreign_keys=ON").map_err(failed)?;
    result
}

fn statements(conn: &Connection, step: &Step, now: Timestamp) -> Result<(), MigrateError> {
    let failed = |source| MigrateError::Step { name: step.name, source };
    conn.execute_batch(step.sql).map_err(failed)?;
    let count = conn
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .map_err(failed)?;
    if count > 0 {
        return Err(MigrateError::Dangling { name: step.name, count });
    }
    conn.execute(
        "INSERT INTO migrations (number, name, hash, applied_at) VALUES (?1, ?2, ?3, ?4)",
        (step.number, step.name, digest(step.sql), now),
    )
    .map_err(failed)?;
    Ok(())
}
