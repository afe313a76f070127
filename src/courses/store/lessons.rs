//! Lessons and their revisions.

use crate::{
    courses::content::Content,
    kernel::{
        error::{Error, Result},
        id::{CourseId, LessonId, RevisionId},
    },
    platform::db::{OnConflict, Read, Tx},
};

pub(in crate::courses) fn insert(tx: &Tx<'_>, course: CourseId, key: &str) -> Result<LessonId> {
    let id = tx.new_id();
    tx.execute("INSERT INTO lessons (id, course_id, key) VALUES (?1, ?2, ?3)", (id, course, key))
        .on_conflict("lesson.key_taken", "Another lesson of this course has this name.")?;
    Ok(id)
}

pub(in crate::courses) fn find_by_key(read: &Read<'_>, course: CourseId, key: &str) -> Result<Option<LessonId>> {
    read.find("SELECT id FROM lessons WHERE course_id = ?1 AND key = ?2", (course, key), |row| {
        row.get(0)
    })
}

pub(in crate::courses) fn list_keys(read: &Read<'_>, course: CourseId) -> Result<Vec<(LessonId, String)>> {
    read.list("SELECT id, key FROM lessons WHERE course_id = ?1", [course], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

pub(in crate::courses) fn find_course(read: &Read<'_>, lesson: LessonId) -> Result<Option<CourseId>> {
    read.find("SELECT course_id FROM lessons WHERE id = ?1", [lesson], |row| row.get(0))
}

/// The revision with this content: the one that is there, or a new one.
pub(in crate::courses) fn put_revision(tx: &Tx<'_>, lesson: LessonId, content: &Content) -> Result<RevisionId> {
    let derived = content.derive()?;
    let found = tx.find(
        "SELECT id FROM revisions WHERE lesson_id = ?1 AND hash = ?2",
        (lesson, &derived.hash),
        |row| row.get(0),
    )?;
    if let Some(found) = found {
        return Ok(found);
    }
    let id = tx.new_id();
    tx.execute(
        "INSERT INTO revisions (id, lesson_id, hash, content, text, words) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (id, lesson, derived.hash, derived.json, derived.text, derived.words),
    )?;
    for asset in content.assets() {
        tx.execute("INSERT INTO revision_assets (asset_id, revision_id) VALUES (?1, ?2)", (asset, id))?;
    }
    Ok(id)
}

pub(in crate::courses) fn get_content(read: &Read<'_>, revision: RevisionId) -> Result<Content> {
    get_part(read, revision)
}

/// As much of a content as the type asks for.
pub(super) fn get_part<T: serde::de::DeserializeOwned>(read: &Read<'_>, revision: RevisionId) -> Result<T> {
    let json = read.get("lesson", "SELECT content FROM revisions WHERE id = ?1", [revision], |row| {
        row.get::<_, String>(0)
    })?;
    serde_json::from_str(&json).map_err(Error::internal)
}

pub(in crate::courses) fn get_text(read: &Read<'_>, revision: RevisionId) -> Result<String> {
    read.get("lesson", "SELECT text FROM revisions WHERE id = ?1", [revision], |row| row.get(0))
}

/// The length of a revision's body in words.
pub(in crate::courses) fn get_words(read: &Read<'_>, revision: RevisionId) -> Result<u32> {
    read.get("lesson", "SELECT words FROM revisions WHERE id = ?1", [revision], |row| row.get(0))
}

/// Revisions of a lesson that neither the draft nor any version shows, nor its history remembers.
pub(in crate::courses) fn list_unused(read: &Read<'_>, lesson: LessonId) -> Result<Vec<RevisionId>> {
    read.list(&format!("SELECT id FROM revisions WHERE {UNUSED}"), [lesson], |row| row.get(0))
}

/// Every revision of a course's lessons.
pub(in crate::courses) fn list_revisions(read: &Read<'_>, course: CourseId) -> Result<Vec<RevisionId>> {
    read.list(
        "SELECT r.id FROM lessons l JOIN revisions r ON r.lesson_id = l.id WHERE l.course_id = ?1",
        [course],
        |row| row.get(0),
    )
}

const UNUSED: &str = "lesson_id = ?1
     AND NOT EXISTS (SELECT 1 FROM version_lessons v WHERE v.revision_id = revisions.id)
     AND NOT EXISTS (SELECT 1 FROM draft_lessons d WHERE d.revision_id = revisions.id)
     AND NOT EXISTS (SELECT 1 FROM lesson_history h WHERE h.revision_id = revisions.id)";

/// Deletes a lesson's unused revisions, and the lesson itself if nothing of it is left.
pub(in crate::courses) fn sweep(tx: &Tx<'_>, lesson: LessonId) -> Result<()> {
    tx.execute(&format!("DELETE FROM revisions WHERE {UNUSED}"), [lesson])?;
    tx.execute(
        "DELETE FROM lessons WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM revisions WHERE lesson_id = ?1)",
        [lesson],
    )?;
    Ok(())
}

/// What a lesson is called in its newest revision.
pub(in crate::courses) fn find_title(read: &Read<'_>, lesson: LessonId) -> Result<Option<String>> {
    let title = read.find(
        "SELECT json_extract(content, '$.title') FROM revisions WHERE lesson_id = ?1 ORDER BY id DESC LIMIT 1",
        [lesson],
        |row| row.get(0),
    )?;
    Ok(title.flatten())
}
