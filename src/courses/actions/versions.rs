//! Going back to an earlier version, and the versions of learners in the middle.

use std::collections::HashSet;

use super::{
    files,
    publish::{Published, Publishing, publishable, put_version, version_hash},
};
use crate::{
    courses::{
        model::{self, VersionLesson},
        policy::EditCourse,
        store::{self, drafts::Place, versions::NewVersion},
    },
    kernel::{
        actor::Plan,
        error::{Error, Result},
        id::{CourseId, LessonId, VersionId},
    },
    platform::{audit, db::Tx},
};

/// Publishes what an earlier version held as the next version. The draft stays as it is.
///
/// # Errors
/// `NotFound` without such a version; else as publishing.
pub(in crate::courses) fn roll_back(tx: &Tx<'_>, can: &EditCourse, number: u32, how: &Publishing) -> Result<Published> {
    let head = publishable(tx, can)?;
    let version = numbered(tx, head.id, number)?;
    let meta = store::versions::get_meta(tx, version)?;
    let lessons = store::versions::list_lessons(tx, version)?;
    put_version(tx, &head, &meta, &lessons, how)
}

/// Makes the draft what an earlier version was. What it held before is gone from the draft.
///
/// # Errors
/// `NotFound` without such a version; `Conflict` when the draft changed since `expected` was read.
pub(in crate::courses) fn load_version(tx: &Tx<'_>, can: &EditCourse, number: u32, expected: Option<u32>) -> Result<()> {
    let course = can.course();
    let version = numbered(tx, course, number)?;
    let meta = store::versions::get_meta(tx, version)?;
    super::change(tx, can, expected, |draft| *draft = meta)?;
    let wanted = store::versions::list_lessons(tx, version)?;
    let there = store::drafts::list_places(tx, course)?;
    for place in &there {
        if !wanted.iter().any(|w| w.lesson == place.lesson) {
            store::drafts::delete_lesson(tx, course, place.lesson)?;
        }
    }
    for w in &wanted {
        let place = Place {
            lesson: w.lesson,
            revision: w.revision,
            day: w.day,
            position: w.position,
        };
        store::drafts::put_lesson(tx, course, place)?;
    }
    store::drafts::touch(tx, course)?;
    for place in there {
        files::sweep(tx, place.lesson)?;
    }
    audit::record(tx, "courses.load_version", &course.to_string(), None::<&()>, Some(&number))
}

fn numbered(tx: &Tx<'_>, course: CourseId, number: u32) -> Result<VersionId> {
    store::versions::find_number(tx, course, number)?.ok_or(Error::NotFound("version"))
}

/// What a learner goes on by.
#[derive(Debug, Clone, Copy)]
pub struct Blended {
    /// The published version itself, or a blend of it with what he had before.
    pub version: VersionId,
    /// Its last day.
    pub days: u16,
    /// The plan that the published version needs.
    pub plan: Plan,
}

/// The version by which learners of `base` go on when `published`, which has this number, comes:
/// what they had opened or begun stays, what follows is new. Learners who stand alike share one.
///
/// # Errors
/// A database fault.
pub fn blend(
    tx: &Tx<'_>,
    course: CourseId,
    base: VersionId,
    published: (VersionId, u32),
    opened: u16,
    begun: &HashSet<LessonId>,
) -> Result<Blended> {
    let (newest, number) = published;
    let meta = store::versions::get_meta(tx, newest)?;
    let fresh = store::versions::list_lessons(tx, newest)?;
    let lessons = model::blend(&store::versions::list_lessons(tx, base)?, &fresh, opened, begun);
    let blended = |version, lessons: &[VersionLesson]| Blended {
        version,
        days: lessons.iter().map(|place| place.day).max().unwrap_or(1),
        plan: meta.plan,
    };
    let hash = version_hash(&meta, &lessons)?;
    if lessons == fresh {
        return Ok(blended(newest, &fresh));
    }
    if let Some(known) = store::versions::find_blend(tx, course, number, &hash)? {
        return Ok(blended(known, &lessons));
    }
    let new = NewVersion {
        course,
        number,
        meta: &meta,
        notes: "",
        hash: &hash,
        lessons: &lessons,
        base: Some(base),
    };
    Ok(blended(store::versions::insert(tx, &new)?, &lessons))
}
