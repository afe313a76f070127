//! Importing people from lists: first judged row by row, then done, all of it or what is right.
//!
//! The file is read as a stream, twice nothing: a first pass judges each row against the database
//! and keeps it in a nameless file; a second pass takes the rows from there and judges them anew
//! inside the deeds that do them, for others may have changed something meanwhile. Hence a second
//! import of the same file finds everything the same, also after the first was cut off.
//!
//! Row by row, a deed holds up to [`CHUNK`] rows; a wrong row does nothing and harms no other.
//! All or nothing, everything is one deed: after a kill it is there as a whole or not at all.

mod apply;
mod cells;
mod csv;
mod header;
mod judge;
mod report;
mod row;
mod sheet;
mod source;
mod spool;
mod text;

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use sha2::{Digest as _, Sha256};

pub use apply::{Invitation, Newcomers};
pub use cells::guarded;
pub(super) use header::heading;
pub use header::{Column, Mapping, Target};
pub use judge::Change;
pub use report::{Counts, Outcome, RowReport};
pub(super) use row::joined;
pub use source::Head;

use self::{
    apply::{Applier, Made, Step},
    csv::RawRow,
    judge::{Known, Powers, Verdict},
    row::Wanted,
    source::Source,
    spool::{Judged, Rows, Spool},
};
use super::policy::ImportUsers;
use crate::{
    kernel::error::{Error, Result},
    platform::{
        audit,
        db::{Db, Read, Tx},
    },
};

/// Rows in one deed.
const CHUNK: usize = 100;

/// How a file is read and what its rows may do.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// What the columns hold, where their names do not say it.
    pub mapping: Mapping,
    /// The sheet of a workbook; the first that is shown if none is named.
    pub sheet: Option<String>,
    /// The encoding of a text; found out if none is named.
    pub encoding: Option<String>,
    /// What stands between cells; found out if it is not said.
    pub delimiter: Option<char>,
    /// Whether groups that are not there are made.
    pub creates_groups: bool,
    /// Whether groups and fields become exactly what a row says, so that empty cells clear.
    pub replaces: bool,
}

impl ImportOptions {
    fn powers(&self) -> Powers {
        Powers {
            creates_groups: self.creates_groups,
            creates_fields: self.mapping.creates_fields,
            replaces: self.replaces,
        }
    }
}

/// How judged rows are done.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApplyOptions {
    /// Everything in one deed, or nothing.
    pub all_or_nothing: bool,
    /// Whether those are invited again who are there and have not come yet.
    pub invites_again: bool,
}

/// A file that was judged: nothing of it is done yet.
pub struct Import {
    /// What the file turned out to be.
    pub head: Head,
    /// How many rows of which kind.
    pub counts: Counts,
    /// Groups that would be made.
    pub new_groups: Vec<String>,
    /// Fields that would be made, by their keys.
    pub new_fields: Vec<String>,
    powers: Powers,
    spool: Spool,
}

/// What is told while a list is judged or done.
#[derive(Debug)]
pub enum Told<'a> {
    /// A row, in the order of the file; after its deed is on disk, if there is one.
    Row(&'a RowReport),
    /// So much of so much is read.
    Read(u64, u64),
    /// So many rows are done.
    Done(u64),
}

/// Reads a file and judges every row. Nothing is written to the database.
///
/// # Errors
/// `Invalid` with the mend when the file cannot be understood as a whole, or a database fault.
pub async fn judge_import(
    db: &Db,
    folder: &Path,
    _: &ImportUsers,
    file: File,
    options: &ImportOptions,
    mut tell: impl FnMut(Told<'_>) -> Result<()>,
) -> Result<Import> {
    let known = db.read("people.import_known", Known::load).await?;
    let Source { head, mut batches } = source::open(file, options, known.fields.clone()).await?;
    let columns: Arc<[Column]> = head.columns.clone().into();
    let mut judging = Judging {
        known,
        powers: options.powers(),
        columns,
        addresses: HashMap::new(),
        made: Made::default(),
        repeated: 0,
    };
    let (mut counts, mut spool) = (Counts::default(), Spool::new(folder)?);
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        let rows = batch.rows;
        let judged = db.read_heavy("people.import_judge", move |read| {
            let rows = judging.judge(read, rows)?;
            Ok((judging, rows))
        });
        let (back, rows) = judged.await?;
        judging = back;
        for row in rows {
            counts.count(&row.report);
            tell(Told::Row(&row.report))?;
            spool.push(&row)?;
        }
        tell(Told::Read(batch.done, batch.total))?;
    }
    counts.repeated_headers = judging.repeated;
    Ok(Import {
        head,
        counts,
        new_groups: judging.made.groups(),
        new_fields: judging.made.fields,
        powers: judging.powers,
        spool,
    })
}

