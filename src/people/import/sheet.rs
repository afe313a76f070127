//! Workbooks: the rows of one sheet, read as a stream.

use std::{fs::File, io::BufReader};

use calamine::{Data, DataRef, DataType as _, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::{cells::LONGEST_CELL, csv::RawRow};
use crate::kernel::error::{Error, Result};

/// What the parts of a workbook may be unpacked, in bytes: a small file can hold gigabytes of zeros.
const MOST_UNPACKED: u64 = 1 << 30;
/// The columns that are read.
const MOST_COLUMNS: u32 = 2_000;

pub(super) type Workbook = Xlsx<BufReader<File>>;

fn broken(error: &XlsxError) -> Error {
    Error::field("file", "import.broken_workbook", format!("The workbook cannot be read: {error}."))
}

/// Opens a workbook and finds its sheet: the named one, else the first that is shown.
pub(super) fn open(file: File, wanted: Option<&str>) -> Result<(Workbook, String)> {
    let sized = file.try_clone().map_err(Error::internal)?;
    let mut parts = zip::ZipArchive::new(BufReader::new(sized))
        .map_err(|_| Error::field("file", "import.broken_workbook", "The file is a damaged workbook or zip archive."))?;
    let total: u64 = (0..parts.len())
        .map(|n| parts.by_index_raw(n).map_or(0, |part| part.size()))
        .fold(0, u64::saturating_add);
    if total > MOST_UNPACKED {
        return Err(Error::field(
            "file",
            "import.workbook_too_large",
            "The workbook is larger than a gigabyte when unpacked. Save the sheet as CSV.",
        ));
    }
    if !parts.file_names().any(|name| name.is_ok_and(|name| name.starts_with("xl/"))) {
        return Err(Error::field(
            "file",
            "import.no_workbook",
            "The file is a zip archive and no .xlsx workbook. Save the list as .xlsx or CSV.",
        ));
    }
    drop(parts);
    let workbook = Xlsx::new(BufReader::new(file)).map_err(|e| broken(&e))?;
    let name = pick(&workbook, wanted)?;
    Ok((workbook, name))
}

fn pick(workbook: &Workbook, wanted: Option<&str>) -> Result<String> {
    let sheets = workbook.sheets_metadata();
    let names = || sheets.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>().join(", ");
    let found = match wanted {
        Some(name) => sheets.iter().find(|sheet| sheet.name.to_lowercase() == name.trim().to_lowercase()),
        None => sheets
            .iter()
            .find(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible),
    };
    found.map(|sheet| sheet.name.clone()).ok_or_else(|| {
        Error::field(
            "sheet",
            "import.no_such_sheet",
            format!("The workbook has no such sheet. It has: {}.", names()),
        )
    })
}

/// Gives every row that holds anything, in order, with the number of the last one as far as the
/// workbook says it. `take` says whether to go on.
pub(super) fn read(workbook: &mut Workbook, sheet: &str, mut take: impl FnMut(RawRow, u32) -> bool) -> Result<()> {
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|e| broken(&e))?;
    let last = cells.dimensions().end.0 + 1;
    let mut row = RawRow::default();
    loop {
        let cell = cells.next_cell().map_err(|e| broken(&e))?;
        let place = cell.as_ref().map(calamine::Cell::get_position);
        let is_new = place.is_none_or(|(at, _)| at + 1 != row.row);
        if is_new && row.row > 0 && !row.is_empty() && !take(std::mem::take(&mut row), last) {
            return Ok(());
        }
        let (Some((at, column)), Some(cell)) = (place, cell) else {
            return Ok(());
        };
        if is_new {
            row = RawRow {
                row: at + 1,
                ..RawRow::default()
            };
        }
        if column >= MOST_COLUMNS {
            row.fault = Some("The row has more than 2,000 cells.".into());
            continue;
        }
        row.cells.resize((column as usize + 1).max(row.cells.len()), String::new());
        match text(cell.get_value()) {
            Ok(text) => row.cells[column as usize] = text,
            Err(fault) => row.fault = Some(fault),
        }
    }
}

/// What a cell shows. A formula's cell holds the value that was computed last.
fn text(value: &DataRef<'_>) -> std::result::Result<String, String> {
    let text = match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "yes".into(),
        DataRef::Bool(false) => "no".into(),
        DataRef::Int(number) => number.to_string(),
        // Spreadsheets know no whole numbers: 1042.0 is shown as 1042.
        DataRef::Float(number) => Data::Float(*number).as_string().unwrap_or_default(),
        DataRef::DateTime(at) => moment(*at),
        DataRef::Error(error) => return Err(format!("A cell holds the error {error} instead of a value.")),
    };
    if text.contains('\0') {
        return Err("A cell holds a NUL character: the file is damaged.".into());
    }
    if text.len() > LONGEST_CELL && text.chars().count() > LONGEST_CELL {
        return Err("A cell is longer than 32,767 characters.".into());
    }
    Ok(text)
}

fn moment(at: calamine::ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}
