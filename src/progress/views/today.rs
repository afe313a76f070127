//! The learner's dashboard: the one thing to do now, and what else there is.

use std::cmp::Reverse;

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    CourseMini, LessonName, Shown,
    way::{Way, course_of},
};
use crate::{
    courses::{Shelf, VersionLesson},
    enrolments::{self, Enrolment, Learning, State},
    kernel::{
        actor::Person,
        error::Result,
        id::{EnrolmentId, LessonId},
        text::BlockId,
        time::{Day, Moment, Timestamp},
    },
    people,
    platform::{db::Read, settings},
    progress::{
        model::{CourseTotals, LessonState, Path, Step},
        store,
    },
};

/// How many other courses the dashboard names.
const OTHERS: usize = 10;
/// How many finished courses the dashboard names.
const FINISHED: usize = 12;

/// The learner's dashboard.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct TodayOut {
    /// His learning date.
    pub learning_day: Day,
    /// The hour at which it begins.
    pub day_start_hour: u8,
    /// The course he was last in, and what to do in it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<TodayCourse>,
    /// What else he learns, the latest first.
    pub others: Vec<TodayOther>,
    /// What he has finished, the latest first.
    pub finished: Vec<CourseMini>,
    /// Minutes of active learning credited to today.
    pub minutes_today: u32,
    /// Minutes a day that he wants to learn; absent until he says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_goal_minutes: Option<u8>,
}

/// Where somebody stands with the course of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::progress) enum TodayState {
    /// Its lesson is not begun.
    New,
    /// Its lesson is begun.
    InProgress,
    /// Everything that is open is done.
    DoneToday,
    /// The course was completed today.
    Finished,
}

/// The course of today.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct TodayCourse {
    /// The course.
    pub course: CourseMini,
    /// His enrolment.
    pub enrolment_id: EnrolmentId,
    /// The day of the lesson.
    pub day: u16,
    /// The lesson to do now; the last one done when there is none.
    pub lesson: TodayLesson,
    /// Where he stands.
    pub state: TodayState,
    /// Minutes the lesson will still take.
    pub minutes_left: u32,
    /// Where he was in the lesson.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume: Option<TodayResume>,
    /// The days of the course.
    pub days: Vec<TodayDay>,
    /// Lessons done.
    pub lessons_done: u32,
    /// Lessons in all.
    pub lessons_total: u32,
    /// When the next day opens, if one is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_opens_at: Option<Timestamp>,
    /// Which day that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_day: Option<u16>,
    /// What opens then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_title: Option<String>,
    /// Whether he may open that day now, before its date.
    pub can_open_next: bool,
    /// Until when he is to finish the course, if somebody assigned it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Day>,
}

/// The lesson of today.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct TodayLesson {
    /// Its id.
    pub id: LessonId,
    /// Its name.
    pub title: String,
    /// The promise of the day.
    pub summary: String,
    /// How long it takes.
    pub minutes: u16,
}

/// Where somebody was in a lesson.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct TodayResume {
    /// The moment of the video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_seconds: Option<Moment>,
    /// The block at the top of the screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_id: Option<BlockId>,
    /// The moment of the video as people write it, such as `8:12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// A day of the course of today.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct TodayDay {
    /// Its number.
    pub day: u16,
    /// Where he stands with it.
    pub state: TodayDayState,
    /// The name of its first lesson.
    pub title: String,
}

/// Where somebody stands with a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::progress) enum TodayDayState {
    /// All its lessons are done.
    Done,
    /// It has the lesson to do now.
    Today,
    /// It is open.
    Open,
    /// It has not come yet.
    Locked,
}

/// Another course that somebody learns.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct TodayOther {
    /// The course.
    pub course: CourseMini,
    /// The day of the lesson.
    pub day: u16,
    /// Lessons done.
    pub lessons_done: u32,
    /// Lessons in all.
    pub lessons_total: u32,
    /// The lesson to do now; the last one done when there is none.
    pub lesson: LessonName,
    /// How long that lesson takes.
    pub minutes: u16,
    /// Required lessons done, in percent.
    pub percent: u8,
}

/// The dashboard of one person.
///
/// # Errors
/// A database fault.
pub(in crate::progress) fn today(read: &Read<'_>, shelf: &Shelf, person: &Person) -> Result<TodayOut> {
    let learning: Learning = settings::get(read)?;
    let boundary = learning.boundary(person);
    let learning_day = boundary.date(read.now());
    let all = enrolments::list_for(read, person.id)?;
    let totals = store::list_courses(read, person.id)?;
    let activity = |e: &Enrolment| {
        totals
            .get(&e.id)
            .map_or(e.started_at, |t: &CourseTotals| t.last_activity_at.max(e.started_at))
    };
    let mut active: Vec<&Enrolment> = all
        .iter()
        .filter(|e| e.state == State::Active && e.barred(person).is_none())
        .collect();
    active.sort_by_key(|e| Reverse((activity(e), e.id)));
    let finished = finished(&all);
    let just_finished = || {
        finished
            .first()
            .copied()
            .filter(|e| e.completed_at.is_some_and(|at| boundary.date(at) == learning_day))
    };
    let (current, others) = match active.split_first() {
        Some((current, others)) => (Some(*current), others),
        None => (just_finished(), &[][..]),
    };
    let way = |e: &Enrolment| Way::load(read, shelf, person, &boundary, e.clone(), false);
    Ok(TodayOut {
        learning_day,
        day_start_hour: boundary.start_hour,
        current: current
            .map(|e| today_course(read, shelf, &learning, &way(e)?))
            .transpose()?
            .flatten(),
        others: others
            .iter()
            .take(OTHERS)
            .filter_map(|e| other(read, shelf, way(e)).transpose())
            .collect::<Result<_>>()?,
        finished: finished
            .iter()
            .take(FINISHED)
            .map(|e| mini(read, shelf, e))
            .collect::<Result<_>>()?,
        minutes_today: store::count_day(read, person.id, learning_day)?,
        daily_goal_minutes: people::find_profile(read, person.id)?.and_then(|profile| profile.daily_goal_minutes),
    })
}

