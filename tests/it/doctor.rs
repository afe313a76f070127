//! `momentum doctor`: each thing it looks at is broken for real, and found.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::http::Method;
use momentum::{
    app::{self, Means},
    cli::{self, Exit, Out, out::Frame},
    kernel::time::Timestamp,
    platform::{
        audit,
        clock::{FixedClock, Random},
        config::{self, Config, Sources},
        crypto::HashCost,
        db::migrate::{self, STEPS},
        doctor::{Diagnosis, Finding, Scope, Severity},
        mail::{MailMode, MailSecurity, MailSettings},
        settings,
    },
};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::support::{BEGIN, TestApp, courses::Spec, smtp::SmtpServer};

const QUICK: Scope = Scope {
    is_deep: false,
    is_serving: true,
};
const DEEP: Scope = Scope {
    is_deep: true,
    is_serving: true,
};

/// Lets the file system agree with the still clock, then looks.
async fn examine(app: &TestApp, scope: Scope) -> Diagnosis {
    agree(app.platform().data(), app.database().now());
    app.examine(scope, &mut |_, _| ()).await
}

fn agree(data: &Path, now: Timestamp) {
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(now.millis().unsigned_abs());
    for name in ["momentum.db", "momentum.db-wal", "momentum.lock"] {
        if let Ok(file) = File::options().write(true).open(data.join(name)) {
            file.set_modified(at).expect("a time");
        }
    }
}

/// A copy of a closed instance, looked at without a server.
async fn at_rest(data: &Path, is_deep: bool) -> Diagnosis {
    agree(data, BEGIN);
    let means = Means {
        clock: Arc::new(FixedClock::at(BEGIN)),
        chance: Arc::new(Random::seeded(2)),
        cost: HashCost::Weakest,
        may_migrate: true,
    };
    let done = app::examine_at_rest(Config::at(data.to_owned()), means, is_deep, &mut |_, _| ()).await;
    done.expect("an examination")
}

fn all<'d>(diagnosis: &'d Diagnosis, check: &str) -> Vec<&'d Finding> {
    diagnosis.findings.iter().filter(|finding| finding.check == check).collect()
}

/// The worst finding of a check.
fn found<'d>(diagnosis: &'d Diagnosis, check: &str) -> &'d Finding {
    let found = all(diagnosis, check).into_iter().max_by_key(|finding| finding.severity);
    found.unwrap_or_else(|| panic!("no {check} in {:?}", diagnosis.findings))
}

#[track_caller]
fn assert_found(diagnosis: &Diagnosis, check: &str, severity: Severity, words: &str) {
    let finding = found(diagnosis, check);
    assert_eq!(finding.severity, severity, "{finding:?}");
    assert!(finding.says.contains(words), "{finding:?}");
    assert_eq!(finding.mend.is_none(), severity == Severity::Ok, "{finding:?}");
}

/// A connection beside the program's own, as an intruder or an accident has one.
fn raw(app: &TestApp) -> Connection {
    connect(app.platform().data())
}

fn connect(data: &Path) -> Connection {
    let conn = Connection::open(data.join("momentum.db")).expect("the database opens");
    conn.busy_timeout(Duration::from_secs(5)).expect("a timeout");
    conn.execute_batch("PRAGMA foreign_keys=OFF").expect("a pragma");
    conn
}

