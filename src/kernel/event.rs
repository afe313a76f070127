//! The catalogue of everything that can happen: the plot of the whole house on one page.
//!
//! Events are told in the past tense, carry ids and small facts, and are appended to the
//! log in the deed's own transaction. A serialised name is fixed for ever.

#![expect(missing_docs, reason = "each variant's doc comment names its fields")]

use serde::{Deserialize, Serialize};

use super::{
    actor::{Plan, Role},
    id::{AssetId, BookmarkId, CourseId, EnrolmentId, LessonId, NoteId, UserId, VersionId, WebhookId},
};

/// Something that happened. The variant's serialised name is the event's kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body")]
pub enum Event {
    /// A person has an account now.
    #[serde(rename = "user.created")]
    UserCreated { user: UserId, role: Role, source: String },
    /// A person proved his address.
    #[serde(rename = "user.verified")]
    UserVerified { user: UserId },
    /// A person's profile changed.
    #[serde(rename = "user.profile_changed")]
    UserProfileChanged { user: UserId },
    /// A person's role or plan changed.
    #[serde(rename = "user.access_changed")]
    UserAccessChanged {
        user: UserId,
        role: Role,
        plan: Plan,
        is_active: bool,
    },
    /// A person's account was deleted; every slice forgets him.
    #[serde(rename = "user.deleted")]
    UserDeleted { user: UserId },
    /// A person signed in.
    #[serde(rename = "user.signed_in")]
    UserSignedIn { user: UserId },
    /// A course exists, as a draft.
    #[serde(rename = "course.created")]
    CourseCreated { course: CourseId },
    /// A new immutable version of a course is what new learners see.
    #[serde(rename = "course.published")]
    CoursePublished {
        course: CourseId,
        version: VersionId,
        number: u32,
        /// Whether learners in the middle get it from their next unopened day.
        #[serde(default)]
        moves_learners: bool,
    },
    /// A course takes no new learners.
    #[serde(rename = "course.archived")]
    CourseArchived { course: CourseId },
    /// An archived course takes learners again.
    #[serde(rename = "course.restored")]
    CourseRestored { course: CourseId },
    /// A course is taken back by its author; those who joined go on.
    #[serde(rename = "course.unpublished")]
    CourseUnpublished { course: CourseId },
    /// Who may see a course changed: its visibility, its groups and guests, or a moderator's word.
    #[serde(rename = "course.access_changed")]
    CourseAccessChanged { course: CourseId },
    /// A draft that was never published is gone.
    #[serde(rename = "course.deleted")]
    CourseDeleted { course: CourseId },
    /// A category was renamed, moved, added or removed.
    #[serde(rename = "category.changed")]
    CategoryChanged {},
    /// A learner joined a course.
    #[serde(rename = "enrolment.started")]
    EnrolmentStarted {
        enrolment: EnrolmentId,
        user: UserId,
        course: CourseId,
    },
    /// A learner chose another pace.
    #[serde(rename = "enrolment.pace_changed")]
    EnrolmentPaceChanged {
        enrolment: EnrolmentId,
        user: UserId,
        course: CourseId,
    },
    /// A learner who had done the days that were open opened the next one before its date.
    #[serde(rename = "enrolment.opened_ahead")]
    EnrolmentOpenedAhead {
        enrolment: EnrolmentId,
        user: UserId,
        course: CourseId,
        day: u16,
    },
    /// A learner in the middle of a course goes on by a newer version of it.
    #[serde(rename = "enrolment.moved")]
    EnrolmentMoved {
        enrolment: EnrolmentId,
        user: UserId,
        course: CourseId,
        number: u32,
    },
    /// A learner left a course.
    #[serde(rename = "enrolment.left")]
    EnrolmentLeft {
        enrolment: EnrolmentId,
        user: UserId,
        course: CourseId,
    },
    /// A learner opened a lesson for the first time.
    #[serde(rename = "lesson.opened")]
    LessonOpened { user: UserId, course: CourseId, lesson: LessonId },
    /// A learner finished a lesson for the first time in this enrolment.
    #[serde(rename = "lesson.completed")]
    LessonCompleted {
        enrolment: EnrolmentId,
        user: UserId,
        course: CourseId,
        lesson: LessonId,
        active_minutes: u32,
    },
    /// A learner finished every required lesson.
    #[serde(rename = "course.completed")]
    CourseCompleted {
        enrolment: EnrolmentId,
        user: UserId,
        course: CourseId,
    },
    /// A note was written.
    #[serde(rename = "note.created")]
    NoteCreated { note: NoteId, user: UserId, lesson: LessonId },
    /// A bookmark was set.
    #[serde(rename = "bookmark.created")]
    BookmarkCreated {
        bookmark: BookmarkId,
        user: UserId,
        lesson: LessonId,
    },
    /// A file was stored.
    #[serde(rename = "asset.stored")]
    AssetStored { asset: AssetId },
    /// A stored file has another content; what shows it shows that from now on.
    #[serde(rename = "asset.replaced")]
    AssetReplaced { asset: AssetId },
    /// A webhook was switched off because calls to it came to nothing.
    #[serde(rename = "webhook.switched_off")]
    WebhookSwitchedOff { webhook: WebhookId, host: String, reason: String },
    /// A section of the instance's settings changed.
    #[serde(rename = "settings.changed")]
    SettingsChanged { section: String },
}

/// The kinds of all events, in the order of the catalogue.
#[must_use]
pub fn kinds() -> &'static [&'static str] {
    // The derived code knows them and names them to whoever asks for one that does not exist.
    let asked = serde::de::value::MapDeserializer::<_, Known>::new(std::iter::once(("kind", "")));
    Event::deserialize(asked).err().map_or(&[], |known| known.0)
}

/// An error that remembers what would have been right.
#[derive(Debug)]
struct Known(&'static [&'static str]);

impl std::fmt::Display for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "expected one of {:?}", self.0)
    }
}

impl std::error::Error for Known {}

impl serde::de::Error for Known {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self(&[])
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known() {
        let all = kinds();
        assert!(all.contains(&"user.created") && all.contains(&"settings.changed"), "{all:?}");
        assert!(all.len() > 15 && all.iter().all(|kind| kind.contains('.')), "{all:?}");
    }
}
