//! Which rows point at a row: asked of the schema, so that no table is left out.

use super::Read;
use crate::kernel::error::Result;

/// How many rows of each table point at the row with this id of `table`, and itself. Tables with
/// none are left out.
///
/// # Errors
/// A database fault.
pub fn count_references(read: &Read<'_>, table: &str, id: i64) -> Result<Vec<(String, i64)>> {
    let columns: Vec<(String, String)> = read.list(
        "SELECT s.name, f.\"from\" FROM sqlite_schema s JOIN pragma_foreign_key_list(s.name) f
         WHERE s.type = 'table' AND f.\"table\" = ?1 ORDER BY s.name, f.seq",
        [table],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let own = (table.to_owned(), "rowid".to_owned());
    let mut counts: Vec<(String, i64)> = Vec::new();
    for (name, column) in std::iter::once(own).chain(columns) {
        // Both names come from the schema itself.
        let count = read.count(&format!("SELECT count(*) FROM \"{name}\" WHERE \"{column}\" = ?1"), [id])?;
        match counts.last_mut() {
            Some((last, sum)) if *last == name => *sum += count,
            _ => counts.push((name, count)),
        }
    }
    counts.retain(|(_, count)| *count > 0);
    Ok(counts)
}
