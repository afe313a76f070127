//! What lessons' drafts were before.

use rusqlite::Row;

use crate::{
    courses::model::StateKind,
    kernel::{
        error::Result,
        id::{LessonId, LessonStateId, RevisionId, UserId},
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

/// One remembered state of a lesson's draft.
pub(in crate::courses) struct StateRow {
    pub id: LessonStateId,
    pub revision: RevisionId,
    pub user: Option<UserId>,
    pub kind: StateKind,
    pub at: Timestamp,
    /// The length of its body.
    pub words: u32,
    /// The newest version that shows it.
    pub version: Option<u32>,
}

const STATE: &str = "SELECT h.id, h.revision_id, h.user_id, h.kind, h.at, r.words,
        (SELECT max(v.number) FROM version_lessons l JOIN versions v ON v.id = l.version_id WHERE l.revision_id = h.revision_id)
     FROM lesson_history h JOIN revisions r ON r.id = h.revision_id WHERE h.lesson_id = ?1";

fn state(row: &Row<'_>) -> rusqlite::Result<StateRow> {
    Ok(StateRow {
        id: row.get(0)?,
        revision: row.get(1)?,
        user: row.get(2)?,
        kind: row.get(3)?,
        at: row.get(4)?,
        words: row.get(5)?,
        version: row.get(6)?,
    })
}

/// States older than `before`, the newest first.
pub(in crate::courses) fn list(read: &Read<'_>, lesson: LessonId, before: Option<LessonStateId>, limit: u32) -> Result<Vec<StateRow>> {
    let sql = format!("{STATE} AND (?2 IS NULL OR h.id < ?2) ORDER BY h.id DESC LIMIT ?3");
    read.list(&sql, (lesson, before, limit), state)
}

pub(in crate::courses) fn find(read: &Read<'_>, lesson: LessonId, id: LessonStateId) -> Result<Option<StateRow>> {
    read.find(&format!("{STATE} AND h.id = ?2"), (lesson, id), state)
}

/// The newest state of a lesson.
pub(in crate::courses) fn find_last(read: &Read<'_>, lesson: LessonId) -> Result<Option<StateRow>> {
    read.find(&format!("{STATE} ORDER BY h.id DESC LIMIT 1"), [lesson], state)
}

pub(in crate::courses) fn has(read: &Read<'_>, lesson: LessonId, revision: RevisionId) -> Result<bool> {
    read.exists(
        "SELECT 1 FROM lesson_history WHERE revision_id = ?2 AND lesson_id = ?1",
        (lesson, revision),
    )
}

pub(in crate::courses) fn insert(
    tx: &Tx<'_>,
    lesson: LessonId,
    revision: RevisionId,
    user: Option<UserId>,
    kind: StateKind,
    at: Timestamp,
) -> Result<LessonStateId> {
    let id = tx.new_id();
    tx.execute(
        "INSERT INTO lesson_history (id, lesson_id, revision_id, user_id, kind, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (id, lesson, revision, user, kind, at),
    )?;
    Ok(id)
}

/// States from before `until` that the thinning has not looked at, the oldest first.
pub(in crate::courses) fn list_unsettled(read: &Read<'_>, until: Timestamp, limit: u32) -> Result<Vec<(LessonStateId, LessonId)>> {
    read.list(
        "SELECT id, lesson_id FROM lesson_history WHERE is_settled = 0 AND at < ?1 ORDER BY at LIMIT ?2",
        (until, limit),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Deletes a state if a later one of the same hour is there, and nothing else needs it.
/// True when it went.
pub(in crate::courses) fn delete_spare(tx: &Tx<'_>, id: LessonStateId) -> Result<bool> {
    let gone = tx.execute(
        "DELETE FROM lesson_history WHERE id = ?1 AND kind IN ('saved', 'restored')
         AND EXISTS (SELECT 1 FROM lesson_history n WHERE n.lesson_id = lesson_history.lesson_id AND n.id > lesson_history.id
                     AND n.at / 3600000 = lesson_history.at / 3600000 AND n.kind IN ('saved', 'restored'))
         AND NOT EXISTS (SELECT 1 FROM version_lessons v WHERE v.revision_id = lesson_history.revision_id)
         AND NOT EXISTS (SELECT 1 FROM draft_lessons d WHERE d.revision_id = lesson_history.revision_id)",
        [id],
    )?;
    Ok(gone == 1)
}

pub(in crate::courses) fn settle(tx: &Tx<'_>, id: LessonStateId) -> Result<()> {
    tx.execute("UPDATE lesson_history SET is_settled = 1 WHERE id = ?1", [id])?;
    Ok(())
}