fn tampers(conn: &Connection, sql: &str) {
    conn.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn doctor(data: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_momentum"))
        .arg("doctor")
        .args(words)
        .arg("--data")
        .arg(data)
        .current_dir(data.parent().expect("a parent"))
        .env_remove("MOMENTUM_CONFIG")
        .output()
        .expect("the program runs")
}

fn copied(from: &Path, to: &Path) -> PathBuf {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("an entry");
        let target = to.join(entry.path().strip_prefix(from).expect("below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).expect("a folder");
        } else if entry.file_type().is_file() {
            fs::copy(entry.path(), &target).expect("a copy");
        }
    }
    fs::set_permissions(to, fs::Permissions::from_mode(0o700)).expect("a mode");
    to.to_owned()
}

#[tokio::test]
async fn a_healthy_instance_has_nothing_wrong_and_json_keeps_its_shape() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    app.course(Spec::days7("Clear writing")).await;
    app.settle().await;
    let quick = examine(&app, QUICK).await;
    assert_found(&quick, "database.integrity", Severity::Ok, "Every page");
    let diagnosis = examine(&app, DEEP).await;
    let bad: Vec<_> = diagnosis.findings.iter().filter(|f| f.severity > Severity::Notice).collect();
    // Tests live in memory, turn throttling off, may run as root with few files, and have no backup:
    // nothing else is wrong.
    let excused = ["disk.kind", "config.throttle", "process.user", "process.files", "backup.age"];
    assert!(bad.iter().all(|f| excused.contains(&f.check.as_str())), "{bad:?}");
    let mut value = serde_json::to_value(&diagnosis).expect("JSON");
    value["worst"] = json!("[severity]");
    value["version"] = json!("[version]");
    for finding in value["findings"].as_array_mut().expect("a list") {
        let check = finding["check"].as_str().expect("a name").to_owned();
        let is_of_the_machine = ["disk.", "process.", "programs.", "files."]
            .iter()
            .any(|part| check.starts_with(part));
        finding["says"] = json!("[sentence]");
        if is_of_the_machine {
            finding["severity"] = json!("[severity]");
            finding["mend"] = json!("[sentence or null]");
        }
    }
    let findings = value["findings"].as_array_mut().expect("a list");
    findings.dedup();
    insta::assert_json_snapshot!(value);
    drop(ada);
}

#[tokio::test]
async fn it_answers_through_the_command_line_and_ends_with_the_right_code() {
    let mut app = TestApp::start_with(|config| config.doctor.free_bytes = u64::MAX / 4).await;
    app.leave_work_behind();
    let (frames, mut said) = mpsc::unbounded_channel();
    let (_answer, answers) = mpsc::channel(1);
    let words: Vec<String> = ["doctor", "--json"].map(str::to_owned).into();
    let mut out = Out::remote(cli::wants_json(&words), std::env::temp_dir(), frames, answers);
    let exit = cli::run_words(&app, words, &mut out).await.expect("an end");
    drop(out);
    assert_eq!(exit, Exit::Failed, "the disk is fuller than the configuration wants");
    let mut text = String::new();
    while let Some(frame) = said.recv().await {
        if let Frame::Out(words) = frame {
            text.push_str(&words);
        }
    }
    let said: Value = serde_json::from_str(&text).expect("JSON alone");
    assert_eq!(said["worst"], "problem");
    let diagnosis = examine(&app, QUICK).await;
    assert_found(&diagnosis, "disk.space", Severity::Problem, "are wanted");
    let asked_wrongly = doctor(app.platform().data(), &["--nonsense"]);
    assert_eq!(asked_wrongly.status.code(), Some(2));
}

#[tokio::test]
async fn rows_that_point_nowhere_are_named() {
    let app = TestApp::start().await;
    let diagnosis = examine(&app, QUICK).await;
    assert_found(&diagnosis, "database.references", Severity::Ok, "No row points");
    tampers(
        &raw(&app),
        "INSERT INTO profiles (user_id, headline, skill_level, daily_goal_minutes) VALUES (4711, '', 'beginner', 15)",
    );
    let diagnosis = examine(&app, QUICK).await;
    assert_found(&diagnosis, "database.references", Severity::Problem, "profiles row 4711 (to users)");
}

/// An instance with some history, closed and copied into a folder of its own.
async fn closed(into: &Path) -> PathBuf {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    for tagline in ["one", "two", "three", "four", "five", "six"] {
        let organisation = json!({"name": "Alder", "tagline": tagline, "brand_colour": "#076546", "support_email": null, "footer": ""});
        ada.put("/admin/settings/organisation", organisation).await.expect(200);
    }
    app.settle().await;
    app.close().await;
    copied(app.platform().data(), &into.join("data"))
}

