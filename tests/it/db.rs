//! The writer, the readers and the file below them: what holds when things go wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::mpsc,
    time::Duration,
};

use momentum::{
    kernel::error::{Error, Result},
    platform::db::{
        Db, FILE, Tx,
        lock::{self, LockError},
        migrate::{self, MigrateError, STEPS},
    },
};
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use tokio::task::{JoinHandle, JoinSet};

use crate::support::{BEGIN, TestApp};

/// An instance with a table to write into.
async fn stand() -> TestApp {
    let app = TestApp::start().await;
    let made = app.database().upkeep(|conn| {
        conn.execute_batch("CREATE TABLE proofs (n INTEGER PRIMARY KEY, client INTEGER NOT NULL, text TEXT UNIQUE, body BLOB) STRICT")
            .map_err(Error::internal)
    });
    made.await.expect("a table");
    app
}

/// What another process would see.
fn outside(app: &TestApp) -> Connection {
    Connection::open_with_flags(app.platform().data().join(FILE), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the file opens")
}

fn texts(app: &TestApp) -> BTreeSet<String> {
    let conn = outside(app);
    let mut rows = conn.prepare("SELECT text FROM proofs WHERE text IS NOT NULL").expect("a statement");
    let found = rows.query_map([], |row| row.get(0)).expect("rows");
    found.map(|row| row.expect("a text")).collect()
}

fn put(tx: &Tx<'_>, text: &str) -> Result<usize> {
    tx.execute("INSERT INTO proofs (client, text) VALUES (0, ?1)", [text])
}

/// Holds the writer in a deed until it is let go.
async fn hold(db: &Db) -> (mpsc::Sender<()>, JoinHandle<Result<()>>) {
    let (go, gate) = mpsc::channel::<()>();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let db = db.clone();
    let held = tokio::spawn(async move {
        db.write("test.hold", move |_| {
            let _heard = begun.send(());
            let _let_go = gate.recv();
            Ok(())
        })
        .await
    });
    has_begun.await.expect("the writer is held");
    (go, held)
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..3000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to pass: {what}");
}

fn is(error: &Error, wanted: &str) -> bool {
    matches!(error, Error::Unavailable { code, .. } if *code == wanted)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_says_come_back() {
    let app = stand().await;
    let db = app.system();
    let (go, held) = hold(&db).await;
    let (mut low, mut high) = (JoinSet::new(), JoinSet::new());
    for n in 0..300 {
        let db = db.clone();
        low.spawn(async move { db.write_low("test.low", move |tx| put(tx, &format!("low {n}"))).await });
    }
    until("low-priority writes wait", || app.database().waiting().0 == 256).await;
    for n in 0..1100 {
        let db = db.clone();
        high.spawn(async move { db.write("test.high", move |tx| put(tx, &format!("high {n}"))).await });
    }
    // The one that holds the writer has a place, too. Low-priority writes took none of these.
    until("writes wait", || app.database().waiting().0 == 256 + 1023).await;
    let body = json!({"email": "nobody@example.com", "password": "does not matter"});
    let refused = app.anonymous().post("/auth/sign-in", body).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code(), refused.header("retry-after")),
        (503, "db.busy", "1")
    );
    go.send(()).expect("the writer listens");
    held.await.expect("no panic").expect("a deed");
    let ended = |all: Vec<Result<usize>>| {
        let busy = all.iter().filter(|one| matches!(one, Err(error) if is(error, "db.busy"))).count();
        (all.iter().filter(|one| one.is_ok()).count(), busy)
    };
    assert_eq!(ended(low.join_all().await), (256, 44));
    assert_eq!(ended(high.join_all().await), (1023, 77));
    assert_eq!(texts(&app).len(), 256 + 1023, "who was told to come back has written nothing");
    db.write("test.after", |tx| put(tx, "after")).await.expect("there is room again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_come_after_the_commit() {
    let app = stand().await;
    let db = app.system();
    let mut shared = 0;
    for round in 0..50 {
        let (go, held) = hold(&db).await;
        let text = format!("round {round}");
        let first = tokio::spawn({
            let (db, text) = (db.clone(), text.clone());
            async move { db.write("test.first", move |tx| put(tx, &text)).await }
        });
        until("the first waits", || app.database().waiting().0 == 1).await;
        let (open, gate) = mpsc::channel::<()>();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let second = tokio::spawn({
            let db = db.clone();
            async move {
                db.write("test.second", move |_| {
                    let _heard = begun.send(());
                    let _let_go = gate.recv();
                    Ok(())
                })
                .await
            }
        });
        until("the second waits", || app.database().waiting().0 == 2).await;
        go.send(()).expect("the writer listens");
        has_begun.await.expect("the second runs");
        // Usually both share a batch, and the first has run; on a slow machine it has its own.
        if texts(&app).contains(&text) {
            first.await.expect("no panic").expect("its own commit");
        } else {
            shared += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert!(!first.is_finished(), "answered before its commit");
            open.send(()).expect("the second listens");
            first.await.expect("no panic").expect("a deed");
            assert!(texts(&app).contains(&text), "answered, and not there");
        }
        drop(open);
        second.await.expect("no panic").expect("a deed");
        held.await.expect("no panic").expect("a deed");
        if shared == 5 {
            return;
        }
    }
    panic!("writes hardly ever share a commit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failing_and_panicking_neighbours_change_nothing() {
    let app = stand().await;
    let mut clients = JoinSet::new();
    for client in 0..256_i64 {
        let db = app.system();
        clients.spawn(async move {
            let mut acknowledged = Vec::new();
            for n in 0..4_i64 {
                let one = db.write("test.mixed", move |tx| {
                    let text = format!("{client}-{n}");
                    tx.execute("INSERT INTO proofs (client, text) VALUES (?1, ?2)", (client, &text))?;
                    match (client + n) % 4 {
                        0 => Err(Error::conflict("test.no", "On purpose.")),
                        1 => panic!("on purpose"),
                        _ => Ok(text),
                    }
                });
                match ((client + n) % 4, one.await) {
                    (2 | 3, Ok(text)) => acknowledged.push(text),
                    (0, Err(Error::Conflict { .. })) | (1, Err(Error::Internal(_))) => {}
                    (_, other) => panic!("client {client}, write {n}: {other:?}"),
                }
            }
            (client, acknowledged)
        });
    }
    let answered: BTreeMap<i64, Vec<String>> = clients.join_all().await.into_iter().collect();
    let conn = outside(&app);
    let mut rows = conn.prepare("SELECT client, text FROM proofs ORDER BY n").expect("a statement");
    let mut kept: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows") {
        let (client, text) = row.expect("a row");
        kept.entry(client).or_default().push(text);
    }
    assert_eq!(kept, answered, "nothing lost, nothing doubled, each client's writes in their order");
    assert_eq!(kept.values().map(Vec::len).sum::<usize>(), 512);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_ends_the_transaction_costs_its_batch_and_no_more() {
    let app = stand().await;
    let db = app.system();
    db.write("test.seed", |tx| put(tx, "taken")).await.expect("a deed");
    let mut shared = 0;
    for round in 0..50 {
        let (go, held) = hold(&db).await;
        let text = format!("innocent {round}");
        let innocent = tokio::spawn({
            let (db, text) = (db.clone(), text.clone());
            async move { db.write("test.innocent", move |tx| put(tx, &text)).await }
        });
        until("the innocent waits", || app.database().waiting().0 == 1).await;
        let culprit = tokio::spawn({
            let db = db.clone();
            async move {
                db.write("test.culprit", |tx| {
                    tx.execute("INSERT OR ROLLBACK INTO proofs (client, text) VALUES (1, 'taken')", [])
                })
                .await
            }
        });
        until("the culprit waits", || app.database().waiting().0 == 2).await;
        go.send(()).expect("the writer listens");
        assert!(culprit.await.expect("no panic").is_err());
        match innocent.await.expect("no panic") {
            Ok(_) => assert!(texts(&app).contains(&text), "answered, and not there"),
            Err(error) => {
                assert!(is(&error, "db.write_failed"), "{error:?}");
                assert!(!texts(&app).contains(&text), "told to try again, and there");
                shared += 1;
            }
        }
        drop(held.await.expect("no panic"));
        db.write("test.after", move |tx| put(tx, &format!("after {round}")))
            .await
            .expect("the writer goes on");
        if shared == 3 {
            assert_eq!(ready(&app).await, (200, "ok".into()), "it is not the disk's fault");
            return;
        }
    }
    panic!("writes hardly ever share a commit");
}

async fn ready(app: &TestApp) -> (u16, String) {
    let request = axum::http::Request::get("/readyz")
        .body(axum::body::Body::empty())
        .expect("a request");
    let answer = app.anonymous().send(request).await;
    let said = answer.json["checks"]["database"].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), said)
}

