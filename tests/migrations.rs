//! Every migration on a database with rows, and the schema that comes out.
//!
//! `tests/fixtures/rows/NNNN_word.sql` holds rows for the tables that step NNNN made. They are
//! written right after that step, so that every later step meets them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use momentum::{
    kernel::time::Timestamp,
    platform::db::migrate::{self, MigrateError, STEPS, Step},
};
use rusqlite::Connection;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn rows_after(step: &Step) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/rows/{}.sql", step.name));
    fs::read_to_string(&file).unwrap_or_else(|_| {
        panic!(
            "{} is missing: write rows for every table that step {} makes",
            file.display(),
            step.number
        )
    })
}

fn open(path: &Path) -> Connection {
    let conn = Connection::open(path).expect("an openable database");
    conn.execute_batch("PRAGMA foreign_keys=ON").expect("foreign keys on");
    conn
}

fn tables(conn: &Connection) -> Vec<String> {
    let mut names = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
        .expect("a schema");
    let names = names.query_map([], |row| row.get(0)).expect("names");
    names.collect::<Result<_, _>>().expect("texts")
}

fn counts(conn: &Connection) -> BTreeMap<String, i64> {
    let count = |name: &String| {
        conn.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get(0))
            .expect("a count")
    };
    tables(conn).iter().map(|name| (name.clone(), count(name))).collect()
}

fn check(conn: &Connection, step: &Step) {
    let broken: i64 = conn
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .expect("a count");
    assert_eq!(broken, 0, "rows point nowhere after {}", step.name);
    let integrity: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a verdict");
    assert_eq!(integrity, "ok", "after {}", step.name);
}

/// A database brought through every step, with rows at each.
fn grown(folder: &Path) -> PathBuf {
    let path = folder.join("momentum.db");
    for n in 1..=STEPS.len() {
        let before = if n > 1 { counts(&open(&path)) } else { BTreeMap::new() };
        migrate::run_steps(&path, &STEPS[..n], NOW, true).unwrap_or_else(|e| panic!("step {n}: {e}"));
        let conn = open(&path);
        let after = counts(&conn);
        for (table, rows) in before.iter().filter(|(name, _)| *name != "migrations") {
            // A step that means to drop rows says so by dropping their table.
            assert!(after.get(table).is_none_or(|now| now >= rows), "step {n} lost rows of {table}");
        }
        let step = &STEPS[n - 1];
        conn.execute_batch(&rows_after(step))
            .unwrap_or_else(|e| panic!("rows of {}: {e}", step.name));
        check(&conn, step);
    }
    path
}

#[test]
fn each_step_keeps_the_rows_of_those_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let conn = open(&grown(folder.path()));
    let empty: Vec<String> = counts(&conn)
        .into_iter()
        .filter(|(name, rows)| *rows == 0 && name != "migrations")
        .map(|(name, _)| name)
        .collect();
    assert!(
        empty.is_empty(),
        "no rows for {}: add some in tests/fixtures/rows",
        empty.join(", ")
    );
}

#[test]
fn the_schema_is_as_frozen() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("momentum.db");
    migrate::run(&path, NOW, true).expect("a migrated database");
    let conn = open(&path);
    let mut all = conn
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name")
        .expect("a schema");
    let all: Vec<String> = all
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("texts");
    insta::assert_snapshot!("schema", all.join(";\n\n"));
}

#[test]
fn a_second_run_changes_nothing_and_a_first_makes_no_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("momentum.db");
    let first = migrate::run(&path, NOW, true).expect("a migrated database");
    assert_eq!((first.applied.len(), first.copy), (STEPS.len(), None));
    let second = migrate::run(&path, NOW, true).expect("a migrated database");
    assert!(second.applied.is_empty() && second.copy.is_none());
}

#[test]
fn a_later_step_makes_a_safety_copy_with_the_rows_of_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = grown(folder.path());
    let events: i64 = open(&path)
        .query_row("SELECT count(*) FROM events", [], |row| row.get(0))
        .expect("a count");
    let mut steps = STEPS.to_vec();
    steps.push(Step {
        number: STEPS[STEPS.len() - 1].number + 1,
        name: "later",
        sql: "DELETE FROM parked_events; DELETE FROM events;",
    });
    let report = migrate::run_steps(&path, &steps, NOW, true).expect("a migrated database");
    let copy = report.copy.expect("a safety copy");
    let kept: i64 = open(&copy)
        .query_row("SELECT count(*) FROM events", [], |row| row.get(0))
        .expect("a count");
    assert!(kept == events && kept > 0);
    assert!(
        matches!(migrate::run(&path, NOW, true), Err(MigrateError::Newer { .. })),
        "a newer database is refused"
    );
    migrate::run(&copy, NOW, true).expect("the former binary starts on the safety copy");
}

#[test]
fn a_failing_or_dangling_step_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = grown(folder.path());
    let before = counts(&open(&path));
    let bad = [
        "CREATE TABLE half (a INTEGER) STRICT; SELECT nonsense FROM nowhere;",
        "DELETE FROM events;", // parked_events points at them
    ];
    for sql in bad {
        let mut steps = STEPS.to_vec();
        steps.push(Step {
            number: STEPS[STEPS.len() - 1].number + 1,
            name: "bad",
            sql,
        });
        assert!(migrate::run_steps(&path, &steps, NOW, true).is_err(), "{sql}");
        assert_eq!(counts(&open(&path)), before, "{sql}");
    }
}

#[test]
fn changed_and_pending_steps_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("momentum.db");
    migrate::run_steps(&path, &STEPS[..1], NOW, true).expect("the first step");
    assert!(matches!(migrate::run(&path, NOW, false), Err(MigrateError::Pending(_))));
    let changed = [Step {
        sql: "CREATE TABLE other (a INTEGER) STRICT",
        ..STEPS[0]
    }];
    assert!(matches!(
        migrate::run_steps(&path, &changed, NOW, true),
        Err(MigrateError::Changed { .. })
    ));
}
