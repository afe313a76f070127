//! The gate: whether somebody may open a lesson, and if not, why and until when.
//!
//! Every path to a lesson's content asks this: the lesson itself, progress, notes, files, search.

use super::{
    model::{Boundary, Enrolment, Learning, Lock, LockReason},
    store,
};
use crate::{
    courses::{self, CourseHead, VersionLesson},
    kernel::{
        actor::{Actor, Person, Role},
        error::{Error, Result},
        id::{AssetId, CourseId, LessonId, VersionId},
    },
    platform::{db::Read, settings},
};

/// What the gate answers.
#[derive(Debug, Clone)]
pub enum Access {
    /// He may open it.
    Open(Box<OpenLesson>),
    /// He may know of it, but it is closed to him for now.
    Locked(Lock),
    /// He may not know that it exists.
    Unseen,
}

/// A lesson that is open to somebody.
#[derive(Debug, Clone)]
pub struct OpenLesson {
    /// The course it belongs to.
    pub course: CourseId,
    /// The version by which he sees it.
    pub version: VersionId,
    /// Its place and content in that version.
    pub place: VersionLesson,
    /// His enrolment, if he learns by this version: what he does counts there.
    pub enrolment: Option<Enrolment>,
    /// Whether it is open because he edits the course.
    pub is_staff: bool,
}

impl OpenLesson {
    /// The lesson.
    #[must_use]
    pub fn lesson(&self) -> LessonId {
        self.place.lesson
    }

    /// His enrolment.
    ///
    /// # Errors
    /// [`Error::Conflict`] when he reads without having joined: nothing that he does can count.
    pub fn enrolled(&self) -> Result<&Enrolment> {
        self.enrolment
            .as_ref()
            .ok_or_else(|| Error::conflict("enrolment.required", "Join the course first, so that this can count."))
    }
}

impl Access {
    /// The open lesson.
    ///
    /// # Errors
    /// [`Error::Locked`] with reason and opening time, or `NotFound`.
    pub fn open(self) -> Result<OpenLesson> {
        match self {
            Self::Open(lesson) => Ok(*lesson),
            Self::Locked(lock) => Err(lock.into()),
            Self::Unseen => Err(Error::NotFound("lesson")),
        }
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }
}

/// Whether this actor may open this lesson now. A handful of lookups by key.
///
/// # Errors
/// A database fault.
pub fn lesson_access(read: &Read<'_>, actor: &Actor, lesson: LessonId) -> Result<Access> {
    let Some(course) = courses::course_of_lesson(read, lesson)? else {
        return Ok(Access::Unseen);
    };
    let enrolment = match actor.user() {
        Some(user) => store::find_live(read, user, course)?,
        None => None,
    };
    let is_staff = actor.is_at_least(Role::Instructor) && courses::can_edit(read, actor, course)?;
    if !is_staff && courses::is_lesson_hidden(read, lesson)? {
        // Who learns the course is told; to others it is not there.
        let lock = Lock {
            reason: LockReason::Hidden,
            opens_at: None,
        };
        return Ok(if enrolment.is_some() {
            Access::Locked(lock)
        } else {
            Access::Unseen
        });
    }
    if let (Some(enrolment), Some(person)) = (enrolment, actor.person())
        && let Some(place) = courses::version_lesson(read, enrolment.version, lesson)?
    {
        return by_enrolment(read, person, enrolment, place, is_staff);
    }
    by_visit(read, actor, course, lesson, is_staff)
}

/// Somebody who learns by a version that has the lesson.
fn by_enrolment(read: &Read<'_>, person: &Person, enrolment: Enrolment, place: VersionLesson, is_staff: bool) -> Result<Access> {
    if !is_staff && enrolment.is_withheld {
        return Ok(Access::Locked(Lock {
            reason: LockReason::Hidden,
            opens_at: None,
        }));
    }
    if !is_staff && !place.is_preview {
        if let Some(reason) = enrolment.barred(person) {
            return Ok(Access::Locked(Lock { reason, opens_at: None }));
        }
        let boundary = boundary(read, person)?;
        let opened = enrolment.opened(read.now(), &boundary);
        if place.day > opened {
            return Ok(Access::Locked(Lock {
                reason: LockReason::NotYet,
                opens_at: Some(enrolment.opens_at(place.day, opened, read.now(), &boundary)),
            }));
        }
    }
    Ok(Access::Open(Box::new(OpenLesson {
        course: enrolment.course,
        version: enrolment.version,
        place,
        enrolment: Some(enrolment),
        is_staff,
    })))
}

