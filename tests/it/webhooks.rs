//! Webhooks: a receiver that really listens, answers as it likes, and writes down what it hears.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Client, TestApp};

/// What a call brought.
#[derive(Debug, Clone)]
struct Heard {
    id: String,
    timestamp: String,
    signatures: Vec<String>,
    body: String,
}

/// How the receiver answers: the statuses in turn, then the last for ever.
#[derive(Clone)]
struct Receiver {
    url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

async fn hear(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    receiver.heard.lock().expect("a list").push(Heard {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signatures: text("webhook-signature").split(' ').map(str::to_owned).collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    });
    let status = {
        let mut answers = receiver.answers.lock().expect("a list");
        if answers.len() > 1 { answers.remove(0) } else { answers[0] }
    };
    if status == 0 {
        // Never, as far as anybody waits.
        tokio::time::sleep(Duration::from_secs(600)).await;
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    if status.is_redirection() {
        return (status, [(header::LOCATION, receiver.url.clone())]).into_response();
    }
    (status, "x".repeat(10_000)).into_response()
}

impl Receiver {
    async fn start(answers: &[u16]) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let receiver = Self {
            url: format!("http://{address}/hook"),
            heard: Arc::default(),
            answers: Arc::new(Mutex::new(answers.to_vec())),
        };
        let routes = Router::new().route("/hook", post(hear)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        receiver
    }

    fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("a list").clone()
    }
}

/// An instance that may call this machine, waiting a second for answers.
async fn instance() -> TestApp {
    TestApp::start_with(|config| {
        config.outgoing.allow = vec!["127.0.0.0/8".parse().expect("a network")];
        config.outgoing.seconds = 1;
    })
    .await
}

async fn webhook(ada: &Client<'_>, url: &str, kinds: &[&str]) -> (String, String) {
    let made = ada.post("/admin/webhooks", json!({"url": url, "kinds": kinds})).await.expect(201);
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    (text("id"), text("secret"))
}

fn signed(secret: &str, heard: &Heard) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    mac.update(format!("{}.{}.{}", heard.id, heard.timestamp, heard.body).as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

async fn calls(ada: &Client<'_>, webhook: &str) -> Vec<Value> {
    let page = ada.get(&format!("/admin/webhooks/{webhook}/deliveries")).await.expect(200);
    page["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn what_happens_is_told_signed_to_those_who_want_it() {
    let app = instance().await;
    let ada = app.admin("Ada").await;
    let receiver = Receiver::start(&[204]).await;
    let (id, secret) = webhook(&ada, &receiver.url, &["user.created"]).await;
    let lea = app.learner("Lea").await;
    ada.put(
        "/admin/settings/learning",
        json!({"day_start_hour": 4, "default_pace": "daily", "heartbeat_seconds": 30}),
    )
    .await
    .expect(200);
    app.settle().await;
    let heard = receiver.heard();
    // The account was made outside of a way in: it tells nothing of itself but its event.
    let told: Vec<Value> = heard.iter().map(|one| serde_json::from_str(&one.body).expect("JSON")).collect();
    assert!(told.iter().all(|one| one["type"] == "user.created"), "{told:?}");
    let hers = told
        .iter()
        .position(|one| one["data"]["user"] == lea.id().to_string())
        .expect("Lea's account was told");
    assert_eq!(heard[hers].signatures, [signed(&secret, &heard[hers])]);
    assert!(!heard[hers].body.contains("lea@example.com"), "ids, never addresses");
    let listed = calls(&ada, &id).await;
    assert_eq!(
        (listed[0]["state"].as_str(), listed[0]["status"].as_u64()),
        (Some("delivered"), Some(204))
    );
    // The address is the secret of its reader: it is not in the trail; nor is the signing secret anywhere.
    let trail = ada.get("/admin/audit?action=webhooks").await.text();
    assert!(!trail.contains("/hook") && !trail.contains(&secret));
    assert!(!ada.get("/admin/webhooks").await.text().contains(&secret[6..]));
}

#[tokio::test]
async fn what_fails_is_tried_again_and_can_be_replayed() {
    let app = instance().await;
    let ada = app.admin("Ada").await;
    app.settle().await;
    app.clock.advance(Duration::from_secs(1));
    let receiver = Receiver::start(&[500, 503, 200]).await;
    let (id, secret) = webhook(&ada, &receiver.url, &["*"]).await;
    ada.post(&format!("/admin/webhooks/{id}/ping"), json!({})).await.expect(202);
    app.settle().await;
    assert_eq!(receiver.heard().len(), 1);
    app.pass(Duration::from_secs(6)).await;
    assert_eq!(receiver.heard().len(), 2, "after five seconds");
    let hooks = ada.get("/admin/webhooks").await.expect(200);
    assert!(hooks["items"][0]["failing_since"].is_string());
    app.pass(Duration::from_secs(60)).await;
    assert_eq!(receiver.heard().len(), 2, "not yet");
    app.pass(Duration::from_secs(5 * 60)).await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 3);
    assert!(
        heard.iter().all(|one| one.id == heard[0].id && one.body == heard[0].body),
        "the same call each time"
    );
    assert_ne!(heard[0].timestamp, heard[2].timestamp);
    assert!(heard.iter().all(|one| one.signatures == [signed(&secret, one)]));
    let hooks = ada.get("/admin/webhooks").await.expect(200);
    assert!(hooks["items"][0]["failing_since"].is_null());
    let call = calls(&ada, &id).await[0]["id"].as_str().expect("an id").to_owned();
    let details = ada.get(&format!("/admin/webhook-deliveries/{call}")).await.expect(200);
    let attempts = details["attempts"].as_array().expect("attempts");
    let statuses: Vec<u64> = attempts.iter().filter_map(|one| one["status"].as_u64()).collect();
    assert_eq!(statuses, [200, 503, 500]);
    assert!(
        attempts[0]["answer"].as_str().is_some_and(|text| text.len() == 2000),
        "cut to what is kept"
    );
    ada.post(&format!("/admin/webhook-deliveries/{call}/replay"), json!({}))
        .await
        .expect(202);
    app.settle().await;
    assert_eq!(receiver.heard()[3].id, heard[0].id);
}

#[tokio::test]
async fn for_a_day_a_former_secret_signs_as_well() {
    let app = instance().await;
    let ada = app.admin("Ada").await;
    let receiver = Receiver::start(&[200]).await;
    let (id, old) = webhook(&ada, &receiver.url, &["user.deleted"]).await;
    let new = ada.post(&format!("/admin/webhooks/{id}/secret"), json!({})).await.expect(200);
    let new = new["secret"].as_str().expect("a secret");
    let ping = format!("/admin/webhooks/{id}/ping");
    ada.post(&ping, json!({})).await.expect(202);
    app.settle().await;
    app.clock.advance(Duration::from_secs(24 * 3600 + 1));
    ada.post(&ping, json!({})).await.expect(202);
    app.settle().await;
    let heard = receiver.heard();
    assert_eq!(heard[0].signatures, [signed(new, &heard[0]), signed(&old, &heard[0])]);
    assert_eq!(heard[1].signatures, [signed(new, &heard[1])]);
}

#[tokio::test]
async fn silence_and_redirects_are_failures() {
    let app = instance().await;
    let ada = app.admin("Ada").await;
    let silent = Receiver::start(&[0]).await;
    let (slow, _) = webhook(&ada, &silent.url, &["user.deleted"]).await;
    let elsewhere = Receiver::start(&[302]).await;
    let (moved, _) = webhook(&ada, &elsewhere.url, &["user.deleted"]).await;
    let (closed, _) = webhook(&ada, "http://127.0.0.1:9/", &["user.deleted"]).await;
    for id in [&slow, &moved, &closed] {
        ada.post(&format!("/admin/webhooks/{id}/ping"), json!({})).await.expect(202);
    }
    app.settle().await;
    let late = &calls(&ada, &slow).await[0];
    assert_eq!((late["state"].as_str(), late["status"].as_u64()), (Some("waiting"), None));
    assert!(late["error"].as_str().is_some_and(|text| text.contains("within 1 s")), "{late}");
    let call = &calls(&ada, &moved).await[0];
    assert_eq!((call["state"].as_str(), call["status"].as_u64()), (Some("waiting"), Some(302)));
    assert_eq!(elsewhere.heard().len(), 1, "a redirect is not followed");
    assert!(
        calls(&ada, &closed).await[0]["error"]
            .as_str()
            .is_some_and(|text| text.contains("connecting"))
    );
    // In all, for about a day; then it is given up, and after five days the address is switched off.
    for _ in 0..8 {
        app.pass(Duration::from_secs(11 * 3600)).await;
    }
    assert_eq!(calls(&ada, &moved).await[0]["state"], "failed");
    assert_eq!(elsewhere.heard().len(), 8);
    app.pass(Duration::from_secs(3 * 24 * 3600)).await;
    ada.post(&format!("/admin/webhooks/{moved}/ping"), json!({})).await.expect(202);
    for _ in 0..8 {
        app.pass(Duration::from_secs(11 * 3600)).await;
    }
    let hooks = ada.get("/admin/webhooks").await.expect(200);
    let off = hooks["items"]
        .as_array()
        .expect("items")
        .iter()
        .find(|hook| hook["id"] == moved.as_str())
        .expect("it");
    assert!(off["disabled_at"].is_string() && off["is_active"] == false, "{off}");
    let mails = app.mails();
    let told: Vec<_> = mails
        .iter()
        .filter(|mail| mail.subject.starts_with("A webhook was switched off"))
        .collect();
    assert_eq!(told.len(), 1, "every admin once");
    assert!(told[0].text.contains("did not answer for five days") && told[0].text.contains("tab=webhooks"));
    let needs = ada.get("/admin/attention").await.expect(200);
    assert!(
        needs
            .as_array()
            .expect("needs")
            .iter()
            .any(|need| need["kind"] == "webhooks.disabled"),
        "{needs}"
    );
    ada.patch(&format!("/admin/webhooks/{moved}"), json!({"is_active": true}))
        .await
        .expect(204);
    let hooks = ada.get("/admin/webhooks").await.expect(200);
    assert!(
        hooks["items"]
            .as_array()
            .expect("items")
            .iter()
            .all(|hook| hook["disabled_at"].is_null())
    );
}

#[tokio::test]
async fn who_says_gone_is_not_called_again() {
    let app = instance().await;
    let ada = app.admin("Ada").await;
    let receiver = Receiver::start(&[410]).await;
    let (id, _) = webhook(&ada, &receiver.url, &["user.deleted"]).await;
    ada.post(&format!("/admin/webhooks/{id}/ping"), json!({})).await.expect(202);
    app.settle().await;
    ada.post(&format!("/admin/webhooks/{id}/ping"), json!({})).await.expect(409);
    assert_eq!(receiver.heard().len(), 1);
}

#[tokio::test]
async fn addresses_inside_are_refused_when_saved_and_when_called() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    for bad in [
        "http://127.0.0.1:8080/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.7/",
        "https://[::ffff:192.168.1.1]/",
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://user:pw@hooks.example.com/",
        "javascript:alert(1)",
        "",
    ] {
        let answer = ada.post("/admin/webhooks", json!({"url": bad, "kinds": ["*"]})).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json["fields"][0]["path"].as_str()),
            (422, Some("url")),
            "{bad}"
        );
    }
    let long = format!("https://hooks.example.com/{}", "x".repeat(100_000));
    ada.post("/admin/webhooks", json!({"url": long, "kinds": ["*"]})).await.expect(422);
    ada.post(
        "/admin/webhooks",
        json!({"url": "https://hooks.example.com/", "kinds": ["no.such"]}),
    )
    .await
    .expect(422);
    ada.post("/admin/webhooks", json!({"url": "https://hooks.example.com/", "kinds": []}))
        .await
        .expect(422);
    // A name that leads inside is found out when it is asked for: `localhost` always does.
    let (id, _) = webhook(&ada, "https://localhost/", &["user.deleted"]).await;
    ada.post(&format!("/admin/webhooks/{id}/ping"), json!({})).await.expect(202);
    app.settle().await;
    let call = &calls(&ada, &id).await[0];
    assert!(
        call["error"].as_str().is_some_and(|text| text.contains("an address inside")),
        "{call}"
    );
    app.learner("Lea").await.get("/admin/webhooks").await.expect(403);
    ada.delete(&format!("/admin/webhooks/{id}")).await.expect(204);
    app.pass(Duration::from_secs(60)).await;
}
