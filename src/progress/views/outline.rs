//! A course's outline for a learner: what is done, open and closed, and where to go on.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    CourseMini, Shown,
    way::{Way, sizes},
};
use crate::{
    courses::{Shelf, VersionLesson},
    enrolments::{self, EnrolmentOut, FollowCourse, Learning, LockReason},
    kernel::{
        error::{Error, Result},
        id::LessonId,
        text::{BlockId, Line},
        time::{Moment, Timestamp},
    },
    platform::{db::Read, settings},
    progress::{
        model::{LessonState, Path, Step, whole_minutes},
        store,
    },
};

/// A course's outline for one learner.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct OutlineOut {
    /// The course.
    pub course: CourseMini,
    /// His enrolment; null when he has not joined.
    #[schema(required)]
    pub enrolment: Option<EnrolmentOut>,
    /// Required lessons done, in percent.
    pub percent: u8,
    /// Lessons done.
    pub lessons_done: u32,
    /// Required lessons done.
    pub required_done: u32,
    /// Required lessons in all.
    pub required_total: u32,
    /// Minutes of active learning so far.
    pub minutes: u32,
    /// A short title for each seven days.
    pub weeks: Vec<Line>,
    /// Its days.
    pub days: Vec<OutlineDay>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume: Option<OutlineResume>,
}

/// Where somebody stands with a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::progress) enum OutlineDayState {
    /// All its lessons are done.
    Done,
    /// It has the lesson to do now.
    Current,
    /// It is open.
    Open,
    /// It is closed to him for now.
    Locked,
}

/// A day of the outline.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct OutlineDay {
    /// Its number.
    pub day: u16,
    /// When it opens or opened, for who has joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Timestamp>,
    /// Where he stands with it.
    pub state: OutlineDayState,
    /// Why it is closed, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<LockReason>,
    /// Whether he may open it now, before its date.
    pub can_open_now: bool,
    /// Its lessons.
    pub lessons: Vec<OutlineLesson>,
}

/// A lesson of the outline.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct OutlineLesson {
    /// Its id.
    pub id: LessonId,
    /// Its name.
    pub title: String,
    /// The promise of the day.
    pub summary: String,
    /// How long it takes.
    pub minutes: u16,
    /// Where he stands with it.
    pub state: LessonState,
    /// Whether the course needs it.
    pub is_required: bool,
    /// Whether everybody may read it.
    pub is_preview: bool,
    /// When he completed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
}

/// Where to go on.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct OutlineResume {
    /// The lesson.
    pub lesson_id: LessonId,
    /// The block at the top of the screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_id: Option<BlockId>,
    /// How far down that block, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_offset: Option<f64>,
    /// The moment of the video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_seconds: Option<Moment>,
}

/// The outline of a course for one person: of the version he learns, else of the newest.
///
/// # Errors
/// `Conflict` when it was never published.
pub(in crate::progress) fn outline(read: &Read<'_>, shelf: &Shelf, can: &FollowCourse) -> Result<OutlineOut> {
    match can.enrolment() {
        Some(_) => enrolled(read, shelf, can),
        None => visiting(read, shelf, can),
    }
}