/// Somebody who has not joined, or whose version does not have the lesson: what is shown now counts.
fn by_visit(read: &Read<'_>, actor: &Actor, course: CourseId, lesson: LessonId, is_staff: bool) -> Result<Access> {
    let head = match courses::find_visible(read, actor, &course.into()) {
        Ok(head) => head,
        Err(Error::NotFound(_) | Error::Unauthenticated) => return Ok(Access::Unseen),
        Err(error) => return Err(error),
    };
    let Some(version) = head.version else {
        return Ok(Access::Unseen);
    };
    let Some(place) = courses::version_lesson(read, version, lesson)? else {
        return Ok(Access::Unseen);
    };
    if is_staff || place.is_preview {
        return Ok(Access::Open(Box::new(OpenLesson {
            course,
            version,
            place,
            enrolment: None,
            is_staff,
        })));
    }
    Ok(Access::Locked(Lock {
        reason: visitor_reason(read, actor, &head)?,
        opens_at: None,
    }))
}

/// Why somebody who has not joined the course may not open its lessons.
pub(super) fn visitor_reason(read: &Read<'_>, actor: &Actor, head: &CourseHead) -> Result<LockReason> {
    let (Some(version), Some(person)) = (head.version, actor.person()) else {
        return Ok(LockReason::NotEnrolled);
    };
    let plan = courses::version_meta(read, version)?.plan;
    Ok(if plan > person.plan {
        LockReason::Premium
    } else {
        LockReason::NotEnrolled
    })
}

/// Where this person's dates begin and end.
///
/// # Errors
/// A database fault.
pub fn boundary(read: &Read<'_>, person: &Person) -> Result<Boundary> {
    Ok(settings::get::<Learning>(read)?.boundary(person))
}

/// The lessons that a person's enrolments open to him now, in no particular order: what search
/// may look into for him. Previews, and what staff may read, are not among them.
///
/// # Errors
/// A database fault.
pub fn opened_lessons(read: &Read<'_>, person: &Person) -> Result<Vec<LessonId>> {
    let boundary = boundary(read, person)?;
    let hidden = courses::hidden_lessons(read)?;
    let mut lessons = Vec::new();
    for enrolment in newest_live(store::list(read, person.id)?) {
        if enrolment.barred(person).is_none() {
            let opened = enrolment.opened(read.now(), &boundary);
            let outline = courses::version_lessons(read, enrolment.version)?;
            lessons.extend(outline.iter().filter(|place| place.day <= opened).map(|place| place.lesson));
        }
    }
    lessons.retain(|lesson| !hidden.contains(lesson));
    Ok(lessons)
}

/// Of each course, the newest cycle that opens lessons. The list comes ordered by course and cycle.
pub(super) fn newest_live(all: Vec<Enrolment>) -> Vec<Enrolment> {
    let mut newest: Vec<Enrolment> = Vec::new();
    for enrolment in all.into_iter().filter(Enrolment::is_live) {
        match newest.last_mut() {
            Some(last) if last.course == enrolment.course => *last = enrolment,
            _ => newest.push(enrolment),
        }
    }
    newest
}

/// The media gate: a file that a lesson shows is for those to whom one of the lessons that show
/// it, in the revision that shows it, is open.
///
/// # Errors
/// A database fault.
pub(super) fn lesson_files(read: &Read<'_>, actor: &Actor, asset: AssetId) -> Result<Option<bool>> {
    let uses = courses::lessons_with_asset(read, asset)?;
    if uses.is_empty() {
        return Ok(None);
    }
    for (_, lesson, revision) in uses {
        if let Access::Open(open) = lesson_access(read, actor, lesson)?
            && open.place.revision == revision
        {
            return Ok(Some(true));
        }
    }
    Ok(Some(false))
}
