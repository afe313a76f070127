//! Groups and who is in them.

use rusqlite::Row;

use crate::{
    kernel::{
        error::{Error, Result},
        id::{GroupId, UserId},
        text::{GroupName, PersonName},
    },
    people::model::{Group, GroupKind, Rule},
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

/// Gives a group its name, what it is for, and its rule.
pub(in crate::people) fn update_group(tx: &Tx<'_>, id: GroupId, name: &GroupName, description: &str, rule: Option<&Rule>) -> Result<()> {
    let rule = rule.map(serde_json::to_string).transpose().map_err(Error::internal)?;
    tx.execute(
        "UPDATE groups SET name = ?2, name_key = ?3, description = ?4, rule = ?5 WHERE id = ?1",
        (id, name, name.key(), description, rule),
    )
    .on_conflict("group.name_taken", "There is a group with this name already.")?;
    Ok(())
}

/// Deletes a group that nothing points at besides its members and managers.
pub(in crate::people) fn delete_group(tx: &Tx<'_>, id: GroupId) -> Result<()> {
    tx.execute("DELETE FROM groups WHERE id = ?1", [id]).on_dangling(|| {
        Error::conflict(
            "group.in_use",
            "An assignment or a course needs this group. End or change it first.",
        )
    })?;
    Ok(())
}

/// What a group is for.
pub(in crate::people) fn describe_group(read: &Read<'_>, id: GroupId) -> Result<String> {
    read.get("group", "SELECT description FROM groups WHERE id = ?1", [id], |row| row.get(0))
}

/// The rule that fills a group.
pub(in crate::people) fn find_rule(read: &Read<'_>, id: GroupId) -> Result<Option<Rule>> {
    let text = read.find("SELECT rule FROM groups WHERE id = ?1", [id], |row| row.get::<_, Option<String>>(0))?;
    let text = text.flatten();
    text.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()
}

/// Every rule, with its group.
pub(in crate::people) fn list_rules(read: &Read<'_>) -> Result<Vec<(GroupId, Rule)>> {
    let rows = read.list("SELECT id, rule FROM groups WHERE rule IS NOT NULL", [], |row| {
        Ok((row.get::<_, GroupId>(0)?, row.get::<_, String>(1)?))
    })?;
    rows.into_iter()
        .map(|(id, text)| Ok((id, serde_json::from_str(&text).map_err(Error::internal)?)))
        .collect()
}

/// Whether any group is filled by a rule.
pub(in crate::people) fn has_rules(read: &Read<'_>) -> Result<bool> {
    read.exists("SELECT 1 FROM groups WHERE rule IS NOT NULL LIMIT 1", [])
}

/// How many people are in a group.
pub(in crate::people) fn count_members(read: &Read<'_>, id: GroupId) -> Result<u32> {
    let count = read.count("SELECT count(*) FROM group_members WHERE group_id = ?1", [id])?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Who manages a group.
pub(in crate::people) fn list_managers(read: &Read<'_>, id: GroupId) -> Result<Vec<(UserId, PersonName)>> {
    read.list(
        "SELECT u.id, u.name FROM group_managers m JOIN users u ON u.id = m.user_id WHERE m.group_id = ?1 ORDER BY u.name_key",
        [id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Lets somebody manage a group, or no more; false when it was so.
pub(in crate::people) fn set_manager(tx: &Tx<'_>, group: GroupId, user: UserId, is_manager: bool) -> Result<bool> {
    let changed = if is_manager {
        tx.execute(
            "INSERT INTO group_managers (group_id, user_id, added_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            (group, user, tx.now()),
        )?
    } else {
        tx.execute("DELETE FROM group_managers WHERE group_id = ?1 AND user_id = ?2", (group, user))?
    };
    Ok(changed > 0)
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
