//! What a server's log holds: the id of each request on its lines, and nothing about people.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use momentum::platform::mail::OUTBOX;
use reqwest::{Client as Http, Response};
use serde_json::{Value, json};

use crate::support::{Server, TestApp, mails};

const NAME: &str = "Wilhelmina Quackenbush";
const EMAIL: &str = "w.quackenbush@mailhost.example";
const PASSWORD: &str = "violet-harbour-tundra-91";
const OTHER: &str = "amber-glacier-pigeon-37";

/// A server whose log goes to a file; ended when dropped.
struct Logged {
    server: Server,
    log: PathBuf,
    data: PathBuf,
}

impl Logged {
    fn start(data: &Path, log: &Path, set: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_momentum"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .envs(set.iter().copied())
            .stderr(File::create(log).expect("a file"));
        Self {
            server: Server::listening(&mut command),
            log: log.to_owned(),
            data: data.to_owned(),
        }
    }

    fn verb(&self, words: &[&str]) -> Output {
        let verb = Command::new(env!("CARGO_BIN_EXE_momentum"))
            .args(words)
            .arg("--data")
            .arg(&self.data)
            .output();
        verb.expect("the verb runs")
    }

    /// Stops it as an operator does, and gives its log.
    fn stop(mut self) -> String {
        let id = self.server.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        assert!(told.success());
        assert!(self.server.child.wait().expect("it ends").success());
        std::fs::read_to_string(&self.log).expect("its log")
    }
}

/// A person at the server, and the ids that answers named.
struct Journey<'s> {
    server: &'s Logged,
    http: Http,
    ids: Vec<String>,
}

impl Journey<'_> {
    fn note(&mut self, answer: Response, status: u16) -> Response {
        assert_eq!(answer.status().as_u16(), status, "{}", answer.url());
        let id = answer.headers()["x-request-id"].to_str().expect("an id");
        self.ids.push(id.to_owned());
        answer
    }

    async fn post(&mut self, path: &str, body: &Value, status: u16) -> Response {
        let sent = self
            .http
            .post(format!("{}{path}", self.server.server.address))
            .json(body)
            .send()
            .await;
        self.note(sent.expect("an answer"), status)
    }

    async fn get(&mut self, path: &str, token: &str, status: u16) -> Response {
        let sent = self
            .http
            .get(format!("{}{path}", self.server.server.address))
            .bearer_auth(token)
            .send()
            .await;
        self.note(sent.expect("an answer"), status)
    }

    /// The token in the newest mail that leads to a page; mails go out within a moment.
    async fn mailed(&self, path: &str) -> String {
        for _ in 0..600 {
            let mails = mails::read(&self.server.data.join(OUTBOX));
            if let Some(mail) = mails.iter().rev().find(|mail| mail.text.contains(path)) {
                return mail.link(path).split_once("token=").expect("a token").1.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no mail leads to {path}");
    }
}

async fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let app = TestApp::start().await;
    app.admin("Ada").await;
    app.settle().await;
    app.close().await;
    for name in ["momentum.db", "key"] {
        std::fs::copy(app.platform().data().join(name), folder.path().join(name)).expect("a copied file");
    }
    folder
}

