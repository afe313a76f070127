//! Background work.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{bulk, groups, person_file, store, wizard};
use crate::{
    kernel::{
        error::{Error, Result},
        id::{BulkId, ExportId, GroupId, ImportId, UserId},
    },
    platform::db::Tx,
    platform::jobs::{Job, JobContext, JobError, Queue},
    platform::sweep,
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

/// Does something with many people, or takes it back, where it stands.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RunBulk {
    pub(super) run: BulkId,
}

impl Job for RunBulk {
    const KIND: &'static str = "people.bulk";
    const ATTEMPTS: u32 = 20;
    const LIMIT: Duration = Duration::from_secs(3600);

    fn dedupe_key(&self) -> Option<String> {
        Some(self.run.to_string())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let run = self.run;
        loop {
            let platform = ctx.platform.clone();
            let step = ctx.db.write_low("people.bulk", move |tx| bulk::step(tx, &platform, run));
            if step.await? {
                return Ok(());
            }
        }
    }
}

/// Folds everybody's name anew, after the program learnt to fold better. Run twice it changes nothing.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Refold {}

impl Job for Refold {
    const KIND: &'static str = "people.refold";
    const ATTEMPTS: u32 = 20;
    const LIMIT: Duration = Duration::from_secs(3600);

    fn dedupe_key(&self) -> Option<String> {
        Some("all".to_owned())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let step = |tx: &Tx<'_>, at| store::refold(tx, at, 500);
        ctx.db.write_in_steps("people.refold", UserId::from_raw(i64::MIN), step).await?;
        Ok(())
    }
}

/// Makes the file with one person's data.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct MakeExport {
    pub(super) export: ExportId,
}

impl Job for MakeExport {
    const KIND: &'static str = "people.export_person";
    const LIMIT: Duration = Duration::from_secs(600);

    fn dedupe_key(&self) -> Option<String> {
        Some(self.export.to_string())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let (id, platform) = (self.export, ctx.platform.clone());
        let read = ctx.db.read_heavy("people.portray", move |read| {
            let wanted = store::find_file(read, id)?.filter(|file| file.sha256.is_none());
            wanted.map(|file| person_file::portray(read, &platform, file.user)).transpose()
        });
        // Erased, or made, meanwhile.
        let Some(portrait) = read.await? else { return Ok(()) };
        let (pictures, shelf) = (super::shelf(&ctx.platform), person_file::shelf(&ctx.platform));
        let packed = tokio::task::spawn_blocking(move || {
            let zip = person_file::pack(&portrait, &pictures)?;
            shelf.put(&zip).map_err(Error::internal)
        });
        // Held against sweeps until its row is committed.
        let sealed = packed.await.map_err(Error::internal)??;
        let (sha256, bytes) = (sealed.sha256.clone(), sealed.bytes);
        let kept = ctx
            .db
            .write("people.keep_export", move |tx| store::set_file(tx, id, &sha256, bytes));
        let is_kept = kept.await?;
        drop(sealed);
        if !is_kept {
            let drop = ctx
                .db
                .write_low("people.drop_exports", |tx| tx.enqueue(&DropExports {}).map(|_| ()));
            drop.await?;
        }
        Ok(())
    }
}

/// Deletes files with people's data that no row names: they died, or their person was erased.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DropExports {}

impl Job for DropExports {
    const KIND: &'static str = "people.drop_exports";

    fn dedupe_key(&self) -> Option<String> {
        Some("all".to_owned())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        ctx.db.write_low("people.dead_exports", store::delete_dead_files).await?;
        let (files, imports) = (person_file::shelf(&ctx.platform), wizard::shelf(&ctx.platform));
        sweep::unwanted(ctx.db.clone(), files, store::is_file).await?;
        sweep::unwanted(ctx.db.clone(), imports, store::is_import_file).await?;
        Ok(())
    }
}

/// Does an import.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ApplyImport {
    pub(super) import: ImportId,
}

impl Job for ApplyImport {
    const KIND: &'static str = "people.import";
    const ATTEMPTS: u32 = 20;
    const LIMIT: Duration = Duration::from_secs(3600);

    fn dedupe_key(&self) -> Option<String> {
        Some(self.import.to_string())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        wizard::apply(&ctx.db, &ctx.platform, self.import).await?;
        Ok(())
    }
}

/// Fills a group by its rule.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FillGroup {
    pub(super) group: GroupId,
}

impl Job for FillGroup {
    const KIND: &'static str = "people.fill_group";
    const ATTEMPTS: u32 = 20;
    const LIMIT: Duration = Duration::from_secs(3600);

    fn dedupe_key(&self) -> Option<String> {
        Some(self.group.to_string())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let group = self.group;
        let step = move |tx: &Tx<'_>, at| groups::fill(tx, group, at);
        ctx.db.write_in_steps("people.fill_group", UserId::from_raw(i64::MIN), step).await?;
        Ok(())
    }
}

/// Brings somebody into the groups whose rules hold for him, and out of the others.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PlaceUser {
    pub(super) user: UserId,
}

impl Job for PlaceUser {
    const KIND: &'static str = "people.place_user";

    fn dedupe_key(&self) -> Option<String> {
        Some(self.user.to_string())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let user = self.user;
        ctx.db
            .write_low("people.place_user", move |tx| groups::place_everywhere(tx, user))
            .await?;
        Ok(())
    }
}

/// How long the items of a deed over many people are kept, in seconds.
const KEEP_ITEMS: i64 = 30 * 24 * 3600;
/// How long an imported file and what became of it are kept, in seconds.
const KEEP_IMPORTS: i64 = 24 * 3600;

/// Upkeep.
pub(super) fn nightly(tx: &Tx<'_>) -> Result<()> {
    store::purge_runs(tx, tx.now().plus_secs(-KEEP_ITEMS))?;
    store::delete_imports(tx, tx.now().plus_secs(-KEEP_IMPORTS))?;
    for (group, _) in store::list_rules(tx)? {
        tx.enqueue(&FillGroup { group })?;
    }
    tx.enqueue(&DropExports {}).map(drop)
}
