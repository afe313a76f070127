//! Invitations.

use std::time::Duration;

use momentum::auth::RegistrationMode;
use serde_json::{Value, json};

use super::{Browser, OTHER, PASSWORD, mailed, registration, set_registration};
use crate::support::TestApp;

fn with_invite(name: &str, email: &str, token: &str) -> Value {
    let mut body = registration(name, email, PASSWORD);
    body["invite"] = json!(token);
    body
}

#[tokio::test]
async fn an_invitation_lets_its_owner_in_with_its_role() {
    let app = TestApp::start().await;
    let root = app.admin("Root").await;
    set_registration(&app, |section| section.mode = RegistrationMode::Invite).await;
    let made = root
        .post("/invites", json!({"email": "Ivo@example.com", "name": "Ivo", "role": "instructor"}))
        .await
        .expect(201);
    assert_eq!((&made["invited_by"], &made["role"]), (&json!("Root"), &json!("instructor")));
    app.settle().await;
    let token = mailed(&app, "/accept-invite");
    let mut ivo = Browser::at(&app, "192.0.2.1");
    let details = ivo.post("/auth/invite-details", json!({"token": token})).await.expect(200);
    assert_eq!(details["email"], "Ivo@example.com");
    assert_eq!(
        (&details["invited_by"], &details["organisation"]),
        (&json!("Root"), &json!("Momentum"))
    );
    let other = ivo.post("/auth/register", with_invite("Eve", "eve@example.com", &token)).await;
    assert_eq!(other.json["fields"][0]["code"], "invite.other_address");
    let weak = {
        let mut body = with_invite("Ivo", "ivo@example.com", &token);
        body["password"] = json!("password123");
        ivo.post("/auth/register", body).await
    };
    assert_eq!(weak.json["fields"][0]["path"], "password");
    let mut twin = Browser::at(&app, "192.0.2.2");
    let (one, two) = tokio::join!(
        ivo.post("/auth/register", with_invite("Ivo", "ivo@example.com", &token)),
        twin.post("/auth/register", with_invite("Ivo", "ivo@example.com", &token))
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "of two at once, one");
    let winner = if one.status == 201 { &mut ivo } else { &mut twin };
    assert_eq!(winner.get("/me").await.expect(200)["role"], "instructor");
    assert_eq!(root.get("/invites").await.expect(200)["items"], json!([]));
    app.settle().await;
}

#[tokio::test]
async fn invitations_are_replaced_taken_back_and_expire() {
    let app = TestApp::start().await;
    let root = app.admin("Root").await;
    let mut ivo = Browser::at(&app, "192.0.2.1");
    let invite = async |role: &str| {
        let made = root
            .post("/invites", json!({"email": "ivo@example.com", "role": role}))
            .await
            .expect(201);
        app.settle().await;
        (made["id"].as_str().expect("an id").to_owned(), mailed(&app, "/accept-invite"))
    };
    let (_, first) = invite("admin").await;
    app.pass(Duration::from_secs(1)).await;
    let (id, second) = invite("learner").await;
    assert_eq!(
        ivo.post("/auth/invite-details", json!({"token": first})).await.code(),
        "auth.link_invalid"
    );
    ivo.post("/auth/invite-details", json!({"token": second})).await.expect(200);
    root.delete(&format!("/invites/{id}")).await.expect(204);
    assert_eq!(root.delete(&format!("/invites/{id}")).await.status, 404);
    let answer = ivo.post("/auth/register", with_invite("Ivo", "ivo@example.com", &second)).await;
    assert_eq!(answer.code(), "auth.link_invalid");
    app.pass(Duration::from_secs(1)).await;
    let (_, third) = invite("learner").await;
    app.pass(Duration::from_secs(7 * 24 * 3600)).await;
    assert_eq!(
        ivo.post("/auth/invite-details", json!({"token": third})).await.code(),
        "auth.link_invalid"
    );
    assert_eq!(root.get("/invites").await.expect(200)["items"][0]["email"], "ivo@example.com");
}

#[tokio::test]
async fn only_admins_invite_and_known_addresses_are_refused() {
    let app = TestApp::start().await;
    let (root, ira) = (app.admin("Root").await, app.instructor("Ira").await);
    let body = json!({"email": "ira@EXAMPLE.com", "role": "admin"});
    assert_eq!(ira.post("/invites", body.clone()).await.status, 403);
    assert_eq!(ira.get("/invites").await.status, 403);
    assert_eq!(app.anonymous().post("/invites", body.clone()).await.status, 401);
    assert_eq!(root.post("/invites", body).await.code(), "user.email_taken");
    for (path, bad) in [
        ("role", json!({"email": "a@b.co", "role": "king"})),
        ("email", json!({"email": "a b", "role": "learner"})),
        ("name", json!({"email": "a@b.co", "role": "learner", "name": ""})),
    ] {
        assert_eq!(root.post("/invites", bad).await.json["fields"][0]["path"], path);
    }
    app.settle().await;
}

#[tokio::test]
async fn an_invitation_takes_over_an_account_that_waits_at_its_address() {
    let app = TestApp::start().await;
    let root = app.admin("Root").await;
    let (mut eve, mut ivo) = (Browser::at(&app, "192.0.2.9"), Browser::at(&app, "192.0.2.1"));
    eve.register("Eve", "ivo@example.com", OTHER).await.expect(202);
    root.post("/invites", json!({"email": "ivo@example.com", "role": "instructor"}))
        .await
        .expect(201);
    app.settle().await;
    let token = mailed(&app, "/accept-invite");
    let me = ivo
        .post("/auth/register", with_invite("Ivo", "ivo@example.com", &token))
        .await
        .expect(201);
    assert_eq!((&me["user"]["name"], &me["user"]["role"]), (&json!("Ivo"), &json!("instructor")));
    assert_eq!(eve.sign_in("ivo@example.com", OTHER).await.status, 401);
    let left = mailed(&app, "/verify-email");
    assert_eq!(
        eve.post("/auth/verify-email", json!({"token": left})).await.code(),
        "auth.link_invalid"
    );
    app.settle().await;
}
