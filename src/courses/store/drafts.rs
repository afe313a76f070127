//! Drafts: what authors write before it is published.

use rusqlite::Row;

use crate::{
    courses::model::{Completion, Meta, VersionLesson},
    kernel::{
        error::{Error, Result},
        id::{CourseId, LessonId, RevisionId},
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

/// A draft's front matter and how often it changed.
pub(in crate::courses) struct DraftRow {
    pub meta: Meta,
    pub edition: u32,
    pub updated_at: Timestamp,
}

/// One place in a draft's outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::courses) struct Place {
    pub lesson: LessonId,
    pub revision: RevisionId,
    pub day: u16,
    pub position: u16,
}

pub(in crate::courses) fn insert(tx: &Tx<'_>, course: CourseId, meta: &Meta) -> Result<()> {
    tx.execute(
        "INSERT INTO drafts (course_id, category_id, meta, edition, updated_at) VALUES (?1, ?2, ?3, 1, ?4)",
        (course, meta.category, json(meta)?, tx.now()),
    )?;
    Ok(())
}

pub(in crate::courses) fn get(read: &Read<'_>, course: CourseId) -> Result<DraftRow> {
    let row = read.get(
        "course",
        "SELECT meta, edition, updated_at FROM drafts WHERE course_id = ?1",
        [course],
        |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)),
    )?;
    Ok(DraftRow {
        meta: serde_json::from_str(&row.0).map_err(Error::internal)?,
        edition: row.1,
        updated_at: row.2,
    })
}

/// How often the draft changed.
pub(in crate::courses) fn get_edition(read: &Read<'_>, course: CourseId) -> Result<u32> {
    read.get("course", "SELECT edition FROM drafts WHERE course_id = ?1", [course], |row| {
        row.get(0)
    })
}

pub(in crate::courses) fn update_meta(tx: &Tx<'_>, course: CourseId, meta: &Meta) -> Result<()> {
    tx.execute(
        "UPDATE drafts SET category_id = ?2, meta = ?3 WHERE course_id = ?1",
        (course, meta.category, json(meta)?),
    )?;
    touch(tx, course)
}

/// Notes that something of the draft changed.
pub(in crate::courses) fn touch(tx: &Tx<'_>, course: CourseId) -> Result<()> {
    tx.execute(
        "UPDATE drafts SET edition = edition + 1, updated_at = ?2 WHERE course_id = ?1",
        (course, tx.now()),
    )?;
    if let Some(user) = tx.actor().user() {
        tx.execute(
            "INSERT INTO draft_editors (course_id, user_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (course, user),
        )?;
    }
    Ok(())
}

pub(in crate::courses) fn put_lesson(tx: &Tx<'_>, course: CourseId, place: Place) -> Result<()> {
    tx.execute(
        "INSERT INTO draft_lessons (course_id, day, position, lesson_id, revision_id) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (course_id, lesson_id) DO UPDATE SET day = excluded.day, position = excluded.position, revision_id = excluded.revision_id",
        (course, place.day, place.position, place.lesson, place.revision),
    )?;
    Ok(())
}

pub(in crate::courses) fn delete_lesson(tx: &Tx<'_>, course: CourseId, lesson: LessonId) -> Result<bool> {
    let gone = tx.execute(
        "DELETE FROM draft_lessons WHERE course_id = ?1 AND lesson_id = ?2",
        (course, lesson),
    )?;
    Ok(gone == 1)
}

/// How many lessons the draft has.
pub(in crate::courses) fn count_places(read: &Read<'_>, course: CourseId) -> Result<usize> {
    let count = read.count("SELECT count(*) FROM draft_lessons WHERE course_id = ?1", [course])?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// The position of the last lesson of a day; 0 when it has none.
pub(in crate::courses) fn last_position(read: &Read<'_>, course: CourseId, day: u16) -> Result<u16> {
    let last = read.count(
        "SELECT max(position) FROM draft_lessons WHERE course_id = ?1 AND day = ?2",
        (course, day),
    )?;
    Ok(u16::try_from(last).unwrap_or(u16::MAX))
}

pub(in crate::courses) fn find_place(read: &Read<'_>, course: CourseId, lesson: LessonId) -> Result<Option<Place>> {
    read.find(
        "SELECT lesson_id, revision_id, day, position FROM draft_lessons WHERE course_id = ?1 AND lesson_id = ?2",
        (course, lesson),
        place,
    )
}

fn place(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place {
        lesson: row.get(0)?,
        revision: row.get(1)?,
        day: row.get(2)?,
        position: row.get(3)?,
    })
}

pub(in crate::courses) fn list_places(read: &Read<'_>, course: CourseId) -> Result<Vec<Place>> {
    read.list(
        "SELECT lesson_id, revision_id, day, position FROM draft_lessons WHERE course_id = ?1 ORDER BY day, position, lesson_id",
        [course],
        place,
    )
}

/// What an outline shows of a content; its body is passed over unread.
#[derive(serde::Deserialize)]
struct Face {
    title: String,
    summary: String,
    minutes: u16,
    is_preview: bool,
    is_required: bool,
    completion: Completion,
}

/// One lesson's line in the outline that a publish would make of the draft.
pub(in crate::courses) fn find_line(read: &Read<'_>, course: CourseId, lesson: LessonId) -> Result<Option<VersionLesson>> {
    Ok(outline(read, course)?.into_iter().find(|line| line.lesson == lesson))
}

/// The draft as the outline a publish would make of it.
pub(in crate::courses) fn outline(read: &Read<'_>, course: CourseId) -> Result<Vec<VersionLesson>> {
    let places = list_places(read, course)?;
    let mut day_before = (0, 0);
    places
        .into_iter()
        .map(|place| {
            let position = if day_before.0 == place.day { day_before.1 + 1 } else { 1 };
            day_before = (place.day, position);
            let content: Face = super::lessons::get_part(read, place.revision)?;
            Ok(VersionLesson {
                lesson: place.lesson,
                revision: place.revision,
                day: place.day,
                position,
                title: content.title,
                summary: content.summary,
                minutes: content.minutes,
                is_preview: content.is_preview,
                is_required: content.is_required,
                completion: content.completion,
            })
        })
        .collect()
}

fn json(meta: &Meta) -> Result<String> {
    serde_json::to_string(meta).map_err(Error::internal)
}
