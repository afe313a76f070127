//! A lesson for one reader: its content, where he stands, and what is around it.

use serde::Serialize;
use utoipa::ToSchema;

use super::{LessonName, Shown, way::Way};
use crate::{
    courses::{self, LessonContent, Shelf, VersionLesson},
    enrolments::{self, LearnLesson},
    kernel::{
        error::Result,
        id::LessonId,
        text::BlockId,
        time::{Moment, Timestamp},
    },
    notes,
    platform::{Platform, db::Read},
    progress::{
        actions,
        model::{LessonProgress, LessonState, Path, Position, Step, Unmet},
        store,
    },
};

/// A lesson for one reader.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct LessonOut {
    /// What it holds.
    pub content: LessonContent,
    /// Where he stands with it.
    pub my: MyLesson,
    /// The day it belongs to.
    pub day: u16,
    /// Days of the course.
    pub days_total: u16,
    /// The lesson before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<LessonName>,
    /// The lesson after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<NextLesson>,
    /// How many notes he has here.
    pub note_count: u32,
    /// Whether he has a bookmark here.
    pub is_bookmarked: bool,
}

/// Where somebody stands with a lesson.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct MyLesson {
    /// When he first opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    /// When he completed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// Seconds of active learning in it.
    pub active_seconds: u32,
    /// Action items that are ticked.
    pub actions_done: Vec<String>,
    /// Where he was in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionOut>,
    /// Whether he may mark it complete now.
    pub can_complete: bool,
    /// What its rule still lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmet: Option<Unmet>,
}

/// Where somebody was in a lesson.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Position)]
pub(in crate::progress) struct PositionOut {
    /// The block at the top of the screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_id: Option<BlockId>,
    /// How far down that block, 0 to 1.
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub block_offset: f64,
    /// The moment of the video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_seconds: Option<Moment>,
    /// When he was there.
    pub updated_at: Timestamp,
}

/// The lesson after another one.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct NextLesson {
    /// Its id.
    pub id: LessonId,
    /// Its name.
    pub title: String,
    /// Where he stands with it.
    pub state: LessonState,
    /// When it opens, if it is closed and that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Timestamp>,
}

/// The lesson that a proof opens.
///
/// # Errors
/// A database fault.
pub(in crate::progress) fn lesson(platform: &Platform, read: &Read<'_>, can: &LearnLesson) -> Result<LessonOut> {
    let shelf = Shelf::of(platform);
    let open = can.lesson();
    let user = can.person().id;
    let around = around(read, &shelf, can)?;
    Ok(LessonOut {
        content: courses::present_lesson(platform, read, Some(user), open.course, &open.place)?,
        my: my(read, &shelf, can)?,
        day: open.place.day,
        days_total: around.days,
        previous: around.previous,
        next: around.next,
        note_count: notes::count_in_lesson(read, user, open.lesson())?,
        is_bookmarked: notes::has_bookmark(read, user, open.lesson())?,
    })
}

fn my(read: &Read<'_>, shelf: &Shelf, can: &LearnLesson) -> Result<MyLesson> {
    let (open, user) = (can.lesson(), can.person().id);
    let Some(enrolment) = &open.enrolment else {
        return Ok(MyLesson::of(LessonProgress::default(), None, None, false));
    };
    let progress = store::find_lesson(read, user, enrolment.id, open.lesson())?.unwrap_or_default();
    let position = store::find_position(read, user, enrolment.id, open.lesson())?;
    let unmet = match progress.completed_at {
        Some(_) => None,
        None => actions::unmet(read, shelf, &open.place, &progress)?,
    };
    Ok(MyLesson::of(progress, position, unmet, true))
}

impl MyLesson {
    fn of(progress: LessonProgress, position: Option<Position>, unmet: Option<Unmet>, counts: bool) -> Self {
        Self {
            can_complete: counts && progress.completed_at.is_none() && unmet.is_none(),
            opened_at: progress.opened_at,
            completed_at: progress.completed_at,
            active_seconds: progress.active_seconds,
            actions_done: progress.actions.into_iter().collect(),
            position: position.map(PositionOut::of),
            unmet,
        }
    }
}

impl PositionOut {
    fn of(position: Position) -> Self {
        let updated_at = position.at;
        let shown = Shown::from(position);
        Self {
            block_id: shown.block,
            block_offset: shown.offset,
            video_seconds: shown.video,
            updated_at,
        }
    }
}

struct Around {
    days: u16,
    previous: Option<LessonName>,
    next: Option<NextLesson>,
}

fn around(read: &Read<'_>, shelf: &Shelf, can: &LearnLesson) -> Result<Around> {
    let open = can.lesson();
    let Some(enrolment) = open.enrolment.clone() else {
        let lessons = shelf.version_lessons(read, open.version)?;
        let is_open = |place: &VersionLesson| open.is_staff || place.is_preview;
        let path = Path::new(&lessons, 0, is_open, |_| None);
        let days = lessons.iter().map(|place| place.day).max().unwrap_or(1);
        return Ok(Around::of(&path, days, open.lesson(), |_| None));
    };
    let boundary = enrolments::boundary(read, can.person())?;
    let days = enrolment.days;
    let way = Way::load(read, shelf, can.person(), &boundary, enrolment, open.is_staff)?;
    Ok(Around::of(&way.path(), days, open.lesson(), |step| way.unlocks_at(step)))
}

impl Around {
    fn of(path: &Path<'_>, days: u16, lesson: LessonId, unlocks_at: impl Fn(&Step<'_>) -> Option<Timestamp>) -> Self {
        let (previous, next) = path.neighbours(lesson);
        Self {
            days,
            previous: previous.map(|step| LessonName::of(step.lesson)),
            next: next.map(|step| NextLesson {
                id: step.lesson.lesson,
                title: step.lesson.title.clone(),
                state: step.state,
                opens_at: unlocks_at(step),
            }),
        }
    }
}
