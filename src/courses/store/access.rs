//! Who writes a course, who sees it, and what comes before it.

use crate::{
    kernel::{
        error::Result,
        id::{CourseId, GroupId, LessonId, UserId},
    },
    platform::db::{Read, Tx},
};

pub(in crate::courses) fn is_author(read: &Read<'_>, course: CourseId, user: UserId) -> Result<bool> {
    read.exists("SELECT 1 FROM course_authors WHERE course_id = ?1 AND user_id = ?2", (course, user))
}

/// Co-authors, the first first.
pub(in crate::courses) fn list_authors(read: &Read<'_>, course: CourseId) -> Result<Vec<UserId>> {
    read.list(
        "SELECT user_id FROM course_authors WHERE course_id = ?1 ORDER BY added_at, user_id",
        [course],
        |row| row.get(0),
    )
}

pub(in crate::courses) fn insert_author(tx: &Tx<'_>, course: CourseId, user: UserId) -> Result<bool> {
    let added = tx.execute(
        "INSERT INTO course_authors (course_id, user_id, added_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        (course, user, tx.now()),
    )?;
    Ok(added == 1)
}

pub(in crate::courses) fn delete_author(tx: &Tx<'_>, course: CourseId, user: UserId) -> Result<bool> {
    let gone = tx.execute("DELETE FROM course_authors WHERE course_id = ?1 AND user_id = ?2", (course, user))?;
    Ok(gone == 1)
}

/// Whether the person has changed the draft since the last version.
pub(in crate::courses) fn has_edited(read: &Read<'_>, course: CourseId, user: UserId) -> Result<bool> {
    read.exists("SELECT 1 FROM draft_editors WHERE course_id = ?1 AND user_id = ?2", (course, user))
}

pub(in crate::courses) fn forget_editors(tx: &Tx<'_>, course: CourseId) -> Result<()> {
    tx.execute("DELETE FROM draft_editors WHERE course_id = ?1", [course])?;
    Ok(())
}

pub(in crate::courses) fn list_groups(read: &Read<'_>, course: CourseId) -> Result<Vec<GroupId>> {
    read.list(
        "SELECT group_id FROM course_groups WHERE course_id = ?1 ORDER BY group_id",
        [course],
        |row| row.get(0),
    )
}

pub(in crate::courses) fn set_groups(tx: &Tx<'_>, course: CourseId, groups: &[GroupId]) -> Result<()> {
    tx.execute("DELETE FROM course_groups WHERE course_id = ?1", [course])?;
    for group in groups {
        tx.execute(
            "INSERT INTO course_groups (course_id, group_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (course, group),
        )?;
    }
    Ok(())
}

pub(in crate::courses) fn is_guest(read: &Read<'_>, course: CourseId, user: UserId) -> Result<bool> {
    read.exists("SELECT 1 FROM course_guests WHERE course_id = ?1 AND user_id = ?2", (course, user))
}

/// Who was invited, the latest first.
pub(in crate::courses) fn list_guests(read: &Read<'_>, course: CourseId, most: u32) -> Result<Vec<UserId>> {
    read.list(
        "SELECT user_id FROM course_guests WHERE course_id = ?1 ORDER BY added_at DESC, user_id DESC LIMIT ?2",
        (course, most),
        |row| row.get(0),
    )
}

pub(in crate::courses) fn insert_guest(tx: &Tx<'_>, course: CourseId, user: UserId) -> Result<bool> {
    let added = tx.execute(
        "INSERT INTO course_guests (course_id, user_id, added_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        (course, user, tx.now()),
    )?;
    Ok(added == 1)
}

pub(in crate::courses) fn delete_guest(tx: &Tx<'_>, course: CourseId, user: UserId) -> Result<bool> {
    let gone = tx.execute("DELETE FROM course_guests WHERE course_id = ?1 AND user_id = ?2", (course, user))?;
    Ok(gone == 1)
}

