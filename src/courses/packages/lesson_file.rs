//! A lesson's file: TOML between two lines of `+++`, then Markdown.

use super::Problem;

/// A lesson's file in its two parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LessonFile<'t> {
    /// The front matter; it begins on line 2.
    pub(super) front: &'t str,
    /// The Markdown.
    pub(super) body: &'t str,
    /// The line on which the Markdown begins.
    pub(super) body_line: usize,
}

/// Divides a lesson's file.
pub(super) fn divide<'t>(file: &str, text: &'t str) -> Result<LessonFile<'t>, Problem> {
    let begins = text.strip_prefix("+++\n");
    let rest = begins.ok_or_else(|| Problem::line(file, 1, "begin the file with a line +++ and the front matter"))?;
    let mut at = 0;
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        if line.trim_end() == "+++" {
            return Ok(LessonFile {
                front: &rest[..at],
                body: &rest[at + line.len()..],
                body_line: number + 3,
            });
        }
        at += line.len();
    }
    Err(Problem::line(
        file,
        1,
        "the front matter is never closed: write a line +++ after it",
    ))
}

/// The name by which a lesson is known for ever: its file's without folder, running number and
/// ending. `None` for a file that is no lesson.
pub(super) fn key_of(file: &str) -> Option<&str> {
    let stem = file.strip_prefix("lessons/")?.strip_suffix(".md")?;
    let bare = stem.trim_start_matches(|c: char| c.is_ascii_digit());
    let key = if bare.len() < stem.len() {
        bare.strip_prefix('-').unwrap_or(stem)
    } else {
        stem
    };
    (!key.is_empty() && !key.contains('/')).then_some(key)
}

/// The running number of a lesson's file; files without one come last.
pub(super) fn number_of(file: &str) -> u64 {
    let stem = file.strip_prefix("lessons/").unwrap_or(file);
    let digits = stem.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().unwrap_or(u64::MAX)
}
