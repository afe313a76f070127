//! Changing a draft's front matter.

use crate::{
    courses::{model::Meta, policy::EditCourse, store},
    kernel::error::{Error, Result},
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
    store::drafts::update_meta(tx, course, &meta)?;
    store::assets::set_of_course(tx, course, &meta.assets(), false)?;
    Ok(draft.edition + 1)
}
