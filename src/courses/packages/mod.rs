//! Course packages: a folder or zip with `course.toml`, one Markdown file for each lesson under
//! `lessons/`, and files under `media/`.
//!
//! A package is read and checked as a whole before anything is stored. A lesson is known by the
//! name of its file without the running number, so that it keeps its identity when it moves.

mod export;
mod files;
mod front_matter;
mod import;
mod lesson_file;
mod media_names;
mod parse;
mod parse_course;
mod write;
mod zipped;

use std::fmt;

pub use export::{Exported, export};
pub use files::Files;
pub use import::{ImportError, ImportOptions, Imported, import};

/// The format that this version writes and reads.
const FORMAT: i64 = 1;

/// Something in a package that a person has to mend.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// The file, relative to the package; empty for the package as a whole.
    pub file: String,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The field of the front matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl Problem {
    /// About a whole file.
    fn file(file: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
            field: None,
            message: message.into(),
        }
    }

    /// About a line.
    fn line(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::file(file, message)
        }
    }

    /// About a field.
    fn field(file: &str, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::file(file, message)
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.file.is_empty() {
            return f.write_str(&self.message);
        }
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ": {field}")?;
        }
        write!(f, ": {}", self.message)
    }
}
