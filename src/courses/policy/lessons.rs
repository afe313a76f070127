//! Who may change a lesson, go back to an earlier state of it, or read it as a preview.

use serde::Deserialize;

use super::{EditCourse, decide_edit, edits, find_visible};
use crate::{
    courses::{
        model::{CourseRef, VersionLesson},
        store,
    },
    kernel::{
        actor::Actor,
        error::{Error, Result},
        id::{CourseId, LessonId, LessonStateId},
    },
    platform::{
        db::Read,
        web::guard::{PathKey, Require},
    },
};

/// The path key of one lesson of a course.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::courses) struct LessonPath {
    /// Id or slug.
    pub course: CourseRef,
    /// The lesson.
    pub lesson: LessonId,
}

/// May change one lesson of a draft.
#[derive(Debug)]
pub(in crate::courses) struct EditLesson {
    course: EditCourse,
    lesson: LessonId,
}

impl EditLesson {
    /// The right to change its course.
    #[must_use]
    pub(in crate::courses) fn course(&self) -> &EditCourse {
        &self.course
    }

    /// The lesson.
    #[must_use]
    pub(in crate::courses) fn lesson(&self) -> LessonId {
        self.lesson
    }
}

impl Require for EditLesson {
    type Key = PathKey<LessonPath>;
    fn decide(read: &Read<'_>, actor: &Actor, PathKey(key): &Self::Key) -> Result<Self> {
        let course = decide_edit(read, actor, &key.course)?;
        Ok(Self {
            course,
            lesson: key.lesson,
        })
    }
}

/// The path key of one remembered state of a lesson.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::courses) struct StatePath {
    course: CourseRef,
    lesson: LessonId,
    state: LessonStateId,
}

/// May look at an earlier state of a lesson and bring it back.
#[derive(Debug)]
pub(in crate::courses) struct EditState {
    course: EditCourse,
    lesson: LessonId,
    state: LessonStateId,
}

impl EditState {
    /// The right to change its course.
    #[must_use]
    pub(in crate::courses) fn course(&self) -> &EditCourse {
        &self.course
    }

    /// The lesson.
    #[must_use]
    pub(in crate::courses) fn lesson(&self) -> LessonId {
        self.lesson
    }

    /// The state.
    #[must_use]
    pub(in crate::courses) fn state(&self) -> LessonStateId {
        self.state
    }
}

impl Require for EditState {
    type Key = PathKey<StatePath>;
    fn decide(read: &Read<'_>, actor: &Actor, PathKey(key): &Self::Key) -> Result<Self> {
        Ok(Self {
            course: decide_edit(read, actor, &key.course)?,
            lesson: key.lesson,
            state: key.state,
        })
    }
}

/// May read a lesson because it is a preview.
#[derive(Debug)]
pub(in crate::courses) struct ReadPreview {
    course: CourseId,
    line: VersionLesson,
}

impl ReadPreview {
    /// Its course.
    #[must_use]
    pub(in crate::courses) fn course(&self) -> CourseId {
        self.course
    }

    /// Its place in the version that new learners see.
    #[must_use]
    pub(in crate::courses) fn line(&self) -> &VersionLesson {
        &self.line
    }
}

impl Require for ReadPreview {
    type Key = PathKey<LessonPath>;
    fn decide(read: &Read<'_>, actor: &Actor, PathKey(key): &Self::Key) -> Result<Self> {
        let head = find_visible(read, actor, &key.course)?;
        let line = match head.version {
            Some(version) => store::versions::find_lesson(read, version, key.lesson)?,
            None => None,
        };
        let line = line.filter(|line| line.is_preview).ok_or(Error::NotFound("lesson"))?;
        if store::access::is_lesson_hidden(read, line.lesson)? && !edits(read, actor, &head)? {
            return Err(Error::NotFound("lesson"));
        }
        Ok(Self { course: head.id, line })
    }
}
