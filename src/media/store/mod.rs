//! All SQL over `assets`, `asset_renditions`, `asset_uses` and `blobs`; over `uploads` below.

pub(super) mod library;
pub(super) mod uploads;

use std::collections::HashMap;

use rusqlite::Row;

use super::model::{Asset, Rendition};
use crate::{
    kernel::{
        error::{Error, Result},
        id::{AssetId, UserId},
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

const COLUMNS: &str = "id, owner_id, kind, mime, name, bytes, sha256, source_sha256, width, height, duration_ms, created_at, alt";

fn asset(row: &Row<'_>) -> rusqlite::Result<Asset> {
    Ok(Asset {
        id: row.get(0)?,
        owner: row.get(1)?,
        kind: row.get(2)?,
        mime: row.get(3)?,
        name: row.get(4)?,
        bytes: row.get::<_, i64>(5)?.unsigned_abs(),
        sha256: row.get(6)?,
        source_sha256: row.get(7)?,
        width: row.get(8)?,
        height: row.get(9)?,
        duration_ms: row.get::<_, Option<i64>>(10)?.map(i64::unsigned_abs),
        created_at: row.get(11)?,
        alt: row.get(12)?,
    })
}

pub(in crate::media) fn find_asset(read: &Read<'_>, id: AssetId) -> Result<Option<Asset>> {
    read.find(&format!("SELECT {COLUMNS} FROM assets WHERE id = ?1"), [id], asset)
}

pub(in crate::media) fn get_asset(read: &Read<'_>, id: AssetId) -> Result<Asset> {
    find_asset(read, id)?.ok_or(Error::NotFound("asset"))
}

/// The asset that this person made from the same bytes under the same name.
pub(in crate::media) fn find_twin(read: &Read<'_>, owner: Option<UserId>, source_sha256: &str, name: &str) -> Result<Option<Asset>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM assets WHERE (source_sha256 = ?1 OR sha256 = ?1) AND owner_id IS ?2 AND name = ?3 ORDER BY id LIMIT 1"
    );
    read.find(&sql, (source_sha256, owner, name), asset)
}

pub(in crate::media) fn insert_blob(tx: &Tx<'_>, sha256: &str, bytes: u64) -> Result<()> {
    tx.execute(
        "INSERT INTO blobs (sha256, bytes, created_at) VALUES (?1, ?2, ?3) ON CONFLICT (sha256) DO NOTHING",
        (sha256, size(bytes), tx.now()),
    )?;
    Ok(())
}

pub(in crate::media) fn insert_asset(tx: &Tx<'_>, asset: &Asset) -> Result<()> {
    tx.execute(
        "INSERT INTO assets (id, owner_id, kind, mime, name, bytes, sha256, source_sha256, width, height, duration_ms, created_at, unused_since, folded)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13)",
        (
            asset.id,
            asset.owner,
            asset.kind,
            &asset.mime,
            &asset.name,
            size(asset.bytes),
            &asset.sha256,
            &asset.source_sha256,
            asset.width,
            asset.height,
            asset.duration_ms.map(size),
            asset.created_at,
            asset.name.to_lowercase(),
        ),
    )?;
    Ok(())
}

pub(in crate::media) fn insert_rendition(tx: &Tx<'_>, id: AssetId, word: Rendition, sha256: &str, mime: &str, bytes: u64) -> Result<()> {
    tx.execute(
        "INSERT INTO asset_renditions (asset_id, word, sha256, mime, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
        (id, word.word(), sha256, mime, size(bytes)),
    )?;
    Ok(())
}

/// Gives an asset another content; its id, its owner and its uses stay.
pub(in crate::media) fn update_content(tx: &Tx<'_>, asset: &Asset) -> Result<()> {
    tx.execute("DELETE FROM asset_renditions WHERE asset_id = ?1", [asset.id])?;
    tx.execute(
        "UPDATE assets SET mime = ?2, name = ?3, bytes = ?4, sha256 = ?5, source_sha256 = ?6, width = ?7, height = ?8,
                duration_ms = ?9, folded = ?10 WHERE id = ?1",
        (
            asset.id,
            &asset.mime,
            &asset.name,
            size(asset.bytes),
            &asset.sha256,
            &asset.source_sha256,
            asset.width,
            asset.height,
            asset.duration_ms.map(size),
            asset.name.to_lowercase(),
        ),
    )?;
    Ok(())
}

/// Changes what people call an asset, and what it says to those who do not see it.
pub(in crate::media) fn update_words(tx: &Tx<'_>, id: AssetId, name: &str, alt: &str) -> Result<()> {
    tx.execute(
        "UPDATE assets SET name = ?2, folded = ?3, alt = ?4 WHERE id = ?1",
        (id, name, name.to_lowercase(), alt),
    )?;
    Ok(())
}

/// SHA-256, media type and size of a form, if it was made.
pub(in crate::media) fn find_rendition(read: &Read<'_>, id: AssetId, word: Rendition) -> Result<Option<(String, String, u64)>> {
    read.find(
        "SELECT sha256, mime, bytes FROM asset_renditions WHERE asset_id = ?1 AND word = ?2",
        (id, word.word()),
        |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?.unsigned_abs())),
    )
}

