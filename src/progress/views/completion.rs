//! What completing a lesson came to.

use serde::Serialize;
use utoipa::ToSchema;

use super::way::{Way, sizes};
use crate::{
    courses::Shelf,
    enrolments::{LearnLesson, Learning},
    kernel::{error::Result, id::LessonId, time::Timestamp},
    platform::{db::Read, settings},
    progress::{
        actions::Done,
        model::{LessonState, percent},
    },
};

/// What completing a lesson came to.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct CompletionOut {
    /// When it was completed: the first time.
    pub completed_at: Timestamp,
    /// Minutes of active learning in it.
    pub minutes: u32,
    /// Where that leaves the course.
    pub course: CompletionCourse,
    /// What comes next, if anything is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<CompletionNext>,
}

/// Where somebody stands with a course.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct CompletionCourse {
    /// Required lessons done, in percent.
    pub percent: u8,
    /// Lessons done.
    pub lessons_done: u32,
    /// Lessons in all.
    pub lessons_total: u32,
    /// Whether every required lesson is done.
    pub is_completed: bool,
}

/// The lesson that comes next.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct CompletionNext {
    /// Its id.
    pub id: LessonId,
    /// Its name.
    pub title: String,
    /// The day it belongs to.
    pub day: u16,
    /// Where he stands with it.
    pub state: LessonState,
    /// When it opens, if it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Timestamp>,
    /// Whether he may open its day now, before its date.
    pub can_open_now: bool,
}

impl CompletionOut {
    /// The answer to a completed lesson, read in the deed itself.
    ///
    /// # Errors
    /// A database fault.
    pub(in crate::progress) fn of(read: &Read<'_>, shelf: &Shelf, can: &LearnLesson, done: Done) -> Result<Self> {
        let lesson = done.counted.lesson();
        let minutes = done.counted.progress.minutes();
        let counted = done.counted;
        let is_completed = counted.enrolment.completed_at.is_some();
        let way = Way::load(
            read,
            shelf,
            can.person(),
            &counted.boundary,
            counted.enrolment,
            can.lesson().is_staff,
        )?;
        let (lessons_total, required_total) = sizes(&way.outline);
        let path = way.path();
        let ahead = way.ahead(&path, &settings::get::<Learning>(read)?);
        let next = path.next_after(lesson).map(|step| CompletionNext {
            id: step.lesson.lesson,
            title: step.lesson.title.clone(),
            day: step.lesson.day,
            state: step.state,
            opens_at: way.unlocks_at(step),
            can_open_now: ahead == Some(step.lesson.day),
        });
        Ok(Self {
            completed_at: done.completed_at,
            minutes,
            course: CompletionCourse {
                percent: percent(done.totals.required_done, required_total),
                lessons_done: done.totals.lessons_done,
                lessons_total,
                is_completed,
            },
            next,
        })
    }
}
