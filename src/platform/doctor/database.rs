//! The database file: known migrations, every page in order, no row that points nowhere, a log
//! of a sane size.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{Check, Finding, Patient, bytes};
use crate::{
    kernel::error::{Error, Result},
    platform::db::{self, Db, Read, migrate},
};

/// A log of this many bytes is not folded as it should be.
const LARGE_LOG: u64 = 256 * 1024 * 1024;
/// Findings of one kind that are told; there may be very many.
const TOLD: usize = 5;

pub(super) const RESTORE: &str =
    "Stop the server, keep a copy of the data folder as it is, and restore the newest backup; check the disk before.";

pub(super) fn checks() -> Vec<Check> {
    vec![
        Check::house("database.migrations", |patient| {
            Box::pin(async move { Ok(vec![migrations(&patient.platform.data().join(db::FILE))]) })
        }),
        Check::database("database.writer", |_, db| Box::pin(async move { Ok(writer(&db)) })),
        Check::database("database.integrity", |patient, db| Box::pin(integrity(patient, db))),
        Check::database("database.references", |_, db| Box::pin(references(db))),
    ]
}

/// Whether this program knows the file's schema.
#[must_use]
pub fn migrations(file: &Path) -> Finding {
    match migrate::standing(file).map(|standing| standing.pending) {
        Ok(0) => Finding::ok(format!("All {} migrations are applied.", migrate::STEPS.len())),
        Ok(pending) => Finding::notice(
            format!("{pending} migrations are pending."),
            "Start the server: it applies them after a safety copy.",
        ),
        Err(_) if !file.exists() => Finding::notice(
            format!("There is no database yet: {} is not there.", file.display()),
            "Start the server, which makes one, or name another folder with --data.",
        ),
        Err(error) => Finding::problem(
            format!("The database cannot be used: {error}."),
            "Install the version that wrote it, or restore a backup.",
        ),
    }
}

fn writer(db: &Db) -> Vec<Finding> {
    let pulse = db.pulse();
    let mut findings = Vec::new();
    if pulse.is_refusing {
        findings.push(Finding::problem(
            "The disk refuses writes.",
            "Look for a full disk or a disk error in the system's log; writing resumes by itself.",
        ));
    }
    let log = bytes(pulse.wal_bytes);
    findings.push(if pulse.wal_bytes > LARGE_LOG {
        Finding::warning(
            format!("The write-ahead log has {log}: something keeps it from being folded into the database."),
            "End long exports and other programs that have the database open, or restart the server.",
        )
    } else {
        Finding::ok(format!(
            "The write-ahead log has {log}, the database {}.",
            bytes(pulse.database_bytes)
        ))
    });
    findings
}

async fn integrity(patient: Patient, db: Db) -> Result<Vec<Finding>> {
    let (lines, what) = if patient.scope.is_deep {
        let file = patient.platform.data().join(db::FILE);
        let work = tokio::task::spawn_blocking(move || whole(&file));
        (work.await.map_err(Error::internal)??, "Every page, row and index entry")
    } else {
        let quick = |read: &Read<'_>| {
            read.list("SELECT quick_check FROM pragma_quick_check LIMIT 10", [], |row| {
                row.get::<_, String>(0)
            })
        };
        (db.read_heavy("doctor.quick_check", quick).await?, "Every page and row")
    };
    if lines.iter().all(|line| line == "ok") {
        return Ok(vec![Finding::ok(format!("{what} of the database is in order."))]);
    }
    let told: Vec<String> = lines
        .iter()
        .take(TOLD)
        .map(|line| line.lines().collect::<Vec<_>>().join(" "))
        .collect();
    Ok(vec![Finding::problem(
        format!("The database is damaged: {}.", told.join("; ")),
        RESTORE,
    )])
}

/// The full check, on a connection of its own without a deadline. It holds back the folding of the
/// log for as long as it runs.
fn whole(file: &Path) -> Result<Vec<String>> {
    let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.execute_batch("PRAGMA query_only=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;")?;
    let mut check = conn.prepare(&format!("PRAGMA integrity_check({TOLD})"))?;
    let lines = check.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(lines)
}

async fn references(db: Db) -> Result<Vec<Finding>> {
    let broken = |read: &Read<'_>| {
        read.list(
            "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 100",
            [],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, Option<i64>>(1)?,
                    row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                ))
            },
        )
    };
    let broken = db.read_heavy("doctor.references", broken).await?;
    if broken.is_empty() {
        return Ok(vec![Finding::ok("No row points to another that is not there.")]);
    }
    let name = |(table, row, parent): &(String, Option<i64>, String)| {
        let row = row.map_or_else(String::new, |row| format!(" row {row}"));
        format!("{table}{row} (to {parent})")
    };
    let told: Vec<String> = broken.iter().take(TOLD).map(name).collect();
    let more = if broken.len() > TOLD { " and more" } else { "" };
    Ok(vec![Finding::problem(
        format!("Rows point to others that are not there: {}{more}.", told.join(", ")),
        RESTORE,
    )])
}
