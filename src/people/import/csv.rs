//! Delimited text, read so that a wrong row harms no other.
//!
//! The usual readers take everything after a quote that is never closed for one cell, up to the
//! end of the file. This one is strict about quotes (RFC 4180: after a closing quote comes a
//! delimiter or the end of the line) and takes a record that breaks the rule for one wrong line,
//! after which it goes on with the next.

use std::{collections::VecDeque, io};

use super::cells::LONGEST_CELL;

/// The most lines that one record may have.
const MOST_LINES: usize = 500;
/// The longest line that is kept, in bytes.
const LONGEST_LINE: usize = 1 << 20;
/// The most cells of a record.
const MOST_CELLS: usize = 2_000;

/// A row of a file, with its cells as texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RawRow {
    /// The number that a spreadsheet shows beside it, 1 for the first.
    pub(super) row: u32,
    /// The line of a text file on which it begins; 0 in a workbook.
    pub(super) line: u32,
    pub(super) cells: Vec<String>,
    /// Why it cannot be read.
    pub(super) fault: Option<String>,
}

impl RawRow {
    pub(super) fn is_empty(&self) -> bool {
        self.fault.is_none() && self.cells.iter().all(|cell| super::cells::trimmed(cell).is_empty())
    }
}

/// A line with its end, as it stands in the file.
struct Line {
    text: String,
    is_cut: bool,
}

/// Gives the next piece of decoded text; empty at the end.
pub(super) trait Text {
    fn next(&mut self, into: &mut String) -> io::Result<bool>;
}

/// Records of a text.
pub(super) struct Records<T> {
    source: T,
    buffer: String,
    is_over: bool,
    lines: VecDeque<Line>,
    row: u32,
    line: u32,
}

/// How the beginning of a record was read.
enum Parsed {
    /// Whole, after so many lines.
    Row(Vec<String>, usize),
    /// A quote is open at the end of the lines.
    Open,
    Fault(&'static str),
}

impl<T: Text> Records<T> {
    pub(super) fn new(source: T) -> Self {
        Self {
            source,
            buffer: String::new(),
            is_over: false,
            lines: VecDeque::new(),
            row: 0,
            line: 1,
        }
    }

    pub(super) fn source(&self) -> &T {
        &self.source
    }

    /// Reads on until there are `count` lines, or the text ends.
    fn load(&mut self, count: usize) -> io::Result<()> {
        while self.lines.len() < count {
            if let Some(line) = self.cut_line() {
                self.lines.push_back(line);
                continue;
            }
            if self.is_over {
                let text = std::mem::take(&mut self.buffer);
                if !text.is_empty() {
                    self.lines.push_back(Line { text, is_cut: false });
                }
                return Ok(());
            }
            self.is_over = !self.source.next(&mut self.buffer)?;
        }
        Ok(())
    }

    /// A whole line from the buffer, ended by LF, CR LF or, as old files have it, CR.
    fn cut_line(&mut self) -> Option<Line> {
        let at = self.buffer.find(['\n', '\r']);
        let end = match at {
            Some(at) if self.buffer.as_bytes()[at] == b'\n' => at + 1,
            // The LF of a CR LF may be in the next piece.
            Some(at) if at + 1 < self.buffer.len() => at + 1 + usize::from(self.buffer.as_bytes()[at + 1] == b'\n'),
            Some(at) if self.is_over => at + 1,
            Some(_) => return None,
            None if self.buffer.len() > LONGEST_LINE => {
                // No end in sight: the line is kept short, and read on until it ends.
                let keep = self.buffer.floor_char_boundary(1024);
                self.buffer.truncate(keep);
                return self.skip_line();
            }
            None => return None,
        };
        let is_cut = end > LONGEST_LINE;
        let rest = self.buffer.split_off(end);
        let text = std::mem::replace(&mut self.buffer, rest);
        Some(Line { text, is_cut })
    }

    fn skip_line(&mut self) -> Option<Line> {
        let kept = std::mem::take(&mut self.buffer);
        loop {
            self.buffer.clear();
            match self.source.next(&mut self.buffer) {
                Ok(true) => {}
                // The fault comes again, and is told, at the next read.
                Ok(false) | Err(_) => {
                    self.is_over = true;
                    break;
                }
            }
            if let Some(at) = self.buffer.find('\n') {
                self.buffer.drain(..=at);
                break;
            }
        }
        Some(Line { text: kept, is_cut: true })
    }

    /// The first records as they would be with this delimiter; nothing is used up.
    pub(super) fn peek(&mut self, delimiter: char, count: usize) -> io::Result<Vec<Vec<String>>> {
        self.load(count * 2)?;
        let (mut rows, mut from) = (Vec::new(), 0);
        while from < self.lines.len() && rows.len() < count {
            match self.parse(from, self.lines.len(), delimiter) {
                Parsed::Row(cells, lines) => {
                    rows.push(cells);
                    from += lines;
                }
                Parsed::Open | Parsed::Fault(_) => {
                    rows.push(Vec::new());
                    from += 1;
                }
            }
        }
        Ok(rows)
    }

