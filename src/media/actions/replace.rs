//! Give an asset another content. Its id, its owner and every use of it stay: what shows it, shows
//! the new content from now on, published versions included.

use super::keep::{Kept, bench, check_size, seal};
use crate::{
    kernel::{
        error::{Error, Result},
        event::Event,
        id::AssetId,
    },
    media::{
        inspect,
        model::{Asset, clean_name, split_name},
        policy::ChangeAsset,
        store,
    },
    platform::{
        Platform, audit,
        blobs::Part,
        db::{Db, Tx},
    },
};

/// Replaces the content of an asset by the bytes of a part, which must be of the same kind.
pub(in crate::media) async fn replace(platform: &Platform, db: &Db, can: &ChangeAsset, name: &str, part: Part) -> Result<Asset> {
    replace_and(platform, db, can, name, part, |_, _| Ok(())).await
}

/// As [`replace`], and `then` in the same deed.
pub(in crate::media) async fn replace_and<F>(
    platform: &Platform,
    db: &Db,
    can: &ChangeAsset,
    name: &str,
    part: Part,
    then: F,
) -> Result<Asset>
where
    F: FnOnce(&Tx<'_>, AssetId) -> Result<()> + Send + 'static,
{
    let (id, name) = (can.asset(), clean_name(name));
    let old = db.read("media.asset", move |read| store::get_asset(read, id)).await?;
    let made = inspect::look(&bench(platform), part.path(), part.bytes(), &name).await?;
    if made.kind != old.kind {
        return Err(Error::field(
            "",
            "media.other_kind",
            format!(
                "This file is of another kind. It can be replaced by another file of the kind “{}”.",
                old.kind.word()
            ),
        ));
    }
    check_size(db, made.kind, part.bytes()).await?;
    let blobs = crate::media::shelf(platform);
    let sealed = super::blocking(move || seal(&blobs, part, made)).await?;
    db.write("media.replace", move |tx| {
        let asset = record(tx, id, &name, &sealed)?;
        then(tx, id)?;
        Ok((asset, sealed)) // The pins live until the rows are on disk.
    })
    .await
    .map(|(asset, _pins)| asset)
}

fn record(tx: &Tx<'_>, id: AssetId, name: &str, kept: &Kept) -> Result<Asset> {
    let old = store::get_asset(tx, id)?;
    let original = kept.original();
    let new = Asset {
        mime: kept.made.mime.clone(),
        name: renamed(&old.name, name),
        bytes: original.bytes,
        sha256: original.sha256.clone(),
        source_sha256: kept.source.sha256.clone(),
        width: kept.made.width,
        height: kept.made.height,
        duration_ms: kept.made.duration_ms,
        ..old.clone()
    };
    kept.insert_blobs(tx)?;
    store::update_content(tx, &new)?;
    kept.insert_renditions(tx, id)?;
    let (before, after) = (&old.source_sha256, &new.source_sha256);
    audit::record(
        tx,
        "media.replace",
        &id.to_string(),
        Some(&serde_json::json!({ "sha256": before })),
        Some(&serde_json::json!({ "sha256": after })),
    )?;
    tx.tell(&Event::AssetReplaced { asset: id })?;
    Ok(new)
}

/// The old name, with the extension of the new one.
fn renamed(old: &str, new: &str) -> String {
    let ((stem, _), (_, extension)) = (split_name(old), split_name(new));
    clean_name(&format!("{stem}{extension}"))
}
