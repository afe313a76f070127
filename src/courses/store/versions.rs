//! Published versions: written once, read for ever.

use rusqlite::Row;

use crate::{
    courses::model::{Meta, VersionLesson},
    kernel::{
        error::{Error, Result},
        id::{CourseId, LessonId, VersionId},
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

/// A version to be written.
pub(in crate::courses) struct NewVersion<'a> {
    pub course: CourseId,
    pub number: u32,
    pub meta: &'a Meta,
    pub notes: &'a str,
    pub hash: &'a str,
    pub lessons: &'a [VersionLesson],
    /// The version whose learners this blend is for.
    pub base: Option<VersionId>,
}

/// A version as lists show it.
pub(in crate::courses) struct VersionRow {
    pub id: VersionId,
    pub number: u32,
    pub notes: String,
    pub lesson_count: u32,
    pub total_minutes: u32,
    pub published_at: Timestamp,
    pub published_by: String,
}

const LESSON: &str = "lesson_id, revision_id, day, position, title, summary, minutes, is_preview, is_required, completion";

fn lesson(row: &Row<'_>) -> rusqlite::Result<VersionLesson> {
    Ok(VersionLesson {
        lesson: row.get(0)?,
        revision: row.get(1)?,
        day: row.get(2)?,
        position: row.get(3)?,
        title: row.get(4)?,
        summary: row.get(5)?,
        minutes: row.get(6)?,
        is_preview: row.get(7)?,
        is_required: row.get(8)?,
        completion: row.get(9)?,
    })
}

pub(in crate::courses) fn insert(tx: &Tx<'_>, new: &NewVersion<'_>) -> Result<VersionId> {
    let id = tx.new_id();
    let minutes: u32 = new.lessons.iter().map(|l| u32::from(l.minutes)).sum();
    tx.execute(
        "INSERT INTO versions (id, course_id, number, meta, notes, hash, lesson_count, total_minutes, published_at, published_by, base_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        (
            id,
            new.course,
            new.number,
            serde_json::to_string(new.meta).map_err(Error::internal)?,
            new.notes,
            new.hash,
            u32::try_from(new.lessons.len()).unwrap_or(u32::MAX),
            minutes,
            tx.now(),
            tx.actor().label(),
            new.base,
        ),
    )?;
    for l in new.lessons {
        tx.execute(
            &format!("INSERT INTO version_lessons (version_id, {LESSON}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
            (
                id,
                l.lesson,
                l.revision,
                l.day,
                l.position,
                &l.title,
                &l.summary,
                l.minutes,
                l.is_preview,
                l.is_required,
                l.completion,
            ),
        )?;
    }
    Ok(id)
}

pub(in crate::courses) fn list_lessons(read: &Read<'_>, version: VersionId) -> Result<Vec<VersionLesson>> {
    read.list(
        &format!("SELECT {LESSON} FROM version_lessons WHERE version_id = ?1 ORDER BY day, position"),
        [version],
        lesson,
    )
}

pub(in crate::courses) fn find_lesson(read: &Read<'_>, version: VersionId, id: LessonId) -> Result<Option<VersionLesson>> {
    read.find(
        &format!("SELECT {LESSON} FROM version_lessons WHERE version_id = ?1 AND lesson_id = ?2"),
        (version, id),
        lesson,
    )
}

pub(in crate::courses) fn find_newest(read: &Read<'_>, id: LessonId) -> Result<Option<VersionLesson>> {
    read.find(
        &format!("SELECT {LESSON} FROM version_lessons WHERE lesson_id = ?1 ORDER BY version_id DESC LIMIT 1"),
        [id],
        lesson,
    )
}

pub(in crate::courses) fn get_meta(read: &Read<'_>, version: VersionId) -> Result<Meta> {
    let json = read.get("version", "SELECT meta FROM versions WHERE id = ?1", [version], |row| {
        row.get::<_, String>(0)
    })?;
    serde_json::from_str(&json).map_err(Error::internal)
}

pub(in crate::courses) fn get_hash(read: &Read<'_>, version: VersionId) -> Result<String> {
    read.get("version", "SELECT hash FROM versions WHERE id = ?1", [version], |row| row.get(0))
}

pub(in crate::courses) fn get_published_at(read: &Read<'_>, version: VersionId) -> Result<Timestamp> {
    read.get("version", "SELECT published_at FROM versions WHERE id = ?1", [version], |row| {
        row.get(0)
    })
}

pub(in crate::courses) fn list(read: &Read<'_>, course: CourseId) -> Result<Vec<VersionRow>> {
    read.list(
        "SELECT id, number, notes, lesson_count, total_minutes, published_at, published_by FROM versions WHERE course_id = ?1 AND base_id IS NULL ORDER BY number DESC",
        [course],
        |row| {
            Ok(VersionRow {
                id: row.get(0)?,
                number: row.get(1)?,
                notes: row.get(2)?,
                lesson_count: row.get(3)?,
                total_minutes: row.get(4)?,
                published_at: row.get(5)?,
                published_by: row.get(6)?,
            })
        },
    )
}

/// The published version with this number.
pub(in crate::courses) fn find_number(read: &Read<'_>, course: CourseId, number: u32) -> Result<Option<VersionId>> {
    read.find(
        "SELECT id FROM versions WHERE course_id = ?1 AND number = ?2 AND base_id IS NULL",
        (course, number),
        |row| row.get(0),
    )
}

/// The blend of this version with this content, if somebody needed it before.
pub(in crate::courses) fn find_blend(read: &Read<'_>, course: CourseId, number: u32, hash: &str) -> Result<Option<VersionId>> {
    read.find(
        "SELECT id FROM versions WHERE course_id = ?1 AND number = ?2 AND hash = ?3 AND base_id IS NOT NULL",
        (course, number, hash),
        |row| row.get(0),
    )
}
