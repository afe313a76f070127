//! Passwords, addresses, leaving.

use std::time::Duration;

use momentum::auth::RegistrationMode;
use serde_json::json;

use super::{Browser, OTHER, PASSWORD, gist, mailed, set_registration};
use crate::support::TestApp;

#[tokio::test]
async fn a_reset_link_works_once_and_ends_every_session() {
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    let mut browser = Browser::at(&app, "192.0.2.1");
    let known = browser.post("/auth/forgot-password", json!({"email": "ANA@example.com"})).await;
    let unknown = browser.post("/auth/forgot-password", json!({"email": "nobody@example.com"})).await;
    assert_eq!(gist(&known), gist(&unknown));
    app.settle().await;
    assert_eq!(app.mails().len(), 1);
    let token = mailed(&app, "/reset");
    let weak = browser
        .post("/auth/reset-password", json!({"token": token, "password": "password1234"}))
        .await;
    assert_eq!(weak.json["fields"][0]["path"], "password");
    let body = json!({"token": token, "password": OTHER});
    let mut twin = Browser::at(&app, "192.0.2.2");
    let (one, two) = tokio::join!(
        browser.post("/auth/reset-password", body.clone()),
        twin.post("/auth/reset-password", body.clone())
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409], "of two at once, one");
    assert_eq!(ana.get("/me").await.status, 401);
    assert_eq!(browser.sign_in("ana@example.com", PASSWORD).await.status, 401);
    browser.sign_in("ana@example.com", OTHER).await.expect(200);
    app.settle().await;
    assert!(app.mails().last().expect("a mail").text.contains("was changed just now"));
}

