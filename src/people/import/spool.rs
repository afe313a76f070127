//! Judged rows on their way from the first pass to the second: a file without a name, so that
//! nothing of it is left when the process ends, however it ends.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Seek as _, Write as _},
    path::Path,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{report::RowReport, row::Wanted};
use crate::kernel::error::{Error, Result};

/// A row with what it wants; a wrong one wants nothing.
#[derive(Serialize, Deserialize)]
pub(super) struct Judged {
    pub(super) report: RowReport,
    pub(super) wanted: Option<Wanted>,
}

pub(super) struct Spool(BufWriter<File>);

impl Spool {
    pub(super) fn new(folder: &Path) -> Result<Self> {
        tempfile::tempfile_in(folder).map(BufWriter::new).map(Self).map_err(Error::internal)
    }

    pub(super) fn push(&mut self, row: &impl Serialize) -> Result<()> {
        serde_json::to_writer(&mut self.0, row).map_err(Error::internal)?;
        self.0.write_all(b"\n").map_err(Error::internal)
    }

    pub(super) fn into_rows(self) -> Result<Rows> {
        let mut file = self.0.into_inner().map_err(|e| Error::internal(e.into_error()))?;
        file.rewind().map_err(Error::internal)?;
        Ok(Rows {
            file: BufReader::new(file),
            line: String::new(),
        })
    }
}

/// The rows, in their order.
pub(super) struct Rows {
    file: BufReader<File>,
    line: String,
}

impl Rows {
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>> {
        self.line.clear();
        if self.file.read_line(&mut self.line).map_err(Error::internal)? == 0 {
            return Ok(None);
        }
        serde_json::from_str(&self.line).map(Some).map_err(Error::internal)
    }
}
