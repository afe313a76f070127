//! A data folder for each test, its database copied from one that was migrated once.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use momentum::{
    kernel::time::Timestamp,
    platform::{
        crypto::{hex, token_hash},
        db::{self, migrate},
    },
};
use rusqlite::{Connection, OpenFlags};

/// A folder with a migrated, empty database, in memory where the system offers that.
pub fn fresh() -> tempfile::TempDir {
    let folder = empty();
    fs::copy(template(), folder.path().join(db::FILE)).expect("the template is copied");
    folder
}

/// A folder with all the files of another, which nobody has open.
pub fn copy_of(other: &Path) -> tempfile::TempDir {
    let folder = empty();
    copy_into(other, folder.path());
    folder
}

fn copy_into(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let place = to.join(entry.file_name());
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            fs::create_dir(&place).expect("a copied folder");
            copy_into(&entry.path(), &place);
        } else if kind.is_file() {
            fs::copy(entry.path(), &place).expect("a copied file");
        }
    }
}

fn empty() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let builder = |at: &Path| {
        // As the program makes its own: nobody else's business.
        let mode = fs::Permissions::from_mode(0o700);
        tempfile::Builder::new().prefix("momentum-test-").permissions(mode).tempdir_in(at)
    };
    builder(memory)
        .or_else(|_| builder(&std::env::temp_dir()))
        .expect("a temporary folder")
}

/// The migrated database, made once for each set of migrations and shared by all test processes.
fn template() -> PathBuf {
    let all: String = migrate::STEPS.iter().map(|step| step.sql).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("template-{}.db", &hex(&token_hash(&all))[..16]));
    if !path.exists() {
        let work = tempfile::tempdir_in(folder).expect("a temporary folder");
        let made = work.path().join("made.db");
        migrate::run(&made, super::BEGIN, true).expect("an empty database migrates");
        let conn = Connection::open(&made).expect("the migrated database opens");
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .expect("a checkpoint");
        drop(conn);
        // Two processes may do this at once: the rename of a whole file lets either win.
        fs::rename(&made, &path).expect("the template is put in place");
    }
    path
}

/// Jobs due now, dead jobs, and events that a reaction failed on.
pub fn left_behind(folder: &Path, now: Timestamp) -> Vec<String> {
    let conn = Connection::open_with_flags(folder.join(db::FILE), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the database opens");
    let list = |sql: &str, name: &str| -> Vec<String> {
        let mut rows = conn.prepare(sql).expect("a statement");
        let found = rows.query_map([name], |row| row.get(0)).expect("rows");
        found.map(|row| row.expect("a row")).collect()
    };
    let now = now.millis().to_string();
    let mut left = list(
        "SELECT 'job ' || kind || ' ' || state || coalesce(': ' || last_error, '') FROM jobs WHERE state <> 'waiting' OR run_at <= CAST(?1 AS INTEGER)",
        &now,
    );
    left.extend(list(
        "SELECT 'event ' || seq || ' for ' || reaction || ': ' || last_error FROM parked_events WHERE at <= CAST(?1 AS INTEGER)",
        &now,
    ));
    left
}
