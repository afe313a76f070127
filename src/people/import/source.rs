//! Opens a file, finds its header and gives its rows in batches, from a thread that reads no
//! further ahead than a few of them.

use std::{
    fs::File,
    io::{Read as _, Seek as _},
};

use encoding_rs::Encoding;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use super::{
    ImportOptions,
    cells::trimmed,
    csv::{RawRow, Records},
    header::{self, Column, Target},
    sheet, text,
};
use crate::{
    kernel::error::{Error, Result},
    people::model::Field,
};

/// Rows in one batch.
const BATCH: usize = 250;
/// Bytes in one batch.
const BATCH_BYTES: usize = 1 << 20;
/// Batches that wait between reading and judging.
const AHEAD: usize = 4;
/// The rows among which the header is looked for: titles may stand above it.
const HEADER_WITHIN: usize = 10;
/// The most rows of one file.
pub(super) const MOST_ROWS: u32 = 1_000_000;

/// What a file turned out to be.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Head {
    /// `csv` or `xlsx`.
    pub format: &'static str,
    /// The encoding of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<&'static str>,
    /// What stands between the cells of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// The sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row of the header; what stands above it is passed over.
    pub header_row: u32,
    /// The columns.
    pub columns: Vec<Column>,
}

/// Rows, and how far the file is read: so much of so much.
pub(super) struct Batch {
    pub(super) rows: Vec<RawRow>,
    pub(super) done: u64,
    pub(super) total: u64,
}

/// A file whose header is understood.
pub(super) struct Source {
    pub(super) head: Head,
    pub(super) batches: mpsc::Receiver<Result<Batch>>,
}

/// Opens a file and begins to read it.
pub(super) async fn open(file: File, options: &ImportOptions, fields: Vec<Field>) -> Result<Source> {
    let (told, head) = oneshot::channel();
    let (rows, batches) = mpsc::channel(AHEAD);
    let options = options.clone();
    tokio::task::spawn_blocking(move || {
        let mut feeder = Feeder {
            options,
            fields,
            head: Head::default(),
            told: Some(told),
            early: Vec::new(),
            batch: Vec::new(),
            bytes: 0,
            place: (0, 1),
            rows,
        };
        let read = feeder.read(file).and_then(|()| feeder.finish());
        if let Err(error) = read {
            feeder.fail(error);
        }
    });
    let head = head.await.map_err(Error::internal)??;
    Ok(Source { head, batches })
}

struct Feeder {
    options: ImportOptions,
    fields: Vec<Field>,
    head: Head,
    told: Option<oneshot::Sender<Result<Head>>>,
    early: Vec<RawRow>,
    batch: Vec<RawRow>,
    bytes: usize,
    place: (u64, u64),
    rows: mpsc::Sender<Result<Batch>>,
}

impl Feeder {
    fn read(&mut self, mut file: File) -> Result<()> {
        let mut magic = [0; 4];
        let count = file.read(&mut magic).map_err(Error::internal)?;
        file.rewind().map_err(Error::internal)?;
        match &magic[..count] {
            b"PK\x03\x04" => self.read_workbook(file),
            [0xD0, 0xCF, 0x11, 0xE0] => Err(Error::field(
                "file",
                "import.old_workbook",
                "The file is a workbook of the old kind (.xls), or protected by a password. Save it as .xlsx or CSV without one.",
            )),
            b"%PDF" => Err(Error::field(
                "file",
                "import.no_list",
                "The file is a PDF. Save the list as .xlsx or CSV.",
            )),
            _ => self.read_text(file),
        }
    }

    fn read_workbook(&mut self, file: File) -> Result<()> {
        let (mut workbook, name) = sheet::open(file, self.options.sheet.as_deref())?;
        self.head.format = "xlsx";
        self.head.sheet = Some(name.clone());
        let mut fault = None;
        sheet::read(&mut workbook, &name, |row, last| {
            self.place = (u64::from(row.row), u64::from(last.max(row.row)));
            self.take(row).map_err(|error| fault = Some(error)).unwrap_or(false)
        })?;
        fault.map_or(Ok(()), Err)
    }

