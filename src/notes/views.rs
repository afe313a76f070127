//! Notes and bookmarks as their owner sees them, with the names of where they are.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt::Write as _,
    sync::Arc,
};

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Bookmark, Note};
use crate::{
    courses::{self, Shelf, VersionLesson},
    enrolments,
    kernel::{
        error::Result,
        id::{BookmarkId, CourseId, LessonId, NoteId, UserId},
        text::{BlockId, Slug},
        time::{Day, Moment, Timestamp},
    },
    platform::db::Read,
};

/// The lesson that something is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct AnchorLesson {
    /// Its id.
    pub id: LessonId,
    /// Its name.
    pub title: String,
    /// Its day.
    pub day: u16,
}

/// The course that something is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct AnchorCourse {
    /// Its id.
    pub id: CourseId,
    /// Its address.
    pub slug: Slug,
    /// Its name.
    pub title: String,
}

/// A note.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NoteOut {
    /// Its id.
    pub id: NoteId,
    /// In which lesson.
    pub lesson: AnchorLesson,
    /// In which course.
    pub course: AnchorCourse,
    /// What he wrote.
    pub text: String,
    /// The block it is anchored to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_id: Option<BlockId>,
    /// The words it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// The moment of the video it is anchored to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_seconds: Option<Moment>,
    /// Since when.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
}

/// A bookmark.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BookmarkOut {
    /// Its id.
    pub id: BookmarkId,
    /// In which lesson.
    pub lesson: AnchorLesson,
    /// In which course.
    pub course: AnchorCourse,
    /// The block it points to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_id: Option<BlockId>,
    /// The moment of the video it points to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_seconds: Option<Moment>,
    /// What he calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
}

/// Names of courses and lessons, as one person knows them: by the version he learns or learnt.
pub(super) struct Names<'r, 'c> {
    read: &'r Read<'c>,
    shelf: Arc<Shelf>,
    user: UserId,
    courses: HashMap<CourseId, (AnchorCourse, Arc<Vec<VersionLesson>>)>,
}

impl<'r, 'c> Names<'r, 'c> {
    pub(super) fn new(read: &'r Read<'c>, shelf: Arc<Shelf>, user: UserId) -> Self {
        Self {
            read,
            shelf,
            user,
            courses: HashMap::new(),
        }
    }

    pub(super) fn of(&mut self, course: CourseId, lesson: LessonId) -> Result<(AnchorCourse, AnchorLesson)> {
        let (name, outline) = match self.courses.entry(course) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(look_up(self.read, &self.shelf, self.user, course)?),
        };
        let known = outline.iter().find(|place| place.lesson == lesson).cloned();
        let place = match known {
            Some(place) => Some(place),
            // His version does not have it: a preview of a newer one, or a course he left.
            None => courses::newest_place(self.read, lesson)?,
        };
        let lesson = AnchorLesson {
            id: lesson,
            day: place.as_ref().map_or(1, |place| place.day),
            title: place.map(|place| place.title).unwrap_or_default(),
        };
        Ok((name.clone(), lesson))
    }

    pub(super) fn note(&mut self, note: Note) -> Result<NoteOut> {
        let (course, lesson) = self.of(note.course, note.lesson)?;
        Ok(NoteOut {
            id: note.id,
            lesson,
            course,
            text: note.text,
            block_id: note.anchor.block,
            quote: note.quote,
            video_seconds: note.anchor.video,
            created_at: note.created_at,
            updated_at: note.updated_at,
        })
    }

    pub(super) fn notes(&mut self, notes: Vec<Note>) -> Result<Vec<NoteOut>> {
        notes.into_iter().map(|note| self.note(note)).collect()
    }

    pub(super) fn bookmark(&mut self, bookmark: Bookmark) -> Result<BookmarkOut> {
        let (course, lesson) = self.of(bookmark.course, bookmark.lesson)?;
        Ok(BookmarkOut {
            id: bookmark.id,
            lesson,
            course,
            block_id: bookmark.anchor.block,
            video_seconds: bookmark.anchor.video,
            label: bookmark.label,
            created_at: bookmark.created_at,
        })
    }
}

