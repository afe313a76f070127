//! The chain of the audit trail: what a row's hash is made of, and how the chain is walked.
//!
//! `hash = SHA-256(previous hash ‖ row)`, the first row's previous hash being 32 zero bytes. Rows
//! that are older than the chain have no hash of their own, but the walk folds them in just the
//! same, so the first row that carries a hash answers for every row before it.

use sha2::{Digest as _, Sha256};

use super::{AuditRow, COLUMNS, row};
use crate::{
    kernel::{error::Result, id::AuditId},
    platform::db::{Read, Tx},
};

/// Rows that one step of a walk goes through.
const PAGE: u32 = 2000;

/// A SHA-256.
pub(super) type Hash = [u8; 32];

/// The hash of a row after the row with this hash.
///
/// Unambiguous: texts are written with their length before them, an absent text is told from an
/// empty one, numbers have eight bytes, and the first line says what this is a hash of.
pub(super) fn hash(previous: &Hash, row: &AuditRow) -> Hash {
    let mut sha = Sha256::new();
    sha.update(b"momentum audit 1\n");
    sha.update(previous);
    sha.update(row.id.raw().to_be_bytes());
    let texts = [Some(row.actor.as_str()), Some(row.action.as_str()), Some(row.subject.as_str())];
    for text in texts.into_iter().chain([row.before.as_deref(), row.after.as_deref()]) {
        sha.update([u8::from(text.is_some())]);
        let text = text.unwrap_or_default();
        sha.update((text.len() as u64).to_be_bytes());
        sha.update(text.as_bytes());
    }
    sha.update(row.at.millis().to_be_bytes());
    sha.finalize().into()
}

/// The chain's newest row and its hash, `None` before the first one.
fn head(read: &Read<'_>) -> Result<Option<(AuditId, Hash)>> {
    read.find("SELECT id, hash FROM audit_head", [], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// What the next row follows: the newest row's id and the hash of all before. The first time ever
/// this folds in the rows that are older than the chain, once.
pub(super) fn end(tx: &Tx<'_>) -> Result<(AuditId, Hash)> {
    if let Some(head) = head(tx)? {
        return Ok(head);
    }
    let mut walk = Walk::default();
    while !walk.is_done {
        let rows = page(tx, walk.last)?;
        walk = walk.fold(rows);
    }
    Ok((walk.last, walk.hash))
}

/// Notes the chain's new end.
pub(super) fn set_end(tx: &Tx<'_>, id: AuditId, hash: &Hash) -> Result<()> {
    tx.execute(
        "INSERT INTO audit_head (one, id, hash) VALUES (1, ?1, ?2) ON CONFLICT (one) DO UPDATE SET id = excluded.id, hash = excluded.hash",
        (id, hash),
    )?;
    Ok(())
}

/// Rows after one, oldest first, with their hashes.
fn page(read: &Read<'_>, after: AuditId) -> Result<Vec<(AuditRow, Option<Hash>)>> {
    let sql = format!("SELECT {COLUMNS}, hash FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2");
    read.list(&sql, (after, PAGE), |found| Ok((row(found)?, found.get(7)?)))
}

/// The first row at which the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Which row.
    pub row: AuditId,
    /// What is wrong with it, as the end of a sentence.
    pub why: &'static str,
}

/// A walk along the chain, page by page; begun with `Walk::default()`.
#[derive(Debug, Clone)]
pub struct Walk {
    /// Rows that were looked at.
    pub rows: u64,
    /// Whether there is nothing more to walk.
    pub is_done: bool,
    /// Where the chain is broken, if it is.
    pub broken: Option<Break>,
    last: AuditId,
    hash: Hash,
    is_chained: bool,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            rows: 0,
            is_done: false,
            broken: None,
            last: AuditId::from_raw(i64::MIN),
            hash: [0; 32],
            is_chained: false,
        }
    }
}

impl Walk {
    /// The hash of everything walked so far, in hexadecimal: written down elsewhere, it proves at
    /// any later time that nothing up to here was changed.
    #[must_use]
    pub fn seal(&self) -> String {
        crate::platform::crypto::hex(&self.hash)
    }

    fn fold(mut self, rows: Vec<(AuditRow, Option<Hash>)>) -> Self {
        self.is_done = rows.len() < PAGE as usize;
        for (row, carried) in rows {
            self.hash = hash(&self.hash, &row);
            self.last = row.id;
            self.rows += 1;
            let why = match carried {
                Some(carried) if carried != self.hash => "does not follow from the rows before it",
                None if self.is_chained => "was not written by this program",
                _ => {
                    self.is_chained |= carried.is_some();
                    continue;
                }
            };
            self.broken = Some(Break { row: row.id, why });
            self.is_done = true;
            break;
        }
        self
    }
}

/// Walks one page further. The chain's end is compared in the snapshot that reads the last page.
///
/// # Errors
/// A database fault.
pub fn step(read: &Read<'_>, walk: Walk) -> Result<Walk> {
    let last = walk.last;
    let mut walk = walk.fold(page(read, last)?);
    if walk.is_done && walk.broken.is_none() {
        walk.broken = match head(read)? {
            Some((id, _)) if id > walk.last => Some(Break {
                row: id,
                why: "is missing, though the chain ended with it",
            }),
            Some((id, hash)) if (id, hash) != (walk.last, walk.hash) => Some(Break {
                row: walk.last,
                why: "is not the row that the chain ended with",
            }),
            None if walk.is_chained => Some(Break {
                row: walk.last,
                why: "is the last one, and the chain's end is not noted",
            }),
            _ => None,
        };
    }
    Ok(walk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Timestamp;

    fn row(subject: &str, before: Option<&str>, after: Option<&str>) -> AuditRow {
        AuditRow {
            id: AuditId::from_raw(7),
            actor: "cli".into(),
            action: "a.b".into(),
            subject: subject.into(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            at: Timestamp::from_millis(1),
        }
    }

    #[test]
    fn no_two_different_rows_are_written_alike() {
        let rows = [
            row("s", None, None),
            row("s", Some(""), None),
            row("s", None, Some("")),
            row("s", Some("1"), Some("2")),
            row("s", Some("12"), Some("")),
            row("s", Some(""), Some("12")),
            row("", Some("s"), None),
        ];
        let mut hashes: Vec<Hash> = rows.iter().map(|row| hash(&[0; 32], row)).collect();
        hashes.push(hash(&[1; 32], &rows[0]));
        let all = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
    }
}
