//! Imports on their way.

use crate::{
    kernel::{error::Result, id::ImportId, time::Timestamp},
    platform::db::{Read, Tx},
};

/// An import on its way.
#[derive(Debug, Clone)]
pub(in crate::people) struct ImportRow {
    pub(in crate::people) id: ImportId,
    pub(in crate::people) sha256: String,
    pub(in crate::people) state: String,
    pub(in crate::people) options: String,
    pub(in crate::people) counts: Option<String>,
    pub(in crate::people) done: u32,
    pub(in crate::people) report: Option<String>,
    pub(in crate::people) error: Option<String>,
}

pub(in crate::people) fn insert_import(tx: &Tx<'_>, sha256: &str) -> Result<ImportId> {
    let id: ImportId = tx.new_id();
    tx.execute(
        "INSERT INTO people_imports (id, started_by, sha256, state, options, created_at) VALUES (?1, ?2, ?3, 'uploaded', '{}', ?4)",
        (id, tx.actor().user(), sha256, tx.now()),
    )?;
    Ok(id)
}

pub(in crate::people) fn get_import(read: &Read<'_>, id: ImportId) -> Result<ImportRow> {
    read.get(
        "import",
        "SELECT id, sha256, state, options, counts, done, report, error FROM people_imports WHERE id = ?1",
        [id],
        |row| {
            Ok(ImportRow {
                id: row.get(0)?,
                sha256: row.get(1)?,
                state: row.get(2)?,
                options: row.get(3)?,
                counts: row.get(4)?,
                done: row.get(5)?,
                report: row.get(6)?,
                error: row.get(7)?,
            })
        },
    )
}

/// Begins to do an import; false when it was begun before.
pub(in crate::people) fn begin_import(tx: &Tx<'_>, id: ImportId, options: &str) -> Result<bool> {
    Ok(tx.execute(
        "UPDATE people_imports SET state = 'applying', options = ?2 WHERE id = ?1 AND state = 'uploaded'",
        (id, options),
    )? > 0)
}

pub(in crate::people) fn set_import_done(tx: &Tx<'_>, id: ImportId, done: u32) -> Result<()> {
    tx.execute("UPDATE people_imports SET done = ?2 WHERE id = ?1", (id, done))?;
    Ok(())
}

/// How an import ended.
pub(in crate::people) fn end_import(tx: &Tx<'_>, id: ImportId, ended: Result<(&str, &str), &str>) -> Result<()> {
    match ended {
        Ok((counts, report)) => tx.execute(
            "UPDATE people_imports SET state = 'done', counts = ?2, report = ?3 WHERE id = ?1",
            (id, counts, report),
        )?,
        Err(error) => tx.execute("UPDATE people_imports SET state = 'failed', error = ?2 WHERE id = ?1", (id, error))?,
    };
    Ok(())
}

/// Forgets imports of before this instant; those that are being done stay.
pub(in crate::people) fn delete_imports(tx: &Tx<'_>, before: Timestamp) -> Result<()> {
    tx.execute(
        "DELETE FROM people_imports WHERE created_at <= ?1 AND state <> 'applying'",
        [before],
    )?;
    Ok(())
}

/// Whether an import needs this file.
pub(in crate::people) fn is_import_file(read: &Read<'_>, sha256: &str) -> Result<bool> {
    read.exists("SELECT 1 FROM people_imports WHERE sha256 = ?1 OR report = ?1", [sha256])
}
