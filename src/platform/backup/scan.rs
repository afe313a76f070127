//! Looks at a copy of a database: is it sound, which version is it, what is in it.

use std::{collections::BTreeMap, path::Path};

use rusqlite::{Connection, OpenFlags};

use super::{BackupError, Result, format::FileName, snapshot::Scratch, verify::Problem};
use crate::{
    kernel::time::Timestamp,
    platform::{
        db::{self, migrate},
        module::AllFiles,
    },
};

/// What a database holds.
pub(super) struct Facts {
    /// Its last migration.
    pub(super) step: u32,
    /// How many migrations of this program it does not have yet.
    pub(super) pending: usize,
    /// Rows of every table.
    pub(super) rows: BTreeMap<String, i64>,
    /// Every stored file that it names, sorted.
    pub(super) files: Vec<FileName>,
}

/// Opens a copy that nobody else uses, to read only.
pub(super) fn open(path: &Path) -> Result<Connection> {
    let wrong = |e| BackupError::database("opening the copy of the database", e);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(wrong)?;
    conn.execute_batch("PRAGMA query_only=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;")
        .map_err(wrong)?;
    Ok(conn)
}

/// Everything that is wrong with it by SQLite's own measure.
pub(super) fn check(path: &Path) -> Result<Vec<Problem>> {
    let conn = open(path)?;
    let mut problems = Vec::new();
    let wrong = |e: rusqlite::Error| BackupError::Damaged(format!("its database cannot be read ({e})"));
    let mut rows = conn.prepare("PRAGMA integrity_check(10)").map_err(wrong)?;
    let verdicts = rows.query_map([], |row| row.get::<_, String>(0)).map_err(wrong)?;
    for verdict in verdicts {
        let verdict = verdict.map_err(wrong)?;
        if verdict != "ok" {
            problems.push(Problem::new("database.damaged", format!("The database is damaged: {verdict}")));
        }
    }
    let dangling: i64 = conn
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .map_err(wrong)?;
    if dangling > 0 {
        problems.push(Problem::new(
            "database.dangling",
            format!("{dangling} rows of the database point at rows that are not there."),
        ));
    }
    Ok(problems)
}

/// What it holds. A database of an older version is brought to this one in a copy of its own,
/// which shows that it can be.
pub(super) fn facts(path: &Path, scratch: &Scratch, all: &AllFiles, now: Timestamp) -> Result<Facts> {
    let standing = migrate::standing(path).map_err(|error| match error {
        migrate::MigrateError::Newer { found, known } => BackupError::Newer {
            product: "of a later version".into(),
            why: format!("its database is at step {found}, this program knows {known}"),
        },
        other => BackupError::Damaged(format!("its database is not one of this product: {other}")),
    })?;
    let rows = count_rows(path)?;
    let files = if standing.pending == 0 {
        list_files(path, all, now)?
    } else {
        let copy = scratch.join("rehearsal.db");
        std::fs::copy(path, &copy).map_err(|e| BackupError::io(&copy, e))?;
        migrate::bring_up(&copy, now).map_err(|e| BackupError::Refused(format!("its database cannot be brought to this version: {e}")))?;
        list_files(&copy, all, now)?
    };
    Ok(Facts {
        step: standing.step,
        pending: standing.pending,
        rows,
        files,
    })
}

fn list_files(path: &Path, all: &AllFiles, now: Timestamp) -> Result<Vec<FileName>> {
    let named = db::look(path, now, |read| all.list(read))?;
    let mut files: Vec<FileName> = named
        .into_iter()
        .map(|(shelf, sha256)| FileName {
            shelf: shelf.into(),
            sha256,
        })
        .collect();
    files.sort_unstable();
    files.dedup();
    Ok(files)
}

/// Rows of every table of a database.
pub(super) fn count_rows(path: &Path) -> Result<BTreeMap<String, i64>> {
    let conn = open(path)?;
    let wrong = |e| BackupError::database("counting rows", e);
    migrate::count_rows(&conn).map_err(wrong)
}