#[tokio::test]
async fn a_damaged_page_is_found_also_when_the_server_cannot_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = closed(folder.path()).await;
    for is_deep in [false, true] {
        let diagnosis = at_rest(&data, is_deep).await;
        assert_found(&diagnosis, "database.integrity", Severity::Ok, "Every page");
        let unmade: Vec<_> = diagnosis.findings.iter().filter(|f| f.says.contains("could not be made")).collect();
        assert!(unmade.is_empty(), "{unmade:?}");
    }
    let root: i64 = connect(&data)
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'events'", [], |row| row.get(0))
        .expect("a page");
    let file = File::options().write(true).open(data.join("momentum.db")).expect("the file");
    std::os::unix::fs::FileExt::write_all_at(&file, &[0xA5; 512], (root.unsigned_abs() - 1) * 4096).expect("written");
    drop(file);
    for is_deep in [false, true] {
        let diagnosis = at_rest(&data, is_deep).await;
        assert_found(&diagnosis, "database.integrity", Severity::Problem, "The database is damaged: ");
    }
    let said = doctor(&data, &["--json"]);
    assert_eq!(said.status.code(), Some(1));
    // The very first page too: then nothing of the database can be read, and the rest is still told.
    fs::write(data.join("momentum.db"), [0xA5; 8192]).expect("written");
    let diagnosis = at_rest(&data, false).await;
    assert_found(&diagnosis, "database.migrations", Severity::Problem, "cannot be used");
    assert!(!all(&diagnosis, "disk.space").is_empty());
}

#[tokio::test]
async fn what_others_may_read_is_found() {
    let app = TestApp::start().await;
    let data = app.platform().data().clone();
    let chmod = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    let diagnosis = examine(&app, QUICK).await;
    assert_found(&diagnosis, "files.key", Severity::Ok, "owner alone");
    assert_found(&diagnosis, "files.access", Severity::Ok, "Only the owner");
    chmod(&data.join("key"), 0o640);
    chmod(&data, 0o755);
    let diagnosis = examine(&app, QUICK).await;
    assert_found(&diagnosis, "files.key", Severity::Problem, "by others");
    assert_found(&diagnosis, "files.access", Severity::Warning, "look into");
    chmod(&data, 0o777);
    fs::remove_file(data.join("key")).expect("gone");
    let diagnosis = examine(&app, QUICK).await;
    assert_found(&diagnosis, "files.access", Severity::Problem, "write to");
    assert_found(&diagnosis, "files.key", Severity::Problem, "is missing");
    fs::write(data.join("key"), "short").expect("written");
    chmod(&data.join("key"), 0o600);
    assert_found(&examine(&app, QUICK).await, "files.key", Severity::Problem, "not 32");
}

#[tokio::test]
async fn a_secret_in_a_file_that_everybody_reads_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("momentum.toml");
    fs::write(&file, format!("key = \"{}\"\n", "ab".repeat(32))).expect("written");
    let sources = Sources {
        file: Some(file.clone()),
        ..Sources::default()
    };
    let (config, _) = config::load(&sources).expect("a configuration");
    assert_eq!(config.secret_files, vec![file.clone()]);
    let app = TestApp::start_with(|c| {
        c.key = config.key.clone();
        c.secret_files = config.secret_files.clone();
    })
    .await;
    for (mode, severity) in [(0o644, Severity::Problem), (0o640, Severity::Ok)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("a mode");
        assert_eq!(found(&examine(&app, QUICK).await, "files.access").severity, severity);
    }
}