/// What the first pass remembers from row to row.
struct Judging {
    known: Known,
    powers: Powers,
    columns: Arc<[Column]>,
    /// The rows of the addresses seen so far, by a digest: an address takes 16 bytes.
    addresses: HashMap<[u8; 16], u32>,
    made: Made,
    repeated: u64,
}

impl Judging {
    fn judge(&mut self, read: &Read<'_>, rows: Vec<RawRow>) -> Result<Vec<Judged>> {
        let rows = rows.into_iter().map(|row| self.one(read, &row));
        rows.filter_map(Result::transpose).collect()
    }

    fn one(&mut self, read: &Read<'_>, row: &RawRow) -> Result<Option<Judged>> {
        if self.is_header(row) {
            self.repeated += 1;
            return Ok(None);
        }
        let mut report = RowReport {
            row: row.row,
            line: row.line,
            email: row::address(row, &self.columns),
            outcome: Outcome::Wrong,
            reasons: Vec::new(),
            changes: Vec::new(),
            link: None,
            is_mailed: false,
        };
        let wanted = match row::understand(row, &self.columns, &self.known.fields, self.powers.creates_fields) {
            Ok(wanted) => self.weigh(read, wanted, &mut report)?,
            Err(reasons) => {
                report.reasons = reasons;
                None
            }
        };
        Ok(Some(Judged { report, wanted }))
    }

    /// Weighs a row that is understood. The first right row of an address counts.
    fn weigh(&mut self, read: &Read<'_>, wanted: Wanted, report: &mut RowReport) -> Result<Option<Wanted>> {
        let key = digest(&wanted.email.key());
        if let Some(row) = self.addresses.get(&key) {
            report.reasons = vec![format!("Row {row} has this address already.")];
            return Ok(None);
        }
        report.email = wanted.email.to_string();
        match judge::judge(read, &mut self.known, self.powers, &wanted)? {
            Verdict::Wrong(reasons) => {
                report.reasons = reasons;
                return Ok(None);
            }
            Verdict::New => report.outcome = Outcome::New,
            Verdict::Same(_) => report.outcome = Outcome::Same,
            Verdict::Changed(plan) => {
                report.outcome = Outcome::Changed;
                report.changes = plan.changes;
            }
        }
        self.addresses.insert(key, report.row);
        self.made.note(&self.known, &wanted);
        Ok(Some(wanted))
    }

    fn is_header(&self, row: &RawRow) -> bool {
        row.cells.len() >= self.columns.len()
            && row
                .cells
                .iter()
                .zip(self.columns.iter())
                .all(|(cell, column)| cells::trimmed(cell) == column.name)
    }
}

fn digest(key: &str) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&Sha256::digest(key)[..16]);
    short
}

impl Import {
    /// Tells each row as it was judged.
    ///
    /// # Errors
    /// What `tell` says, or a fault of the disk.
    pub fn each(self, mut tell: impl FnMut(&RowReport) -> Result<()>) -> Result<()> {
        let mut rows = self.spool.into_rows()?;
        while let Some(row) = rows.next::<Judged>()? {
            tell(&row.report)?;
        }
        Ok(())
    }

