//! Typed, prefixed ids: 64 bits in the database, `crs_01h8…` everywhere else.
//!
//! An id is milliseconds since 2020-01-01 (43 bits) followed by 20 random bits, so
//! ids sort by birth and fit SQLite's rowid. Outside the database an id is its kind's
//! prefix, an underscore and 13 characters of Crockford base32: a course id cannot be
//! sent where a user id is due, and no JavaScript number loses a digit.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What an [`Id`] names: its prefix is part of the public contract and never changes.
pub trait Kind: 'static {
    /// Three to four lower-case letters, without the underscore.
    const PREFIX: &'static str;
}

/// A 64-bit, time-ordered id of one kind of thing.
pub struct Id<K> {
    raw: i64,
    kind: PhantomData<fn() -> K>,
}

/// Why a text is no id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id such as {prefix}_0000000000000")]
pub struct IdError {
    prefix: &'static str,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 2020-01-01T00:00:00Z in Unix milliseconds: the epoch of ids.
pub const EPOCH_MS: i64 = 1_577_836_800_000;
const RANDOM_BITS: u32 = 20;

impl<K> Id<K> {
    /// Composes an id from an instant (Unix milliseconds) and chance (its low 20 bits are used).
    #[must_use]
    pub fn compose(unix_ms: i64, chance: u32) -> Self {
        let time = (unix_ms - EPOCH_MS).max(0);
        let low = i64::from(chance & ((1 << RANDOM_BITS) - 1));
        Self::from_raw((time << RANDOM_BITS) | low)
    }

    /// The id with this database value.
    #[must_use]
    pub const fn from_raw(raw: i64) -> Self {
        Self { raw, kind: PhantomData }
    }

    /// The database value.
    #[must_use]
    pub const fn raw(self) -> i64 {
        self.raw
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = [b'0'; 13];
        let mut rest = self.raw.cast_unsigned();
        for slot in out.iter_mut().rev() {
            *slot = ALPHABET[(rest & 31) as usize];
            rest >>= 5;
        }
        write!(f, "{}_{}", K::PREFIX, String::from_utf8_lossy(&out))
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let bad = IdError { prefix: K::PREFIX };
        let digits = text
            .strip_prefix(K::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .filter(|digits| digits.len() == 13)
            .ok_or(bad.clone())?;
        let mut raw: u64 = 0;
        for (place, byte) in digits.bytes().enumerate() {
            let value = ALPHABET.iter().position(|c| *c == byte).ok_or(bad.clone())? as u64;
            if place == 0 && value > 7 {
                return Err(bad);
            }
            raw = (raw << 5) | value;
        }
        Ok(Self::from_raw(raw.cast_signed()))
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.raw.cmp(&other.raw)
    }
}
impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}
impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $alias:ident, $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $kind;
        impl Kind for $kind { const PREFIX: &'static str = $prefix; }
        #[doc = concat!("Id of a ", stringify!($kind), ", shown as `", $prefix, "_…`.")]
        pub type $alias = Id<$kind>;
    )*};
}

kinds! {
    /// A person with an account.
    User, UserId, "usr";
    /// One signed-in browser or device.
    Session, SessionId, "ses";
    /// An invitation to join.
    Invite, InviteId, "inv";
    /// A stored file: image, video, captions or download.
    Asset, AssetId, "ast";
    /// A file on its way in, in as many requests as it takes.
    Upload, UploadId, "upl";
    /// A category of courses.
    Category, CategoryId, "cat";
    /// A course.
    Course, CourseId, "crs";
    /// An immutable published version of a course.
    Version, VersionId, "ver";
    /// A lesson: its identity for ever, across versions.
    Lesson, LessonId, "lsn";
    /// One immutable state of a lesson's content.
    Revision, RevisionId, "rev";
    /// One remembered state of a lesson's draft.
    LessonState, LessonStateId, "lst";
    /// A learner's place in a course.
    Enrolment, EnrolmentId, "enr";
    /// A learner's note.
    Note, NoteId, "not";
    /// A learner's bookmark.
    Bookmark, BookmarkId, "bmk";
    /// A unit of background work.
    Job, JobId, "job";
    /// A mail on its way out.
    Mail, MailId, "mal";
    /// A group of people.
    Group, GroupId, "grp";
    /// A field that the instance keeps about people.
    Field, FieldId, "fld";
    /// A review of a draft.
    Review, ReviewId, "rvw";
    /// A remark of a reviewer.
    Comment, CommentId, "cmt";
    /// A learner's report.
    Report, ReportId, "rpt";
    /// A step of a review or report.
    Step, StepId, "stp";
    /// A program's key to the API.
    Token, TokenId, "tok";
    /// An address that is called when something happens.
    Webhook, WebhookId, "whk";
    /// One call of a webhook.
    Delivery, DeliveryId, "whd";
    /// A state of a section of settings.
    Setting, SettingId, "set";
    /// An audit row.
    AuditRow, AuditId, "aud";
    /// A deed over many people.
    BulkRun, BulkId, "blk";
    /// A list of people that an admin keeps.
    SavedView, ViewId, "viw";
    /// A file with one person's data.
    PersonExport, ExportId, "exp";
    /// An import of people.
    PeopleImport, ImportId, "imp";
    /// What somebody is to learn until when.
    Assignment, AssignmentId, "asg";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_and_sorts_by_birth() {
        let early = CourseId::compose(EPOCH_MS + 1, 7);
        let late = CourseId::compose(EPOCH_MS + 2, 0);
        assert!(early < late);
        assert!(early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse(), Ok(early));
        let max = CourseId::from_raw(i64::MAX);
        assert_eq!(max.to_string().parse(), Ok(max));
    }

    #[test]
    fn foreign_and_malformed_texts_are_refused() {
        let user = UserId::compose(EPOCH_MS, 1).to_string();
        for text in [
            user.as_str(),
            "crs_",
            "crs_000000000000u",
            "crs_zzzzzzzzzzzzz",
            "",
            "crs_é00000000000",
        ] {
            assert!(text.parse::<CourseId>().is_err(), "{text}");
        }
    }
}