#[tokio::test]
async fn a_clock_that_went_back_is_found() {
    let app = TestApp::start().await;
    let diagnosis = examine(&app, QUICK).await;
    assert_found(&diagnosis, "clock.sane", Severity::Ok, "The clock says 2026-11-16");
    let later = app.database().now().plus_secs(3600).millis();
    tampers(
        &raw(&app),
        &format!("INSERT INTO events (kind, body, actor, at) VALUES ('category.changed', '{{}}', 'cli', {later})"),
    );
    let diagnosis = examine(&app, QUICK).await;
    assert_found(&diagnosis, "clock.forward", Severity::Problem, "60 minutes after");
    agree(app.platform().data(), app.database().now().plus_secs(600));
    let diagnosis = app.examine(QUICK, &mut |_, _| ()).await;
    assert_found(&diagnosis, "clock.sane", Severity::Problem, "was set back");
    app.settle().await;
}

#[tokio::test]
async fn an_index_that_is_behind_damaged_or_missing_is_found() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Clear writing")).await;
    app.settle().await;
    assert_found(&examine(&app, QUICK).await, "search.index", Severity::Ok, "up to date");
    let long_ago = app.database().now().plus_secs(-7200).millis();
    tampers(
        &raw(&app),
        &format!(
            "INSERT INTO search_outbox (course_id, at) VALUES ({}, {long_ago})",
            made.course.raw()
        ),
    );
    assert_found(
        &examine(&app, QUICK).await,
        "search.index",
        Severity::Warning,
        "1 changes behind, the oldest for 2 hours",
    );
    app.settle().await;
    assert_found(&examine(&app, QUICK).await, "search.index", Severity::Ok, "up to date");
    let index = app.platform().data().join("index-v1");
    let largest = walkdir::WalkDir::new(&index)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file() && entry.path().extension().is_some_and(|e| e == "store" || e == "term"))
        .max_by_key(|entry| entry.metadata().map_or(0, |m| m.len()));
    let largest = largest.expect("a file of the index").into_path();
    let mut bytes = fs::read(&largest).expect("its bytes");
    let middle = bytes.len() / 3;
    bytes[middle] ^= 0xFF;
    fs::write(&largest, bytes).expect("written");
    assert_found(&examine(&app, QUICK).await, "search.index", Severity::Problem, "damaged");
    fs::remove_dir_all(&index).expect("gone");
    assert_found(&examine(&app, QUICK).await, "search.index", Severity::Problem, "missing");
    let resting = Scope {
        is_serving: false,
        ..QUICK
    };
    assert_found(&examine(&app, resting).await, "search.index", Severity::Notice, "missing");
}

#[tokio::test]
async fn work_that_gave_up_waits_or_hangs_is_found() {
    let mut app = TestApp::start().await;
    app.leave_work_behind();
    let ago = |secs: i64| app.database().now().plus_secs(-secs).millis();
    let job = |id: i64, state: &str, run_at: i64, lease: &str, error: &str| {
        format!(
            "INSERT INTO jobs (id, kind, queue, payload, state, attempts, run_at, lease_until, last_error, created_at)
             VALUES ({id}, 'media.sweep', 'media', '{{}}', '{state}', 1, {run_at}, {lease}, {error}, 0);"
        )
    };
    let conn = raw(&app);
    tampers(&conn, &job(1, "dead", ago(60), "NULL", "'no such file\nand more'"));
    tampers(&conn, &job(2, "waiting", ago(3600), "NULL", "NULL"));
    tampers(&conn, &job(3, "running", ago(3600), &ago(600).to_string(), "NULL"));
    tampers(
        &conn,
        &format!(
            "INSERT INTO events (seq, kind, body, actor, at) VALUES (1, 'category.changed', '{{}}', 'cli', {0}), (2, 'category.changed', '{{}}', 'cli', {0});
             INSERT INTO reaction_cursors (reaction, seq) VALUES ('search.changes', 1);
             INSERT INTO parked_events (reaction, seq, failures, last_error, at, is_parked) VALUES ('search.changes', 1, 5, 'no room', {0}, 1)",
            ago(3600)
        ),
    );
    let diagnosis = examine(&app, QUICK).await;
    assert_found(&diagnosis, "jobs.dead", Severity::Warning, "1 × media.sweep: no such file.");
    assert_found(&diagnosis, "jobs.waiting", Severity::Warning, "60 minutes");
    assert_found(&diagnosis, "jobs.leases", Severity::Warning, "10 minutes");
    let events = all(&diagnosis, "events.reactions");
    assert_eq!(events.len(), 2, "{events:?}");
    assert_found(
        &diagnosis,
        "events.reactions",
        Severity::Problem,
        "1 events were parked for `search.changes`",
    );
    assert!(events[1].says.contains("`search.changes` by 1 events"), "{events:?}");
    let resting = Scope {
        is_serving: false,
        ..QUICK
    };
    assert_eq!(found(&examine(&app, resting).await, "jobs.waiting").severity, Severity::Notice);
}

