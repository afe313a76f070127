//! The import over the web: the same engine as at the command line, its file on a shelf of the
//! store until the import is a day old, done by a job.

use std::{
    fs::File,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    import::{ApplyOptions, Change, Counts, Import, ImportOptions, Mapping, Newcomers, RowReport, Target, Told, guarded, judge_import},
    policy::ImportUsers,
    store,
};
use crate::{
    kernel::{
        error::{Error, Result},
        id::ImportId,
    },
    platform::{
        Platform,
        blobs::{Blobs, Sealed},
        db::Db,
    },
};

/// The part of the file store in which the files lie; no backup asks for it.
const SHELF: &str = "people-imports";

/// Who opens accounts for imported people and invites them, by mail or not at all. In the services.
pub struct Openers(pub fn(Arc<Platform>, bool) -> Arc<dyn Newcomers>);

pub(super) fn shelf(platform: &Platform) -> Blobs {
    platform.blobs.shelf(SHELF)
}

/// How the file is taken.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Choices {
    /// What columns hold, where their names do not say it: pairs of a column's name, or its number
    /// from 1, and `email`, `name`, `first`, `last`, `role`, `plan`, `groups`, `time-zone`,
    /// `language`, `active`, `inactive`, `ignore` or `field:` and a field's key.
    #[serde(default)]
    pub(super) columns: Vec<(String, String)>,
    /// Whether groups that are missing are made.
    #[serde(default)]
    pub(super) creates_groups: bool,
    /// Whether new people are invited by mail.
    #[serde(default)]
    pub(super) invites: bool,
}

impl Choices {
    fn options(&self) -> Result<ImportOptions> {
        let told = self.columns.iter().map(|(column, target)| {
            let target = Target::parse(target)?;
            Ok((column.clone(), target))
        });
        Ok(ImportOptions {
            mapping: Mapping {
                told: told.collect::<Result<_>>()?,
                creates_fields: false,
            },
            creates_groups: self.creates_groups,
            ..ImportOptions::default()
        })
    }
}

/// Judges a file; nothing is done. `tell` gets each row.
pub(super) async fn judge(
    db: &Db,
    platform: &Platform,
    can: &ImportUsers,
    sha256: &str,
    choices: &Choices,
    mut tell: impl FnMut(&RowReport),
) -> Result<Import> {
    let file = File::open(shelf(platform).path(sha256)).map_err(|_| Error::NotFound("import"))?;
    let told = |told: Told<'_>| {
        if let Told::Row(row) = told {
            tell(row);
        }
        Ok(())
    };
    judge_import(db, platform.data(), can, file, &choices.options()?, told).await
}

/// Does an import to its end. A second run after a kill finds what is done and goes on.
pub(super) async fn apply(db: &Db, platform: &Arc<Platform>, id: ImportId) -> Result<()> {
    let row = db.read("people.import_row", move |read| store::get_import(read, id)).await?;
    if row.state != "applying" {
        return Ok(());
    }
    let choices: Choices = serde_json::from_str(&row.options).map_err(Error::internal)?;
    match run(db, platform, id, &row.sha256, &choices).await {
        Ok((counts, report)) => {
            let counts = serde_json::to_string(&counts).map_err(Error::internal)?;
            let name = report.sha256.clone();
            db.write("people.import_done", move |tx| store::end_import(tx, id, Ok((&counts, &name))))
                .await
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict { .. })) => {
            let text = error.to_string();
            db.write("people.import_failed", move |tx| store::end_import(tx, id, Err(&text)))
                .await
        }
        Err(error) => Err(error),
    }
}

async fn run(db: &Db, platform: &Arc<Platform>, id: ImportId, sha256: &str, choices: &Choices) -> Result<(Counts, Sealed)> {
    let can = ImportUsers::as_system("people.import");
    let openers = platform
        .services
        .find::<Openers>()
        .ok_or_else(|| Error::internal("nobody opens accounts"))?;
    let judged = judge(db, platform, &can, sha256, choices, |_| ()).await?;
    let newcomers = (openers.0)(platform.clone(), choices.invites);
    let (done, mut report) = (AtomicU32::new(0), csv::Writer::from_writer(Vec::new()));
    report
        .write_record(["row", "email", "result", "reasons", "changes"])
        .map_err(Error::internal)?;
    let tell = |told: Told<'_>| {
        if let Told::Row(row) = told {
            done.fetch_add(1, Ordering::Relaxed);
            report.write_record(cells(row)).map_err(Error::internal)?;
        }
        Ok(())
    };
    let counts = {
        let work = judged.apply(db, platform.data(), &can, newcomers, ApplyOptions::default(), tell);
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                counts = &mut work => break counts?,
                () = tokio::time::sleep(Duration::from_millis(500)) => {
                    let so_far = done.load(Ordering::Relaxed);
                    db.write_low("people.import_progress", move |tx| store::set_import_done(tx, id, so_far)).await?;
                }
            }
        }
    };
    let bytes = report.into_inner().map_err(|e| Error::internal(e.into_error()))?;
    let shelf = shelf(platform);
    let kept = tokio::task::spawn_blocking(move || shelf.put(&bytes).map_err(Error::internal));
    Ok((counts, kept.await.map_err(Error::internal)??))
}

/// What a row changes, such as `role: learner → admin`.
pub(super) fn in_words(change: &Change) -> String {
    format!("{}: {} → {}", change.what, change.from, change.to)
}

fn cells(row: &RowReport) -> [String; 5] {
    let changes: Vec<String> = row.changes.iter().map(in_words).collect();
    [
        row.row.to_string(),
        guarded(&row.email).into_owned(),
        row.outcome.word().to_owned(),
        guarded(&row.reasons.join(" ")).into_owned(),
        guarded(&changes.join("; ")).into_owned(),
    ]
}