#[tokio::test]
async fn a_reset_link_holds_one_hour_and_proves_the_address() {
    let app = TestApp::start().await;
    let mut ana = Browser::at(&app, "192.0.2.1");
    ana.register("Ana", "ana@example.com", PASSWORD).await.expect(202);
    app.settle().await;
    let verify = mailed(&app, "/verify-email");
    let forgot = json!({"email": "ana@example.com"});
    ana.post("/auth/forgot-password", forgot.clone()).await.expect(202);
    app.settle().await;
    let old = mailed(&app, "/reset");
    app.pass(Duration::from_secs(3600)).await;
    let reset =
        async |ana: &mut Browser<'_>, token: &str| ana.post("/auth/reset-password", json!({"token": token, "password": OTHER})).await;
    assert_eq!(reset(&mut ana, &old).await.code(), "auth.link_invalid");
    ana.post("/auth/forgot-password", forgot).await.expect(202);
    app.settle().await;
    reset(&mut ana, &mailed(&app, "/reset")).await.expect(204);
    ana.sign_in("ana@example.com", OTHER).await.expect(200);
    assert_eq!(
        ana.post("/auth/verify-email", json!({"token": verify})).await.code(),
        "auth.link_invalid"
    );
    // A link of one kind is none of another.
    assert_eq!(
        ana.post("/auth/confirm-email", json!({"token": verify})).await.code(),
        "auth.link_invalid"
    );
    app.settle().await;
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions() {
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    let mut here = Browser::at(&app, "192.0.2.1");
    here.sign_in("ana@example.com", PASSWORD).await.expect(200);
    here.post("/auth/forgot-password", json!({"email": "ana@example.com"}))
        .await
        .expect(202);
    app.settle().await;
    let reset = mailed(&app, "/reset");
    let wrong = here.post("/me/password", json!({"current": OTHER, "new": OTHER})).await;
    assert_eq!(
        (&wrong.json["fields"][0]["path"], &wrong.json["fields"][0]["code"]),
        (&json!("current"), &json!("password.wrong"))
    );
    let weak = here
        .post("/me/password", json!({"current": PASSWORD, "new": "ana ana ana ana"}))
        .await;
    assert_eq!(weak.json["fields"][0]["path"], "new");
    here.post("/me/password", json!({"current": PASSWORD, "new": OTHER}))
        .await
        .expect(204);
    assert_eq!(here.get("/me").await.status, 200);
    assert_eq!(ana.get("/me").await.status, 401);
    let late = here
        .post("/auth/reset-password", json!({"token": reset, "password": PASSWORD}))
        .await;
    assert_eq!(late.code(), "auth.link_invalid", "links that were sent before open nothing");
    app.settle().await;
}

#[tokio::test]
async fn a_stolen_session_cannot_guess_the_password() {
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    let mut seen = Vec::new();
    for path in [
        "/me/password",
        "/me/email",
        "/me/delete",
        "/me/delete",
        "/me/email",
        "/me/password",
        "/me/delete",
    ] {
        let body = match path {
            "/me/password" => json!({"current": "guess", "new": OTHER}),
            "/me/email" => json!({"email": "eve@example.com", "password": "guess"}),
            _ => json!({"password": "guess"}),
        };
        seen.push(ana.post(path, body).await.status.as_u16());
    }
    assert_eq!(seen, [422, 422, 422, 422, 422, 422, 429]);
    app.settle().await;
}

#[tokio::test]
async fn another_address_holds_when_it_is_proven() {
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    let change = async |email: &str| ana.post("/me/email", json!({"email": email, "password": PASSWORD})).await;
    change("ana@new.example").await.expect(202);
    app.settle().await;
    let first = mailed(&app, "/confirm-email");
    let me = ana.get("/me").await.expect(200);
    assert_eq!(
        (&me["email"], &me["pending_email"]),
        (&json!("ana@example.com"), &json!("ana@new.example"))
    );
    change("anna@new.example").await.expect(202);
    app.settle().await;
    let mut browser = Browser::at(&app, "192.0.2.1");
    assert_eq!(
        browser.post("/auth/confirm-email", json!({"token": first})).await.code(),
        "auth.link_invalid"
    );
    let second = mailed(&app, "/confirm-email");
    browser.post("/auth/confirm-email", json!({"token": second})).await.expect(204);
    let me = ana.get("/me").await.expect(200);
    assert_eq!((&me["email"], me.get("pending_email")), (&json!("anna@new.example"), None));
    app.settle().await;
    let mails = app.mails();
    let notice = mails.last().expect("a mail");
    assert!(
        notice.to.contains("ana@example.com") && notice.text.contains("a•••@new.example"),
        "{notice:?}"
    );
    assert_eq!(browser.sign_in("ana@example.com", PASSWORD).await.status, 401);
    browser.sign_in("anna@new.example", PASSWORD).await.expect(200);
    // Only the writing changes: that needs no other account's consent.
    assert_eq!(change("anna@new.example").await.json["fields"][0]["code"], "email.same");
    change("Anna@New.example").await.expect(202);
    app.settle().await;
}

#[tokio::test]
async fn a_taken_address_is_told_to_its_owner_only() {
    let app = TestApp::start().await;
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    let body = json!({"email": "Ben@example.com", "password": PASSWORD});
    let taken = ana.post("/me/email", body).await;
    let free = ben
        .post("/me/email", json!({"email": "free@example.com", "password": PASSWORD}))
        .await;
    assert_eq!(gist(&taken), gist(&free));
    app.settle().await;
    let mails = app.mails();
    assert!(
        mails
            .iter()
            .any(|m| m.to.contains("Ben@example.com") && m.text.contains("already belongs")),
        "{mails:?}"
    );
    // Taken meanwhile: the link finds it so.
    let token = mailed(&app, "/confirm-email");
    app.person("Free", momentum::kernel::actor::Role::Learner, momentum::kernel::actor::Plan::Free)
        .await;
    assert_eq!(
        ben.post("/auth/confirm-email", json!({"token": token})).await.code(),
        "user.email_taken"
    );
    app.settle().await;
}

#[tokio::test]
async fn who_joined_by_domain_stays_in_it() {
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    set_registration(&app, |section| {
        section.mode = RegistrationMode::Domains;
        section.domains = vec!["example.com".into()];
    })
    .await;
    let change = async |email: &str| ana.post("/me/email", json!({"email": email, "password": PASSWORD})).await;
    assert_eq!(change("ana@elsewhere.org").await.json["fields"][0]["code"], "email.other_domain");
    change("ana.b@example.com").await.expect(202);
    app.settle().await;
}

#[tokio::test]
async fn leaving_removes_everything() {
    let app = TestApp::start().await;
    let (root, ana) = (app.admin("Root").await, app.learner("Ana").await);
    let mut browser = Browser::at(&app, "192.0.2.1");
    browser.sign_in("ana@example.com", PASSWORD).await.expect(200);
    browser
        .post("/auth/forgot-password", json!({"email": "ana@example.com"}))
        .await
        .expect(202);
    assert_eq!(
        root.post("/me/delete", json!({"password": PASSWORD})).await.code(),
        "user.last_admin"
    );
    let gone = browser.post("/me/delete", json!({"password": PASSWORD})).await;
    assert_eq!(
        gone.header("set-cookie"),
        "momentum_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    );
    gone.expect(204);
    app.settle().await;
    assert_eq!(app.mails().len(), 0, "mail on its way to him is gone too");
    assert_eq!(ana.get("/me").await.status, 401);
    assert_eq!(root.get(&format!("/users/{}", ana.id())).await.status, 404);
    assert_eq!(root.get("/users?q=ana").await.expect(200)["items"], json!([]));
    assert_eq!(browser.sign_in("ana@example.com", PASSWORD).await.code(), "auth.wrong_credentials");
    let db = app.system();
    let left = db.read("test.left", |read| {
        let count = |table: &str| {
            read.count(
                &format!("SELECT count(*) FROM {table} WHERE user_id NOT IN (SELECT id FROM users)"),
                [],
            )
        };
        Ok(["sessions", "credentials", "auth_tokens", "profiles"].map(|table| count(table).expect("a count")))
    });
    assert_eq!(left.await.expect("counts"), [0; 4]);
    // The address is free again.
    browser.register("Ana", "ana@example.com", OTHER).await.expect(202);
    app.settle().await;
}

#[tokio::test]
async fn passwords_are_judged_before_they_are_chosen() {
    let app = TestApp::start().await;
    let mut browser = Browser::at(&app, "192.0.2.1");
    let body = |password: &str| json!({"password": password, "name": "Ana Lovelace", "email": "not yet an address"});
    let bad = browser.post("/auth/check-password", body("lovelace1")).await.expect(200);
    assert_eq!(bad["acceptable"], false);
    assert_eq!(
        bad["problems"],
        json!(["password.too_short", "password.has_name", "password.too_weak"])
    );
    assert!(bad["suggestion"].is_string());
    let good = browser.post("/auth/check-password", body(PASSWORD)).await.expect(200);
    assert_eq!(
        (&good["acceptable"], &good["problems"], &good["score"]),
        (&json!(true), &json!([]), &json!(4))
    );
    let long = browser.post("/auth/check-password", body(&"é".repeat(100_000))).await.expect(200);
    assert_eq!(long["problems"], json!(["password.too_long"]));
    let mut asked = 3;
    while browser.post("/auth/check-password", body("x")).await.status == 200 {
        asked += 1;
        assert!(asked < 1000);
    }
    assert_eq!(asked, 121);
}
