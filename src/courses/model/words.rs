//! Fixed words of a course: state, level, completion, palette, length.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::text_enum;

/// Where a course is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Never published: only its author and admins know of it.
    Draft,
    /// Open to learners.
    Published,
    /// Taken back by its author, to come again; those who joined go on.
    Unpublished,
    /// Takes no new learners; those who joined keep it.
    Archived,
}
text_enum!(State { Draft = "draft", Published = "published", Unpublished = "unpublished", Archived = "archived" });

/// Who sees a published course in the catalogue and may join it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody who may browse.
    Everyone,
    /// The members of its groups.
    Groups,
    /// Those who were invited by name.
    Invitation,
}
text_enum!(Visibility { Everyone = "everyone", Groups = "groups", Invitation = "invitation" });

/// How much a learner should bring along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing.
    Beginner,
    /// The basics.
    Intermediate,
    /// Practice.
    Advanced,
}
text_enum!(Level { Beginner = "beginner", Intermediate = "intermediate", Advanced = "advanced" });

/// When a lesson counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Completion {
    /// When the learner says so.
    Mark,
    /// When he has ticked every action item.
    Actions,
    /// When he has watched the video.
    Video,
}
text_enum!(Completion { Mark = "mark", Actions = "actions", Video = "video" });

/// Why a state of a lesson's draft is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::courses) enum StateKind {
    /// Somebody saved it.
    Saved,
    /// Somebody brought an earlier state back.
    Restored,
    /// It was written at the same time as another text that was kept instead.
    SetAside,
    /// The lesson left the draft in this state.
    Removed,
}
text_enum!(pub(in crate::courses) StateKind { Saved = "saved", Restored = "restored", SetAside = "set_aside", Removed = "removed" });

/// The colours of the drawn cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "names of colours")]
pub enum Palette {
    Pine,
    Clay,
    Lake,
    Plum,
    Ochre,
    Slate,
}
text_enum!(Palette { Pine = "pine", Clay = "clay", Lake = "lake", Plum = "plum", Ochre = "ochre", Slate = "slate" });

/// How long a course is: 7, 14 or 21 days, or at the learner's own pace (`null` in JSON, 0 in SQL).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the type's comment names them")]
pub enum Length {
    SelfPaced,
    Days7,
    Days14,
    Days21,
}

impl Length {
    /// The number of days; `None` when the learner sets the pace.
    #[must_use]
    pub const fn days(self) -> Option<u16> {
        match self {
            Self::SelfPaced => None,
            Self::Days7 => Some(7),
            Self::Days14 => Some(14),
            Self::Days21 => Some(21),
        }
    }

    /// The length with this many days; 0 is self-paced.
    #[must_use]
    pub const fn from_days(days: i64) -> Option<Self> {
        match days {
            0 => Some(Self::SelfPaced),
            7 => Some(Self::Days7),
            14 => Some(Self::Days14),
            21 => Some(Self::Days21),
            _ => None,
        }
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        self.days().serialize(to)
    }
}
impl utoipa::PartialSchema for Length {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Integer, Type::Null]))
            .enum_values(Some([Some(7), Some(14), Some(21), None]))
            .into()
    }
}
impl utoipa::ToSchema for Length {}
impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let days = Option::<i64>::deserialize(from)?;
        match days {
            None => Ok(Self::SelfPaced),
            Some(0) => Err(de::Error::custom("use 7, 14, 21, or null for self-paced")),
            Some(days) => Self::from_days(days).ok_or_else(|| de::Error::custom("use 7, 14, 21, or null for self-paced")),
        }
    }
}
impl rusqlite::ToSql for Length {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::from(i64::from(self.days().unwrap_or(0))))
    }
}
impl rusqlite::types::FromSql for Length {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        Self::from_days(value.as_i64()?).ok_or(rusqlite::types::FromSqlError::InvalidType)
    }
}
