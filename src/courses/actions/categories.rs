//! The list of categories.

use crate::{
    courses::{
        model::Category,
        policy::{ManageCategories, ManageCategory},
        store,
    },
    kernel::{
        error::{Error, Result},
        event::Event,
        id::CategoryId,
        text::{Label, Slug},
    },
    platform::{audit, db::Tx},
};

/// The largest place in the order of categories.
const MAX_POSITION: u32 = 100_000;

/// Adds a category at the end of the list.
///
/// # Errors
/// `Conflict` when there is one of this name.
pub fn add_category(tx: &Tx<'_>, _: &ManageCategories, name: &Label) -> Result<CategoryId> {
    let id = store::categories::insert(tx, &Slug::from_title(name.as_str(), "category"), name)?;
    tx.tell(&Event::CategoryChanged {})?;
    audit::record(tx, "categories.add", &id.to_string(), None::<&()>, Some(name))?;
    Ok(id)
}

/// Renames or moves a category. Its address stays.
///
/// # Errors
/// `NotFound`.
pub fn change_category(tx: &Tx<'_>, can: &ManageCategory, name: Option<&Label>, position: Option<u32>) -> Result<Category> {
    let id = can.category();
    if position.is_some_and(|position| position > MAX_POSITION) {
        return Err(Error::field("position", "number.out_of_range", "Use a number from 0 to 100000."));
    }
    let before = get(tx, id)?;
    store::categories::update(tx, id, name, position)?;
    let after = get(tx, id)?;
    tx.tell(&Event::CategoryChanged {})?;
    audit::record(tx, "categories.change", &id.to_string(), Some(&before), Some(&after))?;
    Ok(after)
}

/// Removes a category that no course uses.
///
/// # Errors
/// `NotFound`, or `Conflict` when a course uses it.
pub fn remove_category(tx: &Tx<'_>, can: &ManageCategory) -> Result<()> {
    let id = can.category();
    let before = get(tx, id)?;
    if store::categories::is_used(tx, id)? {
        return Err(Error::conflict("category.used", "Move its courses to another category first."));
    }
    store::categories::delete(tx, id)?;
    tx.tell(&Event::CategoryChanged {})?;
    audit::record(tx, "categories.remove", &id.to_string(), Some(&before), None::<&()>)
}

fn get(tx: &Tx<'_>, id: CategoryId) -> Result<Category> {
    store::categories::find(tx, id)?.ok_or(Error::NotFound("category"))
}
