//! The one error of the house: six kinds, each with a stable code the web translates.

use std::borrow::Cow;

use serde::Serialize;

use super::time::Timestamp;

/// Short for results that fail with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One wrong field of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Dotted path in the body, such as `profile.time_zone`; empty for the whole body.
    pub path: String,
    /// Stable code, such as `text.too_long`.
    pub code: Cow<'static, str>,
    /// A sentence that names the mend.
    pub message: String,
}

/// What went wrong, in the words of the domain. Only `platform::web::problem` knows status codes.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is wrong; the fields say where and how to mend it.
    #[error("invalid input: {}", .0.iter().map(|f| format!("{}: {}", f.path, f.message)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<FieldError>),
    /// Nobody is signed in, or the session has ended.
    #[error("not signed in")]
    Unauthenticated,
    /// The actor may know that the thing exists but not do this with it.
    #[error("not allowed: {0}")]
    Denied(&'static str),
    /// The thing does not exist, or the actor may not know that it does.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The thing is in a state that forbids the deed.
    #[error("conflict: {code}")]
    Conflict {
        /// Stable code, such as `course.slug_taken`.
        code: &'static str,
        /// A sentence for the person.
        message: String,
    },
    /// The thing is there, and the actor may know it, but it is closed to him for now.
    #[error("locked: {code} ({reason})")]
    Locked {
        /// Stable code, such as `lesson.locked`.
        code: &'static str,
        /// Why, as a fixed word, such as `not_yet`.
        reason: &'static str,
        /// When it opens, if that is known.
        opens_at: Option<Timestamp>,
    },
    /// Too many tries; come back after this many seconds.
    #[error("too many requests")]
    Throttled {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// The server is busy or a part of it is down; try again after this many seconds.
    #[error("unavailable: {code}")]
    Unavailable {
        /// Stable code, such as `db.busy`.
        code: &'static str,
        /// Seconds to wait.
        retry_after: u32,
    },
    /// A fault of ours. Logged once with its source; never shown.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// One wrong field.
    pub fn field(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError {
            path: path.into(),
            code: code.into(),
            message: message.into(),
        }])
    }

    /// A state that forbids the deed.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict {
            code,
            message: message.into(),
        }
    }

    /// A fault of ours.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

/// Collects field errors so that one answer names all of them.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    /// Keeps the value, or the error under `path`.
    pub fn take<T, E: Into<TextError>>(&mut self, path: &str, value: std::result::Result<T, E>) -> Option<T> {
        value.map_err(|error| self.push(path, error.into())).ok()
    }

    /// Adds an error under `path`.
    pub fn push(&mut self, path: &str, error: TextError) {
        self.0.push(FieldError {
            path: path.into(),
            code: error.code.into(),
            message: error.message,
        });
    }

    /// # Errors
    /// [`Error::Invalid`] when any field was wrong.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

/// Why one value was refused: the path is added by whoever knows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TextError {
    /// Stable code.
    pub code: &'static str,
    /// A sentence that names the mend.
    pub message: String,
}

impl TextError {
    /// A refusal with a code and a sentence.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl From<super::time::ZoneError> for TextError {
    fn from(error: super::time::ZoneError) -> Self {
        Self::new("zone.unknown", error.to_string())
    }
}
