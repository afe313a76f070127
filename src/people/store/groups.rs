//! Groups and who is in them.

use rusqlite::Row;

use crate::{
    kernel::{
        error::Result,
        id::{GroupId, UserId},
        text::GroupName,
    },
    people::model::{Group, GroupKind},
    platform::db::{OnConflict as _, Read, Tx},
};

fn group(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group {
        id: row.get(0)?,
        name: row.get(1)?,
        kind: row.get(2)?,
    })
}

/// Every group, by name.
///
/// # Errors
/// A database fault.
pub fn list_groups(read: &Read<'_>) -> Result<Vec<Group>> {
    read.list("SELECT id, name, kind FROM groups ORDER BY name_key", [], group)
}

/// The group with this name, however it is written.
///
/// # Errors
/// A database fault.
pub fn find_group(read: &Read<'_>, name: &GroupName) -> Result<Option<Group>> {
    read.find("SELECT id, name, kind FROM groups WHERE name_key = ?1", [name.key()], group)
}

/// The group with this id.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn get_group(read: &Read<'_>, id: GroupId) -> Result<Group> {
    read.get("group", "SELECT id, name, kind FROM groups WHERE id = ?1", [id], group)
}

/// Whether a person is in a group.
///
/// # Errors
/// A database fault.
pub fn is_member(read: &Read<'_>, group: GroupId, user: UserId) -> Result<bool> {
    read.exists("SELECT 1 FROM group_members WHERE group_id = ?1 AND user_id = ?2", (group, user))
}

/// The next members of a group, by id.
///
/// # Errors
/// A database fault.
pub fn members_after(read: &Read<'_>, group: GroupId, after: UserId, limit: u32) -> Result<Vec<UserId>> {
    read.list(
        "SELECT user_id FROM group_members WHERE group_id = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3",
        (group, after, limit),
        |row| row.get(0),
    )
}

/// The groups that a person manages.
///
/// # Errors
/// A database fault.
pub fn managed_by(read: &Read<'_>, user: UserId) -> Result<Vec<GroupId>> {
    read.list("SELECT group_id FROM group_managers WHERE user_id = ?1", [user], |row| row.get(0))
}

/// The groups that a person is in, by name.
///
/// # Errors
/// A database fault.
pub fn list_groups_of(read: &Read<'_>, user: UserId) -> Result<Vec<Group>> {
    read.list(
        "SELECT g.id, g.name, g.kind FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.user_id = ?1 ORDER BY g.name_key",
        [user],
        group,
    )
}

/// Adds a group without members.
///
/// # Errors
/// `Conflict` `group.name_taken`, or a database fault.
pub fn insert_group(tx: &Tx<'_>, name: &GroupName, kind: GroupKind) -> Result<GroupId> {
    let id: GroupId = tx.new_id();
    tx.execute(
        "INSERT INTO groups (id, name, name_key, kind, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        (id, name, name.key(), kind, tx.now()),
    )
    .on_conflict("group.name_taken", "There is a group with this name already.")?;
    Ok(id)
}

/// Puts a person into a group; nothing happens if he is in it.
///
/// # Errors
/// A database fault.
pub fn insert_member(tx: &Tx<'_>, group: GroupId, user: UserId) -> Result<()> {
    tx.execute(
        "INSERT INTO group_members (group_id, user_id, added_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        (group, user, tx.now()),
    )?;
    Ok(())
}

/// Takes a person out of a group.
///
/// # Errors
/// A database fault.
pub fn delete_member(tx: &Tx<'_>, group: GroupId, user: UserId) -> Result<()> {
    tx.execute("DELETE FROM group_members WHERE group_id = ?1 AND user_id = ?2", (group, user))?;
    Ok(())
}
