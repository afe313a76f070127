//! What `course.toml` and a lesson's front matter may say.

use serde::{Deserialize, de::DeserializeOwned};

use super::Problem;
use crate::courses::model::Completion;

/// `course.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CourseToml {
    pub(super) format: i64,
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) summary: String,
    #[serde(default)]
    pub(super) description: String,
    /// Instead of `description`, where that has no exact Markdown form.
    pub(super) description_html: Option<String>,
    pub(super) category: String,
    pub(super) level: String,
    pub(super) language: String,
    pub(super) length: LengthToml,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) outcomes: Vec<String>,
    #[serde(default = "pine")]
    pub(super) palette: String,
    #[serde(default = "free")]
    pub(super) plan: String,
    pub(super) price: Option<PriceToml>,
    #[serde(default)]
    pub(super) weeks: Vec<String>,
    /// A picture under `media/`.
    pub(super) cover: Option<String>,
    /// A short film under `media/`, with its still and captions.
    pub(super) trailer: Option<String>,
    pub(super) trailer_poster: Option<String>,
    #[serde(default)]
    pub(super) trailer_captions: Vec<CaptionsToml>,
}

fn pine() -> String {
    "pine".into()
}

fn free() -> String {
    "free".into()
}

/// A number of days, or `"self-paced"`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum LengthToml {
    Days(i64),
    Word(String),
}

/// What a course costs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceToml {
    pub(super) minor: i64,
    pub(super) currency: String,
}

/// Captions under `media/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaptionsToml {
    pub(super) language: String,
    /// The language's own name when it is not said.
    pub(super) label: Option<String>,
    pub(super) file: String,
}

/// A lesson's front matter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LessonToml {
    pub(super) day: u16,
    pub(super) title: String,
    #[serde(default)]
    pub(super) summary: String,
    /// Reckoned from the text when it is not said.
    pub(super) minutes: Option<u16>,
    #[serde(default)]
    pub(super) preview: bool,
    #[serde(default = "yes")]
    pub(super) required: bool,
    #[serde(default = "mark")]
    pub(super) completion: Completion,
    #[serde(default)]
    pub(super) actions: Vec<String>,
    #[serde(default)]
    pub(super) resources: Vec<ResourceToml>,
    /// A film under `media/`, with its still and captions.
    pub(super) video: Option<String>,
    pub(super) poster: Option<String>,
    #[serde(default)]
    pub(super) captions: Vec<CaptionsToml>,
    /// The name of an HTML file beside, instead of Markdown below.
    pub(super) body: Option<String>,
}

fn yes() -> bool {
    true
}

fn mark() -> Completion {
    Completion::Mark
}

/// Something to read (`url`) or take along (`file` under `media/`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceToml {
    pub(super) title: String,
    pub(super) url: Option<String>,
    pub(super) file: Option<String>,
}

/// Reads TOML whose first line is line `first` of the file.
pub(super) fn read<T: DeserializeOwned>(file: &str, text: &str, first: usize) -> Result<T, Problem> {
    toml::from_str(text).map_err(|error| {
        let message = error.message().lines().collect::<Vec<_>>().join(" ");
        let line = error.span().map(|span| {
            let before = text.get(..span.start).unwrap_or_default();
            first + before.bytes().filter(|b| *b == b'\n').count()
        });
        match line {
            Some(line) => Problem::line(file, line, message),
            None => Problem::file(file, message),
        }
    })
}