pub(in crate::media) fn list_uses(read: &Read<'_>, kind: &str, subject: i64) -> Result<Vec<AssetId>> {
    read.list(
        "SELECT asset_id FROM asset_uses WHERE kind = ?1 AND subject = ?2",
        (kind, subject),
        |row| row.get(0),
    )
}

pub(in crate::media) fn insert_use(tx: &Tx<'_>, kind: &str, subject: i64, id: AssetId) -> Result<()> {
    tx.execute(
        "INSERT INTO asset_uses (kind, subject, asset_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        (kind, subject, id),
    )?;
    Ok(())
}

pub(in crate::media) fn delete_use(tx: &Tx<'_>, kind: &str, subject: i64, id: AssetId) -> Result<()> {
    tx.execute(
        "DELETE FROM asset_uses WHERE kind = ?1 AND subject = ?2 AND asset_id = ?3",
        (kind, subject, id),
    )?;
    Ok(())
}

pub(in crate::media) fn is_used(read: &Read<'_>, id: AssetId) -> Result<bool> {
    read.exists("SELECT 1 FROM asset_uses WHERE asset_id = ?1 LIMIT 1", [id])
}

/// Notes since when nothing uses the asset, or that something does.
pub(in crate::media) fn update_unused(tx: &Tx<'_>, id: AssetId, since: Option<Timestamp>) -> Result<()> {
    tx.execute("UPDATE assets SET unused_since = ?2 WHERE id = ?1", (id, since))?;
    Ok(())
}

pub(in crate::media) fn update_forgotten(tx: &Tx<'_>, user: UserId) -> Result<()> {
    // The files of his unfinished uploads go with the next sweep.
    uploads::delete_of(tx, user)?;
    tx.execute("UPDATE assets SET owner_id = NULL WHERE owner_id = ?1", [user])?;
    Ok(())
}

pub(in crate::media) fn count_assets(read: &Read<'_>) -> Result<i64> {
    read.count("SELECT count(*) FROM assets", [])
}

/// Bytes on disk as the rows know them.
pub(in crate::media) fn count_bytes(read: &Read<'_>) -> Result<i64> {
    read.count("SELECT sum(bytes) FROM blobs", [])
}

