//! Which files may be read because a course shows them.

use super::{edits, find_visible};
use crate::{
    courses::{model::CourseHead, store},
    kernel::{
        actor::Actor,
        error::{Error, Result},
        id::{AssetId, CourseId, LessonId, RevisionId},
    },
    platform::db::Read,
};

/// Whether a file may be read because a course shows it: its cover and trailer by whoever sees
/// the course, a preview's files likewise, everything by those who edit it. Who learns the lesson
/// is for the slice of enrolments to say.
///
/// # Errors
/// A database fault.
pub(in crate::courses) fn gate(read: &Read<'_>, actor: &Actor, asset: AssetId) -> Result<Option<bool>> {
    let mut is_used = false;
    for (course, is_published) in store::assets::list_courses(read, asset)? {
        is_used = true;
        if edits_by_id(read, actor, course)? || (is_published && sees(read, actor, course)?.is_some()) {
            return Ok(Some(true));
        }
    }
    for (course, lesson, revision) in store::assets::list_lessons(read, asset)? {
        is_used = true;
        if edits_by_id(read, actor, course)? || is_preview(read, actor, course, lesson, revision)? {
            return Ok(Some(true));
        }
    }
    Ok(is_used.then_some(false))
}

pub(in crate::courses) fn edits_by_id(read: &Read<'_>, actor: &Actor, course: CourseId) -> Result<bool> {
    match store::courses::find(read, &course.into())? {
        Some(head) => edits(read, actor, &head),
        None => Ok(false),
    }
}

fn sees(read: &Read<'_>, actor: &Actor, course: CourseId) -> Result<Option<CourseHead>> {
    match find_visible(read, actor, &course.into()) {
        Ok(head) => Ok(Some(head)),
        Err(Error::NotFound(_) | Error::Unauthenticated) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_preview(read: &Read<'_>, actor: &Actor, course: CourseId, lesson: LessonId, revision: RevisionId) -> Result<bool> {
    let Some(version) = sees(read, actor, course)?.and_then(|head| head.version) else {
        return Ok(false);
    };
    let line = store::versions::find_lesson(read, version, lesson)?;
    let is_shown = line.is_some_and(|line| line.is_preview && line.revision == revision);
    Ok(is_shown && !store::access::is_lesson_hidden(read, lesson)?)
}
