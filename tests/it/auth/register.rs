//! Registration and proving an address.

use std::time::Duration;

use momentum::auth::RegistrationMode;
use serde_json::json;

use super::{Browser, OTHER, PASSWORD, gist, mailed, registration, set_registration};
use crate::support::TestApp;

#[tokio::test]
async fn a_proven_address_lets_its_owner_in_once() {
    let app = TestApp::start().await;
    let mut ana = Browser::at(&app, "192.0.2.1");
    let answer = ana.register("Ana", "Ana@Example.com", PASSWORD).await;
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!(answer.expect(202), json!({"next": "verify_email"}));
    app.settle().await;
    // Only the right password learns that a step is missing.
    assert_eq!(ana.sign_in("ana@example.com", PASSWORD).await.code(), "auth.unverified");
    assert_eq!(ana.sign_in("ana@example.com", OTHER).await.code(), "auth.wrong_credentials");
    let token = mailed(&app, "/verify-email");
    let me = ana.post("/auth/verify-email", json!({"token": token})).await.expect(200);
    assert_eq!(me["user"]["email"], "Ana@Example.com");
    assert_eq!(me["user"]["profile"]["time_zone"], "Europe/Lisbon");
    assert_eq!(
        me["user"]["completion"],
        json!({"percent": 50, "missing": ["interests", "daily_goal_minutes", "skill_level"]})
    );
    assert_eq!(ana.get("/me").await.expect(200)["id"], me["user"]["id"]);
    let again = Browser::at(&app, "192.0.2.2")
        .post("/auth/verify-email", json!({"token": token}))
        .await;
    assert_eq!((again.status.as_u16(), again.code()), (409, "auth.link_invalid"));
    assert_eq!(ana.sign_in("ana@EXAMPLE.com", PASSWORD).await.status, 200);
    app.settle().await;
}

#[tokio::test]
async fn links_expire_and_can_be_sent_again() {
    let app = TestApp::start().await;
    let mut ana = Browser::at(&app, "192.0.2.1");
    ana.register("Ana", "ana@example.com", PASSWORD).await.expect(202);
    app.settle().await;
    let old = mailed(&app, "/verify-email");
    app.pass(Duration::from_secs(48 * 3600)).await;
    assert_eq!(
        ana.post("/auth/verify-email", json!({"token": old})).await.code(),
        "auth.link_invalid"
    );
    for email in ["nobody@example.com", "ana@example.com"] {
        let answer = ana.post("/auth/resend-verification", json!({"email": email})).await;
        assert_eq!(answer.expect(202), json!({"next": "verify_email"}));
    }
    app.settle().await;
    assert_eq!(app.mails().len(), 2);
    ana.post("/auth/verify-email", json!({"token": mailed(&app, "/verify-email")}))
        .await
        .expect(200);
    app.settle().await;
}

#[tokio::test]
async fn known_addresses_get_the_same_answer_and_their_owner_a_mail() {
    let app = TestApp::start().await;
    app.learner("Ana").await;
    let mut eve = Browser::at(&app, "192.0.2.9");
    let known = eve.register("Eve <b>win</b> https://evil.example", "ANA@example.com", OTHER).await;
    let unknown = eve.register("Eve", "new@example.com", OTHER).await;
    assert_eq!(gist(&known), gist(&unknown));
    let names = |answer: &crate::support::Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&known), names(&unknown));
    app.settle().await;
    let mails = app.mails();
    let to_ana = mails
        .iter()
        .find(|mail| mail.to.contains("ana@example.com"))
        .expect("a mail to Ana");
    assert!(to_ana.text.contains("already belongs"), "{}", to_ana.text);
    // What a stranger typed goes to nobody's mailbox.
    assert!(
        mails
            .iter()
            .all(|mail| !mail.text.contains("Eve") && !mail.html.contains("Eve") && !mail.to.contains("Eve"))
    );
    assert_eq!(Browser::at(&app, "192.0.2.1").sign_in("ana@example.com", OTHER).await.status, 401);
}

