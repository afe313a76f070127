//! All SQL over the tables of this slice.

use rusqlite::Row;

use super::model::{Anchor, Bookmark, NewBookmark, NewNote, Note, folded};
use crate::{
    kernel::{
        error::{Error, Result},
        id::{BookmarkId, CourseId, LessonId, NoteId, UserId},
        text::ClientKey,
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

const NOTE: &str = "id, user_id, course_id, lesson_id, text, quote, block_id, video_ms, created_at, updated_at, deleted_at";

fn note(row: &Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note {
        id: row.get(0)?,
        user: row.get(1)?,
        course: row.get(2)?,
        lesson: row.get(3)?,
        text: row.get(4)?,
        quote: row.get(5)?,
        anchor: Anchor {
            block: row.get(6)?,
            video: row.get(7)?,
        },
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
        deleted_at: row.get(10)?,
    })
}

/// A note, even a deleted one that can still be brought back.
pub(super) fn get_note(read: &Read<'_>, id: NoteId) -> Result<Note> {
    read.get("note", &format!("SELECT {NOTE} FROM notes WHERE id = ?1"), [id], note)
}

pub(super) fn find_note_by_key(read: &Read<'_>, user: UserId, key: &ClientKey) -> Result<Option<Note>> {
    read.find(
        &format!("SELECT {NOTE} FROM notes WHERE user_id = ?1 AND key = ?2"),
        (user, key),
        note,
    )
}

/// What a person asks of his notes.
pub(super) struct Wanted {
    pub user: UserId,
    pub course: Option<CourseId>,
    /// A pattern for `LIKE`.
    pub pattern: Option<String>,
    pub before: Option<NoteId>,
    pub limit: u32,
}

/// A person's notes, newest first.
pub(super) fn list_notes(read: &Read<'_>, wanted: &Wanted) -> Result<Vec<Note>> {
    let course = if wanted.course.is_some() {
        "AND course_id = ?2"
    } else {
        "AND ?2 IS NULL"
    };
    let words = if wanted.pattern.is_some() {
        "AND folded LIKE ?3 ESCAPE '\\'"
    } else {
        "AND ?3 IS NULL"
    };
    let before = wanted.before.unwrap_or(NoteId::from_raw(i64::MAX));
    read.list(
        &format!(
            "SELECT {NOTE} FROM notes WHERE user_id = ?1 {course} {words} AND id < ?4 AND deleted_at IS NULL ORDER BY id DESC LIMIT ?5"
        ),
        (wanted.user, wanted.course, &wanted.pattern, before, wanted.limit),
        note,
    )
}

/// A person's notes in one lesson, in the order they were written.
pub(super) fn list_notes_in(read: &Read<'_>, user: UserId, lesson: LessonId) -> Result<Vec<Note>> {
    read.list(
        &format!("SELECT {NOTE} FROM notes WHERE user_id = ?1 AND lesson_id = ?2 AND deleted_at IS NULL ORDER BY id"),
        (user, lesson),
        note,
    )
}

/// A page of everything a person wrote, by course, lesson and time: for the export.
pub(super) fn list_notes_for_export(read: &Read<'_>, user: UserId) -> Result<Vec<Note>> {
    read.list(
        &format!("SELECT {NOTE} FROM notes WHERE user_id = ?1 AND deleted_at IS NULL ORDER BY course_id, id"),
        [user],
        note,
    )
}

pub(super) fn count_notes_in(read: &Read<'_>, user: UserId, lesson: LessonId) -> Result<i64> {
    read.count(
        "SELECT count(*) FROM notes WHERE user_id = ?1 AND lesson_id = ?2 AND deleted_at IS NULL",
        (user, lesson),
    )
}

/// How many notes a person keeps; counting ends at `enough`.
pub(super) fn count_notes(read: &Read<'_>, user: UserId, enough: i64) -> Result<i64> {
    read.count(
        "SELECT count(*) FROM (SELECT 1 FROM notes WHERE user_id = ?1 LIMIT ?2)",
        (user, enough),
    )
}

pub(super) fn insert_note(tx: &Tx<'_>, user: UserId, course: CourseId, lesson: LessonId, new: &NewNote) -> Result<NoteId> {
    let id = tx.new_id();
    tx.execute(
        "INSERT INTO notes (id, user_id, course_id, lesson_id, text, quote, block_id, video_ms, folded, key, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
        (
            id,
            user,
            course,
            lesson,
            &new.text,
            &new.quote,
            &new.anchor.block,
            new.anchor.video,
            folded(&new.text, new.quote.as_deref()),
            &new.key,
            tx.now(),
        ),
    )?;
    Ok(id)
}

pub(super) fn update_text(tx: &Tx<'_>, note: &Note, text: &str) -> Result<()> {
    tx.execute(
        "UPDATE notes SET text = ?2, folded = ?3, updated_at = ?4 WHERE id = ?1",
        (note.id, text, folded(text, note.quote.as_deref()), tx.now()),
    )?;
    Ok(())
}

/// Deletes a note for now, or with `None` brings it back.
pub(super) fn update_deleted(tx: &Tx<'_>, id: NoteId, at: Option<Timestamp>) -> Result<()> {
    tx.execute("UPDATE notes SET deleted_at = ?2 WHERE id = ?1", (id, at))?;
    Ok(())
}

/// Removes a note for ever if it was deleted before this instant.
pub(super) fn purge(tx: &Tx<'_>, id: NoteId, deleted_before: Timestamp) -> Result<()> {
    tx.execute("DELETE FROM notes WHERE id = ?1 AND deleted_at <= ?2", (id, deleted_before))?;
    Ok(())
}

const BOOKMARK: &str = "id, user_id, course_id, lesson_id, block_id, video_ms, label, created_at";

fn bookmark(row: &Row<'_>) -> rusqlite::Result<Bookmark> {
    Ok(Bookmark {
        id: row.get(0)?,
        user: row.get(1)?,
        course: row.get(2)?,
        lesson: row.get(3)?,
        anchor: Anchor {
            block: row.get(4)?,
            video: row.get(5)?,
        },
        label: row.get(6)?,
        created_at: row.get(7)?,
    })
}

pub(super) fn find_bookmark(read: &Read<'_>, id: BookmarkId) -> Result<Option<Bookmark>> {
    read.find(&format!("SELECT {BOOKMARK} FROM bookmarks WHERE id = ?1"), [id], bookmark)
}

pub(super) fn get_bookmark(read: &Read<'_>, id: BookmarkId) -> Result<Bookmark> {
    find_bookmark(read, id)?.ok_or(Error::NotFound("bookmark"))
}

/// The bookmark with this key, else the one at this place.
pub(super) fn find_same_bookmark(read: &Read<'_>, user: UserId, lesson: LessonId, new: &NewBookmark) -> Result<Option<Bookmark>> {
    if let Some(key) = &new.key {
        let sql = format!("SELECT {BOOKMARK} FROM bookmarks WHERE user_id = ?1 AND key = ?2");
        if let Some(found) = read.find(&sql, (user, key), bookmark)? {
            return Ok(Some(found));
        }
    }
    read.find(
        &format!("SELECT {BOOKMARK} FROM bookmarks WHERE user_id = ?1 AND lesson_id = ?2 AND anchor = ?3"),
        (user, lesson, new.anchor.word()),
        bookmark,
    )
}

/// A person's bookmarks, newest first.
pub(super) fn list_bookmarks(read: &Read<'_>, user: UserId, before: Option<BookmarkId>, limit: u32) -> Result<Vec<Bookmark>> {
    read.list(
        &format!("SELECT {BOOKMARK} FROM bookmarks WHERE user_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"),
        (user, before.unwrap_or(BookmarkId::from_raw(i64::MAX)), limit),
        bookmark,
    )
}

pub(super) fn has_bookmark_in(read: &Read<'_>, user: UserId, lesson: LessonId) -> Result<bool> {
    read.exists(
        "SELECT 1 FROM bookmarks WHERE user_id = ?1 AND lesson_id = ?2 LIMIT 1",
        (user, lesson),
    )
}

/// How many bookmarks a person keeps; counting ends at `enough`.
pub(super) fn count_bookmarks(read: &Read<'_>, user: UserId, enough: i64) -> Result<i64> {
    read.count(
        "SELECT count(*) FROM (SELECT 1 FROM bookmarks WHERE user_id = ?1 LIMIT ?2)",
        (user, enough),
    )
}

pub(super) fn insert_bookmark(tx: &Tx<'_>, user: UserId, course: CourseId, lesson: LessonId, new: &NewBookmark) -> Result<BookmarkId> {
    let id = tx.new_id();
    tx.execute(
        "INSERT INTO bookmarks (id, user_id, course_id, lesson_id, block_id, video_ms, label, anchor, key, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        (
            id,
            user,
            course,
            lesson,
            &new.anchor.block,
            new.anchor.video,
            &new.label,
            new.anchor.word(),
            &new.key,
            tx.now(),
        ),
    )?;
    Ok(id)
}

pub(super) fn delete_bookmark(tx: &Tx<'_>, id: BookmarkId) -> Result<()> {
    tx.execute("DELETE FROM bookmarks WHERE id = ?1", [id])?;
    Ok(())
}

pub(super) fn forget(tx: &Tx<'_>, user: UserId) -> Result<()> {
    tx.execute("DELETE FROM notes WHERE user_id = ?1", [user])?;
    tx.execute("DELETE FROM bookmarks WHERE user_id = ?1", [user])?;
    Ok(())
}

/// What this slice knows about a person.
pub(super) fn portray(read: &Read<'_>, user: UserId) -> Result<Vec<(&'static str, Vec<serde_json::Value>)>> {
    Ok(vec![
        (
            "notes",
            read.objects(
                "SELECT id AS note_id, course_id, lesson_id, text, quote, video_ms, created_at, updated_at, deleted_at FROM notes WHERE user_id = ?1 ORDER BY id",
                [user],
            )?,
        ),
        (
            "bookmarks",
            read.objects(
                "SELECT id AS bookmark_id, course_id, lesson_id, label, video_ms, created_at FROM bookmarks WHERE user_id = ?1 ORDER BY id",
                [user],
            )?,
        ),
    ])
}
