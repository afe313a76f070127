//! The verbs: write, change, delete, bring back; mark and unmark.

use super::{
    jobs::PurgeNote,
    model::{Bookmark, MAX_KEPT, NewBookmark, NewNote, Note, RESTORE_MS},
    policy::{OwnBookmark, OwnNote},
    store,
};
use crate::{
    enrolments::LearnLesson,
    kernel::{
        error::{Error, Result},
        event::Event,
    },
    platform::db::Tx,
};

/// Writes a note. The same key again gives the note that is there. True when it is new.
///
/// # Errors
/// `Locked` or `NotFound` when the lesson is not open any more, `Conflict` when he keeps too many.
pub(super) fn write(tx: &Tx<'_>, can: &LearnLesson, new: &NewNote) -> Result<(Note, bool)> {
    let open = can.again(tx)?;
    let user = can.person().id;
    if let Some(key) = &new.key
        && let Some(found) = store::find_note_by_key(tx, user, key)?
    {
        return Ok((found, false));
    }
    if store::count_notes(tx, user, MAX_KEPT)? >= MAX_KEPT {
        return Err(Error::conflict(
            "note.too_many",
            "You keep 10,000 notes. Export them and delete some first.",
        ));
    }
    let note = store::insert_note(tx, user, open.course, open.lesson(), new)?;
    tx.tell(&Event::NoteCreated {
        note,
        user,
        lesson: open.lesson(),
    })?;
    Ok((store::get_note(tx, note)?, true))
}

/// Changes a note's text.
///
/// # Errors
/// `NotFound` when it was deleted.
pub(super) fn change(tx: &Tx<'_>, can: &OwnNote, text: &str) -> Result<Note> {
    let note = store::get_note(tx, can.note())?;
    if note.deleted_at.is_some() {
        return Err(Error::NotFound("note"));
    }
    store::update_text(tx, &note, text)?;
    store::get_note(tx, note.id)
}

/// Deletes a note; for ten minutes it can be brought back.
///
/// # Errors
/// A database fault.
pub(super) fn delete(tx: &Tx<'_>, can: &OwnNote) -> Result<()> {
    let note = store::get_note(tx, can.note())?;
    if note.deleted_at.is_some() {
        return Ok(());
    }
    store::update_deleted(tx, note.id, Some(tx.now()))?;
    tx.enqueue_at(&PurgeNote { note: note.id }, tx.now().plus_millis(RESTORE_MS))?;
    Ok(())
}

/// Brings a deleted note back.
///
/// # Errors
/// `NotFound` after ten minutes.
pub(super) fn restore(tx: &Tx<'_>, can: &OwnNote) -> Result<Note> {
    let note = store::get_note(tx, can.note())?;
    if note.deleted_at.is_none() {
        return Ok(note);
    }
    if !note.can_return(tx.now()) {
        return Err(Error::NotFound("note"));
    }
    store::update_deleted(tx, note.id, None)?;
    store::get_note(tx, note.id)
}

/// Sets a bookmark. The same place, or the same key, gives the one that is there. True when new.
///
/// # Errors
/// `Locked` or `NotFound` when the lesson is not open any more, `Conflict` when he keeps too many.
pub(super) fn mark(tx: &Tx<'_>, can: &LearnLesson, new: &NewBookmark) -> Result<(Bookmark, bool)> {
    let open = can.again(tx)?;
    let user = can.person().id;
    if let Some(found) = store::find_same_bookmark(tx, user, open.lesson(), new)? {
        return Ok((found, false));
    }
    if store::count_bookmarks(tx, user, MAX_KEPT)? >= MAX_KEPT {
        return Err(Error::conflict(
            "bookmark.too_many",
            "You keep 10,000 bookmarks. Remove some first.",
        ));
    }
    let bookmark = store::insert_bookmark(tx, user, open.course, open.lesson(), new)?;
    tx.tell(&Event::BookmarkCreated {
        bookmark,
        user,
        lesson: open.lesson(),
    })?;
    Ok((store::get_bookmark(tx, bookmark)?, true))
}

/// Removes a bookmark.
///
/// # Errors
/// A database fault.
pub(super) fn unmark(tx: &Tx<'_>, can: &OwnBookmark) -> Result<()> {
    store::delete_bookmark(tx, can.bookmark())
}