async fn through(app: &TestApp, port: u16, username: &str) {
    let section = MailSettings {
        mode: MailMode::Smtp,
        host: "127.0.0.1".into(),
        port,
        security: MailSecurity::None,
        username: username.into(),
        ..MailSettings::default()
    };
    let put = app.system().write("test.settings", move |tx| settings::put(tx, &section)).await;
    put.expect("settings are stored");
    app.settle().await;
}

#[tokio::test]
async fn a_mail_server_is_spoken_to_and_gets_no_mail() {
    let app = TestApp::start().await;
    assert_found(&examine(&app, QUICK).await, "mail.connection", Severity::Notice, "outbox");
    let server = SmtpServer::start(&[]).await;
    through(&app, server.port, "").await;
    assert_found(&examine(&app, QUICK).await, "mail.connection", Severity::Ok, "lets us in");
    assert_eq!(server.messages(), Vec::<String>::new());
    // It offers no way to sign in, so an account cannot work.
    through(&app, server.port, "ada").await;
    assert_eq!(found(&examine(&app, QUICK).await, "mail.connection").severity, Severity::Problem);
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = nobody.local_addr().expect("an address").port();
    drop(nobody);
    through(&app, port, "").await;
    assert_found(&examine(&app, QUICK).await, "mail.connection", Severity::Problem, "cannot be used");
}

#[tokio::test]
async fn stored_files_that_are_missing_or_altered_are_found() {
    let app = TestApp::start().await;
    let ines = app.instructor("Ines").await;
    let stored = ines
        .upload(Method::POST, "/media?name=words.txt", "plain words".as_bytes().to_vec())
        .await;
    stored.expect(201);
    app.settle().await;
    assert_found(&examine(&app, DEEP).await, "media.files", Severity::Ok, "are there");
    let shelf = app.platform().data().join("blobs/media");
    let blob = walkdir::WalkDir::new(&shelf)
        .into_iter()
        .flatten()
        .find(|e| e.file_type().is_file())
        .expect("a blob")
        .into_path();
    let before = fs::read(&blob).expect("its bytes");
    let mut altered = before.clone();
    altered[0] ^= 1;
    fs::write(&blob, &altered).expect("written");
    assert_eq!(found(&examine(&app, QUICK).await, "media.files").severity, Severity::Ok);
    assert_found(&examine(&app, DEEP).await, "media.files", Severity::Problem, "missing or damaged");
    fs::remove_file(&blob).expect("gone");
    let name = blob.file_name().expect("a name").to_string_lossy().into_owned();
    assert_found(&examine(&app, QUICK).await, "media.files", Severity::Problem, &name);
    fs::write(&blob, before).expect("written");
}

#[tokio::test]
async fn numbers_that_do_not_follow_from_facts_are_found_deeply() {
    let app = TestApp::start().await;
    let lea = app.learner("Lea").await;
    let made = app.course(Spec::days7("Clear writing")).await;
    let path = format!("/courses/{}/enrolment", made.slug);
    lea.post(&path, json!({"pace": {"kind": "daily"}})).await.expect(201);
    app.settle().await;
    assert_found(&examine(&app, DEEP).await, "progress.numbers", Severity::Ok, "1 people");
    tampers(
        &raw(&app),
        &format!(
            "INSERT INTO day_minutes (user_id, day, minutes) VALUES ({}, 20000, 99)",
            lea.id().raw()
        ),
    );
    assert!(all(&examine(&app, QUICK).await, "progress.numbers").is_empty());
    assert_found(&examine(&app, DEEP).await, "progress.numbers", Severity::Problem, "1 numbers");
}

