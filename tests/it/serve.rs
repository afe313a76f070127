//! The real program: how it starts, is commanded while it runs, stops, and lives through a full disk.

use std::{
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Output, Stdio},
    time::Duration,
};

use momentum::platform::db::{
    FILE,
    migrate::{self, STEPS},
};
use rusqlite::Connection;
use rustix::process::{Pid, Resource, Rlimit, Signal};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, UnixStream},
};

use crate::support::{BEGIN, PASSWORD, Server, TestApp, courses::Spec};

const PROGRAM: &str = env!("CARGO_BIN_EXE_momentum");

/// A data folder with one learner, owned by nobody.
async fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let app = TestApp::start().await;
    app.learner("Ana").await;
    app.settle().await;
    app.close().await;
    for name in [FILE, "key"] {
        std::fs::copy(app.platform().data().join(name), folder.path().join(name)).expect("a copied file");
    }
    folder
}

/// A server that can be commanded; killed when dropped.
struct Commanded {
    server: Server,
    /// Such as `127.0.0.1:40123`.
    at: String,
}

impl Commanded {
    fn start(data: &Path, more: &[&str]) -> Self {
        // A file that may not grow is an error to the program, as a full disk is; not its end.
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", PROGRAM])
            .args(["serve", "--listen", "127.0.0.1:0", "--set", "throttle.is_on=false", "--data"])
            .arg(data)
            .args(more)
            .stderr(Stdio::null());
        let server = Server::listening(&mut command);
        let at = server.address.trim_start_matches("http://").to_owned();
        Self { server, at }
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.server.child)
    }

    fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.pid(), signal).expect("a signal");
    }

    async fn ended(&mut self) -> ExitStatus {
        for _ in 0..6000 {
            if let Some(status) = self.server.child.try_wait().expect("its state") {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the server does not stop");
    }

    /// Waits until nobody gets in any more.
    async fn closes_its_doors(&self) {
        for _ in 0..6000 {
            if TcpStream::connect(&self.at).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the server lets people in after it was told to stop");
    }

    async fn ask(&self, path: &str, body: Option<Value>) -> (u16, Value) {
        let http = reqwest::Client::new();
        let url = format!("http://{}{path}", self.at);
        let request = body.map_or_else(|| http.get(&url), |body| http.post(&url).json(&body));
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }
}

/// A sign-in of which the server has the head and waits for the body.
async fn half_asked(server: &Commanded) -> (TcpStream, String) {
    let body = json!({"email": "ana@example.com", "password": PASSWORD}).to_string();
    let mut stream = TcpStream::connect(&server.at).await.expect("a connection");
    let head = format!(
        "POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        server.at,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.expect("it is awaited");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    (stream, body)
}

fn open(data: &Path) -> Connection {
    let conn = Connection::open(data.join(FILE)).expect("it opens");
    let whole: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a verdict");
    assert_eq!(whole, "ok");
    conn
}

fn count(conn: &Connection, table: &str) -> i64 {
    conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
        .expect("a count")
}

fn log_bytes(data: &Path) -> u64 {
    std::fs::metadata(data.join(format!("{FILE}-wal"))).map_or(0, |log| log.len())
}

/// Runs a verb, as somebody at the terminal does.
async fn verb(data: &Path, words: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(PROGRAM);
    command.args(words).arg("--data").arg(data).stdin(Stdio::null());
    command.output().await.expect("it runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_answers_what_was_asked_and_leaves_one_whole_file() {
    let folder = prepared().await;
    let mut server = Commanded::start(folder.path(), &[]);
    let (mut stream, body) = half_asked(&server).await;
    server.signal(Signal::TERM);
    server.closes_its_doors().await;
    assert!(
        server.server.child.try_wait().expect("its state").is_none(),
        "it waits for the request"
    );
    stream.write_all(body.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.to_ascii_lowercase().contains("set-cookie:"), "{answer}");
    assert_eq!(server.ended().await.code(), Some(0));
    assert_eq!(log_bytes(folder.path()), 0, "the log was folded");
    assert!(!folder.path().join("control.sock").exists());
    assert_eq!(
        count(&open(folder.path()), "sessions"),
        2,
        "the one of before, and the one that was answered"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_hurries() {
    let folder = prepared().await;
    let mut server = Commanded::start(folder.path(), &["--set", "server.stop_seconds=600"]);
    let (mut stream, _) = half_asked(&server).await;
    server.signal(Signal::TERM);
    server.closes_its_doors().await;
    assert!(
        server.server.child.try_wait().expect("its state").is_none(),
        "it waits for the request"
    );
    server.signal(Signal::INT);
    assert_eq!(server.ended().await.code(), Some(0));
    let mut rest = Vec::new();
    // Cut off, one way or another.
    if stream.read_to_end(&mut rest).await.is_ok() {
        assert!(rest.is_empty(), "{}", String::from_utf8_lossy(&rest));
    }
    assert_eq!(log_bytes(folder.path()), 0);
    assert_eq!(count(&open(folder.path()), "sessions"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verbs_are_answered_by_the_server_that_runs() {
    let folder = prepared().await;
    let mut server = Commanded::start(folder.path(), &[]);
    let listed = verb(folder.path(), &["users", "list", "--json"]).await;
    assert_eq!(listed.status.code(), Some(0), "{}", said(&listed));
    let people: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    assert!(people.to_string().contains("ana@example.com"), "{people}");
    let none = verb(folder.path(), &["jobs", "retry", "job_0000000000001", "--json"]).await;
    assert_eq!(none.status.code(), Some(1), "{}", said(&none));
    let wrong = verb(folder.path(), &["events", "replay", "no.such", "--json"]).await;
    assert_eq!(wrong.status.code(), Some(1), "{}", said(&wrong));
    let replayed = verb(folder.path(), &["events", "replay", "search.changes", "--json"]).await;
    assert_eq!(replayed.status.code(), Some(0), "{}", said(&replayed));
    let listed = verb(folder.path(), &["events", "list"]).await;
    assert!(String::from_utf8_lossy(&listed.stdout).contains("search.changes"));
    // A second server has no business here, and says who has.
    let second = verb(folder.path(), &["serve", "--listen", "127.0.0.1:0"]).await;
    assert_eq!(second.status.code(), Some(1));
    let holder = format!("(process {})", server.server.child.id());
    assert!(
        said(&second).contains("in use") && said(&second).contains(&holder),
        "{}",
        said(&second)
    );
    server.signal(Signal::TERM);
    assert_eq!(server.ended().await.code(), Some(0));
    // The same verb, now that nobody runs.
    let listed = verb(folder.path(), &["users", "list", "--json"]).await;
    assert_eq!(listed.status.code(), Some(0), "{}", said(&listed));
    let audited = "audit WHERE action = 'events.replay' AND actor = 'cli'";
    assert_eq!(count(&open(folder.path()), audited), 1);
}

/// Says something on the control socket and hears what comes back until the end.
async fn murmur(data: &Path, words: &[u8], listens: bool) -> String {
    let mut stream = UnixStream::connect(data.join("control.sock")).await.expect("a connection");
    // It may be cut off in the middle.
    let _cut = stream.write_all(words).await;
    let mut heard = Vec::new();
    if listens {
        let _cut = stream.read_to_end(&mut heard).await;
    }
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_control_socket_bears_noise_and_people_who_leave() {
    let folder = prepared().await;
    let data = folder.path();
    let mut server = Commanded::start(data, &[]);
    let mode = std::fs::metadata(data.join("control.sock")).expect("a socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let long = vec![b'x'; 3 * 1024 * 1024];
    let noises: [&[u8]; 6] = [b"not json\n", b"\xff\xfe\x00\n", b"{}\n", b"[1, 2]\n", b"\n", &long];
    for noise in noises {
        assert_eq!(murmur(data, noise, true).await, "", "{:?}", &noise[..noise.len().min(20)]);
    }
    for words in [
        r#"["serve"]"#,
        "[]",
        r#"["no-such-verb"]"#,
        r#"["jobs", "retry", "--no-such-flag"]"#,
    ] {
        let heard = murmur(data, format!("{{\"words\":{words},\"folder\":\"/\"}}\n").as_bytes(), true).await;
        assert!(heard.contains(r#"{"exit":"Failed"}"#), "{words}: {heard}");
    }
    // Answers that nobody asked for.
    let chatter = format!(
        "{{\"words\":[\"users\",\"list\"],\"folder\":\"/\"}}\n{}",
        "\"so there\"\n".repeat(1000)
    );
    murmur(data, chatter.as_bytes(), true).await;
    for _ in 0..20 {
        let asked = b"{\"words\":[\"progress\",\"rebuild\"],\"folder\":\"/\"}\n";
        murmur(data, asked, false).await;
    }
    let listed = verb(data, &["users", "list"]).await;
    assert_eq!(listed.status.code(), Some(0), "{}", said(&listed));
    assert_eq!(server.ask("/readyz", None).await.0, 200);
    // Somebody who asks nothing does not hold up the stop.
    let silent = UnixStream::connect(data.join("control.sock")).await.expect("a connection");
    server.signal(Signal::TERM);
    assert_eq!(server.ended().await.code(), Some(0));
    drop(silent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_control_socket_obeys_its_owner_alone() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not run: only root can try as somebody else");
        return;
    }
    let folder = prepared().await;
    let data = folder.path();
    let server = Commanded::start(data, &[]);
    // Even if the doors of the folder stand open.
    let allow = |path: PathBuf, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
    allow(data.to_owned(), 0o755);
    allow(data.join("control.sock"), 0o666);
    let program = data.join("momentum");
    std::fs::copy(PROGRAM, &program).expect("a copy");
    allow(program.clone(), 0o755);
    let mut stranger = Command::new(&program);
    stranger
        .args(["users", "list", "--data"])
        .arg(data)
        .current_dir("/")
        .env_clear()
        .uid(65534)
        .gid(65534);
    let refused = tokio::task::spawn_blocking(move || stranger.output())
        .await
        .expect("no panic")
        .expect("it runs");
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.is_empty(), "{}", String::from_utf8_lossy(&refused.stdout));
    // Not for want of a way in: he was heard, and sent away.
    assert!(!said(&refused).contains("in use"), "{}", said(&refused));
    let listed = verb(data, &["users", "list"]).await;
    assert_eq!(listed.status.code(), Some(0), "{}", said(&listed));
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pending_migrations_wait_when_they_are_told_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(FILE);
    migrate::run_steps(&path, &STEPS[..STEPS.len() - 1], BEGIN, true).expect("all steps but one");
    let refused = verb(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--no-migrate"]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("migrations are pending"), "{}", said(&refused));
    assert_eq!(count(&open(folder.path()), "migrations"), STEPS.len() as i64 - 1);
    let mut server = Commanded::start(folder.path(), &[]);
    server.signal(Signal::TERM);
    assert_eq!(server.ended().await.code(), Some(0));
    assert_eq!(count(&open(folder.path()), "migrations"), STEPS.len() as i64);
    let mut files = std::fs::read_dir(folder.path()).expect("a folder").flatten();
    let copy = files.find(|file| file.file_name().to_string_lossy().starts_with("before-step-"));
    let copy = Connection::open(copy.expect("a safety copy").path()).expect("it opens");
    assert_eq!(count(&copy, "migrations"), STEPS.len() as i64 - 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_disk_is_told_and_lived_through() {
    let folder = prepared().await;
    let mut server = Commanded::start(folder.path(), &[]);
    assert_eq!(server.ask("/readyz", None).await.0, 200);
    let limit = |bytes: Option<u64>| {
        let limits = Rlimit {
            current: bytes,
            maximum: None,
        };
        rustix::process::prlimit(Some(server.pid()), Resource::Fsize, limits).expect("a limit");
    };
    let wrong = || Some(json!({"email": "nobody@example.com", "password": "does not matter"}));
    limit(Some(4096));
    let mut codes = Vec::new();
    for _ in 0..5 {
        let (status, said) = server.ask("/api/v1/auth/sign-in", wrong()).await;
        assert_eq!(status, 503, "{said}");
        codes.push(said["code"].as_str().unwrap_or_default().to_owned());
    }
    assert!(codes.contains(&"db.disk_failed".to_owned()), "{codes:?}");
    let (status, said) = server.ask("/readyz", None).await;
    assert_eq!((status, &said["checks"]["database"]), (503, &json!("the disk refuses writes")));
    // Reading goes on.
    assert_eq!(server.ask("/api/v1/instance", None).await.0, 200);
    assert_eq!(server.ask("/healthz", None).await.0, 200);
    limit(None);
    // The server finds out by itself: nobody sends it writes while it is not ready.
    let mut is_ready = false;
    for _ in 0..600 {
        is_ready = server.ask("/readyz", None).await.0 == 200;
        if is_ready {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(is_ready, "it never tried the disk again");
    assert_eq!(server.ask("/api/v1/auth/sign-in", wrong()).await.0, 401);
    server.signal(Signal::TERM);
    assert_eq!(server.ended().await.code(), Some(0));
    assert_eq!(count(&open(folder.path()), "sessions"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_its_search_index_is_not_ready() {
    let app = TestApp::start().await;
    let ready = || async {
        let request = |path: &str| axum::http::Request::get(path).body(axum::body::Body::empty()).expect("a request");
        let alive = app.anonymous().send(request("/healthz")).await;
        assert_eq!((alive.status.as_u16(), alive.text().as_str()), (200, "ok\n"));
        let answer = app.anonymous().send(request("/readyz")).await;
        (
            answer.status.as_u16(),
            answer.json["checks"]["search"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let fine = (200, "ok".to_owned());
    assert_eq!(ready().await, fine, "nothing was published: no index is needed");
    app.course(Spec::days7("Ready")).await;
    app.settle().await;
    assert_eq!(ready().await, fine);
    // A file where the folder should be: it cannot be built anew either.
    let index = app.platform().services.find::<momentum::search::Index>().expect("an index");
    index.close();
    let place = app.platform().data().join("index-v1");
    std::fs::remove_dir_all(&place).expect("removed");
    std::fs::write(&place, "in the way").expect("written");
    assert!(momentum::app::App::settle(&app).await.is_err(), "the index cannot be built");
    let (status, said) = ready().await;
    assert_eq!(status, 503);
    assert!(said.contains("the search index") && !said.contains('/'), "{said}");
    std::fs::remove_file(&place).expect("removed");
    app.settle().await;
    assert_eq!(ready().await, fine);
}