    fn read_text(&mut self, mut file: File) -> Result<()> {
        let total = file.metadata().map_err(Error::internal)?.len();
        let encoding = match &self.options.encoding {
            Some(name) => encoding_named(name)?,
            None => text::detect(&mut file).map_err(Error::internal)?,
        };
        let mut records = Records::new(text::Decoded::new(file, encoding).map_err(Error::internal)?);
        let delimiter = self.delimiter(&mut records)?;
        self.head.format = "csv";
        self.head.encoding = Some(encoding.name());
        self.head.delimiter = Some(delimiter);
        while let Some(row) = records.next(delimiter).map_err(Error::internal)? {
            self.place = (records.source().read, total.max(1));
            // The hint that spreadsheets put above everything.
            let is_hint = row.row == 1 && row.cells.first().is_some_and(|cell| cell.to_lowercase().starts_with("sep="));
            if !row.is_empty() && !is_hint && !self.take(row)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The delimiter under which most of the header is understood, else the most frequent one.
    fn delimiter(&self, records: &mut Records<text::Decoded>) -> Result<char> {
        if let Some(told) = self.options.delimiter {
            return Ok(told);
        }
        let mut best = (',', (false, 0, 0));
        for delimiter in [',', ';', '\t', '|'] {
            let rows = records.peek(delimiter, HEADER_WITHIN).map_err(Error::internal)?;
            let hint = rows.first().and_then(|row| row.first()).filter(|_| delimiter == ',');
            let hinted = hint.and_then(|cell| cell.to_lowercase().strip_prefix("sep=").and_then(|rest| rest.chars().next()));
            if let Some(hinted) = hinted {
                return Ok(hinted);
            }
            for row in &rows {
                let (columns, _) = header::columns(row, &self.options.mapping, &self.fields);
                let known = columns.iter().filter(|column| column.target != Target::Ignored).count();
                let has_email = columns.iter().any(|column| column.target == Target::Email);
                let score = (has_email, known, row.len());
                if score > best.1 {
                    best = (delimiter, score);
                }
            }
        }
        Ok(best.0)
    }

    /// Takes a row; false when nobody wants more.
    fn take(&mut self, row: RawRow) -> Result<bool> {
        if self.told.is_some() {
            let is_header = self.is_header(&row);
            self.early.push(row);
            return if is_header || self.early.len() == HEADER_WITHIN {
                self.understand()
            } else {
                Ok(true)
            };
        }
        if row.row > MOST_ROWS {
            return Err(Error::field(
                "file",
                "import.too_many_rows",
                "The file has more than a million rows. Split it.",
            ));
        }
        self.bytes += row.cells.iter().map(|cell| cell.len() + 24).sum::<usize>();
        self.batch.push(row);
        if self.batch.len() >= BATCH || self.bytes >= BATCH_BYTES {
            return Ok(self.send());
        }
        Ok(true)
    }

    fn is_header(&self, row: &RawRow) -> bool {
        let (columns, _) = header::columns(&row.cells, &self.options.mapping, &self.fields);
        row.fault.is_none() && columns.iter().any(|column| column.target == Target::Email)
    }

    /// Finds the header among the first rows and tells what it says.
    fn understand(&mut self) -> Result<bool> {
        let early = std::mem::take(&mut self.early);
        let at = early.iter().position(|row| self.is_header(row)).unwrap_or(0);
        let Some(row) = early.get(at) else {
            return Err(Error::field("file", "import.empty", "The file is empty."));
        };
        // Cells without a name at the end are no columns.
        let named = row
            .cells
            .iter()
            .rposition(|cell| !trimmed(cell).is_empty())
            .map_or(0, |last| last + 1);
        let (columns, missing) = header::columns(&row.cells[..named], &self.options.mapping, &self.fields);
        header::check(&columns, &missing)?;
        self.head.header_row = row.row;
        self.head.columns = columns;
        let wanted = self.told.take().is_some_and(|told| told.send(Ok(self.head.clone())).is_ok());
        for row in early.into_iter().skip(at + 1) {
            self.take(row)?;
        }
        Ok(wanted)
    }

    fn send(&mut self) -> bool {
        let rows = std::mem::take(&mut self.batch);
        self.bytes = 0;
        let (done, total) = self.place;
        self.rows.blocking_send(Ok(Batch { rows, done, total })).is_ok()
    }

    fn finish(&mut self) -> Result<()> {
        if self.told.is_some() {
            self.understand()?;
        }
        self.send();
        Ok(())
    }

    fn fail(self, error: Error) {
        match self.told {
            Some(told) => drop(told.send(Err(error))),
            None => drop(self.rows.blocking_send(Err(error))),
        }
    }
}

fn encoding_named(name: &str) -> Result<&'static Encoding> {
    Encoding::for_label(name.trim().as_bytes()).ok_or_else(|| {
        Error::field(
            "encoding",
            "import.unknown_encoding",
            format!("{name} is no known encoding. Use utf-8, windows-1252, iso-8859-1, utf-16le …"),
        )
    })
}