#[tokio::test]
async fn the_audit_trail_names_the_row_that_was_tampered_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = closed(folder.path()).await;
    let conn = connect(&data);
    let ids: Vec<i64> = {
        let mut ids = conn.prepare("SELECT id FROM audit ORDER BY id").expect("a statement");
        let ids = ids.query_map([], |row| row.get(0)).expect("rows");
        ids.collect::<Result<_, _>>().expect("ids")
    };
    assert!(ids.len() >= 6, "{ids:?}");
    for refused in [
        "UPDATE audit SET actor = 'cli'",
        "DELETE FROM audit",
        "DELETE FROM audit_head",
        "INSERT INTO audit (id, actor, action, subject, at) VALUES (1, 'a', 'b', 'c', 0)",
    ] {
        assert!(conn.execute_batch(refused).is_err(), "{refused}");
    }
    drop(conn);
    assert_found(
        &at_rest(&data, false).await,
        "audit.chain",
        Severity::Ok,
        &format!("{} rows, seal ", ids.len()),
    );
    let (second, third, last) = (ids[1], ids[2], ids[ids.len() - 1]);
    let off = "DROP TRIGGER audit_stays; DROP TRIGGER audit_lasts; DROP TRIGGER audit_chained; DROP TRIGGER audit_head_lasts;";
    let between = third - 1;
    let cases = [
        (
            "altered",
            format!("UPDATE audit SET action = 'nothing.much' WHERE id = {third}"),
            third,
        ),
        ("emptied", format!("UPDATE audit SET before = NULL WHERE id = {third}"), third),
        ("redated", format!("UPDATE audit SET at = at + 1 WHERE id = {second}"), second),
        ("deleted", format!("DELETE FROM audit WHERE id = {second}"), third),
        ("last deleted", format!("DELETE FROM audit WHERE id = {last}"), last),
        (
            "inserted",
            format!("INSERT INTO audit SELECT {between}, actor, action, subject, before, after, at, hash FROM audit WHERE id = {second}"),
            between,
        ),
        (
            "unhashed",
            format!("INSERT INTO audit SELECT {between}, actor, action, subject, before, after, at, NULL FROM audit WHERE id = {second}"),
            between,
        ),
        (
            "exchanged",
            format!(
                "UPDATE audit SET id = 1 WHERE id = {second}; UPDATE audit SET id = {second} WHERE id = {third}; UPDATE audit SET id = {third} WHERE id = 1"
            ),
            second,
        ),
        ("end moved", format!("UPDATE audit_head SET id = {third}"), last),
        ("end lost", "DELETE FROM audit_head".into(), last),
    ];
    for (case, sql, row) in cases {
        let copy = copied(&data, &folder.path().join(case));
        tampers(&connect(&copy), &format!("{off}{sql}"));
        let diagnosis = at_rest(&copy, false).await;
        let named = momentum::kernel::id::AuditId::from_raw(row).to_string();
        assert!(
            found(&diagnosis, "audit.chain").says.contains(&named),
            "{case}: {:?} not {named}",
            found(&diagnosis, "audit.chain")
        );
        assert_eq!(found(&diagnosis, "audit.chain").severity, Severity::Problem, "{case}");
    }
}

