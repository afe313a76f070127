//! Delete files that nothing uses. Their blobs go at the next sweep, unless others share them.

use crate::{
    kernel::{
        actor::Actor,
        error::{Error, Result},
        id::AssetId,
    },
    media::{
        model::Asset,
        policy::{self, DeleteAsset, StoreAsset},
        store,
    },
    platform::{audit, db::Tx},
};

pub(in crate::media) fn delete(tx: &Tx<'_>, can: &DeleteAsset) -> Result<()> {
    let asset = &can.asset;
    if store::is_used(tx, asset.id)? {
        return Err(Error::conflict("asset.in_use", "A course uses this file. Take it out there first."));
    }
    remove(tx, asset)
}

/// Deletes those of the files that the actor may delete and that nothing uses; tells which went.
pub(in crate::media) fn delete_unused(tx: &Tx<'_>, _can: &StoreAsset, wanted: &[AssetId]) -> Result<Vec<AssetId>> {
    let mut gone = Vec::new();
    for asset in store::library::list_of(tx, wanted)? {
        if policy::is_his(&asset, tx.actor()) && !store::is_used(tx, asset.id)? {
            remove(tx, &asset)?;
            gone.push(asset.id);
        }
    }
    Ok(gone)
}

fn remove(tx: &Tx<'_>, asset: &Asset) -> Result<()> {
    if asset.owner.is_none() || asset.owner != tx.actor().user() || matches!(tx.actor(), Actor::Cli) {
        let before = serde_json::json!({"kind": asset.kind, "sha256": asset.sha256, "owner": asset.owner});
        audit::record(tx, "media.delete", &asset.id.to_string(), Some(&before), None::<&()>)?;
    }
    store::delete_asset(tx, asset.id)
}
