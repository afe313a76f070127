//! `momentum users import`: the engine of `people`, driven from the command line.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{Exit, Out};
use crate::{
    app::App,
    auth::{ImportedAccounts, InviteBy},
    kernel::{
        actor::Actor,
        error::{Error, Result},
    },
    people::{self, ApplyOptions, Change, Counts, Head, ImportOptions, ImportUsers, Mapping, Outcome, RowReport, Target, Told},
};

/// Imports people from a list.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// A CSV file (any usual delimiter and encoding) or an Excel workbook (.xlsx).
    file: PathBuf,
    /// Does it; otherwise it only shows what would happen.
    #[arg(long)]
    apply: bool,
    /// Does everything in one deed, or nothing if any row is wrong.
    #[arg(long)]
    all_or_nothing: bool,
    /// What a column holds, by its name or number: email, name, first, last, role, plan, groups, time-zone,
    /// language, active, inactive, field:KEY or ignore. May be repeated.
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = mapped)]
    map: Vec<(String, Target)>,
    /// The sheet of a workbook [default: the first that is shown].
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The encoding of a text, such as windows-1252 [default: found out].
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// What stands between cells: comma, semicolon, tab, pipe or a character [default: found out].
    #[arg(long, value_parser = delimiter)]
    delimiter: Option<char>,
    /// Makes groups that are not there; otherwise a row that names one is wrong.
    #[arg(long)]
    create_groups: bool,
    /// Makes text fields of columns that nobody knows.
    #[arg(long)]
    create_fields: bool,
    /// Makes groups and fields exactly what the file says: people leave other groups, and empty cells clear.
    #[arg(long)]
    replace: bool,
    /// How new people learn of it: by mail, by links that are shown and stand in the result file, or not at all.
    #[arg(long, value_enum, default_value_t = Invite::None)]
    invite: Invite,
    /// Invites those again, too, who are in the file and have not come yet.
    #[arg(long)]
    invite_again: bool,
    /// Writes what became of every row to a CSV file that is not there yet, readable by its owner alone.
    #[arg(long, value_name = "FILE")]
    result: Option<PathBuf>,
    /// Shows at most so many rows of each kind.
    #[arg(long, default_value_t = 20, value_name = "COUNT")]
    show: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Invite {
    Mail,
    Print,
    None,
}

fn mapped(text: &str) -> std::result::Result<(String, Target), String> {
    let (column, field) = text.rsplit_once('=').ok_or("expected \"Column=field\"")?;
    let target = Target::parse(field).map_err(|error| match error {
        Error::Invalid(fields) => fields.into_iter().map(|field| field.message).collect(),
        other => other.to_string(),
    })?;
    Ok((column.to_owned(), target))
}

fn delimiter(text: &str) -> std::result::Result<char, String> {
    match text {
        "comma" => Ok(','),
        "semicolon" => Ok(';'),
        "tab" | "\\t" => Ok('\t'),
        "pipe" => Ok('|'),
        _ => {
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) if !matches!(c, '"' | '\n' | '\r') => Ok(c),
                _ => Err("expected comma, semicolon, tab, pipe or one character".into()),
            }
        }
    }
}

/// A new file that its owner alone can read: it holds people's data, or ways in.
pub(super) fn private_file(path: &Path) -> anyhow::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} cannot be made", path.display()))
}

impl Import {
    fn options(&self) -> ImportOptions {
        ImportOptions {
            mapping: Mapping {
                told: self.map.clone(),
                creates_fields: self.create_fields,
            },
            sheet: self.sheet.clone(),
            encoding: self.encoding.clone(),
            delimiter: self.delimiter,
            creates_groups: self.create_groups,
            replaces: self.replace,
        }
    }

    pub(super) async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        let path = out.path(&self.file);
        let file = File::open(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        anyhow::ensure!(file.metadata()?.is_file(), "{} is no file", path.display());
        let mut results = self.result.as_ref().map(|result| Results::create(&out.path(result))).transpose()?;
        match self.import(app, out, file, results.as_mut()).await {
            Ok(told) => Ok(told.show(out, &self)),
            Err(error) => {
                if let Some(results) = results {
                    results.drop_if_empty();
                }
                Err(error)
            }
        }
    }

