//! Cells between a file and us: what only looks like content, and what a spreadsheet would run.
//!
//! A cell that begins with `=`, `+`, `-` or `@` is a formula to a spreadsheet. Files that we write
//! put an apostrophe before such cells, as spreadsheets themselves do, and files that we read lose
//! it again, so that what goes out and comes in is the same.

use std::borrow::Cow;

/// The longest cell, in characters: what a spreadsheet holds.
pub(super) const LONGEST_CELL: usize = 32_767;

fn begins_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Whether a spreadsheet would take this text for a formula.
pub(super) fn is_formula(text: &str) -> bool {
    begins_formula(text)
}

/// A text as a cell that no spreadsheet runs.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    if begins_formula(text.trim_start_matches('\'')) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text of a guarded cell.
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if begins_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

/// Without the white space around it, of which some shows nothing and is no space to `trim`.
pub(super) fn trimmed(cell: &str) -> &str {
    cell.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_round_trip_and_stand_before_formulas_alone() {
        for text in [
            "=1+1", "'=1", "''@x", "'", "O'Brien", "'til", "-1", "+49 170", "", "a=b", "＝1", "\t=1",
        ] {
            let cell = guarded(text);
            assert_eq!(unguarded(&cell), text);
            assert!(!begins_formula(&cell), "{cell}");
        }
        assert_eq!(guarded("'til"), "'til");
        assert_eq!(unguarded("'til"), "'til");
        assert_eq!(trimmed("\u{A0} a b\u{200B}\u{3000}"), "a b");
    }
}