    /// The next record; `None` at the end.
    pub(super) fn next(&mut self, delimiter: char) -> io::Result<Option<RawRow>> {
        let mut lines = 1;
        loop {
            self.load(lines)?;
            if self.lines.is_empty() {
                return Ok(None);
            }
            let is_all = self.lines.len() < lines || lines > MOST_LINES;
            let upto = lines.min(self.lines.len());
            let (cells, used, fault) = match self.parse(0, upto, delimiter) {
                Parsed::Row(cells, used) => (cells, used, None),
                Parsed::Open if !is_all => {
                    lines *= 2;
                    continue;
                }
                Parsed::Open => (self.rough(delimiter), 1, Some("A quote is opened and never closed.")),
                Parsed::Fault(fault) => (self.rough(delimiter), 1, Some(fault)),
            };
            let (row, line) = (self.row + 1, self.line);
            self.row += 1;
            self.line += u32::try_from(used).unwrap_or(u32::MAX);
            let is_cut = self.lines.drain(..used).any(|line| line.is_cut);
            let fault = if is_cut {
                Some("The line is longer than a megabyte.")
            } else {
                fault
            };
            let fault = fault.or_else(|| judge(&cells)).map(str::to_owned);
            return Ok(Some(RawRow { row, line, cells, fault }));
        }
    }

    /// The cells of a line that breaks the rules, so that it can be told whose row it is.
    fn rough(&self, delimiter: char) -> Vec<String> {
        let line = self.lines.front().map_or("", |line| line.text.as_str());
        let cells = line.split(delimiter).take(MOST_CELLS);
        cells
            .map(|cell| cell.trim().trim_matches('"').chars().take(200).collect())
            .collect()
    }

    fn parse(&self, from: usize, upto: usize, delimiter: char) -> Parsed {
        let mut record = Record::default();
        for (n, line) in self.lines.range(from..upto).enumerate() {
            match record.take(&line.text, delimiter) {
                Some(Ok(())) => return Parsed::Row(record.cells, n + 1),
                Some(Err(fault)) => return Parsed::Fault(fault),
                None => {}
            }
        }
        Parsed::Open
    }
}

fn judge(cells: &[String]) -> Option<&'static str> {
    if cells.iter().any(|cell| cell.contains('\0')) {
        Some("A cell holds a NUL character: the file is damaged, or no text.")
    } else if cells
        .iter()
        .any(|cell| cell.len() > LONGEST_CELL && cell.chars().count() > LONGEST_CELL)
    {
        Some("A cell is longer than 32,767 characters.")
    } else if cells.iter().any(|cell| cell.contains('\u{FFFD}')) {
        Some("A cell holds characters that could not be read. Name the file's encoding with --encoding.")
    } else {
        None
    }
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a cell; only spaces so far.
    #[default]
    Begin,
    Plain,
    Quoted,
    /// After a quote inside a quoted cell: its end, or the first of two.
    Quote,
    /// Spaces after the closing quote.
    Closed,
}

#[derive(Default)]
struct Record {
    cells: Vec<String>,
    cell: String,
    state: State,
}

impl Record {
    /// Takes a line. `Some` when the record ends with it.
    fn take(&mut self, line: &str, delimiter: char) -> Option<Result<(), &'static str>> {
        for c in line.chars() {
            let is_end = matches!(c, '\n' | '\r');
            self.state = match (self.state, c) {
                (State::Quoted, '"') => State::Quote,
                (State::Quoted, _) => {
                    self.cell.push(c);
                    State::Quoted
                }
                (State::Quote, '"') => {
                    self.cell.push('"');
                    State::Quoted
                }
                (_, c) if c == delimiter => {
                    self.end_cell();
                    State::Begin
                }
                (state, _) if is_end => state,
                (State::Quote | State::Closed, ' ' | '\t' | '\u{A0}') => State::Closed,
                (State::Quote | State::Closed, _) => {
                    return Some(Err("A quote is closed in the middle of a cell. Write a quote inside quotes twice."));
                }
                (State::Begin, '"') => {
                    self.cell.clear();
                    State::Quoted
                }
                (State::Begin, ' ' | '\u{A0}') => {
                    self.cell.push(c);
                    State::Begin
                }
                (State::Begin | State::Plain, _) => {
                    self.cell.push(c);
                    State::Plain
                }
            };
            if self.cells.len() > MOST_CELLS {
                return Some(Err("The row has more than 2,000 cells."));
            }
        }
        if self.state == State::Quoted {
            return None;
        }
        self.end_cell();
        Some(Ok(()))
    }

    fn end_cell(&mut self) {
        self.cells.push(std::mem::take(&mut self.cell));
    }
}

/// A text that is there already.
#[cfg(test)]
pub(super) struct Whole(pub(super) Option<String>);

#[cfg(test)]
impl Text for Whole {
    fn next(&mut self, into: &mut String) -> io::Result<bool> {
        let text = self.0.take();
        into.push_str(text.as_deref().unwrap_or_default());
        Ok(text.is_some())
    }
}

#[cfg(test)]
mod tests;
