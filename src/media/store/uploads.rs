//! All SQL over `uploads`.

use rusqlite::Row;

use crate::{
    kernel::{
        error::{Error, Result},
        id::{AssetId, UploadId, UserId},
        time::Timestamp,
    },
    media::model::uploads::{State, Upload},
    platform::db::{Read, Tx},
};

const COLUMNS: &str = "id, owner_id, name, mime, metadata, length, received, unproven_from, state, replaces_id, asset_id, code, message, \
                       created_at, expires_at";

fn upload(row: &Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload {
        id: row.get(0)?,
        owner: row.get(1)?,
        name: row.get(2)?,
        mime: row.get(3)?,
        metadata: row.get(4)?,
        length: row.get::<_, i64>(5)?.unsigned_abs(),
        received: row.get::<_, i64>(6)?.unsigned_abs(),
        unproven_from: row.get::<_, Option<i64>>(7)?.map(i64::unsigned_abs),
        state: row.get(8)?,
        replaces: row.get(9)?,
        asset: row.get(10)?,
        code: row.get(11)?,
        message: row.get(12)?,
        created_at: row.get(13)?,
        expires_at: row.get(14)?,
    })
}

pub(in crate::media) fn find(read: &Read<'_>, id: UploadId) -> Result<Option<Upload>> {
    read.find(&format!("SELECT {COLUMNS} FROM uploads WHERE id = ?1"), [id], upload)
}

pub(in crate::media) fn get(read: &Read<'_>, id: UploadId) -> Result<Upload> {
    find(read, id)?.ok_or(Error::NotFound("upload"))
}

/// Uploads of a person, or of everybody, in these states, the newest first.
pub(in crate::media) fn list(read: &Read<'_>, owner: Option<UserId>, states: &[State], limit: u32) -> Result<Vec<Upload>> {
    let words: Vec<String> = states.iter().map(|state| format!("'{}'", state.word())).collect();
    let whose = if owner.is_some() { "owner_id = ?1" } else { "?1 IS NULL" };
    let sql = format!(
        "SELECT {COLUMNS} FROM uploads WHERE {whose} AND state IN ({}) AND expires_at > ?2 ORDER BY id DESC LIMIT ?3",
        words.join(", ")
    );
    read.list(&sql, (owner, read.now(), limit), upload)
}

/// How many uploads of a person are unfinished, and the bytes they may come to.
pub(in crate::media) fn count_unfinished(read: &Read<'_>, owner: UserId) -> Result<(u32, u64)> {
    let both = read.find(
        "SELECT count(*), coalesce(sum(length), 0) FROM uploads
         WHERE owner_id = ?1 AND state IN ('receiving', 'processing') AND expires_at > ?2",
        (owner, read.now()),
        |row| Ok((row.get::<_, u32>(0)?, row.get::<_, i64>(1)?.unsigned_abs())),
    )?;
    Ok(both.unwrap_or_default())
}

pub(in crate::media) fn insert(tx: &Tx<'_>, upload: &Upload) -> Result<()> {
    tx.execute(
        "INSERT INTO uploads (id, owner_id, name, mime, metadata, length, state, replaces_id, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        (
            upload.id,
            upload.owner,
            &upload.name,
            &upload.mime,
            &upload.metadata,
            super::size(upload.length),
            upload.state,
            upload.replaces,
            upload.created_at,
            upload.expires_at,
        ),
    )?;
    Ok(())
}

/// Notes how much is on disk, and that all of it has been held against its checksum if it had one.
pub(in crate::media) fn update_received(tx: &Tx<'_>, id: UploadId, received: u64, state: State, expires_at: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE uploads SET received = ?2, unproven_from = NULL, state = ?3, expires_at = ?4 WHERE id = ?1 AND state = 'receiving'",
        (id, super::size(received), state, expires_at),
    )?;
    Ok(())
}

/// Notes that what comes next is not proven until it has come to its checksum.
pub(in crate::media) fn update_unproven(tx: &Tx<'_>, id: UploadId, from: u64) -> Result<()> {
    tx.execute("UPDATE uploads SET unproven_from = ?2 WHERE id = ?1", (id, super::size(from)))?;
    Ok(())
}

/// It has become this asset. False when it is gone or was settled before.
pub(in crate::media) fn update_ready(tx: &Tx<'_>, id: UploadId, asset: AssetId) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE uploads SET state = 'ready', asset_id = ?2 WHERE id = ?1 AND state = 'processing'",
        (id, asset),
    )?;
    Ok(changed == 1)
}

/// It was refused.
pub(in crate::media) fn update_failed(tx: &Tx<'_>, id: UploadId, code: &str, message: &str) -> Result<()> {
    tx.execute(
        "UPDATE uploads SET state = 'failed', code = ?2, message = ?3 WHERE id = ?1 AND state = 'processing'",
        (id, code, message),
    )?;
    Ok(())
}

pub(in crate::media) fn delete(tx: &Tx<'_>, id: UploadId) -> Result<()> {
    tx.execute("DELETE FROM uploads WHERE id = ?1", [id])?;
    Ok(())
}

pub(in crate::media) fn delete_of(tx: &Tx<'_>, owner: UserId) -> Result<()> {
    tx.execute("DELETE FROM uploads WHERE owner_id = ?1", [owner])?;
    Ok(())
}

/// Deletes up to `most` uploads that have expired; what is being looked at stays. How many.
pub(in crate::media) fn delete_expired(tx: &Tx<'_>, most: usize) -> Result<usize> {
    let sql = format!(
        "DELETE FROM uploads WHERE id IN (
             SELECT id FROM uploads WHERE expires_at <= ?1 AND state <> 'processing' LIMIT {most})"
    );
    tx.execute(&sql, [tx.now()])
}

/// Whether the file of this upload is still needed.
pub(in crate::media) fn needs_file(read: &Read<'_>, id: UploadId) -> Result<bool> {
    read.exists("SELECT 1 FROM uploads WHERE id = ?1 AND state IN ('receiving', 'processing')", [id])
}

/// Bytes that unfinished uploads may come to.
pub(in crate::media) fn count_coming(read: &Read<'_>) -> Result<u64> {
    let sum = read.count(
        "SELECT sum(length) FROM uploads WHERE state IN ('receiving', 'processing') AND expires_at > ?1",
        [read.now()],
    )?;
    Ok(sum.unsigned_abs())
}