/// Number and bytes of the files on disk as the rows know them.
pub(in crate::media) fn count_blobs(read: &Read<'_>) -> Result<(i64, i64)> {
    let both = read.find("SELECT count(*), coalesce(sum(bytes), 0) FROM blobs", [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(both.unwrap_or_default())
}

fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

pub(in crate::media) fn delete_asset(tx: &Tx<'_>, id: AssetId) -> Result<()> {
    tx.execute("DELETE FROM assets WHERE id = ?1", [id])?;
    Ok(())
}

/// Unused since before an instant. Used by whoever names the table `assets` as `a`.
const DOOMED: &str = "a.unused_since <= ?1 AND NOT EXISTS (SELECT 1 FROM asset_uses u WHERE u.asset_id = a.id)";

pub(in crate::media) fn count_doomed(read: &Read<'_>, before: Timestamp) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM assets a WHERE {DOOMED}");
    read.count(&sql, [before]).map(i64::unsigned_abs)
}

/// Blobs that only assets unused since then are made of, or none at all.
pub(in crate::media) fn list_doomed_blobs(read: &Read<'_>, before: Timestamp) -> Result<Vec<(String, u64)>> {
    let sql = format!(
        "SELECT b.sha256, b.bytes FROM blobs b
         WHERE NOT EXISTS (SELECT 1 FROM assets a WHERE a.sha256 = b.sha256 AND coalesce({DOOMED}, 0) = 0)
           AND NOT EXISTS (SELECT 1 FROM assets a WHERE a.source_sha256 = b.sha256 AND coalesce({DOOMED}, 0) = 0)
           AND NOT EXISTS (SELECT 1 FROM asset_renditions r JOIN assets a ON a.id = r.asset_id WHERE r.sha256 = b.sha256 AND coalesce({DOOMED}, 0) = 0)"
    );
    read.list(&sql, [before], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))
}

/// Every blob that a row names, and its size.
pub(in crate::media) fn list_blobs(read: &Read<'_>) -> Result<HashMap<String, u64>> {
    let rows = read.list("SELECT sha256, bytes FROM blobs", [], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
    })?;
    Ok(rows.into_iter().collect())
}

/// Blobs that rows name after this name, and their sizes.
pub(in crate::media) fn list_blobs_after(read: &Read<'_>, sha256: &str, limit: u32) -> Result<Vec<(String, u64)>> {
    read.list(
        "SELECT sha256, bytes FROM blobs WHERE sha256 > ?1 ORDER BY sha256 LIMIT ?2",
        (sha256, limit),
        |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())),
    )
}

/// The size of a blob, if a row names it.
pub(in crate::media) fn find_blob(read: &Read<'_>, sha256: &str) -> Result<Option<u64>> {
    read.find("SELECT bytes FROM blobs WHERE sha256 = ?1", [sha256], |row| {
        Ok(row.get::<_, i64>(0)?.unsigned_abs())
    })
}

/// Deletes up to `most` assets that were unused since then. How many.
pub(in crate::media) fn delete_doomed(tx: &Tx<'_>, before: Timestamp, most: usize) -> Result<usize> {
    let sql = format!("DELETE FROM assets WHERE id IN (SELECT a.id FROM assets a WHERE {DOOMED} LIMIT {most})");
    tx.execute(&sql, [before])
}

/// Deletes up to `most` rows of blobs that nothing is made of. How many.
pub(in crate::media) fn delete_unnamed_blobs(tx: &Tx<'_>, most: usize) -> Result<usize> {
    let sql = format!(
        "DELETE FROM blobs WHERE sha256 IN (
             SELECT b.sha256 FROM blobs b
             WHERE NOT EXISTS (SELECT 1 FROM assets a WHERE a.sha256 = b.sha256)
               AND NOT EXISTS (SELECT 1 FROM assets a WHERE a.source_sha256 = b.sha256)
               AND NOT EXISTS (SELECT 1 FROM asset_renditions r WHERE r.sha256 = b.sha256)
             LIMIT {most})"
    );
    tx.execute(&sql, [])
}

/// What this slice knows about a person: the files that he uploaded.
pub(super) fn portray(read: &Read<'_>, user: UserId) -> Result<Vec<(&'static str, Vec<serde_json::Value>)>> {
    let uploads = read.objects(
        "SELECT id AS asset_id, kind, mime, name, bytes, sha256, created_at FROM assets WHERE owner_id = ?1 ORDER BY id",
        [user],
    )?;
    Ok(vec![("uploads", uploads)])
}