fn enrolled(read: &Read<'_>, shelf: &Shelf, can: &FollowCourse) -> Result<OutlineOut> {
    let Some(enrolment) = can.enrolment().cloned() else {
        return visiting(read, shelf, can);
    };
    let learning: Learning = settings::get(read)?;
    let boundary = learning.boundary(can.person());
    let reason = enrolment.barred(can.person()).unwrap_or(LockReason::NotYet);
    let meta = shelf.version_meta(read, enrolment.version)?;
    let way = Way::load(read, shelf, can.person(), &boundary, enrolment, can.is_staff())?;
    let path = way.path();
    let latest = store::find_latest_position(read, can.person().id, way.enrolment.id)?;
    let current = path.current(way.last(latest.as_ref()));
    let (required_done, required_total) = path.required();
    let due = enrolments::due_of(read, way.enrolment.id)?;
    let out = EnrolmentOut::of(&way.enrolment, read.now(), &boundary).due(due);
    // A lapsed plan opens nothing, whatever the day.
    let opening = |day: u16| match reason {
        LockReason::NotYet => out.opens.get(usize::from(day).checked_sub(1)?).map(|opening| opening.at),
        _ => None,
    };
    let days = days(&path, current, reason, way.ahead(&path, &learning), opening);
    Ok(OutlineOut {
        course: CourseMini::of(can.course(), &meta),
        enrolment: Some(out),
        percent: Way::percent(&path),
        lessons_done: path.done(),
        required_done,
        required_total,
        minutes: whole_minutes(way.active_seconds()),
        weeks: meta.weeks.clone(),
        days,
        resume: current.map(|step| resume(read, &way, step)).transpose()?,
    })
}

fn resume(read: &Read<'_>, way: &Way, step: &Step<'_>) -> Result<OutlineResume> {
    let lesson_id = step.lesson.lesson;
    let position = store::find_position(read, way.enrolment.user, way.enrolment.id, lesson_id)?;
    let shown = position.map(Shown::from).unwrap_or_default();
    Ok(OutlineResume {
        lesson_id,
        block_offset: shown.block.as_ref().map(|_| shown.offset),
        block_id: shown.block,
        video_seconds: shown.video,
    })
}

fn visiting(read: &Read<'_>, shelf: &Shelf, can: &FollowCourse) -> Result<OutlineOut> {
    let Some(version) = can.course().version else {
        return Err(Error::conflict("course.not_published", "This course is not published yet."));
    };
    let (meta, lessons) = (shelf.version_meta(read, version)?, shelf.version_lessons(read, version)?);
    let is_open = |place: &VersionLesson| can.is_staff() || place.is_preview;
    let path = Path::new(&lessons, 0, is_open, |_| None);
    let reason = if meta.plan > can.person().plan {
        LockReason::Premium
    } else {
        LockReason::NotEnrolled
    };
    Ok(OutlineOut {
        course: CourseMini::of(can.course(), &meta),
        enrolment: None,
        percent: 0,
        lessons_done: 0,
        required_done: 0,
        required_total: sizes(&lessons).1,
        minutes: 0,
        weeks: meta.weeks.clone(),
        days: days(&path, None, reason, None, |_| None),
        resume: None,
    })
}

fn days(
    path: &Path<'_>,
    current: Option<&Step<'_>>,
    reason: LockReason,
    ahead: Option<u16>,
    opens_at: impl Fn(u16) -> Option<Timestamp>,
) -> Vec<OutlineDay> {
    let current = current.map(|step| step.lesson.day);
    let day = |(day, steps): (u16, &[Step<'_>])| {
        let state = if steps.iter().all(|step| step.state == LessonState::Done) {
            OutlineDayState::Done
        } else if current == Some(day) {
            OutlineDayState::Current
        } else if steps.iter().all(|step| step.state == LessonState::Locked) {
            OutlineDayState::Locked
        } else {
            OutlineDayState::Open
        };
        OutlineDay {
            day,
            opens_at: opens_at(day),
            state,
            reason: (state == OutlineDayState::Locked).then_some(reason),
            can_open_now: ahead == Some(day),
            lessons: steps.iter().map(OutlineLesson::of).collect(),
        }
    };
    path.days().map(day).collect()
}

impl OutlineLesson {
    fn of(step: &Step<'_>) -> Self {
        Self {
            id: step.lesson.lesson,
            title: step.lesson.title.clone(),
            summary: step.lesson.summary.clone(),
            minutes: step.lesson.minutes,
            state: step.state,
            is_required: step.lesson.is_required,
            is_preview: step.lesson.is_preview,
            completed_at: step.completed_at,
        }
    }
}
