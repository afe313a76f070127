//! Reference counting: who uses which asset.

use std::collections::BTreeSet;

use crate::{
    kernel::{error::Result, id::AssetId},
    media::store,
    platform::db::Tx,
};

/// Says that the thing `kind` (such as `course.draft`) with the id `subject` uses exactly these
/// assets; what it used before and uses no longer may be swept after a day of grace.
///
/// # Errors
/// `NotFound` when one of the assets does not exist.
pub fn set_uses(tx: &Tx<'_>, kind: &'static str, subject: i64, assets: &[AssetId]) -> Result<()> {
    let wanted: BTreeSet<AssetId> = assets.iter().copied().collect();
    let before: BTreeSet<AssetId> = store::list_uses(tx, kind, subject)?.into_iter().collect();
    for id in wanted.difference(&before) {
        store::get_asset(tx, *id)?;
        store::insert_use(tx, kind, subject, *id)?;
        store::update_unused(tx, *id, None)?;
    }
    for id in before.difference(&wanted) {
        store::delete_use(tx, kind, subject, *id)?;
        if !store::is_used(tx, *id)? {
            store::update_unused(tx, *id, Some(tx.now()))?;
        }
    }
    Ok(())
}
