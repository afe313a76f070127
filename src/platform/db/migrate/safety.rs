//! The copy that is made before a migration, to go back to.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::{super::lock, MigrateError};

/// Copies of so many different steps stay.
const STAY: usize = 3;

/// Bytes that the copy of a database may take, and those that are free beside it (unless the
/// system does not say).
#[must_use]
pub fn room_for_copy(path: &Path) -> (u64, Option<u64>) {
    let size = |path: &Path| fs::metadata(path).map_or(0, |m| m.len());
    let bytes = size(path) + size(&path.with_extension("db-wal"));
    let free = lock::free_bytes(path.parent().unwrap_or(path));
    (bytes + bytes / 16 + (16 << 20), free)
}

/// Copies the database as it is before step `first`. A copy of the same step that is there
/// already is of an earlier time (the upgrade was tried before, or taken back): this one takes its
/// place, when it is whole.
pub(super) fn copy(conn: &Connection, path: &Path, first: u32) -> Result<PathBuf, MigrateError> {
    let (needed, free) = room_for_copy(path);
    if let Some(free) = free.filter(|free| *free < needed) {
        let folder = path.parent().unwrap_or(path).display().to_string();
        return Err(MigrateError::NoRoom { needed, free, folder });
    }
    let copy = path.with_file_name(format!("before-step-{first:04}.db"));
    let part = copy.with_extension("db.part");
    let done = write(conn, &part, &copy);
    if done.is_err() {
        let _not_half_a_copy = fs::remove_file(&part);
    }
    done.map_err(MigrateError::Copy)?;
    Ok(copy)
}

fn write(conn: &Connection, part: &Path, copy: &Path) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    match fs::remove_file(part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    // SQLite writes into an empty file that is there, and leaves its mode alone.
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(part)?;
    conn.execute("VACUUM INTO ?1", [part.to_string_lossy()])?;
    let check = Connection::open(part)?;
    let verdict: String = check.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    drop(check);
    if verdict != "ok" {
        return Err(format!("the copy is damaged ({verdict}); look at the disk").into());
    }
    File::open(part)?.sync_all()?;
    fs::rename(part, copy)?;
    File::open(copy.parent().unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// Lets copies go that are older than the last few upgrades.
pub(super) fn prune(path: &Path) {
    let Some(folder) = path.parent() else { return };
    let mut copies: Vec<(u32, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let number = name.strip_prefix("before-step-")?.strip_suffix(".db")?;
            Some((number.parse().ok()?, entry.path()))
        })
        .collect();
    copies.sort_by(|a, b| b.cmp(a));
    for (_, path) in copies.into_iter().skip(STAY) {
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(%error, path = %path.display(), "an old safety copy could not be deleted");
        }
    }
}
