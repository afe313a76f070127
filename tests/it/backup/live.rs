//! The real program: backups while people work, kill -9 in the middle, and the command line.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::Client as Http;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{files, fill, rows};
use crate::support::{Server, TestApp, courses::Spec};

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_momentum"));
    command.args(args).env("MOMENTUM__THROTTLE__IS_ON", "false").stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    program(args).output().expect("the program runs")
}

/// What a verb answers under `--json`, and its exit code.
fn ask(args: &[&str]) -> (i32, Value) {
    let mut all = args.to_vec();
    all.push("--json");
    let output = run(&all);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let answer = serde_json::from_str(&text).unwrap_or_else(|e| {
        panic!("{args:?}: {e}: {text:?} {}", String::from_utf8_lossy(&output.stderr));
    });
    (output.status.code().unwrap_or(-1), answer)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// A data folder that nobody owns, with people, files and a course; the slug of its first lesson.
async fn prepared(folder: &Path) -> (PathBuf, String, String) {
    let app = TestApp::start().await;
    fill(&app).await;
    for n in 0..3 {
        app.learner(&format!("Learner {n}")).await;
    }
    let made = app.course(Spec::days7("Under load")).await;
    app.settle().await;
    app.close().await;
    let data = folder.join("data");
    for (name, bytes) in files(app.platform().data()) {
        if name.starts_with("blobs") || name == "key" || name == "momentum.db" {
            let path = data.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, bytes).expect("written");
        }
    }
    (data, made.slug, made.lessons[0].to_string())
}

