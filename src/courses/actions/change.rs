//! Changing a draft's front matter.

use super::files;
use crate::{
    courses::{
        model::{CourseRef, Meta},
        policy::EditCourse,
        store,
    },
    kernel::{
        error::{Error, Result},
        text::Slug,
    },
    platform::db::Tx,
};

/// Changes the draft's front matter; everything is checked again.
/// Returns the draft's new edition.
///
/// # Errors
/// `Invalid` for wrong fields; `Conflict` when the draft changed since `expected` was read.
pub fn change(tx: &Tx<'_>, can: &EditCourse, expected: Option<u32>, edit: impl FnOnce(&mut Meta)) -> Result<u32> {
    let course = can.course();
    let draft = store::drafts::get(tx, course)?;
    if expected.is_some_and(|expected| expected != draft.edition) {
        return Err(Error::conflict(
            "course.changed",
            "Somebody changed the draft meanwhile. Look at it again.",
        ));
    }
    let mut meta = draft.meta.clone();
    edit(&mut meta);
    if meta == draft.meta {
        return Ok(draft.edition);
    }
    meta.check()?;
    if store::categories::find(tx, meta.category)?.is_none() {
        return Err(Error::field("category", "category.unknown", "Choose one of the categories."));
    }
    files::keep_draft(tx, can, &meta)?;
    store::drafts::update_meta(tx, course, &meta)?;
    super::note(tx, can, "courses.change")?;
    Ok(draft.edition + 1)
}

/// Gives a course that was never published another address.
///
/// # Errors
/// `Conflict` when the address is taken, or when learners know the course by the old one.
pub fn rename(tx: &Tx<'_>, can: &EditCourse, slug: &Slug) -> Result<()> {
    let head = store::courses::get(tx, &CourseRef::Id(can.course()))?;
    if head.slug == *slug {
        return Ok(());
    }
    if head.version.is_some() {
        return Err(Error::conflict("course.slug_fixed", "A published course keeps its address."));
    }
    store::courses::update_slug(tx, head.id, slug)
}
