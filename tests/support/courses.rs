//! Courses for tests: `app.course(Spec::days7("Clear writing")).await`.

use momentum::{
    courses::{self, Action, Completion, Content, CourseRef, EditCourse, Length, Level, NewCourse, NewLesson, Published, WriteCourses},
    kernel::{
        error::Result,
        id::{CategoryId, CourseId, LessonId, UserId, VersionId},
        text::{Language, Line, Slug, Summary, Title},
    },
    platform::db::Tx,
};

use super::TestApp;

/// What a test course is like. The slug follows from the title.
#[derive(Debug, Clone)]
pub struct Spec {
    pub title: String,
    pub length: Length,
    pub owner: Option<UserId>,
    /// For each lesson, its day. Days need not be unique.
    pub days: Vec<u16>,
    /// Days whose lessons everybody may read.
    pub previews: Vec<u16>,
    /// Changes each lesson (counted from 0) before it is stored.
    pub each: fn(usize, &mut Content),
}

impl Spec {
    /// Seven days, one lesson each, the first a preview.
    pub fn days7(title: &str) -> Self {
        Self::of(title, Length::Days7)
    }

    /// Any length, one lesson each day, the first a preview; self-paced courses have three lessons.
    pub fn of(title: &str, length: Length) -> Self {
        Self {
            title: title.into(),
            length,
            owner: None,
            days: (1..=length.days().unwrap_or(3)).collect(),
            previews: vec![1],
            each: |_, _| (),
        }
    }

    /// With an author.
    pub fn by(mut self, owner: UserId) -> Self {
        self.owner = Some(owner);
        self
    }
}

/// A published course.
#[derive(Debug, Clone)]
pub struct Made {
    pub course: CourseId,
    pub version: VersionId,
    pub slug: String,
    /// In the order of the outline.
    pub lessons: Vec<LessonId>,
}

impl TestApp {
    /// A published course.
    pub async fn course(&self, spec: Spec) -> Made {
        let made = self.system().write("test.course", move |tx| make(tx, &spec)).await;
        made.expect("a course is made")
    }

    /// A course that was never published.
    pub async fn draft(&self, spec: Spec) -> CourseId {
        let made = self.system().write("test.draft", move |tx| draft(tx, &spec)).await;
        made.expect("a draft is made").0.course()
    }
}

/// Makes and publishes a course inside a deed.
pub fn make(tx: &Tx<'_>, spec: &Spec) -> Result<Made> {
    let (can, lessons) = draft(tx, spec)?;
    let Published { version, .. } = courses::publish(tx, &can, "", None)?;
    let head = courses::find_any(tx, &CourseRef::Id(can.course()))?;
    Ok(Made {
        course: head.id,
        version,
        slug: head.slug.to_string(),
        lessons,
    })
}

/// Makes a draft inside a deed.
pub fn draft(tx: &Tx<'_>, spec: &Spec) -> Result<(EditCourse, Vec<LessonId>)> {
    let new = NewCourse {
        slug: Some(Slug::from_title(&spec.title, "course")),
        owner: spec.owner,
        title: Title::parse(&spec.title).expect("a title"),
        category: CategoryId::from_raw(1),
        level: Level::Beginner,
        language: Language::english(),
        length: spec.length,
    };
    let can = courses::create(tx, &WriteCourses::as_system("test"), new)?;
    courses::change(tx, &can, None, |meta| {
        meta.summary = Summary::parse("A course for tests.").expect("a summary");
        meta.weeks = vec![Line::parse("The first week").expect("a line")];
    })?;
    let mut lessons = Vec::new();
    for (i, day) in spec.days.iter().enumerate() {
        let mut content = content(&format!("{}: day {day}", spec.title));
        content.is_preview = spec.previews.contains(day);
        (spec.each)(i, &mut content);
        let key = Some(format!("{:02}-lesson", i + 1));
        lessons.push(courses::add_lesson(tx, &can, NewLesson { day: *day, key, content })?.0);
    }
    Ok((can, lessons))
}

/// A lesson with two sections, a table, two action items.
pub fn content(title: &str) -> Content {
    let body = "<p>Roll one die and anything can happen.</p><h2>Roll fifty</h2><p>The average hardly moves.</p>\
                <table><thead><tr><th>Rolls</th><th>Average</th></tr></thead><tbody><tr><td>50</td><td>3.5</td></tr></tbody></table>";
    let mut content = Content::new(Title::parse(title).expect("a title"), body);
    content.summary = Summary::parse("What happens when you roll often.").expect("a summary");
    content.minutes = 16;
    content.completion = Completion::Mark;
    content.actions = ["Roll a die ten times", "Write down the average"]
        .map(|text| Action {
            id: String::new(),
            text: Line::parse(text).expect("a line"),
        })
        .into();
    content
}
