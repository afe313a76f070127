//! Pending migrations tried on a copy, with their times.

use std::{collections::BTreeMap, path::Path, time::Instant};

use rusqlite::Connection;
use serde::Serialize;

use super::{MigrateError, STEPS, Step, applied, apply, compare, pragmas};
use crate::kernel::time::Timestamp;

/// What one step did.
#[derive(Debug, Clone, Serialize)]
pub struct Rehearsed {
    /// Its number.
    pub number: u32,
    /// Its name.
    pub name: &'static str,
    /// Milliseconds that it took.
    pub ms: u64,
    /// Tables whose number of rows it changed: before and after. A new table had none.
    pub rows: BTreeMap<String, (i64, i64)>,
}

/// What all pending steps did.
#[derive(Debug, Clone, Serialize)]
pub struct Rehearsal {
    /// The step that the database is at.
    pub from: u32,
    /// The step that this binary brings it to.
    pub to: u32,
    /// Each pending step.
    pub steps: Vec<Rehearsed>,
    /// Milliseconds of renewing the planner's statistics afterwards.
    pub optimize_ms: u64,
}

/// Applies every pending step to a copy that nobody else uses.
///
/// # Errors
/// [`MigrateError`] of the step that fails, as it would at the start.
pub fn rehearse(copy: &Path, now: Timestamp, tell: &mut dyn FnMut(&Step)) -> Result<Rehearsal, MigrateError> {
    rehearse_steps(copy, STEPS, now, tell)
}

fn rehearse_steps(copy: &Path, steps: &[Step], now: Timestamp, tell: &mut dyn FnMut(&Step)) -> Result<Rehearsal, MigrateError> {
    let conn = Connection::open(copy)?;
    pragmas::writer(&conn)?;
    let done = applied(&conn)?;
    let pending = compare(&done, steps)?;
    let mut before = count_rows(&conn)?;
    let mut rehearsed = Vec::new();
    for step in pending {
        tell(step);
        let began = Instant::now();
        apply(&conn, step, now)?;
        let ms = millis(began);
        let after = count_rows(&conn)?;
        rehearsed.push(Rehearsed {
            number: step.number,
            name: step.name,
            ms,
            rows: changed(&before, &after),
        });
        before = after;
    }
    let began = Instant::now();
    conn.execute_batch("PRAGMA analysis_limit=0; PRAGMA optimize=0x10002;")?;
    Ok(Rehearsal {
        from: done.last().map_or(0, |(number, ..)| *number),
        to: steps.last().map_or(0, |step| step.number),
        steps: rehearsed,
        optimize_ms: millis(began),
    })
}

fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn changed(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> BTreeMap<String, (i64, i64)> {
    let names = before.keys().chain(after.keys()).filter(|name| *name != "migrations");
    let both = names.map(|name| {
        let of = |rows: &BTreeMap<String, i64>| rows.get(name).copied().unwrap_or(0);
        (name.clone(), (of(before), of(after)))
    });
    both.filter(|(_, (was, is))| was != is).collect()
}

/// Rows of every table.
///
/// # Errors
/// What SQLite says.
pub fn count_rows(conn: &Connection) -> Result<BTreeMap<String, i64>, rusqlite::Error> {
    let mut tables =
        conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")?;
    let names: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let counted = names.into_iter().map(|name| {
        let quoted = name.replace('"', "\"\"");
        let rows = conn.query_row(&format!("SELECT count(*) FROM \"{quoted}\""), [], |row| row.get(0))?;
        Ok((name, rows))
    });
    counted.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::db::migrate;

    #[test]
    fn a_rehearsal_says_what_each_step_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let copy = folder.path().join("copy.db");
        let now = Timestamp::from_millis(1_800_000_000_000);
        migrate::run_steps(&copy, &STEPS[..2], now, true).expect("two steps");
        let steps = [
            STEPS[0],
            STEPS[1],
            Step {
                number: 3,
                name: "more",
                sql: "CREATE TABLE more (a INTEGER) STRICT; INSERT INTO more VALUES (1), (2);",
            },
            Step {
                number: 4,
                name: "less",
                sql: "DELETE FROM more WHERE a = 1;",
            },
        ];
        let mut told = Vec::new();
        let done = rehearse_steps(&copy, &steps, now, &mut |step| told.push(step.number)).expect("a rehearsal");
        assert_eq!((done.from, done.to, told), (2, 4, vec![3, 4]));
        assert_eq!(done.steps[0].rows, BTreeMap::from([("more".into(), (0, 2))]));
        assert_eq!(done.steps[1].rows, BTreeMap::from([("more".into(), (2, 1))]));
        let bad = Step {
            number: 5,
            name: "bad",
            sql: "SELECT nonsense",
        };
        let with_bad: Vec<Step> = steps.into_iter().chain([bad]).collect();
        assert!(matches!(
            rehearse_steps(&copy, &with_bad, now, &mut |_| ()),
            Err(MigrateError::Step { name: "bad", .. })
        ));
    }
}
