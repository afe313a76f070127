//! What learners see of their progress, each answer put together in one read.

mod completion;
mod history;
mod lesson;
mod mine;
mod outline;
mod team;
mod today;
mod way;

pub(super) use completion::CompletionOut;
pub(super) use history::{HistoryItem, history};
pub(super) use lesson::{LessonOut, lesson};
pub(super) use mine::{MyCourse, MyState, my_courses};
pub(super) use outline::{OutlineOut, outline};
pub(super) use team::percent_under_way;
pub(super) use today::{TodayOut, today};

use serde::Serialize;
use utoipa::ToSchema;

use super::model::Position;
use crate::{
    courses::{self, CourseHead, Length, Meta, Palette, VersionLesson},
    kernel::{
        id::{CourseId, LessonId},
        text::{BlockId, Slug},
        time::Moment,
    },
};

/// A course in a few words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CourseMini {
    /// Its id.
    pub id: CourseId,
    /// Its address.
    pub slug: Slug,
    /// Its name.
    pub title: String,
    /// Colours of the drawn cover.
    pub palette: Palette,
    /// A picture instead of the drawn cover.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover_url: Option<String>,
    /// 7, 14 or 21 days; `null` when the learner sets the pace.
    pub length: Length,
}

impl CourseMini {
    fn of(head: &CourseHead, meta: &Meta) -> Self {
        Self {
            id: head.id,
            slug: head.slug.clone(),
            title: meta.title.to_string(),
            palette: meta.palette,
            cover_url: meta.cover.map(courses::cover_url),
            length: meta.length,
        }
    }
}

/// A lesson's name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct LessonName {
    /// Its id.
    pub id: LessonId,
    /// Its title.
    pub title: String,
}

impl LessonName {
    fn of(place: &VersionLesson) -> Self {
        Self {
            id: place.lesson,
            title: place.title.clone(),
        }
    }
}

/// A lesson's name and the day it belongs to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct LessonOfDay {
    /// Its id.
    pub id: LessonId,
    /// Its title.
    pub title: String,
    /// Its day.
    pub day: u16,
}

impl LessonOfDay {
    pub(super) fn of(place: &VersionLesson) -> Self {
        Self {
            id: place.lesson,
            title: place.title.clone(),
            day: place.day,
        }
    }
}

/// A place in a lesson, as answers show it.
#[derive(Debug, Clone, Default)]
struct Shown {
    block: Option<BlockId>,
    offset: f64,
    video: Option<Moment>,
}

impl From<Position> for Shown {
    fn from(position: Position) -> Self {
        Self {
            block: position.place.block,
            offset: position.place.offset,
            video: position.place.video,
        }
    }
}
