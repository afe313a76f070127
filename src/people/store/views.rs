//! Lists of people that an admin keeps by name.

use crate::{
    kernel::{
        error::{Error, Result},
        id::{UserId, ViewId},
    },
    platform::db::{Read, Tx},
};

/// A list that is kept.
pub(in crate::people) struct View {
    pub(in crate::people) id: ViewId,
    pub(in crate::people) owner: UserId,
    pub(in crate::people) name: String,
    pub(in crate::people) query: String,
    pub(in crate::people) is_shared: bool,
}

/// Those of a person, and those that others share, by name.
pub(in crate::people) fn list_views(read: &Read<'_>, owner: UserId) -> Result<Vec<View>> {
    read.list(
        "SELECT id, owner_id, name, query, is_shared FROM saved_views WHERE owner_id = ?1 OR is_shared = 1 ORDER BY lower(name), id",
        [owner],
        |row| {
            Ok(View {
                id: row.get(0)?,
                owner: row.get(1)?,
                name: row.get(2)?,
                query: row.get(3)?,
                is_shared: row.get(4)?,
            })
        },
    )
}

/// Keeps a list; one of the same name is replaced.
pub(in crate::people) fn save_view(tx: &Tx<'_>, owner: UserId, name: &str, query: &str, is_shared: bool) -> Result<ViewId> {
    let id: ViewId = tx.new_id();
    let kept = tx.returning(
        "INSERT INTO saved_views (id, owner_id, name, query, is_shared, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (owner_id, name) DO UPDATE SET query = excluded.query, is_shared = excluded.is_shared RETURNING id",
        (id, owner, name, query, is_shared, tx.now()),
        |row| row.get(0),
    )?;
    kept.ok_or(Error::NotFound("view"))
}

/// Forgets a list of this person; false when it is not his.
pub(in crate::people) fn delete_view(tx: &Tx<'_>, owner: UserId, id: ViewId) -> Result<bool> {
    Ok(tx.execute("DELETE FROM saved_views WHERE id = ?1 AND owner_id = ?2", (id, owner))? > 0)
}
