//! The library: lists over `assets` and their uses.

use super::{COLUMNS, asset};
use crate::{
    kernel::{
        error::{Error, Result},
        id::{AssetId, UserId},
    },
    media::model::{
        Asset,
        library::{Shelved, Sight, Sort, Wanted},
    },
    platform::db::Read,
};

/// One more than the limit, so that a page knows whether it is the last.
pub(in crate::media) fn list(read: &Read<'_>, wanted: &Wanted) -> Result<Vec<Shelved>> {
    let (user, shown) = match &wanted.sight {
        Sight::All => (None, None),
        Sight::Of { user, shown } => (Some(*user), Some(ids(shown)?)),
    };
    let (after, order) = match wanted.sort {
        Sort::Newest => (
            "(?8 IS NULL OR a.id < ?8) AND (?9 IS NULL OR 1) AND (?10 IS NULL OR 1)",
            "a.id DESC",
        ),
        Sort::Name => (
            "(?8 IS NULL OR (a.folded, a.id) > (?9, ?8)) AND (?10 IS NULL OR 1)",
            "a.folded, a.id",
        ),
        Sort::Largest => (
            "(?8 IS NULL OR (a.bytes, a.id) < (?10, ?8)) AND (?9 IS NULL OR 1)",
            "a.bytes DESC, a.id DESC",
        ),
    };
    let sql = format!(
        "SELECT {COLUMNS}, a.unused_since, EXISTS (SELECT 1 FROM asset_uses u WHERE u.asset_id = a.id) FROM assets a
         WHERE (?1 IS NULL OR a.owner_id = ?1 OR a.id IN (SELECT value FROM json_each(?2)))
           AND (?3 IS NULL OR a.kind IN (SELECT value FROM json_each(?3)))
           AND (?4 IS NULL OR a.owner_id = ?4)
           AND (?5 IS NULL OR a.folded LIKE ?5 ESCAPE '\\')
           AND (?6 IS NULL OR EXISTS (SELECT 1 FROM asset_uses u WHERE u.asset_id = a.id) = ?6)
           AND {after} ORDER BY {order} LIMIT ?7"
    );
    let kinds: Vec<&str> = wanted.kinds.iter().map(|kind| kind.word()).collect();
    let kinds = (!kinds.is_empty()).then(|| serde_json::to_string(&kinds)).transpose();
    let params = (
        user,
        shown,
        kinds.map_err(Error::internal)?,
        wanted.owner,
        &wanted.like,
        wanted.is_used,
        i64::from(wanted.limit) + 1,
        wanted.after.as_ref().map(|cursor| cursor.id),
        wanted.after.as_ref().map(|cursor| &cursor.name),
        wanted.after.as_ref().map(|cursor| cursor.bytes),
    );
    read.list(&sql, params, |row| {
        Ok(Shelved {
            asset: asset(row)?,
            unused_since: row.get(13)?,
            is_used: row.get(14)?,
        })
    })
}

/// How many files and bytes of each kind the person's library holds: kind, files, bytes.
pub(in crate::media) fn count_of(read: &Read<'_>, owner: Option<UserId>) -> Result<(u64, u64)> {
    let both = read.find(
        "SELECT count(*), coalesce(sum(bytes), 0) FROM assets WHERE ?1 IS NULL OR owner_id = ?1",
        [owner],
        |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs())),
    )?;
    Ok(both.unwrap_or_default())
}

/// These of the assets that there are.
pub(in crate::media) fn list_of(read: &Read<'_>, wanted: &[AssetId]) -> Result<Vec<Asset>> {
    let sql = format!("SELECT {COLUMNS} FROM assets WHERE id IN (SELECT value FROM json_each(?1))");
    read.list(&sql, [ids(wanted)?], asset)
}

fn ids(assets: &[AssetId]) -> Result<String> {
    let raw: Vec<i64> = assets.iter().map(|id| id.raw()).collect();
    serde_json::to_string(&raw).map_err(Error::internal)
}
