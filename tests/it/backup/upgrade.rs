//! Going to a newer version and back.

use momentum::{
    app::{App, Means},
    platform::{
        config::Config,
        crypto::HashCost,
        db::migrate::{self, MigrateError, STEPS, Step},
    },
};

use super::{rows, school};
use crate::support::BEGIN;

/// What a later version would bring.
fn later() -> Vec<Step> {
    let mut steps = STEPS.to_vec();
    steps.push(Step {
        number: STEPS.last().expect("a step").number + 1,
        name: "later",
        sql: "ALTER TABLE users RENAME COLUMN name TO full_name; DELETE FROM settings;",
    });
    steps
}

fn open(data: &std::path::Path) -> anyhow::Result<App> {
    let means = Means {
        cost: HashCost::Weakest,
        ..Means::system()
    };
    App::open(Config::at(data.to_owned()), means)
}

#[tokio::test]
async fn the_former_program_starts_on_the_safety_copy_as_the_readme_says() {
    let app = school().await;
    app.close().await;
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("made");
    for name in ["momentum.db", "key"] {
        std::fs::copy(app.platform().data().join(name), data.join(name)).expect("copied");
    }
    let database = data.join("momentum.db");
    let before = rows(&database, &[]);

    // The newer program starts once, and something is written by it.
    let report = migrate::run_steps(&database, &later(), BEGIN, true).expect("it migrates");
    let copy = report.copy.expect("a safety copy");
    let number = STEPS.last().expect("a step").number + 1;
    assert_eq!(
        copy.file_name().and_then(|n| n.to_str()),
        Some(format!("before-step-{number:04}.db").as_str())
    );
    let newer = rusqlite::Connection::open(&database).expect("it");
    newer.execute_batch("UPDATE users SET full_name = 'x'").expect("written");
    // As after a crash, its log is still there.
    std::mem::forget(newer);
    assert!(data.join("momentum.db-wal").exists());

    // This program is the former one. It refuses the database and changes nothing.
    let refused = open(&data).err().expect("refused");
    let is_newer = matches!(refused.downcast_ref::<MigrateError>(), Some(MigrateError::Newer { .. }));
    assert!(is_newer, "{refused:#}");

    // What README.md says: the copy in place of the database, the log away.
    std::fs::rename(&copy, &database).expect("put in place");
    for log in ["momentum.db-wal", "momentum.db-shm"] {
        std::fs::remove_file(data.join(log)).expect("removed");
    }
    let former = open(&data).expect("the former program starts");
    let router = former.router().expect("routes");
    let request = axum::http::Request::get("/readyz")
        .body(axum::body::Body::empty())
        .expect("a request");
    let answer = tower::ServiceExt::oneshot(router, request).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    former.close().await;
    assert_eq!(rows(&database, &[]), before);
}

#[tokio::test]
async fn a_second_upgrade_has_a_copy_of_its_own_day_and_old_copies_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("momentum.db");
    migrate::run(&database, BEGIN, true).expect("a database");
    let write = |path: &std::path::Path, kind: &str| {
        let conn = rusqlite::Connection::open(path).expect("it");
        conn.execute(
            "INSERT INTO settings (section, body, changed_at, changed_by) VALUES (?1, '{}', 1, 'x')",
            [kind],
        )
        .expect("written");
    };
    let has = |path: &std::path::Path, kind: &str| {
        let conn = rusqlite::Connection::open(path).expect("it");
        let n: i64 = conn
            .query_row("SELECT count(*) FROM settings WHERE section = ?1", [kind], |row| row.get(0))
            .expect("a count");
        n == 1
    };
    write(&database, "first");
    let steps = later();
    let copy = migrate::run_steps(&database, &steps, BEGIN, true)
        .expect("migrated")
        .copy
        .expect("a copy");
    assert!(has(&copy, "first"));
    // Back to the former program, which works on for a week; the copy stays where it was.
    std::fs::copy(&copy, &database).expect("put in place");
    write(&database, "second");
    let copy = migrate::run_steps(&database, &steps, BEGIN, true)
        .expect("migrated")
        .copy
        .expect("a copy");
    assert!(has(&copy, "first") && has(&copy, "second"), "the copy is of the second upgrade");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&copy).expect("it").permissions());
    assert_eq!(mode & 0o777, 0o600);
    // Four upgrades later, the three newest copies are left.
    let mut more = steps;
    for n in 1..=4 {
        let number = more.last().expect("a step").number + 1;
        more.push(Step {
            number,
            name: ["one", "two", "three", "four"][n - 1],
            sql: "SELECT 1",
        });
        migrate::run_steps(&database, &more, BEGIN, true).expect("migrated");
    }
    let copies = std::fs::read_dir(folder.path()).expect("a folder").flatten();
    let copies = copies.filter(|entry| entry.file_name().to_string_lossy().starts_with("before-step-"));
    assert_eq!(copies.count(), 3);
}