/// Published courses that are not for everybody and that this person sees: by his groups (as
/// JSON), by invitation, because he has joined, or because he writes them.
pub(in crate::courses) fn list_shown(read: &Read<'_>, user: UserId, groups: &str) -> Result<Vec<CourseId>> {
    read.list(
        // From the person to his courses, never through all courses.
        "SELECT c.id FROM (
             SELECT course_id AS id, 'groups' AS by FROM course_groups WHERE group_id IN (SELECT value FROM json_each(?2))
             UNION SELECT course_id, 'invitation' FROM course_guests WHERE user_id = ?1
             UNION SELECT course_id, 'own' FROM course_learners WHERE user_id = ?1
             UNION SELECT course_id, 'own' FROM course_authors WHERE user_id = ?1
             UNION SELECT id, 'own' FROM courses WHERE owner_id = ?1) mine
         CROSS JOIN courses c ON c.id = mine.id
         WHERE c.visibility <> 'everyone' AND c.state = 'published' AND c.hidden_at IS NULL AND mine.by IN ('own', c.visibility)
         GROUP BY c.id",
        (user, groups),
        |row| row.get(0),
    )
}

pub(in crate::courses) fn list_prerequisites(read: &Read<'_>, course: CourseId) -> Result<Vec<CourseId>> {
    read.list(
        "SELECT needs_id FROM course_prerequisites WHERE course_id = ?1 ORDER BY needs_id",
        [course],
        |row| row.get(0),
    )
}

pub(in crate::courses) fn set_prerequisites(tx: &Tx<'_>, course: CourseId, needs: &[CourseId]) -> Result<()> {
    tx.execute("DELETE FROM course_prerequisites WHERE course_id = ?1", [course])?;
    for need in needs {
        tx.execute(
            "INSERT INTO course_prerequisites (course_id, needs_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (course, need),
        )?;
    }
    Ok(())
}

pub(in crate::courses) fn is_approved(read: &Read<'_>, course: CourseId, hash: &str) -> Result<bool> {
    read.exists("SELECT 1 FROM course_approvals WHERE course_id = ?1 AND hash = ?2", (course, hash))
}

pub(in crate::courses) fn insert_approval(tx: &Tx<'_>, course: CourseId, hash: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO course_approvals (course_id, hash, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        (course, hash, tx.now()),
    )?;
    Ok(())
}

pub(in crate::courses) fn set_visibility(tx: &Tx<'_>, course: CourseId, visibility: crate::courses::model::Visibility) -> Result<()> {
    tx.execute("UPDATE courses SET visibility = ?2 WHERE id = ?1", (course, visibility))?;
    Ok(())
}

pub(in crate::courses) fn set_hidden(tx: &Tx<'_>, course: CourseId, is_hidden: bool) -> Result<()> {
    tx.execute(
        "UPDATE courses SET hidden_at = CASE WHEN ?2 THEN coalesce(hidden_at, ?3) END WHERE id = ?1",
        (course, is_hidden, tx.now()),
    )?;
    Ok(())
}

pub(in crate::courses) fn set_lesson_hidden(tx: &Tx<'_>, lesson: LessonId, is_hidden: bool) -> Result<()> {
    tx.execute(
        "UPDATE lessons SET hidden_at = CASE WHEN ?2 THEN coalesce(hidden_at, ?3) END WHERE id = ?1",
        (lesson, is_hidden, tx.now()),
    )?;
    Ok(())
}

pub(in crate::courses) fn is_lesson_hidden(read: &Read<'_>, lesson: LessonId) -> Result<bool> {
    read.exists("SELECT 1 FROM lessons WHERE id = ?1 AND hidden_at IS NOT NULL", [lesson])
}

/// Every lesson that is hidden now: few, if any.
pub(in crate::courses) fn list_hidden_lessons(read: &Read<'_>) -> Result<Vec<LessonId>> {
    read.list("SELECT id FROM lessons WHERE hidden_at > 0", [], |row| row.get(0))
}