/// Completed courses that are not being learnt again, the latest first.
fn finished(all: &[Enrolment]) -> Vec<&Enrolment> {
    let mut newest: Vec<&Enrolment> = Vec::new();
    for enrolment in all.iter().filter(|e| e.is_live()) {
        match newest.last_mut() {
            Some(last) if last.course == enrolment.course => *last = enrolment,
            _ => newest.push(enrolment),
        }
    }
    newest.retain(|e| e.state == State::Completed);
    newest.sort_by_key(|e| Reverse((e.completed_at, e.id)));
    newest
}

fn mini(read: &Read<'_>, shelf: &Shelf, enrolment: &Enrolment) -> Result<CourseMini> {
    let (head, meta) = course_of(read, shelf, enrolment)?;
    Ok(CourseMini::of(&head, &meta))
}

fn today_course(read: &Read<'_>, shelf: &Shelf, learning: &Learning, way: &Way) -> Result<Option<TodayCourse>> {
    let (user, enrolment) = (way.enrolment.user, way.enrolment.id);
    let latest = store::find_latest_position(read, user, enrolment)?;
    let path = way.path();
    let now = path.current(way.last(latest.as_ref()));
    let Some(step) = now.or_else(|| path.last_done()).or_else(|| path.steps.first()) else {
        return Ok(None);
    };
    let lesson = step.lesson.lesson;
    let position = match latest {
        Some((at, position)) if at == lesson => Some(position),
        _ => store::find_position(read, user, enrolment, lesson)?,
    };
    let next = path.next_opening();
    Ok(Some(TodayCourse {
        course: mini(read, shelf, &way.enrolment)?,
        enrolment_id: enrolment,
        day: step.lesson.day,
        lesson: TodayLesson::of(step.lesson),
        state: state(way, now),
        minutes_left: minutes_left(way, step),
        resume: now.and(position).map(|position| TodayResume::of(position.into())),
        days: days(&path, now),
        lessons_done: path.done(),
        lessons_total: u32::try_from(path.steps.len()).unwrap_or(u32::MAX),
        next_opens_at: next.and_then(|step| way.opens_at(step.lesson.day)),
        next_day: next.map(|step| step.lesson.day),
        next_title: next.map(|step| step.lesson.title.clone()),
        can_open_next: way.ahead(&path, learning).is_some(),
        due_on: enrolments::due_of(read, enrolment)?,
    }))
}

fn state(way: &Way, now: Option<&Step<'_>>) -> TodayState {
    match now.map(|step| step.state) {
        _ if way.enrolment.state == State::Completed => TodayState::Finished,
        Some(LessonState::InProgress) => TodayState::InProgress,
        Some(_) => TodayState::New,
        None => TodayState::DoneToday,
    }
}

fn minutes_left(way: &Way, step: &Step<'_>) -> u32 {
    if step.state == LessonState::Done {
        return 0;
    }
    let spent = way.progress.get(&step.lesson.lesson).map_or(0, |p| p.minutes());
    u32::from(step.lesson.minutes).saturating_sub(spent).max(1)
}

fn days(path: &Path<'_>, now: Option<&Step<'_>>) -> Vec<TodayDay> {
    let today = now.map(|step| step.lesson.day);
    let day = |(day, steps): (u16, &[Step<'_>])| TodayDay {
        day,
        title: steps[0].lesson.title.clone(),
        state: if steps.iter().all(|step| step.state == LessonState::Done) {
            TodayDayState::Done
        } else if today == Some(day) {
            TodayDayState::Today
        } else if steps[0].is_due {
            TodayDayState::Open
        } else {
            TodayDayState::Locked
        },
    };
    path.days().map(day).collect()
}

fn other(read: &Read<'_>, shelf: &Shelf, way: Result<Way>) -> Result<Option<TodayOther>> {
    let way = way?;
    let path = way.path();
    let step = path
        .current(way.last(None))
        .or_else(|| path.last_done())
        .or_else(|| path.steps.first());
    let Some(step) = step else { return Ok(None) };
    Ok(Some(TodayOther {
        course: mini(read, shelf, &way.enrolment)?,
        day: step.lesson.day,
        lessons_done: path.done(),
        lessons_total: u32::try_from(path.steps.len()).unwrap_or(u32::MAX),
        lesson: LessonName::of(step.lesson),
        minutes: step.lesson.minutes,
        percent: Way::percent(&path),
    }))
}

impl TodayLesson {
    fn of(place: &VersionLesson) -> Self {
        Self {
            id: place.lesson,
            title: place.title.clone(),
            summary: place.summary.clone(),
            minutes: place.minutes,
        }
    }
}

impl TodayResume {
    fn of(shown: Shown) -> Self {
        Self {
            label: shown.video.map(|moment| moment.to_string()),
            video_seconds: shown.video,
            block_id: shown.block,
        }
    }
}