/// Adds stored files that make a backup take a while.
fn add_large_files(data: &Path, megabytes: usize) {
    use momentum::platform::{blobs::Blobs, crypto::hex};
    use sha2::Digest as _;
    let mut dice = super::hostile::Dice(5);
    let mut bytes = vec![0_u8; 1 << 20];
    let conn = Connection::open(data.join("momentum.db")).expect("the database");
    let shelf = Blobs::new(data.join("blobs")).shelf("media");
    for n in 0..megabytes {
        for place in bytes.chunks_exact_mut(4) {
            place.copy_from_slice(&u32::try_from(dice.roll(1 << 30)).expect("small").to_le_bytes());
        }
        bytes[0] = n as u8;
        let sealed = shelf.put(&bytes).expect("stored");
        assert_eq!(sealed.sha256, hex(&sha2::Sha256::digest(&bytes)));
        conn.execute(
            "INSERT INTO blobs (sha256, bytes, created_at) VALUES (?1, ?2, 1)",
            (&sealed.sha256, bytes.len() as i64),
        )
        .expect("a row");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_in_a_storm_of_writes_is_one_instant() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, course, lesson) = prepared(folder.path()).await;
    add_large_files(&data, 8);
    let mut server = Server::start(&data);
    let http = Http::builder().build().expect("a client");
    let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut writers = Vec::new();
    for n in 0..3 {
        let token = server.learn(&http, n, &course).await;
        let (http, stop, answered) = (http.clone(), stop.clone(), answered.clone());
        let url = format!("{}/api/v1/lessons/{lesson}/notes", server.address);
        writers.push(tokio::spawn(async move {
            let mut count = 0;
            while !stop.load(Ordering::SeqCst) {
                let note = json!({"text": format!("writer {n} note {count}"), "key": format!("storm-writer-{n}-{count}")});
                let sent = http.post(&url).bearer_auth(&token).json(&note).send().await.expect("an answer");
                assert_eq!(sent.status(), 201);
                count += 1;
                answered.fetch_add(1, Ordering::SeqCst);
            }
            count
        }));
    }
    while answered.load(Ordering::SeqCst) < 30 {
        assert!(writers.iter().all(|writer| !writer.is_finished()), "a write was refused");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let before = answered.load(Ordering::SeqCst);
    let file = folder.path().join("storm.backup");
    let (data_text, file_text) = (text(&data).to_owned(), text(&file).to_owned());
    let (code, made) = tokio::task::spawn_blocking(move || ask(&["backup", "--to", &file_text, "--data", &data_text]))
        .await
        .expect("it ran");
    assert_eq!(code, 0, "{made}");
    let running = tokio::task::spawn_blocking({
        let (data, file) = (text(&data).to_owned(), text(&file).to_owned());
        move || {
            (
                run(&["restore", &file, "--into", &data]),
                run(&["restore", &file, "--into", &data, "--swap"]),
            )
        }
    });
    let (plain, swapped) = running.await.expect("it ran");
    assert_eq!(
        (plain.status.code(), swapped.status.code()),
        (Some(1), Some(1)),
        "never over a running instance"
    );
    stop.store(true, Ordering::SeqCst);
    let mut written = 0;
    for writer in writers {
        written += writer.await.expect("every note was taken");
    }
    server.kill();

    let (code, report) = ask(&["backup", "verify", text(&file)]);
    assert_eq!((code, &report["is_good"]), (0, &json!(true)), "{report}");
    let new = folder.path().join("new");
    let (code, restored) = ask(&["restore", text(&file), "--into", text(&new)]);
    assert_eq!(code, 0, "{restored}");
    assert_eq!(files(&new.join("blobs")), files(&data.join("blobs")), "stored files are byte-equal");
    let restored = rows(&new.join("momentum.db"), &[]);
    for (table, count) in report["about"]["rows"].as_object().expect("counts") {
        assert_eq!(Some(restored[table].len() as u64), count.as_u64(), "{table}");
    }
    // One instant: everything answered before it is there, and each writer's notes have no gap.
    let conn = Connection::open(new.join("momentum.db")).expect("it");
    let notes = restored["notes"].len();
    assert!(notes >= before && notes <= written, "{before} {notes} {written}");
    let told: i64 = conn
        .query_row("SELECT count(*) FROM events WHERE kind = 'note.created'", [], |row| row.get(0))
        .expect("a count");
    assert_eq!(
        usize::try_from(told).expect("a count"),
        notes,
        "a note without its event, or the other way"
    );
    for n in 0..3 {
        let (count, last): (i64, i64) = conn
            .query_row(
                "SELECT count(*), max(CAST(substr(text, instr(text, 'note ') + 5) AS INTEGER)) FROM notes WHERE text LIKE ?1",
                [format!("writer {n} %")],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .expect("notes");
        assert_eq!(count, last + 1, "writer {n}");
    }
    drop(conn);
    // What was not in it was written later: the original has all of it and more.
    let original = rows(&data.join("momentum.db"), &[]);
    assert!(restored["notes"].iter().all(|note| original["notes"].contains(note)));
    let again = Server::start(&new);
    again.learn(&http, 0, &course).await;
}

/// Runs a backup, kills it in the middle, and says whether the final file came to be.
fn killed_in_the_middle(mut backup: Child, part: &Path, file: &Path) -> bool {
    loop {
        let is_begun = std::fs::metadata(part).is_ok_and(|m| m.len() > 300_000);
        let is_over = backup.try_wait().expect("a state").is_some();
        if is_begun || is_over {
            break;
        }
        std::thread::yield_now();
    }
    backup.kill().expect("killed");
    backup.wait().expect("gone");
    file.exists()
}

#[tokio::test]
async fn a_killed_backup_leaves_no_half_file_and_the_next_one_tidies_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, ..) = prepared(folder.path()).await;
    add_large_files(&data, 48);
    let target = folder.path().join("backups");
    let mut cut = 0;
    for n in 0..3 {
        let file = target.join(format!("momentum-{n}.backup"));
        std::fs::create_dir_all(&target).expect("made");
        let child = program(&["backup", "--to", text(&file), "--data", text(&data)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let part = target.join(format!("momentum-{n}.backup.part"));
        if killed_in_the_middle(child, &part, &file) {
            let (code, _) = ask(&["backup", "verify", text(&file)]);
            assert_eq!(code, 0, "a file under its final name is whole");
        } else {
            assert!(part.exists(), "it was killed while it wrote");
            let (code, _) = ask(&["backup", "verify", text(&part)]);
            assert_eq!(code, 1, "half a file is not taken for a backup");
            cut += 1;
        }
    }
    assert!(cut > 0, "none was killed in the middle");
    // What was left goes with the next backup into the folder.
    let (code, made) = ask(&["backup", "--to", text(&target), "--data", text(&data)]);
    assert_eq!(code, 0, "{made}");
    let left: Vec<String> = files(folder.path())
        .into_keys()
        .filter(|name| name.contains(".part") || name.contains("work/") || name.contains(".held"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    let (code, _) = ask(&["backup", "verify", made["file"].as_str().expect("a path")]);
    assert_eq!(code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_stops_the_backup_of_a_running_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, course, _) = prepared(folder.path()).await;
    add_large_files(&data, 48);
    let server = Server::start(&data);
    let (part, file) = (folder.path().join("x.backup.part"), folder.path().join("x.backup"));
    let child = program(&["backup", "--to", text(&file), "--data", text(&data)])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let (waited, seen) = (part.clone(), file.clone());
    let came = tokio::task::spawn_blocking(move || killed_in_the_middle(child, &waited, &seen))
        .await
        .expect("it ran");
    for _ in 0..2000 {
        if !part.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!part.exists(), "the server stopped and removed it");
    assert!(came || !file.exists() || ask(&["backup", "verify", text(&file)]).0 == 0);
    // Nothing of it holds up the next one, or the server.
    let (data, next) = (text(&data).to_owned(), folder.path().join("y.backup"));
    let next = text(&next).to_owned();
    // The stored files are let go a moment after the unfinished file: then the next one may begin.
    let next = tokio::task::spawn_blocking(move || {
        let again = || ask(&["backup", "--to", &next, "--without-media", "--data", &data]);
        let mut answer = again();
        for _ in 0..50 {
            if answer.1["error"]["code"] != "backup.refused" {
                break;
            }
            answer = again();
        }
        answer
    });
    let (code, made) = next.await.expect("it ran");
    assert_eq!(code, 0, "{made}");
    server.learn(&Http::new(), 0, &course).await;
}

#[tokio::test]
async fn the_command_line_says_what_it_did_and_how_it_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, ..) = prepared(folder.path()).await;
    let data = text(&data);
    let (code, made) = ask(&["backup", "--data", data]);
    assert_eq!(code, 0);
    let file = made["file"].as_str().expect("a path").to_owned();
    assert!(
        file.starts_with(&format!("{data}/backups/momentum-")) && file.ends_with("Z.backup"),
        "{file}"
    );
    assert_eq!((&made["has_key"], &made["encrypted"]), (&json!(true), &json!(false)));
    let said = run(&["backup", "verify", &file]);
    assert!(String::from_utf8_lossy(&said.stdout).contains("can be restored whole"));
    let (code, list) = ask(&["backup", "list", "--data", data]);
    assert_eq!((code, list.as_array().map(Vec::len)), (0, Some(1)));

    let phrase = folder.path().join("phrase");
    std::fs::write(&phrase, "correct horse\n").expect("written");
    let sealed = folder.path().join("sealed.backup.age");
    let (code, made) = ask(&["backup", "--to", text(&sealed), "--passphrase-file", text(&phrase), "--data", data]);
    assert_eq!((code, &made["encrypted"]), (0, &json!(true)));
    let (code, _) = ask(&["backup", "verify", text(&sealed), "--passphrase-file", text(&phrase)]);
    assert_eq!(code, 0);
    // Asked for, and typed into a pipe.
    let mut asked = program(&["backup", "verify", text(&sealed)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    asked.stdin.take().expect("a pipe").write_all(b"correct horse\n").expect("typed");
    assert_eq!(asked.wait_with_output().expect("it ends").status.code(), Some(0));
    std::fs::write(&phrase, "wrong horse\n").expect("written");
    let (code, told) = ask(&["backup", "verify", text(&sealed), "--passphrase-file", text(&phrase)]);
    assert_eq!((code, &told["error"]["code"]), (1, &json!("backup.closed")));

    let mut bytes = std::fs::read(&file).expect("it");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let bad = folder.path().join("bad.backup");
    std::fs::write(&bad, bytes).expect("written");
    let (code, told) = ask(&["backup", "verify", text(&bad)]);
    assert_eq!((code, &told["error"]["code"]), (1, &json!("backup.damaged")));
    for (wrong, code) in [
        (vec!["backup", "--to", &file, "--data", data], 1),
        (vec!["backup", "--recipient", "age1nobody", "--data", data], 2),
        (vec!["backup", "--without-media", "--media-to", "x", "--data", data], 2),
        (vec!["backup", "--to", "/nowhere/at/all", "--data", data], 2),
        (vec!["backup", "verify", "/nowhere"], 1),
        (vec!["restore", "/nowhere", "--into", data], 1),
        (vec!["restore", &file, "--into", data], 1),
        (vec!["upgrade", "--data", data], 2),
        (vec!["upgrade", "--check", "--data", "/nowhere"], 1),
    ] {
        let output = run(&wrong);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{wrong:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(!output.stderr.is_empty(), "{wrong:?} says why");
    }
    let (code, checked) = ask(&["upgrade", "--check", "--data", data]);
    assert_eq!((code, checked["steps"].as_array().map(Vec::len)), (0, Some(0)));
}

#[tokio::test]
async fn an_upgrade_is_rehearsed_beside_a_database_that_it_leaves_alone() {
    use momentum::platform::db::migrate::{self, STEPS};
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("made");
    let database = data.join("momentum.db");
    migrate::run_steps(&database, &STEPS[..STEPS.len() - 1], crate::support::BEGIN, true).expect("an older database");
    let before = files(&data);
    let (code, checked) = ask(&["upgrade", "--check", "--data", text(&data)]);
    assert_eq!((code, &checked["is_good"]), (0, &json!(true)), "{checked}");
    let steps = checked["steps"].as_array().expect("steps");
    assert_eq!(steps.len(), 1);
    assert!(steps[0]["ms"].is_u64() && checked["copy_needs_bytes"].is_u64());
    assert_eq!(files(&data).get("momentum.db"), before.get("momentum.db"));
    assert!(!data.join("upgrade.work").exists());
    let said = run(&["upgrade", "--check", "--data", text(&data)]);
    assert!(String::from_utf8_lossy(&said.stdout).contains("would succeed"));
    // A database that another build changed: the start would refuse it, and so does this.
    let conn = Connection::open(&database).expect("it");
    conn.execute("UPDATE migrations SET hash = 'x' WHERE number = 1", [])
        .expect("changed");
    drop(conn);
    assert_eq!(run(&["upgrade", "--check", "--data", text(&data)]).status.code(), Some(1));
}
