//! All bytes have come: what they are is found out, and they become an asset.

use serde::{Deserialize, Serialize};

use super::desk;
use crate::{
    kernel::{
        error::{Error, Result},
        id::UploadId,
    },
    media::{
        actions::{blocking, keep::keep_and, replace::replace_and},
        model::uploads::{State, Upload},
        policy::{ChangeAsset, StoreAsset},
        store,
    },
    platform::{
        Platform,
        db::{Db, Tx},
        jobs::{Job, JobContext, JobError},
    },
};

/// Makes an asset of an upload that is whole.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::media) struct Finish {
    pub(in crate::media) upload: UploadId,
}

impl Job for Finish {
    const KIND: &'static str = "media.finish_upload";
    const LIMIT: std::time::Duration = std::time::Duration::from_secs(3600);

    fn dedupe_key(&self) -> Option<String> {
        Some(self.upload.to_string())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let id = self.upload;
        match finish(&ctx.platform, &ctx.db, id).await {
            Ok(()) => Ok(()),
            Err(Error::Unavailable { retry_after, .. }) => Err(JobError::Snooze(std::time::Duration::from_secs(retry_after.into()))),
            Err(error) if ctx.attempt >= Self::ATTEMPTS => {
                let told = (
                    "media.unreadable",
                    "The file came, but could not be made ready. Send it again, or ask whoever runs this site.",
                );
                fail(&ctx.platform, &ctx.db, id, told.0, told.1.to_owned()).await?;
                Err(JobError::Fail(format!("{error:?}")))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Finishes an upload, once: a second run finds nothing to do.
async fn finish(platform: &Platform, db: &Db, id: UploadId) -> Result<()> {
    let upload = db.read("media.upload", move |read| store::uploads::find(read, id)).await?;
    let Some(upload) = upload.filter(|upload| upload.state == State::Processing) else {
        return Ok(());
    };
    match store_it(platform, db, &upload).await {
        Ok(()) => {
            let desk = desk(platform);
            blocking(move || desk.remove(id)).await
        }
        Err(Error::Invalid(fields)) => {
            let (code, message) = fields.into_iter().next().map_or_else(
                || ("media.refused".into(), String::new()),
                |field| (field.code.into_owned(), field.message),
            );
            fail(platform, db, id, &code, message).await
        }
        Err(Error::NotFound(_)) => {
            let gone = "The file that this was to replace is gone.".to_owned();
            fail(platform, db, id, "asset.not_found", gone).await
        }
        Err(other) => Err(other),
    }
}

async fn store_it(platform: &Platform, db: &Db, upload: &Upload) -> Result<()> {
    let (id, desk, blobs) = (upload.id, desk(platform), crate::media::shelf(platform));
    let part = blocking(move || blobs.adopt(&desk.path(id))).await?;
    let settle = move |tx: &Tx<'_>, asset| {
        if store::uploads::update_ready(tx, id, asset)? {
            return Ok(());
        }
        Err(Error::internal("an upload was settled by another run"))
    };
    match upload.replaces {
        Some(asset) => {
            let can = ChangeAsset::as_system("media.finish_upload", asset);
            replace_and(platform, db, &can, &upload.name, part, settle).await?;
        }
        None => {
            let can = StoreAsset::of_upload(upload.owner);
            keep_and(platform, db, &can, &upload.name, part, settle).await?;
        }
    }
    Ok(())
}

async fn fail(platform: &Platform, db: &Db, id: UploadId, code: &str, message: String) -> Result<()> {
    let code = code.to_owned();
    db.write("media.fail_upload", move |tx| {
        store::uploads::update_failed(tx, id, &code, &message)
    })
    .await?;
    let desk = desk(platform);
    blocking(move || desk.remove(id)).await
}
