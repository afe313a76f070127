//! Whose notes and bookmarks are whose. Each proof's constructor is private to this file.
//!
//! Writing in a lesson needs [`crate::enrolments::LearnLesson`]: what one may not open, one may
//! not annotate. What one has written stays one's own, wherever the lesson has gone since.

use serde::Deserialize;

use super::store;
use crate::{
    kernel::{
        actor::Actor,
        error::{Error, Result},
        id::{BookmarkId, NoteId, UserId},
    },
    platform::{
        db::Read,
        web::guard::{PathKey, Require},
    },
};

/// The path key of one note.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct NotePath {
    /// Its id.
    pub note: NoteId,
}

/// May change a note: his own.
#[derive(Debug, Clone)]
pub(super) struct OwnNote {
    note: NoteId,
    user: UserId,
}

impl OwnNote {
    /// The note.
    #[must_use]
    pub(super) fn note(&self) -> NoteId {
        self.note
    }

    /// Whose it is.
    #[must_use]
    pub(super) fn user(&self) -> UserId {
        self.user
    }
}

impl Require for OwnNote {
    type Key = PathKey<NotePath>;
    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        let user = actor.signed_in()?.id;
        let note = store::get_note(read, key.0.note)?;
        if note.user != user {
            return Err(Error::NotFound("note"));
        }
        Ok(Self { note: note.id, user })
    }
}

/// The path key of one bookmark.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct BookmarkPath {
    /// Its id.
    pub bookmark: BookmarkId,
}

/// May remove a bookmark: his own.
#[derive(Debug, Clone)]
pub(super) struct OwnBookmark {
    bookmark: BookmarkId,
}

impl OwnBookmark {
    /// The bookmark.
    #[must_use]
    pub(super) fn bookmark(&self) -> BookmarkId {
        self.bookmark
    }
}

impl Require for OwnBookmark {
    type Key = PathKey<BookmarkPath>;
    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        let user = actor.signed_in()?.id;
        let bookmark = store::get_bookmark(read, key.0.bookmark)?;
        if bookmark.user != user {
            return Err(Error::NotFound("bookmark"));
        }
        Ok(Self { bookmark: bookmark.id })
    }
}