async fn limit_pages(app: &TestApp, more: i64) {
    let limited = app.database().upkeep(move |conn| {
        let pages: i64 = conn.query_row("PRAGMA page_count", [], |row| row.get(0)).map_err(Error::internal)?;
        conn.query_row(&format!("PRAGMA max_page_count={}", pages + more), [], |_| Ok(()))
            .map_err(Error::internal)
    });
    limited.await.expect("a limit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_writes_until_there_is_room() {
    let app = stand().await;
    let db = app.system();
    limit_pages(&app, 2).await;
    let large = |tx: &Tx<'_>| tx.execute("INSERT INTO proofs (client, body) VALUES (0, zeroblob(1000000))", []);
    let refused = db.write("test.large", large).await.expect_err("there is no room");
    assert!(is(&refused, "db.disk_full"), "{refused:?}");
    // The small writes of others are not even tried, and people are told when to come back.
    let body = json!({"email": "nobody@example.com", "password": "does not matter"});
    let told = app.anonymous().post("/auth/sign-in", body.clone()).await;
    assert_eq!(
        (told.status.as_u16(), told.code(), told.header("retry-after")),
        (503, "db.disk_full", "30")
    );
    assert_eq!(ready(&app).await, (503, "the disk refuses writes".into()));
    app.anonymous().get("/instance").await.expect(200);
    // A trial finds that nothing has changed.
    app.clock.advance(Duration::from_secs(10));
    assert!(db.write("test.small", |tx| put(tx, "small")).await.is_err());
    assert_eq!(ready(&app).await.0, 503);
    // Another finds that there is room.
    limit_pages(&app, 1000).await;
    app.clock.advance(Duration::from_secs(10));
    db.write("test.small", |tx| put(tx, "small")).await.expect("there is room");
    assert_eq!(ready(&app).await, (200, "ok".into()));
    assert_eq!(app.anonymous().post("/auth/sign-in", body).await.status, 401);
    assert_eq!(texts(&app).len(), 1);
    let whole: String = outside(&app)
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("a verdict");
    assert_eq!(whole, "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_without_end_is_ended_and_its_lane_goes_on() {
    let app = stand().await;
    let db = app.system();
    let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let ended = db.read("test.endless", move |read| read.count(endless, [])).await;
    assert!(matches!(&ended, Err(error) if is(error, "db.deadline")), "{ended:?}");
    let panicked = db.read("test.panic", |_| -> Result<()> { panic!("on purpose") }).await;
    assert!(matches!(panicked, Err(Error::Internal(_))));
    for _ in 0..32 {
        let one = db.read("test.after", |read| read.count("SELECT 1", [])).await;
        assert_eq!(one.expect("the lane goes on"), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_cannot_write() {
    let app = stand().await;
    let db = app.system();
    for sql in [
        "INSERT INTO proofs (client, text) VALUES (1, 'no') RETURNING n",
        "UPDATE settings SET body = '{}' RETURNING 1",
        "DELETE FROM proofs RETURNING n",
        "PRAGMA user_version = 7",
        "CREATE TABLE more (a INTEGER) STRICT",
    ] {
        let tried = db.read("test.no", move |read| read.count(sql, [])).await;
        assert!(matches!(tried, Err(Error::Internal(_))), "{sql}: {tried:?}");
    }
    assert!(texts(&app).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_outlives_its_caller() {
    let app = stand().await;
    let db = app.system();
    let (go, held) = hold(&db).await;
    let caller = tokio::spawn({
        let db = db.clone();
        async move { db.write("test.orphan", |tx| put(tx, "orphan")).await }
    });
    until("the write waits", || app.database().waiting().0 == 1).await;
    caller.abort();
    assert!(caller.await.expect_err("it was aborted").is_cancelled());
    go.send(()).expect("the writer listens");
    held.await.expect("no panic").expect("a deed");
    db.write("test.after", |_| Ok(())).await.expect("a deed");
    assert!(texts(&app).contains("orphan"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_do_not_keep_pages_waiting() {
    let app = stand().await;
    let db = app.system();
    let mut gates = Vec::new();
    let mut reports = JoinSet::new();
    for _ in 0..4 {
        let (go, gate) = mpsc::channel::<()>();
        gates.push(go);
        let db = db.clone();
        reports.spawn(async move {
            db.read_heavy("test.report", move |_| {
                let _let_go = gate.recv();
                Ok(())
            })
            .await
        });
    }
    until("both heavy readers are busy and two reports wait", || {
        app.database().waiting().1 == 2
    })
    .await;
    app.anonymous().get("/instance").await.expect(200);
    assert_eq!(db.read("test.page", |read| read.count("SELECT 1", [])).await.expect("a page"), 1);
    drop(gates);
    for report in reports.join_all().await {
        report.expect("a report");
    }
}

#[tokio::test]
async fn every_table_is_strict_and_no_key_is_deferred() {
    let app = TestApp::start().await;
    let conn = outside(&app);
    let wrong = |sql: &str| -> Vec<String> {
        let mut rows = conn.prepare(sql).expect("a statement");
        let found = rows.query_map([], |row| row.get(0)).expect("rows");
        found.map(|row| row.expect("a name")).collect()
    };
    let loose =
        wrong("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'");
    assert!(loose.is_empty(), "not STRICT: {loose:?}");
    let deferred = wrong("SELECT name FROM sqlite_schema WHERE upper(sql) LIKE '%DEFERRABLE%'");
    assert!(
        deferred.is_empty(),
        "a deferred key fails at COMMIT and takes its neighbours with it: {deferred:?}"
    );
    assert!(wrong("SELECT name FROM sqlite_schema WHERE type = 'table'").len() > 20);
}

#[tokio::test]
async fn a_folder_has_one_owner() {
    let app = TestApp::start().await;
    let held = lock::take(app.platform().data()).expect_err("it is held");
    assert!(matches!(held, LockError::Held { .. }));
    let said = held.to_string();
    assert!(said.contains(&format!("(process {})", std::process::id())), "{said}");
}

#[test]
fn network_file_systems_are_known_by_their_numbers() {
    let known = [
        (0x6969, "NFS"),
        (0x517B, "SMB"),
        (0xFF53_4D42, "CIFS"),
        (0xFE53_4D42, "SMB2"),
        (0xFFFF_FFFF_FE53_4D42, "SMB2"), // As a 32-bit system tells it.
        (0x0102_1997, "9p"),
    ];
    for (magic, name) in known {
        assert_eq!(lock::kind_of(magic), Some(name));
    }
    // ext4, tmpfs, xfs, btrfs, overlayfs, zfs
    for magic in [0xEF53, 0x0102_1994, 0x5846_5342, 0x9123_683E, 0x794C_7630, 0x2FC1_2FC1] {
        assert_eq!(lock::kind_of(magic), None);
    }
    let error = LockError::Network {
        folder: "/srv/school".into(),
        kind: "NFS",
    };
    let said = error.to_string();
    assert!(
        said.contains("/srv/school") && said.contains("NFS") && said.contains("use a local disk"),
        "{said}"
    );
}

#[test]
fn a_step_that_nobody_knows_is_refused_and_nothing_is_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(FILE);
    migrate::run_steps(&path, &STEPS[..2], BEGIN, true).expect("two steps");
    let conn = Connection::open(&path).expect("it opens");
    conn.execute("UPDATE migrations SET name = '0002_other' WHERE number = 2", [])
        .expect("another name");
    drop(conn);
    let refused = migrate::run(&path, BEGIN, true).expect_err("an unknown step");
    assert!(
        matches!(&refused, MigrateError::Changed { name } if name == "0002_other"),
        "{refused}"
    );
    let copies = std::fs::read_dir(folder.path()).expect("a folder").flatten();
    assert_eq!(
        copies
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("before"))
            .count(),
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upkeep_folds_the_log_finds_what_dangles_and_may_run_twice() {
    let app = stand().await;
    let db = app.system();
    db.write("test.row", |tx| put(tx, "row")).await.expect("a deed");
    let log = app.platform().data().join(format!("{FILE}-wal"));
    assert!(std::fs::metadata(&log).expect("a log").len() > 0);
    for _ in 0..2 {
        let found = app.nightly().await.expect("a quiet night");
        assert!(found.is_folded && found.dangling.is_empty(), "{found:?}");
        assert_eq!(std::fs::metadata(&log).map_or(0, |log| log.len()), 0);
    }
    app.settle().await;
    // A hand that went round the house.
    let broken = app.database().upkeep(|conn| {
        conn.execute_batch(
            "PRAGMA foreign_keys=OFF;
             INSERT INTO parked_events (reaction, seq, failures, last_error, at, is_parked) VALUES ('test.none', 99999, 5, '', 0, 0);
             PRAGMA foreign_keys=ON;",
        )
        .map_err(Error::internal)
    });
    broken.await.expect("a row");
    let found = app.nightly().await.expect("a night");
    assert_eq!(found.dangling, [("parked_events".to_owned(), 1)]);
    let mended = db.write("test.mend", |tx| tx.execute("DELETE FROM parked_events", [])).await;
    mended.expect("mended");
    app.settle().await;
}
