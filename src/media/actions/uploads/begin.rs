//! Announce a file: its row, and an empty file to write into.

use super::{Refusal, desk};
use crate::{
    kernel::error::{Error, Result},
    media::{
        Limits,
        actions::{blocking, room},
        model::uploads::{KEPT_MS, MOST_UNFINISHED, State, Told, Upload},
        policy::{self, StoreAsset},
        settings::UploadSettings,
        store,
    },
    platform::{
        Platform,
        db::{Db, Tx},
        settings,
    },
};

/// Begins an upload, unless it cannot come to a good end: it says so before anything is sent.
pub(in crate::media) async fn begin(
    platform: &Platform,
    db: &Db,
    can: &StoreAsset,
    told: Told,
    length: u64,
) -> Result<std::result::Result<Upload, Refusal>> {
    let (limits, desk) = (Limits::of(platform), desk(platform));
    if length > limits.max_upload_bytes {
        return Ok(Err(Refusal::TooLarge(limits.max_upload_bytes)));
    }
    let data = platform.config.data.clone();
    blocking(move || has_room(&data, length)).await?;
    let can = can.clone();
    let begun = db
        .write("media.begin_upload", move |tx| insert(tx, &can, &limits, told, length))
        .await?;
    if let Ok(upload) = &begun {
        let id = upload.id;
        blocking(move || desk.create(id)).await?;
    }
    Ok(begun)
}

fn has_room(data: &std::path::Path, length: u64) -> std::io::Result<()> {
    let found = rustix::fs::statvfs(data)?;
    if found.f_bavail.saturating_mul(found.f_frsize) < length {
        return Err(std::io::ErrorKind::StorageFull.into());
    }
    Ok(())
}

fn insert(tx: &Tx<'_>, can: &StoreAsset, limits: &Limits, told: Told, length: u64) -> Result<std::result::Result<Upload, Refusal>> {
    let owner = can.owner().ok_or(Error::Unauthenticated)?;
    let (unfinished, _) = store::uploads::count_unfinished(tx, owner)?;
    if unfinished >= MOST_UNFINISHED {
        return Ok(Err(Refusal::TooMany));
    }
    let settings = settings::get::<UploadSettings>(tx)?;
    let most = told.kind().map_or(u64::MAX, |kind| settings.most_bytes(kind));
    if length > most {
        return Ok(Err(Refusal::TooLarge(most)));
    }
    if let Some(why) = room::refuse(tx, Some(owner), limits.quota_for(tx.actor()), length)? {
        return Ok(Err(Refusal::NoRoom(why)));
    }
    if let Some(asset) = told.replaces {
        policy::may_change(tx, tx.actor(), asset)?;
    }
    let upload = Upload {
        id: tx.new_id(),
        owner,
        name: told.name,
        mime: told.mime,
        metadata: told.raw,
        length,
        received: 0,
        unproven_from: None,
        state: State::Receiving,
        replaces: told.replaces,
        asset: None,
        code: None,
        message: None,
        created_at: tx.now(),
        expires_at: tx.now().plus_millis(KEPT_MS),
    };
    store::uploads::insert(tx, &upload)?;
    Ok(Ok(upload))
}