    async fn import(&self, app: &App, out: &mut Out, file: File, results: Option<&mut Results>) -> anyhow::Result<Summary> {
        let (db, can) = (app.db(Actor::Cli), ImportUsers::as_system("cli"));
        let folder = app.platform().data().clone();
        let mut shown = Shown::new(self.show);
        let options = self.options();
        let mut bar = out.bar("Reading", 100);
        let judged = people::judge_import(&db, &folder, &can, file, &options, |told| {
            match told {
                Told::Row(row) => shown.note(row),
                Told::Read(done, total) => bar.set(done.saturating_mul(100) / total.max(1)),
                Told::Done(_) => {}
            }
            Ok(())
        });
        let import = judged.await?;
        drop(bar);
        let mut summary = Summary {
            head: import.head.clone(),
            counts: import.counts,
            new_groups: import.new_groups.clone(),
            new_fields: import.new_fields.clone(),
            is_applied: self.apply && !(self.all_or_nothing && import.counts.wrong > 0),
            shown,
        };
        let keep = |row: &RowReport, results: Option<&mut Results>| results.map_or(Ok(()), |results| results.row(row));
        let mut results = results;
        if !summary.is_applied {
            import.each(|row| keep(row, results.as_deref_mut()))?;
            return Ok(summary);
        }
        let newcomers = Arc::new(ImportedAccounts {
            platform: app.platform().clone(),
            invite: match self.invite {
                Invite::Mail => InviteBy::Mail,
                Invite::Print => InviteBy::Link,
                Invite::None => InviteBy::None,
            },
        });
        let options = ApplyOptions {
            all_or_nothing: self.all_or_nothing,
            invites_again: self.invite_again,
        };
        let mut shown = Shown::new(self.show);
        let mut bar = out.bar("Importing", import.counts.rows);
        let applied = import.apply(&db, &folder, &can, newcomers, options, |told| {
            match told {
                Told::Row(row) => {
                    shown.note(row);
                    if let Some(link) = &row.link {
                        bar.line(format!("row {}  {}  {link}", row.row, row.email));
                    }
                    keep(row, results.as_deref_mut())?;
                }
                Told::Done(done) => {
                    bar.set(done);
                    if let Some(results) = results.as_deref_mut() {
                        results.flush()?;
                    }
                }
                Told::Read(..) => {}
            }
            Ok(())
        });
        summary.counts = applied.await?;
        summary.shown = shown;
        Ok(summary)
    }
}

/// The rows that are shown: a few of each kind, and every one with a link.
struct Shown {
    most: usize,
    rows: Vec<RowReport>,
    counts: [usize; 4],
}

impl Shown {
    fn new(most: usize) -> Self {
        Self {
            most,
            rows: Vec::new(),
            counts: [0; 4],
        }
    }

    fn note(&mut self, row: &RowReport) {
        let count = &mut self.counts[row.outcome as usize];
        *count += 1;
        if *count <= self.most || row.link.is_some() {
            self.rows.push(row.clone());
        }
    }
}

/// What is told at the end.
struct Summary {
    head: Head,
    counts: Counts,
    new_groups: Vec<String>,
    new_fields: Vec<String>,
    is_applied: bool,
    shown: Shown,
}

impl Summary {
    fn show(self, out: &mut Out, asked: &Import) -> Exit {
        let left_out = usize::try_from(self.counts.rows).unwrap_or(usize::MAX) - self.shown.rows.len();
        let result = asked.result.as_ref().map(|path| out.path(path).display().to_string());
        out.json(&json!({
            "file": asked.file.display().to_string(), "is_applied": self.is_applied, "head": self.head, "counts": self.counts,
            "new_groups": self.new_groups, "new_fields": self.new_fields, "rows": self.shown.rows, "rows_left_out": left_out,
            "result": result,
        }));
        self.columns(out);
        for outcome in [Outcome::New, Outcome::Changed, Outcome::Same, Outcome::Wrong] {
            self.kind(out, outcome);
        }
        self.end(out, asked, result);
        if self.counts.wrong > 0 { Exit::Failed } else { Exit::Done }
    }

    fn columns(&self, out: &mut Out) {
        let Head {
            format,
            encoding,
            delimiter,
            sheet,
            header_row,
            columns,
        } = &self.head;
        let how = match (sheet, delimiter) {
            (Some(sheet), _) => format!("sheet {sheet}"),
            (None, Some('\t')) => format!("{}, separated by tabs", encoding.unwrap_or_default()),
            (None, Some(c)) => format!("{}, separated by {c}", encoding.unwrap_or_default()),
            (None, None) => (*format).to_owned(),
        };
        out.line(format!("Read as {format} ({how}), header in row {header_row}:"));
        let list = |ignored: bool| {
            let wanted = columns.iter().filter(|column| (column.target == Target::Ignored) == ignored);
            wanted
                .map(|column| {
                    if ignored {
                        format!("\"{}\"", column.name)
                    } else {
                        format!("\"{}\" is {}", column.name, column.target.word())
                    }
                })
                .collect::<Vec<_>>()
                .join(", ")
        };
        out.line(format!("  {}", list(false)));
        let ignored = list(true);
        if !ignored.is_empty() {
            out.line(format!("  not taken: {ignored}"));
        }
        if self.counts.repeated_headers > 0 {
            out.line(format!("  the header stands again in {} rows", self.counts.repeated_headers));
        }
    }