    /// Does what was judged.
    ///
    /// # Errors
    /// `Conflict` `import.wrong_rows` when all or nothing is wanted and a row is wrong, or a
    /// database fault: then the rows seen so far are done.
    pub async fn apply(
        self,
        db: &Db,
        folder: &Path,
        _: &ImportUsers,
        newcomers: Arc<dyn Newcomers>,
        options: ApplyOptions,
        tell: impl FnMut(Told<'_>) -> Result<()>,
    ) -> Result<Counts> {
        if options.all_or_nothing && self.counts.wrong > 0 {
            return Err(wrong_rows(&format!("{} rows are wrong", self.counts.wrong)));
        }
        let work = Work {
            summary: self.summary(options),
            powers: self.powers,
            columns: self.head.columns.into(),
            newcomers,
            options,
            folder: folder.to_owned(),
        };
        let rows = self.spool.into_rows()?;
        let counts = if options.all_or_nothing {
            work.whole(db, rows, tell).await?
        } else {
            work.by_rows(db, rows, tell).await?
        };
        Ok(Counts {
            repeated_headers: self.counts.repeated_headers,
            ..counts
        })
    }

    /// What the audit trail keeps: numbers, no people.
    fn summary(&self, options: ApplyOptions) -> serde_json::Value {
        let Counts {
            rows,
            new,
            changed,
            same,
            wrong,
            ..
        } = self.counts;
        json!({
            "format": self.head.format, "rows": rows, "new": new, "changed": changed, "same": same, "wrong": wrong,
            "new_groups": self.new_groups, "new_fields": self.new_fields, "all_or_nothing": options.all_or_nothing,
        })
    }
}

fn wrong_rows(what: &str) -> Error {
    Error::conflict("import.wrong_rows", format!("Nothing was imported: {what}."))
}

/// The second pass.
#[derive(Clone)]
struct Work {
    summary: serde_json::Value,
    powers: Powers,
    columns: Arc<[Column]>,
    newcomers: Arc<dyn Newcomers>,
    options: ApplyOptions,
    folder: PathBuf,
}

impl Work {
    fn applier(&self, tx: &Tx<'_>) -> Result<Applier<'_>> {
        Ok(Applier {
            known: Known::load(tx)?,
            powers: self.powers,
            columns: &self.columns,
            newcomers: self.newcomers.as_ref(),
            invites_again: self.options.invites_again,
        })
    }

    /// Recorded with the first rows, so that an import that is cut off leaves its trace.
    fn record(&self, tx: &Tx<'_>) -> Result<()> {
        audit::record(tx, "people.import", "users", None::<&()>, Some(&self.summary))
    }

    async fn by_rows(&self, db: &Db, mut rows: Rows, mut tell: impl FnMut(Told<'_>) -> Result<()>) -> Result<Counts> {
        let mut counts = Counts::default();
        let mut is_first = true;
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            while chunk.len() < CHUNK {
                let Some(row) = rows.next::<Judged>()? else { break };
                chunk.push(row);
            }
            if chunk.is_empty() {
                return Ok(counts);
            }
            let done = if chunk.iter().any(|row| row.wanted.is_some()) {
                let work = self.clone();
                let records = std::mem::take(&mut is_first);
                let write = db.write_low("people.import", move |tx| {
                    if records {
                        work.record(tx)?;
                    }
                    let mut applier = work.applier(tx)?;
                    chunk.into_iter().map(|row| done(&mut applier, tx, row)).collect::<Result<Vec<_>>>()
                });
                write.await?
            } else {
                chunk.into_iter().map(|row| row.report).collect()
            };
            for report in done {
                counts.count(&report);
                tell(Told::Row(&report))?;
            }
            tell(Told::Done(counts.rows))?;
        }
    }

    async fn whole(&self, db: &Db, mut rows: Rows, mut tell: impl FnMut(Told<'_>) -> Result<()>) -> Result<Counts> {
        let (work, at) = (self.clone(), Arc::new(AtomicU64::new(0)));
        let ticks = at.clone();
        let deed = db.write_low("people.import_whole", move |tx| {
            work.record(tx)?;
            let mut applier = work.applier(tx)?;
            let mut all = Spool::new(&work.folder)?;
            while let Some(row) = rows.next::<Judged>()? {
                let report = done(&mut applier, tx, row)?;
                if report.outcome == Outcome::Wrong {
                    return Err(wrong_rows(&format!("row {}: {}", report.row, report.reasons.join(" "))));
                }
                all.push(&report)?;
                ticks.fetch_add(1, Ordering::Relaxed);
            }
            Ok(all)
        });
        let mut deed = std::pin::pin!(deed);
        let all = loop {
            tokio::select! {
                all = &mut deed => break all?,
                () = tokio::time::sleep(Duration::from_millis(200)) => tell(Told::Done(at.load(Ordering::Relaxed)))?,
            }
        };
        let (mut counts, mut all) = (Counts::default(), all.into_rows()?);
        while let Some(report) = all.next::<RowReport>()? {
            counts.count(&report);
            tell(Told::Row(&report))?;
        }
        tell(Told::Done(counts.rows))?;
        Ok(counts)
    }
}

fn done(applier: &mut Applier<'_>, tx: &Tx<'_>, row: Judged) -> Result<RowReport> {
    let Judged { report, wanted } = row;
    match wanted {
        Some(wanted) => applier.apply(tx, Step { report, wanted }),
        None => Ok(report),
    }
}