fn look_up(read: &Read<'_>, shelf: &Shelf, user: UserId, course: CourseId) -> Result<(AnchorCourse, Arc<Vec<VersionLesson>>)> {
    let head = courses::find_any(read, &course.into())?;
    let enrolment = enrolments::find_latest(read, user, course)?;
    let version = enrolment.map(|e| e.version).or(head.version);
    let (title, outline) = match version {
        Some(version) => (
            shelf.version_meta(read, version)?.title.to_string(),
            shelf.version_lessons(read, version)?,
        ),
        None => (String::new(), Arc::default()),
    };
    let name = AnchorCourse {
        id: course,
        slug: head.slug,
        title,
    };
    Ok((name, outline))
}

/// Notes as one Markdown document: by course, then by day, then in the order they were written.
pub(super) fn markdown(mut notes: Vec<NoteOut>, on: Day) -> String {
    notes.sort_by(|a, b| {
        let key = |n: &NoteOut| (n.course.title.to_lowercase(), n.course.id, n.lesson.day, n.lesson.id, n.id);
        key(a).cmp(&key(b))
    });
    let mut out = format!("# Notes\n\nExported on {on}.\n");
    for of_course in notes.chunk_by(|a, b| a.course.id == b.course.id) {
        // Writing to a text cannot fail.
        let _ = write!(out, "\n## {}\n", one_line(&of_course[0].course.title));
        for of_lesson in of_course.chunk_by(|a, b| a.lesson.id == b.lesson.id) {
            let lesson = &of_lesson[0].lesson;
            let _ = write!(out, "\n### Day {}: {}\n", lesson.day, one_line(&lesson.title));
            of_lesson.iter().for_each(|note| paragraph(&mut out, note));
        }
    }
    out
}

fn paragraph(out: &mut String, note: &NoteOut) {
    out.push('\n');
    if let Some(quote) = &note.quote {
        for line in quote.lines() {
            let _ = writeln!(out, "> {line}");
        }
        out.push('\n');
    }
    if let Some(moment) = note.video_seconds {
        let _ = write!(out, "**{moment}** ");
    }
    out.push_str(&note.text);
    out.push('\n');
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_reads_like_a_document() {
        let course = |id, title: &str| AnchorCourse {
            id: CourseId::from_raw(id),
            slug: Slug::from_title(title, "course"),
            title: title.into(),
        };
        let note = |id, course: AnchorCourse, day, text: &str| NoteOut {
            id: NoteId::from_raw(id),
            lesson: AnchorLesson {
                id: LessonId::from_raw(i64::from(day)),
                title: format!("Lesson {day}"),
                day,
            },
            course,
            text: text.into(),
            block_id: None,
            quote: (id == 2).then(|| "first line\nsecond line".into()),
            video_seconds: (id == 1).then(|| Moment::from_millis(492_250)),
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
        };
        let notes = vec![
            note(3, course(9, "Zen"), 1, "שלום 🌱"),
            note(2, course(8, "averages"), 2, "two"),
            note(1, course(8, "averages"), 1, "one\n\nmore"),
        ];
        let day = Day::from_ymd(2026, 11, 16).expect("a day");
        assert_eq!(
            markdown(notes, day),
            "# Notes\n\nExported on 2026-11-16.\n\n## averages\n\n### Day 1: Lesson 1\n\n**8:12** one\n\nmore\n\n### Day 2: Lesson 2\n\n\
             > first line\n> second line\n\ntwo\n\n## Zen\n\n### Day 1: Lesson 1\n\nשלום 🌱\n"
        );
        assert_eq!(markdown(Vec::new(), day), "# Notes\n\nExported on 2026-11-16.\n");
    }
}
