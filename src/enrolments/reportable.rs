//! Lessons can be reported.

use super::access::{Access, lesson_access};
use crate::{
    courses,
    kernel::{
        error::{Error, Result},
        id::LessonId,
    },
    platform::{
        db::Read,
        module::{Reportable, Reported},
    },
};

/// A lesson.
pub(super) const LESSON: Reportable = Reportable {
    kind: "lesson",
    find,
    sees: |read, actor, id| match id.parse() {
        Ok(lesson) => Ok(!matches!(lesson_access(read, actor, lesson)?, Access::Unseen)),
        Err(_) => Ok(false),
    },
    hide: |tx, id, is_hidden| match id.parse() {
        Ok(lesson) => courses::set_lesson_hidden(tx, lesson, is_hidden),
        Err(_) => Err(Error::NotFound("lesson")),
    },
};

fn find(read: &Read<'_>, id: &str) -> Result<Option<Reported>> {
    let Ok(lesson) = id.parse::<LessonId>() else { return Ok(None) };
    let Some(course) = courses::course_of_lesson(read, lesson)? else {
        return Ok(None);
    };
    let head = courses::find_any(read, &course.into())?;
    let place = courses::newest_place(read, lesson)?;
    Ok(Some(Reported {
        title: place.map_or_else(|| lesson.to_string(), |place| place.title),
        link: format!("/learn/{}/{lesson}", head.slug),
        is_hidden: courses::is_lesson_hidden(read, lesson)?,
    }))
}