#[tokio::test]
async fn rows_older_than_the_chain_are_its_beginning() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("a folder");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).expect("a mode");
    let file = data.join("momentum.db");
    let before: Vec<_> = STEPS.iter().copied().filter(|step| step.number < 11).collect();
    migrate::run_steps(&file, &before, BEGIN, true).expect("older steps");
    tampers(
        &connect(&data),
        "INSERT INTO audit (id, actor, action, subject, before, after, at) VALUES
           (1, 'cli', 'mail.test', 'ana@example.com', NULL, NULL, 1),
           (2, 'cli', 'media.delete', 'ast_1', '{\"name\":\"Ana.pdf\",\"sha256\":\"aa\"}', NULL, 2),
           (3, 'cli', 'settings.change', 'mail', '{\"username\":\"ana\",\"host\":\"h\"}', '{\"from_name\":\"Ana\",\"host\":\"i\"}', 3)",
    );
    migrate::run(&file, BEGIN, true).expect("the newest step");
    let told: String = connect(&data)
        .query_row(
            "SELECT group_concat(subject || coalesce(before, '') || coalesce(after, '')) FROM audit",
            [],
            |row| row.get(0),
        )
        .expect("a text");
    assert!(!told.to_lowercase().contains("ana") && told.contains("\"host\":\"i\""), "{told}");
    let chain = |d: &Diagnosis| found(d, "audit.chain").clone();
    assert!(chain(&at_rest(&data, false).await).says.contains("3 rows"));
    let means = Means {
        clock: Arc::new(FixedClock::at(BEGIN)),
        chance: Arc::new(Random::seeded(3)),
        cost: HashCost::Weakest,
        may_migrate: false,
    };
    let app = app::App::open(Config::at(data.clone()), means).expect("an instance");
    let db = app.db(momentum::kernel::actor::Actor::Cli);
    for n in 0..3 {
        db.write("test.audit", move |tx| {
            audit::record(tx, "test.deed", "write to bo@example.com", None::<&()>, Some(&n))
        })
        .await
        .expect("a row");
    }
    app.close().await;
    let whole = chain(&at_rest(&data, false).await);
    assert!(whole.severity == Severity::Ok && whole.says.contains("6 rows"), "{whole:?}");
    let conn = connect(&data);
    let (first, subject): (i64, String) = conn
        .query_row(
            "SELECT id, subject FROM audit WHERE hash IS NOT NULL ORDER BY id LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("a row");
    assert_eq!(subject, "write to (address)");
    tampers(&conn, "DROP TRIGGER audit_stays; UPDATE audit SET action = 'x' WHERE id = 2");
    drop(conn);
    let broken = chain(&at_rest(&data, false).await);
    assert!(
        broken.says.contains(&momentum::kernel::id::AuditId::from_raw(first).to_string()),
        "{broken:?}"
    );
}

/// Every file with its bytes, but those that any reader of the database makes.
fn contents(data: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = walkdir::WalkDir::new(data).sort_by_file_name().into_iter().flatten();
    let files = files.filter(|e| e.file_type().is_file() && !e.path().to_string_lossy().ends_with("-shm"));
    let files = files.map(|e| (e.path().to_owned(), fs::read(e.path()).expect("its bytes")));
    files
        .filter(|(path, bytes)| !(bytes.is_empty() && path.to_string_lossy().ends_with("-wal")))
        .collect()
}

#[tokio::test]
async fn nothing_is_changed_and_nothing_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = closed(folder.path()).await;
    let before = contents(&data);
    for words in [&["--deep"][..], &["--json"]] {
        let said = doctor(&data, words);
        assert!(matches!(said.status.code(), Some(0 | 1)), "{said:?}");
    }
    assert!(contents(&data) == before, "a file was changed");
    let nothing = folder.path().join("nothing");
    let said = doctor(&nothing, &[]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    assert!(text.contains("disk.kind") && text.contains("is not there"), "{text}");
    assert!(!nothing.exists());
    // Of a newer version, of which this one knows nothing.
    tampers(
        &connect(&data),
        "INSERT INTO migrations (number, name, hash, applied_at) VALUES (9999, 'later', 'x', 0)",
    );
    let diagnosis = at_rest(&data, false).await;
    assert_found(&diagnosis, "database.migrations", Severity::Problem, "newer Momentum");
    assert!(all(&diagnosis, "audit.chain").is_empty());
}
