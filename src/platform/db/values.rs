//! How kernel words look in SQLite: ids and instants as integers, enums as fixed words.

use rusqlite::{
    ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef},
};

use crate::kernel::{
    actor::{Plan, Role},
    id::Id,
    text::{BlockId, ClientKey, Email, FieldKey, GroupName, Label, Language, Line, PersonName, Slug, Summary, Title},
    time::{Day, Moment, Timestamp, Zone},
};

impl<K> ToSql for Id<K> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(Value::Integer(self.raw())))
    }
}
impl<K> FromSql for Id<K> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self::from_raw)
    }
}
impl ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(Value::Integer(self.millis())))
    }
}
impl FromSql for Timestamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self::from_millis)
    }
}
impl ToSql for Day {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(Value::Integer(i64::from(self.number()))))
    }
}
impl FromSql for Day {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = i32::try_from(value.as_i64()?).map_err(|e| FromSqlError::Other(Box::new(e)))?;
        Ok(Self::from_number(number))
    }
}
impl ToSql for Moment {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(Value::Integer(i64::from(self.millis()))))
    }
}
impl FromSql for Moment {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let ms = u32::try_from(value.as_i64()?).map_err(|e| FromSqlError::Other(Box::new(e)))?;
        Ok(Self::from_millis(ms))
    }
}
impl ToSql for Zone {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.name()))
    }
}
impl FromSql for Zone {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        // A zone that left the zone database still names a person's place: fall back to UTC.
        Ok(Self::parse(value.as_str()?).unwrap_or_else(|_| Self::utc()))
    }
}

macro_rules! texts {
    ($($name:ident),*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> { Ok(ToSqlOutput::from(self.as_str())) }
        }
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                Self::parse(value.as_str()?).map_err(|e| FromSqlError::Other(Box::new(e)))
            }
        }
    )*};
}
texts!(
    BlockId, ClientKey, Email, FieldKey, GroupName, Label, Language, Line, PersonName, Slug, Summary, Title
);

/// Gives an enum without fields its fixed words in the database: `text_enum!(Role { Learner = "learner" })`;
/// the visibility of an enum that is not public stands before its name.
#[macro_export]
macro_rules! text_enum {
    ($name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        $crate::text_enum!(pub $name { $($variant = $word),* });
    };
    ($vis:vis $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $name {
            /// The fixed word of this value in the database and the API.
            #[must_use]
            $vis const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            /// The value with this word.
            #[must_use]
            $vis fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
        impl rusqlite::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                Ok(rusqlite::types::ToSqlOutput::from(self.word()))
            }
        }
        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                Self::from_word(value.as_str()?).ok_or(rusqlite::types::FromSqlError::InvalidType)
            }
        }
    };
}

text_enum!(Role { Learner = "learner", Instructor = "instructor", Admin = "admin" });
text_enum!(Plan { Free = "free", Premium = "premium" });

/// A cell as people read it; `None` for what nobody reads.
pub(super) fn shown(name: &str, cell: ValueRef<'_>) -> Option<serde_json::Value> {
    use serde_json::{Value as Json, json};
    Some(match cell {
        ValueRef::Blob(_) => return None,
        ValueRef::Null => Json::Null,
        ValueRef::Real(number) => json!(number),
        ValueRef::Text(bytes) => Json::String(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Integer(number) if name.ends_with("_at") => json!(Timestamp::from_millis(number)),
        ValueRef::Integer(number) if name == "day" || name.ends_with("_on") => {
            i32::try_from(number).map_or(Json::Null, |day| json!(Day::from_number(day)))
        }
        ValueRef::Integer(number) if name.starts_with("is_") => json!(number != 0),
        ValueRef::Integer(number) => shown_id(name, number).map_or_else(|| json!(number), Json::String),
    })
}

/// An id with its prefix, by the name of its column.
fn shown_id(name: &str, raw: i64) -> Option<String> {
    use crate::kernel::id::{
        AssetId, AssignmentId, BookmarkId, CourseId, EnrolmentId, FieldId, GroupId, LessonId, NoteId, SessionId, UserId,
    };
    Some(match name {
        "user_id" | "invited_by" | "impersonator_id" => UserId::from_raw(raw).to_string(),
        "course_id" => CourseId::from_raw(raw).to_string(),
        "lesson_id" => LessonId::from_raw(raw).to_string(),
        "enrolment_id" => EnrolmentId::from_raw(raw).to_string(),
        "group_id" => GroupId::from_raw(raw).to_string(),
        "field_id" => FieldId::from_raw(raw).to_string(),
        "asset_id" => AssetId::from_raw(raw).to_string(),
        "assignment_id" => AssignmentId::from_raw(raw).to_string(),
        "session_id" => SessionId::from_raw(raw).to_string(),
        "note_id" => NoteId::from_raw(raw).to_string(),
        "bookmark_id" => BookmarkId::from_raw(raw).to_string(),
        _ => return None,
    })
}
