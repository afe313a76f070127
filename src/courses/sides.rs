//! A lesson as it is and as it would be: for reviewers, side by side.

use serde::Serialize;

use super::{links, model::VersionLesson, store};
use crate::{
    kernel::{
        error::{Error, Result},
        id::{CourseId, LessonId},
    },
    platform::{db::Read, settings},
};

/// One side.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LessonSide {
    /// Its name.
    pub title: String,
    /// The promise of the day.
    pub summary: String,
    /// Its day.
    pub day: u16,
    /// How long it takes.
    pub minutes: u16,
    /// HTML of the closed vocabulary; every block has a `data-id`.
    pub body_html: String,
    /// What to do today.
    pub actions: Vec<String>,
    /// Whether it has a film.
    pub has_video: bool,
}

/// A lesson as it is and as it would be.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LessonSides {
    /// As learners who join now get it; absent when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<LessonSide>,
    /// As the draft has it; absent when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<LessonSide>,
}

/// Both sides of a lesson. Who may see them is for the caller to decide.
///
/// # Errors
/// `NotFound` when neither side has it.
pub fn lesson_sides(read: &Read<'_>, course: CourseId, lesson: LessonId) -> Result<LessonSides> {
    let head = store::courses::get(read, &course.into())?;
    let published = match head.version {
        Some(version) => store::versions::find_lesson(read, version, lesson)?,
        None => None,
    };
    let draft = store::drafts::outline(read, course)?
        .into_iter()
        .find(|place| place.lesson == lesson);
    if published.is_none() && draft.is_none() {
        return Err(Error::NotFound("lesson"));
    }
    let side = |place: Option<VersionLesson>| place.map(|place| LessonSide::load(read, &place)).transpose();
    Ok(LessonSides {
        published: side(published)?,
        draft: side(draft)?,
    })
}

impl LessonSide {
    fn load(read: &Read<'_>, place: &VersionLesson) -> Result<Self> {
        let content = store::lessons::get_content(read, place.revision)?;
        Ok(Self {
            title: place.title.clone(),
            summary: place.summary.clone(),
            day: place.day,
            minutes: place.minutes,
            body_html: links::shown(read, &content.body_html, &settings::get(read)?)?,
            actions: content.actions.iter().map(|action| action.text.to_string()).collect(),
            has_video: content.video.is_some(),
        })
    }
}

/// The draft's outline: for reviewers.
///
/// # Errors
/// A database fault.
pub fn draft_outline(read: &Read<'_>, course: CourseId) -> Result<Vec<VersionLesson>> {
    store::drafts::outline(read, course)
}