#[tokio::test]
async fn a_link_activates_only_what_was_typed_for_it() {
    let app = TestApp::start().await;
    let (mut eve, mut ana) = (Browser::at(&app, "192.0.2.9"), Browser::at(&app, "192.0.2.1"));
    // Eve leaves an account at Ana's address behind; Ana registers later, and Eve once more.
    eve.register("Eve", "ana@example.com", OTHER).await.expect(202);
    app.settle().await;
    ana.register("Ana", "ana@example.com", PASSWORD).await.expect(202);
    app.settle().await;
    let anas = mailed(&app, "/verify-email");
    app.pass(Duration::from_secs(1)).await;
    eve.register("Eve", "ana@example.com", OTHER).await.expect(202);
    app.settle().await;
    let me = ana.post("/auth/verify-email", json!({"token": anas})).await.expect(200);
    assert_eq!(me["user"]["name"], "Ana");
    assert_eq!(eve.sign_in("ana@example.com", OTHER).await.status, 401);
    assert_eq!(ana.sign_in("ana@example.com", PASSWORD).await.status, 200);
    let last = mailed(&app, "/verify-email");
    assert_ne!(last, anas);
    assert_eq!(
        eve.post("/auth/verify-email", json!({"token": last})).await.code(),
        "auth.link_invalid"
    );
    app.settle().await;
}

#[tokio::test]
async fn two_at_once_make_one_account() {
    let app = TestApp::start().await;
    let (mut one, mut two) = (Browser::at(&app, "192.0.2.1"), Browser::at(&app, "192.0.2.2"));
    let (a, b) = tokio::join!(
        one.register("Ana", "ana@example.com", PASSWORD),
        two.register("Ana", "Ana@Example.Com", OTHER)
    );
    assert_eq!(gist(&a), gist(&b));
    app.settle().await;
    let root = app.admin("Root").await;
    let found = root.get("/users?q=ana@").await.expect(200);
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    let waiting = root.get("/users?state=unverified").await.expect(200);
    assert_eq!(waiting["items"].as_array().map(Vec::len), Some(1));
    app.settle().await;
}

#[tokio::test]
async fn policies_say_who_may_join() {
    let app = TestApp::start().await;
    let mut ana = Browser::at(&app, "192.0.2.1");
    set_registration(&app, |section| section.mode = RegistrationMode::Invite).await;
    let closed = ana.register("Ana", "ana@example.com", PASSWORD).await;
    assert_eq!((closed.status.as_u16(), closed.code()), (403, "denied.invitation_only"));
    set_registration(&app, |section| {
        section.mode = RegistrationMode::Domains;
        section.domains = vec!["Fjord.no".into()];
        section.password_min_length = 24;
    })
    .await;
    let other = ana.register("Ana", "ana@fjord.no.evil.com", PASSWORD).await;
    assert_eq!(other.json["fields"][0]["code"], "email.other_domain");
    let short = ana.register("Ana", "ana@fjord.no", PASSWORD).await;
    assert_eq!(short.json["fields"][0]["code"], "password.too_short");
    ana.register("Ana", "ana@FJORD.no", &format!("{PASSWORD} {OTHER}"))
        .await
        .expect(202);
    app.settle().await;
}

#[tokio::test]
async fn bad_registrations_name_their_field() {
    let app = TestApp::start().await;
    let mut ana = Browser::at(&app, "192.0.2.1");
    for (path, value) in [
        ("name", json!(" \u{200B} ")),
        ("email", json!("ana@")),
        ("email", json!("ana@example.com\r\nBcc: eve@example.com")),
        ("email", json!(format!("{}@example.com", "a".repeat(300)))),
        ("password", json!("short")),
        ("password", json!("x".repeat(200))),
        ("password", json!("ana.lovelace is great at it")),
        ("time_zone", json!("Mars/Olympus")),
        ("language", json!("")),
    ] {
        let mut body = registration("Ana Lovelace", "ana.lovelace@example.com", PASSWORD);
        body[path] = value;
        let answer = ana.post("/auth/register", body).await;
        assert_eq!(answer.status, 422, "{path}");
        assert_eq!(answer.json["fields"][0]["path"], path, "{}", answer.text());
    }
    let mut body = registration("Ana", "ana@example.com", PASSWORD);
    body["role"] = json!("admin");
    assert_eq!(ana.post("/auth/register", body).await.json["fields"][0]["path"], "role");
    app.settle().await;
    assert_eq!(app.mails().len(), 0);
}

#[tokio::test]
async fn nobodys_mailbox_is_flooded() {
    let app = TestApp::start().await;
    app.learner("Ana").await;
    for n in 0..12 {
        let mut eve = Browser::at(&app, &format!("198.51.100.{n}"));
        eve.post("/auth/forgot-password", json!({"email": "ana@example.com"}))
            .await
            .expect(202);
        eve.register("Eve", "ana@example.com", OTHER).await.expect(202);
    }
    app.settle().await;
    assert!((4..=5).contains(&app.mails().len()), "{}", app.mails().len());
}
