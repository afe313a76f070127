//! Publishing: the draft becomes the next immutable version.

use sha2::{Digest, Sha256};

use super::files;
use crate::{
    courses::{
        content::hex,
        model::{CourseHead, CourseRef, Meta, State, VersionLesson, check_publishable},
        policy::{EditCourse, again},
        store::{self, versions::NewVersion},
    },
    kernel::{
        error::{Error, Result},
        event::Event,
        id::VersionId,
    },
    platform::{
        audit,
        db::{Read, Tx},
    },
};

/// What a publish made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The version.
    pub version: VersionId,
    /// Its number, from 1.
    pub number: u32,
}

/// Publishes the draft as the next version. Learners in the middle of the course keep the
/// version they joined.
///
/// # Errors
/// `Invalid` names what the draft lacks; `Conflict` when the draft changed since `expected` was
/// read, when nothing changed since the last version, or when the course is archived.
pub fn publish(tx: &Tx<'_>, can: &EditCourse, notes: &str, expected: Option<u32>) -> Result<Published> {
    let head = store::courses::get(tx, &CourseRef::Id(can.course()))?;
    again(tx.actor(), &head)?;
    if head.state == State::Archived {
        return Err(Error::conflict("course.archived", "Restore the course before you publish it."));
    }
    let draft = store::drafts::get(tx, head.id)?;
    if expected.is_some_and(|expected| expected != draft.edition) {
        return Err(Error::conflict(
            "course.changed",
            "Somebody changed the draft meanwhile. Look at it again.",
        ));
    }
    draft.meta.check()?;
    let lessons = store::drafts::outline(tx, head.id)?;
    check_publishable(&draft.meta, &lessons)?;
    let hash = version_hash(&draft.meta, &lessons)?;
    if let Some(last) = head.version
        && store::versions::get_hash(tx, last)? == hash
    {
        return Err(Error::conflict("course.unchanged", "Nothing has changed since the last version."));
    }
    let number = head.number + 1;
    let new = NewVersion {
        course: head.id,
        number,
        meta: &draft.meta,
        notes,
        hash: &hash,
        lessons: &lessons,
    };
    let version = store::versions::insert(tx, &new)?;
    store::courses::update_published(tx, head.id, version, number)?;
    store::listings::put(tx, head.id, &draft.meta, &lessons, head.published_at.unwrap_or(tx.now()))?;
    files::keep_version(tx, head.id, version, &draft.meta)?;
    let course = head.id;
    tx.tell(&Event::CoursePublished { course, version, number })?;
    audit::record(tx, "courses.publish", &course.to_string(), None::<&()>, Some(&number))?;
    Ok(Published { version, number })
}

/// Equal for equal front matter and equal lessons in equal places.
fn version_hash(meta: &Meta, lessons: &[VersionLesson]) -> Result<String> {
    let places: Vec<_> = lessons.iter().map(|l| (l.day, l.position, l.lesson, l.revision)).collect();
    let canonical = serde_json::to_vec(&(meta, places)).map_err(Error::internal)?;
    Ok(hex(&Sha256::digest(&canonical)))
}

/// Whether the draft differs from what learners see.
pub(in crate::courses) fn has_changes(read: &Read<'_>, head: &CourseHead, meta: &Meta, lessons: &[VersionLesson]) -> Result<bool> {
    let Some(last) = head.version else { return Ok(true) };
    Ok(store::versions::get_hash(read, last)? != version_hash(meta, lessons)?)
}
