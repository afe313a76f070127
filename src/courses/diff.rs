//! What differs between two versions of a course, lesson by lesson and word by word.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    model::{CourseRef, Meta, VersionLesson},
    store,
};
use crate::{
    kernel::{
        error::{Error, Result},
        id::{CourseId, LessonId},
    },
    platform::db::Read,
};

/// Words on either side beyond which a text is shown as wholly replaced.
const MOST_WORDS: usize = 3_000;

/// What happened to a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum LessonChange {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its content is another.
    Changed,
    /// It stands elsewhere, with the same content.
    Moved,
}

/// What happened to a run of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Op {
    /// In both.
    Same,
    /// Only in the newer.
    Added,
    /// Only in the older.
    Removed,
}

/// A run of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(super) struct Run {
    /// What happened to it.
    op: Op,
    /// The words.
    text: String,
}

/// A lesson that differs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct LessonDiff {
    /// Which.
    lesson: LessonId,
    /// What happened to it.
    change: LessonChange,
    /// Its name in the newer, else in the older.
    title: String,
    /// Its day in the older.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_day: Option<u16>,
    /// Its day in the newer.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_day: Option<u16>,
    /// Its words, title and summary first.
    runs: Vec<Run>,
    /// Which parts besides the words differ, such as `video` or `minutes`.
    parts: Vec<&'static str>,
}

/// What differs between two versions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CourseDiff {
    /// The number of the older; absent when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u32>,
    /// The number of the newer; absent for the draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u32>,
    /// The fields of the course that differ.
    fields: Vec<&'static str>,
    /// The lessons that differ, in the order of the newer; those that are gone last.
    lessons: Vec<LessonDiff>,
    /// How many lessons are alike.
    same: usize,
}

type State = (Option<Meta>, Vec<VersionLesson>);

fn numbered(read: &Read<'_>, course: CourseId, number: u32) -> Result<State> {
    let version = store::versions::find_number(read, course, number)?.ok_or(Error::NotFound("version"))?;
    Ok((
        Some(store::versions::get_meta(read, version)?),
        store::versions::list_lessons(read, version)?,
    ))
}

/// What differs from one version, else the one that learners see, to another, else the draft.
///
/// # Errors
/// `NotFound` without such a version.
pub(super) fn diff(read: &Read<'_>, course: CourseId, from: Option<u32>, to: Option<u32>) -> Result<CourseDiff> {
    let head = store::courses::get(read, &CourseRef::Id(course))?;
    let from = from.or(Some(head.number).filter(|number| *number > 0));
    let old = from.map_or_else(|| Ok((None, Vec::new())), |number| numbered(read, course, number))?;
    let new = match to {
        Some(number) => numbered(read, course, number)?,
        None => (Some(store::drafts::get(read, course)?.meta), store::drafts::outline(read, course)?),
    };
    let (lessons, same) = lessons(read, &old.1, &new.1)?;
    Ok(CourseDiff {
        from,
        to,
        fields: fields(old.0.as_ref(), new.0.as_ref())?,
        lessons,
        same,
    })
}

fn fields(old: Option<&Meta>, new: Option<&Meta>) -> Result<Vec<&'static str>> {
    const FIELDS: [&str; 15] = [
        "title",
        "summary",
        "description_html",
        "category",
        "level",
        "language",
        "length",
        "tags",
        "outcomes",
        "weeks",
        "palette",
        "plan",
        "price",
        "cover",
        "trailer",
    ];
    let (Some(old), Some(new)) = (old, new) else {
        return Ok(Vec::new());
    };
    let value = |meta: &Meta| serde_json::to_value(meta).map_err(Error::internal);
    let (old, new) = (value(old)?, value(new)?);
    Ok(FIELDS.into_iter().filter(|field| old.get(field) != new.get(field)).collect())
}

fn lessons(read: &Read<'_>, old: &[VersionLesson], new: &[VersionLesson]) -> Result<(Vec<LessonDiff>, usize)> {
    let before: HashMap<LessonId, &VersionLesson> = old.iter().map(|place| (place.lesson, place)).collect();
    let (mut all, mut same) = (Vec::new(), 0);
    for place in new {
        match before.get(&place.lesson).copied() {
            None => all.push(one(read, None, Some(place), LessonChange::Added)?),
            Some(was) if was.revision != place.revision => all.push(one(read, Some(was), Some(place), LessonChange::Changed)?),
            Some(was) if was.day != place.day => all.push(one(read, Some(was), Some(place), LessonChange::Moved)?),
            Some(_) => same += 1,
        }
    }
    for was in old.iter().filter(|was| !new.iter().any(|place| place.lesson == was.lesson)) {
        all.push(one(read, Some(was), None, LessonChange::Removed)?);
    }
    Ok((all, same))
}

