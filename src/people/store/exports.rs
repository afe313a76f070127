//! Files with one person's data, and what this slice puts into them.

use serde_json::Value;

use crate::{
    kernel::{
        error::Result,
        id::{ExportId, UserId},
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

/// A file with one person's data.
#[derive(Debug, Clone)]
pub(in crate::people) struct PersonFile {
    pub(in crate::people) id: ExportId,
    pub(in crate::people) user: UserId,
    /// The file, once it is made.
    pub(in crate::people) sha256: Option<String>,
    pub(in crate::people) bytes: Option<u32>,
    pub(in crate::people) created_at: Timestamp,
    pub(in crate::people) expires_at: Timestamp,
}

const COLUMNS: &str = "id, user_id, sha256, bytes, created_at, expires_at";

fn file(row: &rusqlite::Row<'_>) -> rusqlite::Result<PersonFile> {
    Ok(PersonFile {
        id: row.get(0)?,
        user: row.get(1)?,
        sha256: row.get(2)?,
        bytes: row.get(3)?,
        created_at: row.get(4)?,
        expires_at: row.get(5)?,
    })
}

pub(in crate::people) fn insert_file(tx: &Tx<'_>, user: UserId, expires_at: Timestamp) -> Result<ExportId> {
    let id: ExportId = tx.new_id();
    tx.execute(
        "INSERT INTO person_exports (id, user_id, asked_by, state, created_at, expires_at) VALUES (?1, ?2, ?3, 'waiting', ?4, ?5)",
        (id, user, tx.actor().user(), tx.now(), expires_at),
    )?;
    Ok(id)
}

pub(in crate::people) fn find_file(read: &Read<'_>, id: ExportId) -> Result<Option<PersonFile>> {
    read.find(&format!("SELECT {COLUMNS} FROM person_exports WHERE id = ?1"), [id], file)
}

/// The newest file of a person that has not died.
pub(in crate::people) fn find_newest_file(read: &Read<'_>, user: UserId) -> Result<Option<PersonFile>> {
    read.find(
        &format!("SELECT {COLUMNS} FROM person_exports WHERE user_id = ?1 AND expires_at > ?2 ORDER BY id DESC LIMIT 1"),
        (user, read.now()),
        file,
    )
}

/// Notes that a file is made; false when its row is gone meanwhile.
pub(in crate::people) fn set_file(tx: &Tx<'_>, id: ExportId, sha256: &str, bytes: u64) -> Result<bool> {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    Ok(tx.execute(
        "UPDATE person_exports SET state = 'ready', sha256 = ?2, bytes = ?3 WHERE id = ?1",
        (id, sha256, bytes),
    )? > 0)
}

/// Forgets files whose time is over.
pub(in crate::people) fn delete_dead_files(tx: &Tx<'_>) -> Result<()> {
    tx.execute("DELETE FROM person_exports WHERE expires_at <= ?1", [tx.now()])?;
    Ok(())
}

/// Whether a row names this file.
pub(in crate::people) fn is_file(read: &Read<'_>, sha256: &str) -> Result<bool> {
    read.exists("SELECT 1 FROM person_exports WHERE sha256 = ?1", [sha256])
}

/// What this slice knows about a person.
pub(in crate::people) fn portray(read: &Read<'_>, user: UserId) -> Result<Vec<(&'static str, Vec<Value>)>> {
    Ok(vec![
        (
            "account",
            read.objects(
                "SELECT u.id AS user_id, u.name, u.email, u.role, u.plan, u.is_active, u.is_verified, u.time_zone, u.language, u.created_at,
                        u.last_seen_at, u.source, p.headline, p.skill_level, p.daily_goal_minutes, p.theme, p.text_percent
                 FROM users u JOIN profiles p ON p.user_id = u.id WHERE u.id = ?1",
                [user],
            )?,
        ),
        (
            "fields",
            read.objects(
                "SELECT f.label, f.key, v.value FROM user_field_values v JOIN user_fields f ON f.id = v.field_id WHERE v.user_id = ?1 ORDER BY f.position",
                [user],
            )?,
        ),
        (
            "groups",
            read.objects(
                "SELECT g.name, g.kind, m.added_at FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.user_id = ?1 ORDER BY g.name_key",
                [user],
            )?,
        ),
        (
            "views",
            read.objects("SELECT name, query, is_shared, created_at FROM saved_views WHERE owner_id = ?1", [user])?,
        ),
    ])
}
