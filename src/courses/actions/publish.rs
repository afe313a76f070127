//! Publishing: the draft becomes the next immutable version.

use sha2::{Digest, Sha256};

use super::files;
use crate::{
    courses::{
        check,
        content::hex,
        model::{CourseHead, CourseRef, Meta, PublishPolicy, State, VersionLesson},
        policy::{EditCourse, again},
        store::{self, versions::NewVersion},
    },
    kernel::{
        error::{Error, Fields, Result, TextError},
        event::Event,
        finding::{Finding, Severity},
        id::VersionId,
    },
    platform::{
        audit,
        db::{Read, Tx},
        module::PublishChecks,
        settings,
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

/// How to publish.
#[derive(Debug, Clone, Default)]
pub struct Publishing {
    /// What changed, for colleagues.
    pub notes: String,
    /// The edition of the draft that was looked at.
    pub expected: Option<u32>,
    /// Whether learners in the middle get it from their next unopened day.
    pub moves_learners: bool,
}

/// Publishes the draft as the next version. Learners in the middle of the course keep the
/// version they joined. For the command line, imports and the demo: what other slices look for is
/// not asked.
///
/// # Errors
/// As [`publish_draft`].
pub fn publish(tx: &Tx<'_>, can: &EditCourse, notes: &str, expected: Option<u32>) -> Result<Published> {
    let how = Publishing {
        notes: notes.to_owned(),
        expected,
        moves_learners: false,
    };
    publish_draft(tx, can, &PublishChecks::default(), &how)
}

/// Publishes the draft as the next version.
///
/// # Errors
/// `Invalid` names what the draft lacks; `Conflict` when the draft changed since `expected` was
/// read, when nothing changed since the last version, when the course is archived, or when
/// somebody else has to approve it first.
pub fn publish_draft(tx: &Tx<'_>, can: &EditCourse, checks: &PublishChecks, how: &Publishing) -> Result<Published> {
    let head = publishable(tx, can)?;
    let draft = store::drafts::get(tx, head.id)?;
    if how.expected.is_some_and(|expected| expected != draft.edition) {
        return Err(Error::conflict(
            "course.changed",
            "Somebody changed the draft meanwhile. Look at it again.",
        ));
    }
    draft.meta.check()?;
    let mut findings = check::check(tx, head.id, checks)?;
    if tx.actor().user().is_none() {
        // What operators bring in was written elsewhere: only what learners could not learn by is refused.
        findings.retain(|finding| finding.lesson.is_none());
    }
    refuse_blockers(findings)?;
    let lessons = store::drafts::outline(tx, head.id)?;
    let made = put_version(tx, &head, &draft.meta, &lessons, how)?;
    store::access::forget_editors(tx, head.id)?;
    Ok(made)
}

/// The course, if it may be published at all.
pub(super) fn publishable(tx: &Tx<'_>, can: &EditCourse) -> Result<CourseHead> {
    let head = store::courses::get(tx, &CourseRef::Id(can.course()))?;
    again(tx, tx.actor(), &head)?;
    if head.state == State::Archived {
        return Err(Error::conflict("course.archived", "Restore the course before you publish it."));
    }
    Ok(head)
}

/// What has to be mended first, as wrong fields.
fn refuse_blockers(findings: Vec<Finding>) -> Result<()> {
    let mut fields = Fields::default();
    for finding in findings.into_iter().filter(|f| f.severity == Severity::Blocker) {
        let path = match finding.lesson {
            Some(lesson) => format!("lessons.{lesson}.{}", finding.field),
            None => finding.field.to_owned(),
        };
        fields.push(&path, TextError::new(finding.code, finding.sentence));
    }
    fields.finish()
}

/// Makes this content the next version, if that is allowed and new.
pub(super) fn put_version(tx: &Tx<'_>, head: &CourseHead, meta: &Meta, lessons: &[VersionLesson], how: &Publishing) -> Result<Published> {
    let course = head.id;
    let hash = version_hash(meta, lessons)?;
    if let Some(last) = head.version
        && store::versions::get_hash(tx, last)? == hash
    {
        return Err(Error::conflict("course.unchanged", "Nothing has changed since the last version."));
    }
    require_approval(tx, head, &hash)?;
    let number = head.number + 1;
    let new = NewVersion {
        course,
        number,
        meta,
        notes: &how.notes,
        hash: &hash,
        lessons,
        base: None,
    };
    let version = store::versions::insert(tx, &new)?;
    store::courses::update_published(tx, course, version, number)?;
    store::listings::put(tx, course, meta, lessons, head.published_at.unwrap_or(tx.now()))?;
    store::listings::relist(tx, course)?;
    files::keep_version(tx, course, version, meta)?;
    tx.tell(&Event::CoursePublished {
        course,
        version,
        number,
        moves_learners: how.moves_learners,
    })?;
    audit::record(tx, "courses.publish", &course.to_string(), None::<&()>, Some(&number))?;
    Ok(Published { version, number })
}

/// Where the instance asks for it, somebody else has approved exactly this content. Operators at
/// the command line answer for themselves.
fn require_approval(tx: &Tx<'_>, head: &CourseHead, hash: &str) -> Result<()> {
    let is_asked = tx.actor().user().is_some() && settings::get::<PublishPolicy>(tx)?.review_required;
    if is_asked && !store::access::is_approved(tx, head.id, hash)? {
        let message = "Submit this course for review: somebody else has to approve it first.";
        return Err(Error::conflict("course.review_needed", message));
    }
    Ok(())
}

/// Equal for equal front matter and equal lessons in equal places.
pub(super) fn version_hash(meta: &Meta, lessons: &[VersionLesson]) -> Result<String> {
    let places: Vec<_> = lessons.iter().map(|l| (l.day, l.position, l.lesson, l.revision)).collect();
    let canonical = serde_json::to_vec(&(meta, places)).map_err(Error::internal)?;
    Ok(hex(&Sha256::digest(&canonical)))
}

/// The hash that a version of the draft would have now.
pub(in crate::courses) fn draft_hash(read: &Read<'_>, course: crate::kernel::id::CourseId) -> Result<String> {
    let draft = store::drafts::get(read, course)?;
    version_hash(&draft.meta, &store::drafts::outline(read, course)?)
}

/// Whether the draft differs from what learners see.
pub(in crate::courses) fn has_changes(read: &Read<'_>, head: &CourseHead, meta: &Meta, lessons: &[VersionLesson]) -> Result<bool> {
    let Some(last) = head.version else { return Ok(true) };
    Ok(store::versions::get_hash(read, last)? != version_hash(meta, lessons)?)
}
