//! Deeds over many people: their rows, and one for each person.

use rusqlite::Row;

use crate::{
    kernel::{
        error::{Error, Result},
        id::{BulkId, UserId},
        text::ClientKey,
    },
    people::model::{BulkAct, BulkRun, BulkState, Effect, UserFilter},
    platform::db::{Read, Tx},
};

const COLUMNS: &str = "id, act, filter, gathered_to, state, started_by, total, changed, same, refused, created_at, ended_at";

fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, at: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(at)?.as_str()?)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, Box::new(e)))
}

fn run(row: &Row<'_>) -> rusqlite::Result<BulkRun> {
    let has_filter = row.get_ref(2)? != rusqlite::types::ValueRef::Null;
    let gathered: Option<String> = row.get(3)?;
    Ok(BulkRun {
        id: row.get(0)?,
        act: json(row, 1)?,
        filter: if has_filter { Some(json(row, 2)?) } else { None },
        gathered_to: UserId::from_raw(gathered.and_then(|text| text.parse().ok()).unwrap_or(i64::MIN)),
        state: row.get(4)?,
        started_by: row.get(5)?,
        total: row.get(6)?,
        changed: row.get(7)?,
        same: row.get(8)?,
        refused: row.get(9)?,
        created_at: row.get(10)?,
        ended_at: row.get(11)?,
    })
}

/// A deed that is not begun yet.
pub(in crate::people) struct NewRun<'a> {
    pub(in crate::people) act: BulkAct,
    pub(in crate::people) filter: Option<&'a UserFilter>,
    pub(in crate::people) key: &'a ClientKey,
}

pub(in crate::people) fn insert_run(tx: &Tx<'_>, new: &NewRun<'_>) -> Result<BulkId> {
    let id: BulkId = tx.new_id();
    let filter = new.filter.map(serde_json::to_string).transpose().map_err(Error::internal)?;
    let state = if filter.is_some() {
        BulkState::Gathering
    } else {
        BulkState::Running
    };
    tx.execute(
        "INSERT INTO bulk_runs (id, act, filter, state, key, started_by, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            id,
            serde_json::to_string(&new.act).map_err(Error::internal)?,
            filter,
            state,
            scoped(tx, new.key),
            tx.actor().user(),
            tx.now(),
        ),
    )?;
    Ok(id)
}

/// A key counts for whoever sent it.
fn scoped(tx: &Tx<'_>, key: &ClientKey) -> String {
    format!("{} {key}", tx.actor().label())
}

pub(in crate::people) fn find_run_by_key(tx: &Tx<'_>, key: &ClientKey) -> Result<Option<BulkRun>> {
    tx.find(&format!("SELECT {COLUMNS} FROM bulk_runs WHERE key = ?1"), [scoped(tx, key)], run)
}

pub(in crate::people) fn get_run(read: &Read<'_>, id: BulkId) -> Result<BulkRun> {
    read.get("bulk run", &format!("SELECT {COLUMNS} FROM bulk_runs WHERE id = ?1"), [id], run)
}

/// The newest deeds.
pub(in crate::people) fn list_runs(read: &Read<'_>, limit: u32) -> Result<Vec<BulkRun>> {
    read.list(&format!("SELECT {COLUMNS} FROM bulk_runs ORDER BY id DESC LIMIT ?1"), [limit], run)
}

/// Adds people whose turn is to come; who is there already stays.
pub(in crate::people) fn insert_items(tx: &Tx<'_>, id: BulkId, users: &[UserId]) -> Result<()> {
    let mut added = 0_i64;
    for user in users {
        let inserted = tx.execute(
            "INSERT INTO bulk_items (run_id, user_id) SELECT ?1, id FROM users WHERE id = ?2 ON CONFLICT DO NOTHING",
            (id, user),
        )?;
        added += i64::from(inserted > 0);
    }
    tx.execute("UPDATE bulk_runs SET total = total + ?2 WHERE id = ?1", (id, added))?;
    Ok(())
}

