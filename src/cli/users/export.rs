//! `momentum users export`: exactly the people that are asked for, as a file that comes in again.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::{Exit, Out, Whom, import::private_file};
use crate::{
    app::App,
    kernel::{actor::Actor, page},
    people::{self, ListUsers},
};

/// Writes people as a CSV file.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    whom: Whom,
    /// The file, readable by its owner alone [default: the standard output].
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Begins the file with a byte order mark, without which Excel takes UTF-8 for something else.
    #[arg(long)]
    bom: bool,
}

impl Export {
    pub(super) async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        let to = self.to.map(|path| out.path(&path));
        let mut target = match &to {
            Some(path) => Target::File(Part::create(path)?),
            None => Target::Out { is_first: true },
        };
        if self.bom && !(out.is_json() && to.is_none()) {
            target.write(out, "\u{FEFF}".as_bytes())?;
        }
        let mut query = self.whom.query(app, page::MAX_LIMIT).await?;
        let (db, mut count, mut has_header) = (app.db(Actor::Cli), 0_u64, false);
        loop {
            let page = people::export_users(&db, &ListUsers::as_system("cli"), query.clone()).await?;
            if !has_header {
                target.row(out, &page.header, None)?;
                has_header = true;
            }
            for row in &page.rows {
                target.row(out, row, Some(&page.header))?;
            }
            count += page.rows.len() as u64;
            let Some(next) = page.next else { break };
            query = query.after(Some(&next))?;
        }
        target.finish(out)?;
        if let Some(path) = to {
            let shown = path.display().to_string();
            out.json(&json!({ "to": shown, "people": count }));
            out.line(format!("{count} people are in {shown}."));
        }
        Ok(Exit::Done)
    }
}

enum Target {
    File(Part),
    /// CSV, or a JSON array under `--json`.
    Out {
        is_first: bool,
    },
}

impl Target {
    fn write(&mut self, out: &mut Out, bytes: &[u8]) -> anyhow::Result<()> {
        match self {
            Self::File(part) => part.file.write_all(bytes).context("the file cannot be written")?,
            Self::Out { .. } => out.raw(String::from_utf8_lossy(bytes)),
        }
        Ok(())
    }

    /// A row of people; without `header`, the header itself.
    fn row(&mut self, out: &mut Out, cells: &[String], header: Option<&[String]>) -> anyhow::Result<()> {
        if let (Self::Out { is_first }, true) = (&mut *self, out.is_json()) {
            let text = match header {
                None => "[".to_owned(),
                Some(header) => {
                    let map: serde_json::Map<String, serde_json::Value> =
                        header.iter().cloned().zip(cells.iter().map(|cell| json!(cell))).collect();
                    let comma = if std::mem::take(is_first) { "\n" } else { ",\n" };
                    format!("{comma}{}", serde_json::Value::from(map))
                }
            };
            out.raw(text);
            return Ok(());
        }
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        writer.write_record(cells)?;
        let bytes = writer.into_inner().map_err(|e| e.into_error())?;
        self.write(out, &bytes)
    }

    fn finish(self, out: &mut Out) -> anyhow::Result<()> {
        match self {
            Self::File(part) => part.finish(),
            Self::Out { .. } if out.is_json() => {
                out.raw("\n]\n");
                Ok(())
            }
            Self::Out { .. } => Ok(()),
        }
    }
}

/// A file that has its name only when it is whole.
struct Part {
    file: BufWriter<File>,
    part: PathBuf,
    to: PathBuf,
}

impl Part {
    fn create(to: &Path) -> anyhow::Result<Self> {
        let mut name = to.file_name().context("name a file after --to")?.to_owned();
        name.push(".part");
        let part = to.with_file_name(name);
        if part.exists() {
            std::fs::remove_file(&part).with_context(|| format!("{}", part.display()))?;
        }
        Ok(Self {
            file: BufWriter::new(private_file(&part)?),
            part,
            to: to.to_owned(),
        })
    }

    fn finish(mut self) -> anyhow::Result<()> {
        self.file.flush().context("the file cannot be written")?;
        self.file.get_ref().sync_all().context("the file cannot be written")?;
        std::fs::rename(&self.part, &self.to).with_context(|| format!("{}", self.to.display()))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Renamed when whole; what is left of a cut-off export holds people's data.
        let _gone = std::fs::remove_file(&self.part);
    }
}
