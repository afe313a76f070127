//! Courses: identity and state.

use rusqlite::Row;

use crate::{
    courses::model::{CourseHead, CourseRef, State},
    kernel::{
        error::{Error, Result},
        id::{CourseId, UserId, VersionId},
        text::Slug,
    },
    platform::db::{OnConflict, Read, Tx},
};

const HEAD: &str = "id, slug, owner_id, state, version_id, number, published_at, created_at, visibility, hidden_at IS NOT NULL";

fn head(row: &Row<'_>) -> rusqlite::Result<CourseHead> {
    Ok(CourseHead {
        id: row.get(0)?,
        slug: row.get(1)?,
        owner: row.get(2)?,
        state: row.get(3)?,
        version: row.get(4)?,
        number: row.get(5)?,
        published_at: row.get(6)?,
        created_at: row.get(7)?,
        visibility: row.get(8)?,
        is_hidden: row.get(9)?,
    })
}

pub(in crate::courses) fn find(read: &Read<'_>, course: &CourseRef) -> Result<Option<CourseHead>> {
    match course {
        CourseRef::Id(id) => read.find(&format!("SELECT {HEAD} FROM courses WHERE id = ?1"), [id], head),
        CourseRef::Slug(slug) => read.find(&format!("SELECT {HEAD} FROM courses WHERE slug = ?1"), [slug], head),
    }
}

pub(in crate::courses) fn get(read: &Read<'_>, course: &CourseRef) -> Result<CourseHead> {
    find(read, course)?.ok_or(Error::NotFound("course"))
}

pub(in crate::courses) fn list_owned(read: &Read<'_>, owner: Option<UserId>) -> Result<Vec<CourseHead>> {
    read.list(
        &format!(
            "SELECT {HEAD} FROM courses WHERE ?1 IS NULL OR owner_id = ?1
             OR id IN (SELECT course_id FROM course_authors WHERE user_id = ?1) ORDER BY id DESC"
        ),
        [owner],
        head,
    )
}

pub(in crate::courses) fn insert(tx: &Tx<'_>, slug: &Slug, owner: Option<UserId>) -> Result<CourseId> {
    let id = tx.new_id();
    tx.execute(
        "INSERT INTO courses (id, slug, owner_id, state, created_at) VALUES (?1, ?2, ?3, 'draft', ?4)",
        (id, slug, owner, tx.now()),
    )
    .on_conflict("course.slug_taken", "Another course has this address. Choose another slug.")?;
    Ok(id)
}

pub(in crate::courses) fn update_slug(tx: &Tx<'_>, course: CourseId, slug: &Slug) -> Result<()> {
    tx.execute("UPDATE courses SET slug = ?2 WHERE id = ?1", (course, slug))
        .on_conflict("course.slug_taken", "Another course has this address. Choose another slug.")?;
    Ok(())
}

pub(in crate::courses) fn update_published(tx: &Tx<'_>, course: CourseId, version: VersionId, number: u32) -> Result<()> {
    tx.execute(
        "UPDATE courses SET version_id = ?2, number = ?3, published_at = coalesce(published_at, ?4),
                state = CASE WHEN state IN ('draft', 'unpublished') THEN 'published' ELSE state END WHERE id = ?1",
        (course, version, number, tx.now()),
    )?;
    Ok(())
}

pub(in crate::courses) fn update_state(tx: &Tx<'_>, course: CourseId, state: State) -> Result<()> {
    tx.execute("UPDATE courses SET state = ?2 WHERE id = ?1", (course, state))?;
    Ok(())
}

pub(in crate::courses) fn delete(tx: &Tx<'_>, course: CourseId) -> Result<()> {
    // Children first: a draft's lessons point at revisions that the cascade would otherwise take early.
    tx.execute("DELETE FROM draft_lessons WHERE course_id = ?1", [course])?;
    tx.execute("DELETE FROM courses WHERE id = ?1", [course])?;
    Ok(())
}

pub(in crate::courses) fn add_learner(tx: &Tx<'_>, course: CourseId, user: UserId) -> Result<()> {
    let added = tx.execute(
        "INSERT INTO course_learners (course_id, user_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        (course, user),
    )?;
    if added == 1 {
        tx.execute(
            "UPDATE listings SET learner_count = learner_count + 1 WHERE course_id = ?1",
            [course],
        )?;
    }
    Ok(())
}

pub(in crate::courses) fn has_learner(read: &Read<'_>, course: CourseId, user: UserId) -> Result<bool> {
    read.exists(
        "SELECT 1 FROM course_learners WHERE course_id = ?1 AND user_id = ?2",
        (course, user),
    )
}

pub(in crate::courses) fn forget(tx: &Tx<'_>, user: UserId) -> Result<()> {
    // Who he was is forgotten; that somebody has learnt here stays counted.
    tx.execute("DELETE FROM course_learners WHERE user_id = ?1", [user])?;
    tx.execute("UPDATE courses SET owner_id = NULL WHERE owner_id = ?1", [user])?;
    tx.execute("UPDATE lesson_history SET user_id = NULL WHERE user_id = ?1", [user])?;
    tx.execute("DELETE FROM course_authors WHERE user_id = ?1", [user])?;
    tx.execute("DELETE FROM course_guests WHERE user_id = ?1", [user])?;
    tx.execute("DELETE FROM draft_editors WHERE user_id = ?1", [user])?;
    Ok(())
}

/// What a course is called, whatever its state.
pub(in crate::courses) fn find_title(read: &Read<'_>, course: CourseId) -> Result<Option<String>> {
    let title = read.find(
        "SELECT coalesce((SELECT title FROM listings WHERE course_id = ?1), (SELECT json_extract(meta, '$.title') FROM drafts WHERE course_id = ?1))",
        [course],
        |row| row.get(0),
    )?;
    Ok(title.flatten())
}