pub(in crate::people) fn set_gathered(tx: &Tx<'_>, id: BulkId, to: UserId) -> Result<()> {
    tx.execute("UPDATE bulk_runs SET gathered_to = ?2 WHERE id = ?1", (id, to.raw().to_string()))?;
    Ok(())
}

pub(in crate::people) fn set_run_state(tx: &Tx<'_>, id: BulkId, state: BulkState) -> Result<()> {
    let is_end = matches!(state, BulkState::Done | BulkState::Undone);
    tx.execute(
        "UPDATE bulk_runs SET state = ?2, ended_at = CASE WHEN ?3 THEN ?4 ELSE ended_at END WHERE id = ?1",
        (id, state, is_end, tx.now()),
    )?;
    Ok(())
}

/// The next people whose turn it is.
pub(in crate::people) fn list_open(read: &Read<'_>, id: BulkId, limit: u32) -> Result<Vec<UserId>> {
    read.list(
        "SELECT user_id FROM bulk_items WHERE run_id = ?1 AND outcome IS NULL ORDER BY user_id LIMIT ?2",
        (id, limit),
        |row| row.get(0),
    )
}

/// The next people with whom it was done, and how it was with them before.
pub(in crate::people) fn list_changed(read: &Read<'_>, id: BulkId, limit: u32) -> Result<Vec<(UserId, Option<String>)>> {
    read.list(
        "SELECT user_id, before FROM bulk_items WHERE run_id = ?1 AND outcome = 'changed' ORDER BY user_id LIMIT ?2",
        (id, limit),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

pub(in crate::people) fn note_effect(tx: &Tx<'_>, id: BulkId, user: UserId, effect: &Effect) -> Result<()> {
    let (outcome, reason, before) = match effect {
        Effect::Changed(before) => ("changed", None, before.as_deref()),
        Effect::Same => ("same", None, None),
        Effect::Refused(reason) => ("refused", Some(*reason), None),
    };
    tx.execute(
        "UPDATE bulk_items SET outcome = ?3, reason = ?4, before = ?5 WHERE run_id = ?1 AND user_id = ?2",
        (id, user, outcome, reason, before),
    )?;
    let sql = match effect {
        Effect::Changed(_) => "UPDATE bulk_runs SET changed = changed + 1 WHERE id = ?1",
        Effect::Same => "UPDATE bulk_runs SET same = same + 1 WHERE id = ?1",
        Effect::Refused(_) => "UPDATE bulk_runs SET refused = refused + 1 WHERE id = ?1",
    };
    tx.execute(sql, [id])?;
    Ok(())
}

/// Notes that it was taken back with him, or that he has changed since and stays.
pub(in crate::people) fn note_undone(tx: &Tx<'_>, id: BulkId, user: UserId, is_undone: bool) -> Result<()> {
    let outcome = if is_undone { "undone" } else { "same" };
    tx.execute(
        "UPDATE bulk_items SET outcome = ?3 WHERE run_id = ?1 AND user_id = ?2",
        (id, user, outcome),
    )?;
    if is_undone {
        tx.execute("UPDATE bulk_runs SET changed = changed - 1 WHERE id = ?1", [id])?;
    }
    Ok(())
}

/// Why people were refused, and how many for each reason.
pub(in crate::people) fn count_reasons(read: &Read<'_>, id: BulkId) -> Result<Vec<(String, u32)>> {
    read.list(
        "SELECT reason, count(*) FROM bulk_items WHERE run_id = ?1 AND outcome = 'refused' GROUP BY reason ORDER BY 2 DESC",
        [id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Deeds of before this instant are forgotten, a handful at a time; true when more are left.
pub(in crate::people) fn purge_runs(tx: &Tx<'_>, before: crate::kernel::time::Timestamp) -> Result<()> {
    tx.execute(
        "DELETE FROM bulk_items WHERE (run_id, user_id) IN (
             SELECT i.run_id, i.user_id FROM bulk_items i JOIN bulk_runs r ON r.id = i.run_id WHERE r.ended_at < ?1 LIMIT 5000)",
        [before],
    )?;
    Ok(())
}
