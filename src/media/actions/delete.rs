//! Delete a file that nothing uses. Its blobs go at the next sweep, unless others share them.

use crate::{
    kernel::{
        actor::Actor,
        error::{Error, Result},
    },
    media::{policy::DeleteAsset, store},
    platform::{audit, db::Tx},
};

pub(in crate::media) fn delete(tx: &Tx<'_>, can: &DeleteAsset) -> Result<()> {
    let asset = &can.asset;
    if store::is_used(tx, asset.id)? {
        return Err(Error::conflict("asset.in_use", "A course uses this file. Take it out there first."));
    }
    if asset.owner.is_none() || asset.owner != tx.actor().user() || matches!(tx.actor(), Actor::Cli) {
        let before = serde_json::json!({"kind": asset.kind, "sha256": asset.sha256, "owner": asset.owner});
        audit::record(tx, "media.delete", &asset.id.to_string(), Some(&before), None::<&()>)?;
    }
    store::delete_asset(tx, asset.id)
}
