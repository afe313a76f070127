//! `momentum users` after the list: passwords, closed accounts, erased people, cut-off imports.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use momentum::{
    cli::Exit,
    kernel::{
        actor::{Plan, Role},
        text::{FieldKey, GroupName, Label},
    },
    people::{self, FieldKind, GroupKind},
};
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use serde_json::{Value, json};

use crate::support::{
    PASSWORD, TestApp,
    cli::{Said, run},
    courses::Spec,
};

const OTHER: &str = "quartz-meadow-ferry-77";

async fn users(app: &TestApp, words: &[&str], answers: &[&str]) -> Said {
    let words = [&["users"], words].concat();
    let said = run(app, &std::env::temp_dir(), &words, answers).await;
    app.settle().await;
    said
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> u16 {
    let body = json!({"email": email, "password": password});
    app.anonymous().post("/auth/sign-in", body).await.status.as_u16()
}

fn database(app: &TestApp) -> Connection {
    Connection::open_with_flags(app.database().path(), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the database opens")
}

/// Every text of the database in which one of these words stands, in any case.
fn traces(app: &TestApp, words: &[&str]) -> Vec<String> {
    let conn = database(app);
    let mut found = Vec::new();
    let mut names = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").expect("tables");
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))
        .expect("names")
        .map(|name| name.expect("a name"))
        .collect();
    for name in names {
        let mut rows = conn.prepare(&format!("SELECT * FROM \"{name}\"")).expect("a table");
        let width = rows.column_count();
        let mut rows = rows.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            for n in 0..width {
                let text = match row.get_ref(n).expect("a cell") {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).to_lowercase(),
                    _ => continue,
                };
                if words.iter().any(|word| text.contains(&word.to_lowercase())) {
                    found.push(format!("{name}: {text}"));
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn passwords_are_reset_and_sessions_end() {
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    let said = users(&app, &["reset-password", "ana@example.com", "--json"], &["password"]).await;
    said.expect(Exit::Usage);
    assert_eq!(ana.get("/me").await.status, 200, "a refused password changes nothing");
    let said = users(&app, &["reset-password", "ANA@example.com"], &[OTHER])
        .await
        .expect(Exit::Done);
    assert!(said.out.contains("former sessions have ended"), "{}", said.out);
    assert_eq!(ana.get("/me").await.status, 401);
    assert_eq!(
        (
            sign_in(&app, "ana@example.com", PASSWORD).await,
            sign_in(&app, "ana@example.com", OTHER).await
        ),
        (401, 200)
    );
    // By mail: the former password ends at once, the link sets another.
    let said = users(&app, &["reset-password", &ana.id().to_string(), "--mail", "--json"], &[])
        .await
        .expect(Exit::Done);
    assert_eq!((&said.json()["mailed"], said.json().get("link")), (&json!(true), None));
    assert_eq!(sign_in(&app, "ana@example.com", OTHER).await, 401);
    let mails = app.mails();
    let link = mails.last().expect("a mail").link("/reset?token=");
    assert!(mails.last().expect("a mail").subject.contains("Choose a new password"));
    let token = link.split("token=").nth(1).expect("a token").to_owned();
    let body = json!({"token": token, "password": PASSWORD});
    assert!(app.anonymous().post("/auth/reset-password", body).await.status.is_success());
    assert_eq!(sign_in(&app, "ana@example.com", PASSWORD).await, 200);
    // Shown, to be handed over.
    let said = users(&app, &["reset-password", "ana@example.com", "--link", "--json"], &[])
        .await
        .expect(Exit::Done);
    assert!(said.json()["link"].as_str().is_some_and(|link| link.contains("/reset?token=")));
    users(&app, &["reset-password", "nobody@example.com"], &[OTHER])
        .await
        .expect(Exit::Failed);
    users(&app, &["reset-password", "not an address"], &[]).await;
    let trail = app.admin("Root").await.get("/admin/audit").await.expect(200);
    let actions: Vec<&str> = trail["items"]
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|row| row["action"].as_str())
        .collect();
    assert_eq!(actions.iter().filter(|action| **action == "auth.set_password").count(), 1);
    assert_eq!(actions.iter().filter(|action| **action == "auth.ask_for_password").count(), 2);
    app.settle().await;
}

#[tokio::test]
async fn accounts_are_closed_and_opened_but_not_the_last_admins() {
    let app = TestApp::start().await;
    let root = app.admin("Root").await;
    let ana = app.learner("Ana").await;
    let words = ["deactivate", "root@example.com", "gone@example.com", "ana@example.com", "--json"];
    let said = users(&app, &words, &[]).await.expect(Exit::Failed);
    let told = said.json();
    assert_eq!(told[0]["error"]["code"], "user.last_admin", "{told}");
    assert_eq!(told[1]["error"]["code"], "user.unknown");
    assert_eq!((&told[2]["state"], &told[2]["changed"]), (&json!("deactivated"), &json!(true)));
    assert_eq!(
        (ana.get("/me").await.status.as_u16(), root.get("/me").await.status.as_u16()),
        (401, 200)
    );
    assert_eq!(sign_in(&app, "ana@example.com", PASSWORD).await, 403);
    users(&app, &["reset-password", "ana@example.com", "--mail"], &[])
        .await
        .expect(Exit::Failed);
    let said = users(&app, &["deactivate", "ana@example.com"], &[]).await.expect(Exit::Done);
    assert!(said.out.contains("was so before"), "{}", said.out);
    users(&app, &["reactivate", "ana@example.com"], &[]).await.expect(Exit::Done);
    assert_eq!(ana.get("/me").await.status, 401, "sessions of before stay ended");
    assert_eq!(sign_in(&app, "ana@example.com", PASSWORD).await, 200);
    app.settle().await;
}

#[tokio::test]
async fn an_erased_person_leaves_no_trace_and_counts_stay() {
    let app = TestApp::start().await;
    app.admin("Root").await;
    let made = app.course(Spec::days7("Clear writing")).await;
    let ana = app.person("Zenobia Quux", Role::Learner, Plan::Free).await;
    ana.post(&format!("/courses/{}/enrolment", made.slug), json!({"pace": {"kind": "daily"}}))
        .await;
    ana.post(&format!("/lessons/{}/notes", made.lessons[0]), json!({"text": "A note"}))
        .await
        .expect(201);
    let user = ana.id();
    let system = app.system();
    let prepared = system.write("test.prepare", move |tx| {
        let group = people::insert_group(tx, &GroupName::parse("Nurses").expect("a name"), GroupKind::Manual)?;
        people::insert_member(tx, group, user)?;
        let (key, label) = (FieldKey::parse("nick").expect("a key"), Label::parse("Nick").expect("a label"));
        let field = people::insert_field(tx, &key, &label, FieldKind::Text, &[])?;
        people::set_value(tx, user, field, Some("Quuxie"))
    });
    prepared.await.expect("prepared");
    // Another address: mails to the old one greet her by name.
    let change = json!({"email": "zq@example.org", "password": PASSWORD});
    assert!(ana.post("/me/email", change).await.status.is_success());
    app.settle().await;
    let link = app.mails().last().expect("a mail").link("/confirm-email?token=");
    let token = link.split("token=").nth(1).expect("a token").to_owned();
    assert!(
        app.anonymous()
            .post("/auth/confirm-email", json!({"token": token}))
            .await
            .status
            .is_success()
    );
    app.settle().await;
    users(&app, &["reset-password", "zq@example.org", "--mail"], &[])
        .await
        .expect(Exit::Done);
    let words = ["zenobia", "quux", "zq@example.org"];
    assert!(traces(&app, &words).len() > 5, "{:?}", traces(&app, &words));
    assert!(!app.mails().is_empty());
    // Asked first: another answer erases nothing.
    users(&app, &["erase", "zq@example.org"], &["yes"]).await.expect(Exit::Failed);
    assert!(!traces(&app, &words).is_empty());
    let said = users(&app, &["erase", "zq@example.org", "--json"], &["ZQ@example.org "])
        .await
        .expect(Exit::Done);
    let told = said.json();
    for (table, count) in [
        ("users", 1),
        ("profiles", 1),
        ("notes", 1),
        ("enrolments", 1),
        ("group_members", 1),
        ("user_field_values", 1),
    ] {
        assert_eq!(told["rows"][table], count, "{table}: {told}");
    }
    assert!(told["mails"].as_u64() >= Some(3), "{told}");
    assert_eq!(traces(&app, &words), Vec::<String>::new());
    assert!(
        app.mails()
            .iter()
            .all(|mail| !mail.to.to_lowercase().contains("zenobia") && !mail.to.contains("zq@")),
        "{:?}",
        app.mails()
    );
    // What is counted of all stays: the course, how many have learnt it, the group.
    let conn = database(&app);
    let count = |sql: &str| -> i64 { conn.query_row(sql, [], |row| row.get(0)).expect("a count") };
    assert_eq!(count("SELECT learner_count FROM listings"), 1);
    assert_eq!(count("SELECT count(*) FROM groups"), 1);
    assert_eq!(count("SELECT count(*) FROM events WHERE kind = 'user.deleted'"), 1);
    assert_eq!(count("SELECT count(*) FROM audit WHERE action = 'auth.erase' AND actor = 'cli'"), 1);
    users(&app, &["erase", "zq@example.org", "--yes"], &[]).await.expect(Exit::Failed);
    users(&app, &["erase", "root@example.com", "--yes"], &[]).await.expect(Exit::Failed);
}

/// An instance in a folder that nobody owns, with a list of many people beside it.
async fn prepared(folder: &Path, people: usize) {
    let app = TestApp::start().await;
    app.admin("Root").await;
    app.settle().await;
    app.close().await;
    for name in ["momentum.db", "key"] {
        std::fs::copy(app.platform().data().join(name), folder.join(name)).expect("a copied file");
    }
    let mut list = "email,name,groups\n".to_owned();
    for n in 0..people {
        list.push_str(&format!("p{n}@example.com,Person {n},Everybody\n"));
    }
    std::fs::write(folder.join("list.csv"), list).expect("written");
}

fn import(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_momentum"));
    command
        .args(["users", "import"])
        .arg(folder.join("list.csv"))
        .args(["--apply", "--create-groups", "--json", "--show", "0", "--data"])
        .arg(folder)
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

fn count(folder: &Path, sql: &str) -> i64 {
    let conn = Connection::open(folder.join("momentum.db")).expect("the database opens");
    let _waits = conn.busy_timeout(Duration::from_secs(10));
    conn.query_row(sql, [], |row| row.get(0)).expect("a count")
}

const PEOPLE: usize = 3_000;

/// Killed in its middle, all or nothing is nothing, and row by row is as far as it came, each
/// person whole; the next run of the same command finishes either.
#[tokio::test]
async fn a_killed_import_leaves_nothing_half_done() {
    for mode in [&["--all-or-nothing"][..], &[]] {
        let folder = tempfile::tempdir().expect("a folder");
        prepared(folder.path(), PEOPLE).await;
        let mut child = import(folder.path(), mode).spawn().expect("it runs");
        // Not by the clock: the log of the database grows only once rows are written.
        let wal = folder.path().join("momentum.db-wal");
        while std::fs::metadata(&wal).map_or(0, |file| file.len()) < 400_000 && child.try_wait().expect("a state").is_none() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        let came = count(folder.path(), "SELECT count(*) FROM users") - 1;
        if !mode.is_empty() {
            assert!(came == 0 || came == PEOPLE as i64, "{came} of {PEOPLE} people are there");
        }
        for (table, per_person) in [("profiles", 1), ("group_members", 1), ("credentials", 1)] {
            let rows = count(folder.path(), &format!("SELECT count(*) FROM {table}"));
            let others = if table == "group_members" { 0 } else { 1 };
            assert_eq!(rows, came * per_person + others, "{table} after {came} people, {mode:?}");
        }
        let output = import(folder.path(), mode).output().expect("it runs");
        let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(output.status.code(), Some(0), "{told}");
        assert_eq!(told["counts"]["new"].as_i64(), Some(PEOPLE as i64 - came), "{told}");
        assert_eq!(told["counts"]["same"].as_i64(), Some(came), "{told}");
        assert_eq!(count(folder.path(), "SELECT count(*) FROM group_members"), PEOPLE as i64);
        assert_eq!(count(folder.path(), "SELECT count(*) FROM pragma_foreign_key_check"), 0);
        let left: Vec<_> = std::fs::read_dir(folder.path())
            .expect("a folder")
            .flatten()
            .map(|entry| entry.file_name())
            .collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".tmp")), "{left:?}");
    }
}