    fn kind(&self, out: &mut Out, outcome: Outcome) {
        let rows: Vec<&RowReport> = self
            .shown
            .rows
            .iter()
            .filter(|row| row.outcome == outcome)
            .take(self.shown.most)
            .collect();
        if rows.is_empty() {
            return;
        }
        out.line(format!("{}:", heading(outcome)));
        for row in &rows {
            let place = if row.line > 0 && row.line != row.row {
                format!("row {} (line {})", row.row, row.line)
            } else {
                format!("row {}", row.row)
            };
            let what = match outcome {
                Outcome::Wrong => format!("  {}", row.reasons.join(" ")),
                Outcome::Changed => format!("  {}", changes(&row.changes)),
                Outcome::New | Outcome::Same => String::new(),
            };
            out.line(format!("  {place}  {}{what}", visible(&row.email)));
        }
        let more = self.shown.counts[outcome as usize] - rows.len();
        if more > 0 {
            out.line(format!("  … and {more} more (--show, --result)"));
        }
    }

    fn end(&self, out: &mut Out, asked: &Import, result: Option<String>) {
        let Counts {
            new,
            changed,
            same,
            wrong,
            invited,
            ..
        } = self.counts;
        out.line(format!("{new} new, {changed} changed, {same} same, {wrong} wrong."));
        for (what, names) in [("groups", &self.new_groups), ("fields", &self.new_fields)] {
            if !names.is_empty() {
                let are = if self.is_applied { "made" } else { "to be made" };
                out.line(format!("{} {what} {are}: {}.", names.len(), names.join(", ")));
            }
        }
        if invited > 0 {
            out.line(format!("{invited} invited."));
        }
        if let Some(result) = result {
            out.line(format!("What became of every row is in {result}."));
        }
        match (self.is_applied, asked.apply) {
            (true, _) => out.line("Done."),
            (false, true) => out.note("Nothing was imported: all or nothing was asked for, and rows are wrong."),
            (false, false) => out.line("Nothing was written. Do it with --apply."),
        }
    }
}

fn heading(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::New => "New",
        Outcome::Changed => "Changed",
        Outcome::Same => "Same",
        Outcome::Wrong => "Wrong",
    }
}

fn changes(changes: &[Change]) -> String {
    let each = changes.iter().map(|change| {
        let from = if change.from.is_empty() { "nothing" } else { &change.from };
        let to = if change.to.is_empty() { "nothing" } else { &change.to };
        format!("{}: {} → {}", change.what, visible(from), visible(to))
    });
    each.collect::<Vec<_>>().join(", ")
}

/// What a file holds, without anything that would command the terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// The file that says what became of every row.
struct Results {
    writer: csv::Writer<File>,
    path: PathBuf,
    rows: u64,
}

impl Results {
    fn create(path: &Path) -> anyhow::Result<Self> {
        let mut writer = csv::Writer::from_writer(private_file(path)?);
        writer.write_record(["row", "line", "outcome", "email", "reason", "changes", "invitation"])?;
        Ok(Self {
            writer,
            path: path.to_owned(),
            rows: 0,
        })
    }

    fn row(&mut self, row: &RowReport) -> Result<()> {
        let line = if row.line > 0 { row.line.to_string() } else { String::new() };
        let invitation = match (&row.link, row.is_mailed) {
            (Some(link), _) => link.as_str(),
            (None, true) => "mailed",
            (None, false) => "",
        };
        let (reason, changes) = (row.reasons.join(" "), changes(&row.changes));
        let record = [
            &row.row.to_string(),
            &line,
            row.outcome.word(),
            &people::guarded(&row.email),
            &people::guarded(&reason),
            &people::guarded(&changes),
            invitation,
        ];
        self.rows += 1;
        self.writer.write_record(record).map_err(Error::internal)
    }

    /// Links are known only now: they are in the file before the next rows are done.
    fn flush(&mut self) -> Result<()> {
        self.writer.flush().map_err(Error::internal)
    }

    /// A file that could not be understood leaves none behind.
    fn drop_if_empty(self) {
        if self.rows == 0 {
            let _gone = std::fs::remove_file(&self.path);
        }
    }
}
