//! What became of rows.

use serde::{Deserialize, Serialize};

use super::judge::Change;

/// What a row is, or was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Somebody gets an account.
    New,
    /// Somebody who is there changes.
    Changed,
    /// Somebody is there, just so.
    Same,
    /// Nothing can be done by it.
    Wrong,
}

impl Outcome {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Same => "same",
            Self::Wrong => "wrong",
        }
    }
}

/// What became of a row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RowReport {
    /// The number that a spreadsheet shows beside it.
    pub row: u32,
    /// The line of a text file on which it begins; 0 in a workbook.
    pub line: u32,
    /// The address, or what stands in its place.
    pub email: String,
    /// What it is.
    pub outcome: Outcome,
    /// Everything that is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub reasons: Vec<String>,
    /// What it changes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub changes: Vec<Change>,
    /// The invitation, if it is to be handed over.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<String>,
    /// Whether an invitation was mailed.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_mailed: bool,
}

impl RowReport {
    pub(super) fn become_wrong(&mut self, reasons: Vec<String>) {
        self.outcome = Outcome::Wrong;
        self.reasons = reasons;
        self.changes.clear();
    }
}

/// How many rows of which kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows below the header that hold anything.
    pub rows: u64,
    /// People who get an account.
    pub new: u64,
    /// People who change.
    pub changed: u64,
    /// People who are there just so.
    pub same: u64,
    /// Rows by which nothing can be done.
    pub wrong: u64,
    /// The header, standing in the list again; passed over.
    pub repeated_headers: u64,
    /// Invitations that were mailed or are to be handed over.
    pub invited: u64,
}

impl Counts {
    pub(super) fn count(&mut self, report: &RowReport) {
        self.rows += 1;
        *match report.outcome {
            Outcome::New => &mut self.new,
            Outcome::Changed => &mut self.changed,
            Outcome::Same => &mut self.same,
            Outcome::Wrong => &mut self.wrong,
        } += 1;
        self.invited += u64::from(report.link.is_some() || report.is_mailed);
    }
}