fn one(read: &Read<'_>, was: Option<&VersionLesson>, is: Option<&VersionLesson>, change: LessonChange) -> Result<LessonDiff> {
    let shown = is.or(was).ok_or(Error::NotFound("lesson"))?;
    let text = |place: Option<&VersionLesson>| -> Result<String> {
        match place {
            Some(p) => Ok(format!(
                "{}\n{}\n{}",
                p.title,
                p.summary,
                store::lessons::get_text(read, p.revision)?
            )),
            None => Ok(String::new()),
        }
    };
    Ok(LessonDiff {
        lesson: shown.lesson,
        change,
        title: shown.title.clone(),
        from_day: was.map(|p| p.day),
        to_day: is.map(|p| p.day),
        runs: match change {
            LessonChange::Changed => runs(&text(was)?, &text(is)?),
            LessonChange::Moved => Vec::new(),
            LessonChange::Added | LessonChange::Removed => runs(&text(was)?, &text(is)?),
        },
        parts: parts(read, was, is)?,
    })
}

fn parts(read: &Read<'_>, was: Option<&VersionLesson>, is: Option<&VersionLesson>) -> Result<Vec<&'static str>> {
    let (Some(was), Some(is)) = (was, is) else { return Ok(Vec::new()) };
    if was.revision == is.revision {
        return Ok(Vec::new());
    }
    let (old, new) = (
        store::lessons::get_content(read, was.revision)?,
        store::lessons::get_content(read, is.revision)?,
    );
    let all = [
        ("minutes", old.minutes != new.minutes),
        ("video", old.video != new.video),
        ("actions", old.actions != new.actions),
        ("resources", old.resources != new.resources),
        ("is_required", old.is_required != new.is_required),
        ("is_preview", old.is_preview != new.is_preview),
        ("completion", old.completion != new.completion),
        ("files", old.assets() != new.assets()),
    ];
    Ok(all.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect())
}

/// The words of two texts, in runs. What both begin and end with is set aside; between, the longest
/// common subsequence stays.
fn runs(old: &str, new: &str) -> Vec<Run> {
    let (old, new) = (words(old), words(new));
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..]
        .iter()
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (from, to) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut out = Runs::default();
    out.push(Op::Same, &old[..head]);
    between(from, to, &mut out);
    out.push(Op::Same, &old[old.len() - tail..]);
    out.0
}

/// Words with the white space after them; a new line is a word of its own.
fn words(text: &str) -> Vec<&str> {
    text.split_inclusive([' ', '\n']).filter(|word| !word.is_empty()).collect()
}

#[derive(Default)]
struct Runs(Vec<Run>);

impl Runs {
    fn push(&mut self, op: Op, words: &[&str]) {
        if words.is_empty() {
            return;
        }
        match self.0.last_mut().filter(|run| run.op == op) {
            Some(run) => run.text.push_str(&words.concat()),
            None => self.0.push(Run { op, text: words.concat() }),
        }
    }
}

fn between(from: &[&str], to: &[&str], out: &mut Runs) {
    if from.len() > MOST_WORDS || to.len() > MOST_WORDS || from.is_empty() || to.is_empty() {
        out.push(Op::Removed, from);
        out.push(Op::Added, to);
        return;
    }
    // Lengths of the longest common subsequence of what is left on both sides.
    let width = to.len() + 1;
    let mut longest = vec![0_u16; (from.len() + 1) * width];
    for i in (0..from.len()).rev() {
        for j in (0..to.len()).rev() {
            longest[i * width + j] = if from[i] == to[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < from.len() && j < to.len() {
        if from[i] == to[j] {
            out.push(Op::Same, &from[i..=i]);
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            out.push(Op::Removed, &from[i..=i]);
            i += 1;
        } else {
            out.push(Op::Added, &to[j..=j]);
            j += 1;
        }
    }
    out.push(Op::Removed, &from[i..]);
    out.push(Op::Added, &to[j..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let mark = |run: Run| match run.op {
            Op::Same => run.text,
            Op::Added => format!("+[{}]", run.text),
            Op::Removed => format!("-[{}]", run.text),
        };
        runs(old, new).into_iter().map(mark).collect()
    }

    #[test]
    fn words_that_differ_are_marked() {
        assert_eq!(shown("one two three", "one two three"), "one two three");
        assert_eq!(shown("one two three", "one 2 three"), "one -[two ]+[2 ]three");
        assert_eq!(shown("", "all new"), "+[all new]");
        assert_eq!(shown("a b c d e", "a c d x e"), "a -[b ]c d +[x ]e");
    }

    #[test]
    fn either_text_can_be_read_out_of_the_runs() {
        let (old, new) = ("The cat sat\non the mat again", "A cat\nsat on that mat once more");
        let runs = runs(old, new);
        let without = |op: Op| runs.iter().filter(|r| r.op != op).map(|r| r.text.as_str()).collect::<String>();
        assert_eq!((without(Op::Added).as_str(), without(Op::Removed).as_str()), (old, new));
    }
}
