//! Background work.

use serde::{Deserialize, Serialize};

use super::store;
use crate::{
    kernel::error::{Error, Result},
    platform::jobs::{Job, JobContext, JobError, Queue},
};

/// Deletes the file of a picture that nobody has any more.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DropPicture {
    pub(super) sha256: String,
}

impl Job for DropPicture {
    const KIND: &'static str = "people.drop_picture";
    const QUEUE: Queue = Queue::Default;

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let shelf = super::shelf(&ctx.platform);
        let runtime = tokio::runtime::Handle::current();
        let swept = tokio::task::spawn_blocking(move || {
            let sha256 = self.sha256.clone();
            // Asked while the pins are locked: a picture that comes back meanwhile stays.
            let is_wanted = || {
                let asked = ctx.db.read("people.is_picture", move |read| store::is_picture(read, &sha256));
                runtime.block_on(asked).map_err(std::io::Error::other)
            };
            shelf.sweep(&self.sha256, is_wanted)
        });
        let gone = swept.await.map_err(Error::internal)?.map_err(Error::internal)?;
        tracing::debug!(gone, "a picture was swept");
        Ok(())
    }
}
