//! What else an attacker tries.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::json;

use super::{Browser, OTHER, PASSWORD, registration};
use crate::support::TestApp;

#[tokio::test]
async fn other_sites_cannot_post_forms() {
    let app = TestApp::start().await;
    app.learner("Ana").await;
    app.settle().await;
    for kind in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "",
    ] {
        let body = json!({"email": "ana@example.com", "password": PASSWORD}).to_string();
        let mut request = Request::builder().method("POST").uri("/api/v1/auth/sign-in");
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let answer = app.anonymous().send(request.body(Body::from(body)).expect("a request")).await;
        assert_eq!(answer.status, 415, "{kind}");
        assert_eq!(answer.header("set-cookie"), "");
    }
}

#[tokio::test]
async fn nonsense_never_breaks_a_way_in() {
    let app = TestApp::start().await;
    let mut eve = Browser::at(&app, "192.0.2.1");
    let long = "x".repeat(100_000);
    for token in ["", "a", "'; DROP TABLE users; --", "\0", "😀", long.as_str()] {
        for path in ["/auth/verify-email", "/auth/confirm-email", "/auth/invite-details"] {
            assert_eq!(eve.post(path, json!({"token": token})).await.code(), "auth.link_invalid", "{path}");
        }
        let reset = eve.post("/auth/reset-password", json!({"token": token, "password": OTHER})).await;
        assert_eq!(reset.code(), "auth.link_invalid");
        let password = eve.sign_in("ana@example.com", token).await;
        assert!(matches!(password.status.as_u16(), 401 | 429));
        let mut thief = Browser::at(&app, "192.0.2.2");
        thief.jar.insert(
            "momentum_session".into(),
            token.chars().filter(char::is_ascii_alphanumeric).take(6000).collect(),
        );
        thief
            .jar
            .insert("momentum_device".into(), format!("usr_0000000000001.{}.x.y", i64::MAX));
        assert_eq!(thief.get("/me").await.status, 401);
        assert!(thief.sign_in("ana@example.com", OTHER).await.status.is_client_error());
    }
    for body in [
        json!({}),
        json!([]),
        json!({"email": 1, "password": []}),
        json!({"email": "a@b.co"}),
        json!(null),
    ] {
        assert_eq!(eve.post("/auth/sign-in", body).await.status, 422);
    }
    app.settle().await;
}

#[tokio::test]
async fn names_and_addresses_cannot_write_headers() {
    let app = TestApp::start().await;
    let root = app.admin("Root").await;
    let name = "Ana\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>\u{202E}";
    root.post("/invites", json!({"email": "ana@example.com", "name": name, "role": "learner"}))
        .await
        .expect(201);
    app.settle().await;
    let outbox = app.platform().config.data.join("outbox");
    let file = std::fs::read_dir(outbox)
        .expect("an outbox")
        .flatten()
        .find(|e| e.path().extension().is_some_and(|x| x == "eml"));
    let raw = std::fs::read_to_string(file.expect("a mail").path()).expect("text");
    assert!(!raw.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc:")), "{raw}");
    let mail = &app.mails()[0];
    assert!(
        !mail.html.contains("<script>") && mail.html.contains("&lt;script&gt;"),
        "{}",
        mail.html
    );
}

#[tokio::test]
async fn a_pass_of_one_person_is_none_of_another() {
    let app = TestApp::start().await;
    app.learner("Ana").await;
    app.learner("Eve").await;
    let mut eve = Browser::at(&app, "203.0.113.200");
    eve.sign_in("eve@example.com", PASSWORD).await.expect(200);
    assert!(eve.jar.contains_key("momentum_device"));
    for n in 0..45 {
        let mut crowd = Browser::at(&app, &format!("203.0.113.{n}"));
        crowd.sign_in("ana@example.com", OTHER).await;
    }
    assert_eq!(eve.sign_in("ana@example.com", PASSWORD).await.status, 429, "a stranger to Ana");
    app.settle().await;
}

#[tokio::test]
async fn secrets_are_nowhere_in_the_database() {
    let app = TestApp::start().await;
    let mut ana = Browser::at(&app, "192.0.2.1");
    ana.post("/auth/register", registration("Ana", "ana@example.com", PASSWORD))
        .await
        .expect(202);
    app.settle().await;
    let link = super::mailed(&app, "/verify-email");
    ana.post("/auth/forgot-password", json!({"email": "ana@example.com"}))
        .await
        .expect(202);
    app.settle().await;
    let reset = super::mailed(&app, "/reset");
    ana.post("/auth/verify-email", json!({"token": link})).await.expect(200);
    app.settle().await;
    let session = ana.token().to_owned();
    let folder = app.platform().config.data.clone();
    let mut bytes = Vec::new();
    for file in ["momentum.db", "momentum.db-wal"] {
        bytes.extend(std::fs::read(folder.join(file)).unwrap_or_default());
    }
    for secret in [PASSWORD, &link, &reset, &session] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}
