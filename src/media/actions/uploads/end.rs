//! End an upload before it is whole, or take a finished one off the list.

use super::desk;
use crate::{
    kernel::error::{Error, Result},
    media::{actions::blocking, model::uploads::State, policy::OwnUpload, store},
    platform::{Platform, db::Db},
};

pub(in crate::media) async fn end(platform: &Platform, db: &Db, can: &OwnUpload) -> Result<()> {
    let (desk, id) = (desk(platform), can.upload.id);
    let Ok(_hold) = desk.take_away(id).await else {
        return Err(Error::Unavailable {
            code: "upload.busy",
            retry_after: 5,
        });
    };
    db.write("media.end_upload", move |tx| match store::uploads::get(tx, id)?.state {
        State::Processing => Err(Error::conflict(
            "upload.processing",
            "All of it has come and it is being looked at. Wait until it is ready, then delete the file.",
        )),
        _ => store::uploads::delete(tx, id),
    })
    .await?;
    blocking(move || desk.remove(id)).await
}