/// Registers, proves the address, fails to sign in, signs in, forgets, resets, errs. What must
/// not be logged.
async fn travel(journey: &mut Journey<'_>) -> Vec<String> {
    let registration = json!({"name": NAME, "email": EMAIL, "password": PASSWORD, "time_zone": "Europe/Lisbon", "language": "en"});
    journey.post("/api/v1/auth/register", &registration, 202).await;
    let proof = journey.mailed("/verify-email").await;
    journey.post("/api/v1/auth/verify-email", &json!({"token": proof}), 200).await;
    let credentials = |password: &str| json!({"email": EMAIL, "password": password});
    journey.post("/api/v1/auth/sign-in", &credentials(OTHER), 401).await;
    let entered = journey.post("/api/v1/auth/sign-in", &credentials(PASSWORD), 200).await;
    let cookie = entered.headers()["set-cookie"].to_str().expect("a cookie").to_owned();
    let session = cookie
        .split(';')
        .next()
        .and_then(|pair| pair.split_once('='))
        .expect("a session")
        .1
        .to_owned();
    journey.get("/api/v1/me", &session, 200).await;
    journey.post("/api/v1/auth/forgot-password", &json!({"email": EMAIL}), 202).await;
    let reset = journey.mailed("/reset").await;
    journey
        .post(
            "/api/v1/auth/reset-password",
            &json!({"token": "wrong-token-of-the-test-0123456789abcdef", "password": OTHER}),
            409,
        )
        .await;
    journey
        .post("/api/v1/auth/reset-password", &json!({"token": reset, "password": OTHER}), 204)
        .await;
    // Errors, and things typed where they do not belong.
    journey
        .post("/api/v1/auth/sign-in", &json!({"email": EMAIL, "password": {"is": OTHER}}), 422)
        .await;
    journey.get(&format!("/api/v1/users/{EMAIL}"), &session, 401).await;
    journey.get(&format!("/api/v1/none/{EMAIL}?token={reset}"), &session, 404).await;
    journey.get(&format!("/reset?token={reset}&q={PASSWORD}"), &session, 200).await;
    journey.get(&format!("/reset/{reset}"), &session, 200).await;
    journey.get("/api/v1/search?q=Quackenbush", &session, 200).await;
    let words = [
        NAME,
        "Wilhelmina",
        "Quackenbush",
        EMAIL,
        "w.quackenbush",
        "mailhost.example",
        PASSWORD,
        OTHER,
    ];
    let words = words.into_iter().map(str::to_owned);
    words.chain([proof, session, reset, "wrong-token-of-the-test".into()]).collect()
}

#[tokio::test]
async fn a_journey_leaves_ids_in_the_log_and_nothing_about_the_person() {
    let folder = prepared().await;
    let log = folder.path().join("server.log");
    let server = Logged::start(
        folder.path(),
        &log,
        &[("MOMENTUM__LOG__FORMAT", "json"), ("MOMENTUM__LOG__LEVEL", "debug")],
    );
    let mut journey = Journey {
        server: &server,
        http: Http::new(),
        ids: Vec::new(),
    };
    let secrets = travel(&mut journey).await;
    let ids = std::mem::take(&mut journey.ids);
    let text = server.stop();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for id in &ids {
        let is_access = |line: &&Value| line["target"] == "access" && line["span"]["request.id"] == **id;
        assert_eq!(lines.iter().filter(is_access).count(), 1, "one access line of {id}");
    }
    assert!(ids.len() >= 13, "{ids:?}");
    assert!(lines.iter().all(|line| line.get("ip").is_none()), "an address was logged");
    let lower = text.to_lowercase();
    for secret in &secrets {
        let found = text.lines().find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
        assert!(!lower.contains(&secret.to_lowercase()), "{secret} is in the log: {found:?}");
    }
}

#[tokio::test]
async fn the_level_changes_while_it_runs_and_addresses_are_told_when_asked() {
    let folder = prepared().await;
    let log = folder.path().join("server.log");
    let server = Logged::start(
        folder.path(),
        &log,
        &[("MOMENTUM__LOG__LEVEL", "error"), ("MOMENTUM__LOG__ADDRESSES", "true")],
    );
    let http = Http::new();
    let visit = async |path: &str| {
        http.get(format!("{}{path}", server.server.address))
            .send()
            .await
            .expect("an answer")
    };
    visit("/api/v1/instance").await;
    let said = |words: &[&str]| {
        let output = server.verb(words);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(said(&["log", "level"]), (Some(0), "The log level is error.\n".into()));
    assert_eq!(said(&["log", "level", "momentum=loud"]).0, Some(2));
    let (code, words) = said(&["--json", "log", "level", "info"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        serde_json::from_str::<Value>(&words).expect("JSON"),
        json!({"level": "info", "before": "error"})
    );
    visit("/api/v1/none").await;
    let text = server.stop();
    assert!(!text.contains("/api/v1/instance"), "{text}");
    let line = text
        .lines()
        .find(|line| line.contains("path=\"/api/v1/none\""))
        .unwrap_or_else(|| panic!("{text}"));
    assert!(line.contains("ip=127.0.0.1") && line.contains("request.id="), "{line}");
    let alone = Command::new(env!("CARGO_BIN_EXE_momentum"))
        .args(["log", "level", "info", "--data"])
        .arg(folder.path())
        .output();
    let alone = alone.expect("the verb runs");
    assert_eq!(alone.status.code(), Some(1), "nothing runs any more");
    assert!(String::from_utf8_lossy(&alone.stderr).contains("no server runs here"));
}
