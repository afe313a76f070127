//! kill -9 under load: every write that was answered is there after the restart, nothing is
//! half-written, and the database is whole.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::Client as Http;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::support::{Server, TestApp, courses::Spec};

const ROUNDS: u64 = 20;
const CLIENTS: usize = 32;
const PEOPLE: usize = 4;

/// Notes that were answered with 201, by their text.
type Acknowledged = Arc<Mutex<BTreeSet<String>>>;

/// A data folder with people and a course, owned by nobody.
async fn prepared(folder: &Path) -> (String, String) {
    let app = TestApp::start().await;
    for n in 0..PEOPLE {
        app.learner(&format!("Learner {n}")).await;
    }
    let made = app.course(Spec::days7("Under load")).await;
    app.settle().await;
    app.close().await;
    let from = app.platform().data().clone();
    for name in ["momentum.db", "key"] {
        std::fs::copy(from.join(name), folder.join(name)).expect("a copied file");
    }
    (made.slug, made.lessons[0].to_string())
}

/// Writes notes until the server is gone.
async fn write_on(http: Http, at: (String, String), token: String, name: String, seen: Acknowledged, told: UnboundedSender<()>) {
    let (address, lesson) = at;
    for n in 0.. {
        let text = format!("{name} note {n}");
        let sent = http
            .post(format!("{address}/api/v1/lessons/{lesson}/notes"))
            .bearer_auth(&token)
            .json(&json!({"text": text, "key": format!("{}-{n}", name.replace(' ', "-"))}))
            .send()
            .await;
        match sent {
            Ok(answer) if answer.status() == 201 => {
                seen.lock().expect("unpoisoned").insert(text);
                // Nobody listens any more once the round's writes are enough.
                let _enough = told.send(());
            }
            Ok(answer) => panic!("refused: {} {:?}", answer.status(), answer.text().await),
            Err(_) => return,
        }
    }
}

fn check(folder: &Path, seen: &BTreeSet<String>, round: u64) {
    let conn = Connection::open_with_flags(folder.join("momentum.db"), OpenFlags::SQLITE_OPEN_READ_WRITE).expect("it opens");
    let integrity: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a verdict");
    assert_eq!(integrity, "ok", "round {round}");
    let dangling: i64 = conn
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .expect("a count");
    assert_eq!(dangling, 0, "round {round}");
    let mut texts = conn.prepare("SELECT text FROM notes").expect("notes");
    let kept: BTreeSet<String> = texts
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("texts");
    let lost: Vec<_> = seen.difference(&kept).collect();
    assert!(
        lost.is_empty(),
        "round {round}: {} acknowledged writes were lost: {lost:?}",
        lost.len()
    );
    let told: i64 = conn
        .query_row("SELECT count(*) FROM events WHERE kind = 'note.created'", [], |row| row.get(0))
        .expect("a count");
    assert_eq!(
        usize::try_from(told).expect("a count"),
        kept.len(),
        "round {round}: a note without its event, or an event without its note"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_to_kill_9() {
    let folder = tempfile::tempdir().expect("a folder");
    let (course, lesson) = prepared(folder.path()).await;
    let http = Http::builder().pool_max_idle_per_host(CLIENTS).build().expect("a client");
    let seen: Acknowledged = Arc::default();
    for round in 0..ROUNDS {
        let mut server = Server::start(folder.path());
        let mut tokens = Vec::new();
        for n in 0..PEOPLE {
            tokens.push(server.learn(&http, n, &course).await);
        }
        let (told, mut heard) = unbounded_channel();
        let writers: Vec<_> = (0..CLIENTS)
            .map(|n| {
                let name = format!("round {round} client {n}");
                tokio::spawn(write_on(
                    http.clone(),
                    (server.address.clone(), lesson.clone()),
                    tokens[n % PEOPLE].clone(),
                    name,
                    seen.clone(),
                    told.clone(),
                ))
            })
            .collect();
        // A different moment each round, counted in answers so that a slow machine writes as much.
        for _ in 0..5 + (round * 37) % 120 {
            let answer = tokio::time::timeout(Duration::from_secs(30), heard.recv()).await;
            answer.expect("writes are answered").expect("a writer");
        }
        server.kill();
        for writer in writers {
            writer.await.expect("no write was refused");
        }
        check(folder.path(), &seen.lock().expect("unpoisoned"), round);
    }
    assert!(seen.lock().expect("unpoisoned").len() > 500, "the test hardly wrote anything");
}
