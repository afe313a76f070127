//! Reviews and what is said in them.

use rusqlite::Row;

use crate::{
    kernel::{
        error::Result,
        id::{CommentId, CourseId, ReviewId, UserId},
        page::Page,
    },
    moderation::model::{Comment, NewComment, Review, ReviewState},
    platform::db::{Read, Tx},
};

const REVIEW: &str = "id, course_id, hash, state, note, submitter_id, assignee_id, decider_id, submitted_at, decided_at";

fn review(row: &Row<'_>) -> rusqlite::Result<Review> {
    Ok(Review {
        id: row.get(0)?,
        course: row.get(1)?,
        hash: row.get(2)?,
        state: row.get(3)?,
        note: row.get(4)?,
        submitter: row.get(5)?,
        assignee: row.get(6)?,
        decider: row.get(7)?,
        submitted_at: row.get(8)?,
        decided_at: row.get(9)?,
    })
}

pub(in crate::moderation) fn find(read: &Read<'_>, id: ReviewId) -> Result<Option<Review>> {
    read.find(&format!("SELECT {REVIEW} FROM reviews WHERE id = ?1"), [id], review)
}

pub(in crate::moderation) fn find_latest(read: &Read<'_>, course: CourseId) -> Result<Option<Review>> {
    read.find(
        &format!("SELECT {REVIEW} FROM reviews WHERE course_id = ?1 ORDER BY id DESC LIMIT 1"),
        [course],
        review,
    )
}

/// Reviews in a state, the oldest first; only those of one reviewer where one is named.
pub(in crate::moderation) fn list(
    read: &Read<'_>,
    state: ReviewState,
    assignee: Option<UserId>,
    after: Option<ReviewId>,
    limit: u32,
) -> Result<Page<Review>> {
    let rows = read.list(
        &format!(
            "SELECT {REVIEW} FROM reviews WHERE state = ?1 AND (?2 IS NULL OR assignee_id = ?2) AND (?3 IS NULL OR id > ?3) ORDER BY id LIMIT ?4"
        ),
        (state, assignee, after, limit + 1),
        review,
    )?;
    Ok(Page::cut(rows, limit, |review| review.id.to_string()))
}

pub(in crate::moderation) fn count_open(read: &Read<'_>, assignee: Option<UserId>) -> Result<u32> {
    let count = read.count(
        "SELECT count(*) FROM reviews WHERE state = 'open' AND (?1 IS NULL OR assignee_id = ?1)",
        [assignee],
    )?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

pub(in crate::moderation) fn insert(tx: &Tx<'_>, course: CourseId, hash: &str, note: &str) -> Result<ReviewId> {
    let id = tx.new_id();
    tx.execute(
        "INSERT INTO reviews (id, course_id, hash, state, note, submitter_id, submitted_at) VALUES (?1, ?2, ?3, 'open', ?4, ?5, ?6)",
        (id, course, hash, note, tx.actor().user(), tx.now()),
    )?;
    Ok(id)
}

pub(in crate::moderation) fn decide(tx: &Tx<'_>, id: ReviewId, state: ReviewState) -> Result<()> {
    tx.execute(
        "UPDATE reviews SET state = ?2, decider_id = ?3, decided_at = ?4 WHERE id = ?1 AND state = 'open'",
        (id, state, tx.actor().user(), tx.now()),
    )?;
    Ok(())
}

pub(in crate::moderation) fn assign(tx: &Tx<'_>, id: ReviewId, to: Option<UserId>) -> Result<()> {
    tx.execute("UPDATE reviews SET assignee_id = ?2 WHERE id = ?1", (id, to))?;
    Ok(())
}

pub(in crate::moderation) fn insert_comment(tx: &Tx<'_>, id: ReviewId, new: &NewComment) -> Result<()> {
    let comment: CommentId = tx.new_id();
    tx.execute(
        "INSERT INTO review_comments (id, review_id, lesson_id, block, body, author_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (comment, id, new.lesson, &new.block, &new.body, tx.actor().user(), tx.now()),
    )?;
    Ok(())
}

pub(in crate::moderation) fn count_comments(read: &Read<'_>, id: ReviewId) -> Result<usize> {
    let count = read.count("SELECT count(*) FROM review_comments WHERE review_id = ?1", [id])?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

pub(in crate::moderation) fn list_comments(read: &Read<'_>, id: ReviewId) -> Result<Vec<Comment>> {
    read.list(
        "SELECT id, lesson_id, block, body, author_id, created_at FROM review_comments WHERE review_id = ?1 ORDER BY id",
        [id],
        |row| {
            Ok(Comment {
                id: row.get(0)?,
                lesson: row.get(1)?,
                block: row.get(2)?,
                body: row.get(3)?,
                author: row.get(4)?,
                created_at: row.get(5)?,
            })
        },
    )
}
