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
    kernel::{
        error::Result,
        id::{LessonId, UserId},
    },
    platform::{db::Read, jobs::kind, module::Module},
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: http::routes(),
        jobs: vec![kind::<jobs::PurgeNote>()],
        forget: Some(store::forget),
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
