//! Writing a draft's lessons.

use crate::{
    courses::{
        content::Content,
        model::MAX_LESSONS,
        policy::EditCourse,
        store::{self, drafts::Place},
    },
    kernel::{
        error::{Error, Result},
        id::{LessonId, RevisionId},
    },
    platform::db::Tx,
};

/// A lesson to be added.
#[derive(Debug, Clone)]
pub struct NewLesson {
    /// The day it belongs to, from 1.
    pub day: u16,
    /// Its name in packages; made from its id when `None`.
    pub key: Option<String>,
    /// What it holds.
    pub content: Content,
}

/// Adds a lesson at the end of its day.
///
/// # Errors
/// `Invalid` for wrong fields, `Conflict` when the course is full or the key is taken.
pub fn add_lesson(tx: &Tx<'_>, can: &EditCourse, new: NewLesson) -> Result<(LessonId, RevisionId)> {
    if !(1..=999).contains(&new.day) {
        return Err(Error::field("day", "number.out_of_range", "Use a day from 1 to 999."));
    }
    let content = new.content.settle()?;
    let places = store::drafts::list_places(tx, can.course())?;
    if places.len() >= MAX_LESSONS {
        return Err(Error::conflict("course.full", "A course has at most 500 lessons."));
    }
    let position = places.iter().filter(|p| p.day == new.day).map(|p| p.position).max().unwrap_or(0) + 1;
    let lesson = match new.key {
        Some(key) => store::lessons::insert(tx, can.course(), &key)?,
        None => insert_unnamed(tx, can)?,
    };
    let revision = store::lessons::put_revision(tx, lesson, &content)?;
    let place = Place {
        lesson,
        revision,
        day: new.day,
        position,
    };
    store::drafts::put_lesson(tx, can.course(), place)?;
    store::drafts::touch(tx, can.course())?;
    Ok((lesson, revision))
}

fn insert_unnamed(tx: &Tx<'_>, can: &EditCourse) -> Result<LessonId> {
    let key = tx.new_id::<crate::kernel::id::Lesson>().to_string();
    store::lessons::insert(tx, can.course(), &key)
}
