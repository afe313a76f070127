//! What a learner writes and marks, and where it is anchored.

use crate::kernel::{
    error::TextError,
    id::{BookmarkId, CourseId, LessonId, NoteId, UserId},
    text::{BlockId, ClientKey, free_text},
    time::{Moment, Timestamp},
};

/// The longest note, in characters.
pub(super) const MAX_TEXT: usize = 5000;
/// The longest quote, in characters.
pub(super) const MAX_QUOTE: usize = 500;
/// The longest label of a bookmark, in characters.
pub(super) const MAX_LABEL: usize = 200;
/// The most notes, and the most bookmarks, that one person keeps.
pub(super) const MAX_KEPT: i64 = 10_000;
/// How long a deleted note can be brought back, in milliseconds.
pub(super) const RESTORE_MS: i64 = 10 * 60 * 1000;

/// A place in a lesson: a block, a moment of the video, both, or the lesson as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Anchor {
    /// The block.
    pub block: Option<BlockId>,
    /// The moment of the video.
    pub video: Option<Moment>,
}

impl Anchor {
    /// The place in one word: equal for equal places. Moments count to the second.
    #[must_use]
    pub(super) fn word(&self) -> String {
        let block = self.block.as_ref().map_or("", BlockId::as_str);
        let second = self.video.map(|moment| (moment.millis() / 1000).to_string()).unwrap_or_default();
        format!("{block}@{second}")
    }
}

/// A note to be written.
#[derive(Debug, Clone)]
pub(super) struct NewNote {
    /// What he writes.
    pub text: String,
    /// The words it is about.
    pub quote: Option<String>,
    /// Where.
    pub anchor: Anchor,
    /// The client's name for this note.
    pub key: Option<ClientKey>,
}

/// A bookmark to be set.
#[derive(Debug, Clone)]
pub(super) struct NewBookmark {
    /// Where.
    pub anchor: Anchor,
    /// What he calls it.
    pub label: Option<String>,
    /// The client's name for this bookmark.
    pub key: Option<ClientKey>,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    /// Its id.
    pub id: NoteId,
    /// Whose it is.
    pub user: UserId,
    /// In which course.
    pub course: CourseId,
    /// In which lesson.
    pub lesson: LessonId,
    /// What he wrote.
    pub text: String,
    /// The words it is about.
    pub quote: Option<String>,
    /// Where.
    pub anchor: Anchor,
    /// Since when.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// When it was deleted, while it can still be brought back.
    pub deleted_at: Option<Timestamp>,
}

/// A bookmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bookmark {
    /// Its id.
    pub id: BookmarkId,
    /// Whose it is.
    pub user: UserId,
    /// In which course.
    pub course: CourseId,
    /// In which lesson.
    pub lesson: LessonId,
    /// Where.
    pub anchor: Anchor,
    /// What he calls it.
    pub label: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
}

impl Note {
    /// Whether a deleted note can be brought back now.
    #[must_use]
    pub(super) fn can_return(&self, now: Timestamp) -> bool {
        self.deleted_at.is_some_and(|at| at.plus_millis(RESTORE_MS) > now)
    }
}

/// The text of a note: at least one visible character.
///
/// # Errors
/// [`TextError`] when it is empty or too long.
pub(super) fn note_text(text: &str) -> Result<String, TextError> {
    let text = free_text(text, MAX_TEXT)?;
    if text.trim().is_empty() {
        return Err(TextError::new("text.too_short", "Write something here."));
    }
    Ok(text)
}

/// A shorter text that may be left out: an empty one is none.
///
/// # Errors
/// [`TextError`] when it is too long.
pub(super) fn optional(text: Option<&str>, max: usize) -> Result<Option<String>, TextError> {
    let text = text.map(|text| free_text(text.trim(), max)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// The form in which notes are searched: lower case.
#[must_use]
pub(super) fn folded(text: &str, quote: Option<&str>) -> String {
    let mut all = text.to_lowercase();
    if let Some(quote) = quote {
        all.push('\n');
        all.push_str(&quote.to_lowercase());
    }
    all
}

/// A pattern for `LIKE … ESCAPE '\'` that finds the words anywhere, taken as they are.
#[must_use]
pub(super) fn like(words: &str) -> String {
    let mut pattern = String::from("%");
    for c in words.trim().to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_only_themselves() {
        assert_eq!(like("  100%_\\ Ärger "), "%100\\%\\_\\\\ ärger%");
        assert_eq!(like(""), "%%");
    }

    #[test]
    fn equal_places_have_equal_words() {
        let at = |block: Option<&str>, ms: Option<u32>| Anchor {
            block: block.and_then(|b| BlockId::parse(b).ok()),
            video: ms.map(Moment::from_millis),
        };
        assert_eq!(at(None, Some(1900)).word(), at(None, Some(1000)).word());
        assert_ne!(at(None, Some(1900)).word(), at(None, Some(2000)).word());
        assert_ne!(at(Some("abcdefghi1"), None).word(), at(None, None).word());
        assert_ne!(at(Some("abcdefghi1"), Some(0)).word(), at(Some("abcdefghi1"), None).word());
    }

    #[test]
    fn texts_are_bounded() {
        assert_eq!(note_text(" \n ").map_err(|e| e.code), Err("text.too_short"));
        assert_eq!(note_text("\u{0}\u{7}").map_err(|e| e.code), Err("text.too_short"));
        assert!(note_text(&"🌱".repeat(MAX_TEXT)).is_ok());
        assert_eq!(note_text(&"a".repeat(MAX_TEXT + 1)).map_err(|e| e.code), Err("text.too_long"));
        assert_eq!(optional(Some("  "), 5), Ok(None));
        assert_eq!(optional(Some(" ab "), 5), Ok(Some("ab".into())));
        assert!(optional(Some("abcdef"), 5).is_err());
    }

    #[test]
    fn ten_minutes_to_think_again() {
        let note = Note {
            id: NoteId::from_raw(1),
            user: UserId::from_raw(1),
            course: CourseId::from_raw(1),
            lesson: LessonId::from_raw(1),
            text: "a".into(),
            quote: None,
            anchor: Anchor::default(),
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
            deleted_at: Some(Timestamp::from_millis(0)),
        };
        assert!(note.can_return(Timestamp::from_millis(RESTORE_MS - 1)));
        assert!(!note.can_return(Timestamp::from_millis(RESTORE_MS)));
    }
}
