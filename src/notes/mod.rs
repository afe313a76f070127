//! Notes and bookmarks: what learners write and mark in lessons.
//!
//! They hang on the lesson, not on an enrolment or a revision: what one has written stays one's
//! own after a course is left, archived or published anew. Anchors are a block's `data-id` or a
//! moment of the video; the quote keeps the words when the block has gone.
//!
//! Tables: `notes`, `bookmarks`. Tells: `note.created`, `bookmark.created`. Hears: nothing.

mod actions;
mod http;
mod jobs;
mod model;
mod policy;
mod store;
mod views;

use crate::{
    enrolments::LearnLesson,
    kernel::{
        error::{Error, Result},
        id::{LessonId, UserId},
        text::BlockId,
        time::Moment,
    },
    platform::{
        db::{Read, Tx},
        jobs::kind,
        module::Module,
    },
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: http::routes(),
        jobs: vec![kind::<jobs::PurgeNote>()],
        forget: Some(store::forget),
        portray: Some(store::portray),
        ..Module::new("notes", &["notes", "bookmarks"])
    }
}

/// How many notes a person has in a lesson.
///
/// # Errors
/// A database fault.
pub fn count_in_lesson(read: &Read<'_>, user: UserId, lesson: LessonId) -> Result<u32> {
    Ok(u32::try_from(store::count_notes_in(read, user, lesson)?).unwrap_or(0))
}

/// Whether a person has a bookmark in a lesson.
///
/// # Errors
/// A database fault.
pub fn has_bookmark(read: &Read<'_>, user: UserId, lesson: LessonId) -> Result<bool> {
    store::has_bookmark_in(read, user, lesson)
}

/// Where a note or a bookmark of `write` and `mark` hangs: a block, a moment of the video,
/// or neither for the lesson as a whole.
pub type Spot = (Option<BlockId>, Option<Moment>);

/// Writes a note: for the demo; people do it over HTTP.
///
/// # Errors
/// As over HTTP.
pub fn write(tx: &Tx<'_>, can: &LearnLesson, (block, video): Spot, quote: Option<&str>, text: &str) -> Result<()> {
    let new = model::NewNote {
        text: model::note_text(text).map_err(|e| Error::field("text", e.code, e.message))?,
        quote: model::optional(quote, model::MAX_QUOTE).map_err(|e| Error::field("quote", e.code, e.message))?,
        anchor: model::Anchor { block, video },
        key: None,
    };
    actions::write(tx, can, &new).map(drop)
}

/// Sets a bookmark: for the demo; people do it over HTTP.
///
/// # Errors
/// As over HTTP.
pub fn mark(tx: &Tx<'_>, can: &LearnLesson, (block, video): Spot, label: &str) -> Result<()> {
    let new = model::NewBookmark {
        anchor: model::Anchor { block, video },
        label: model::optional(Some(label), model::MAX_LABEL).map_err(|e| Error::field("label", e.code, e.message))?,
        key: None,
    };
    actions::mark(tx, can, &new).map(drop)
}
