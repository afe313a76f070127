//! How far an upload has come. The file knows: a request that was cut off, or a server that was,
//! may have written more than the row says.

use super::{append::note, desk};
use crate::{
    kernel::error::Result,
    media::{
        actions::blocking,
        model::uploads::{State, Upload},
        store,
    },
    platform::{Platform, db::Db},
};

/// The upload as it is now, and its durable offset. While a request writes to it, the offset is as
/// far as that has come.
pub(in crate::media) async fn look(platform: &Platform, db: &Db, upload: Upload) -> Result<(Upload, u64)> {
    if upload.state != State::Receiving {
        let whole = upload.length;
        return Ok((upload, whole));
    }
    let (desk, id) = (desk(platform), upload.id);
    if desk.is_held(id) {
        return under_way(platform, upload).await;
    }
    let Ok(hold) = desk.take(id).await else {
        return under_way(platform, upload).await;
    };
    let upload = db.read("media.upload", move |read| store::uploads::get(read, id)).await?;
    if upload.state != State::Receiving {
        let whole = upload.length;
        return Ok((upload, whole));
    }
    let (proven, known) = (upload.unproven_from, upload.received);
    let end = blocking(move || {
        let (file, end) = desk.open(id, proven)?;
        if end != known {
            file.sync_all()?;
        }
        Ok(end)
    })
    .await?;
    let is_news = end != known || proven.is_some();
    let upload = if is_news { note(db, id, end).await? } else { upload };
    drop(hold);
    Ok((upload, end))
}

async fn under_way(platform: &Platform, upload: Upload) -> Result<(Upload, u64)> {
    let (desk, id) = (desk(platform), upload.id);
    let there = blocking(move || desk.length(id)).await?;
    let offset = there.min(upload.unproven_from.unwrap_or(u64::MAX));
    Ok((upload, offset))
}
