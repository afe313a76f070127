//! API tokens: as far as their scopes and their owner reach, and no step further.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use momentum::{
    auth::{self, ManageTokens, TokenWish},
    kernel::{id::UserId, scope::Scope, text::Label},
};
use serde_json::json;

use crate::support::{Answer, Client, PASSWORD, TestApp};

/// A token of this person, with these scopes.
async fn token(app: &TestApp, owner: UserId, scopes: &[&str]) -> String {
    let scopes: Vec<Scope> = scopes.iter().map(|scope| scope.parse().expect("a scope")).collect();
    let wish = TokenWish {
        name: Label::parse("Robot").expect("a name"),
        scopes: if scopes.is_empty() {
            vec!["courses:read".parse().expect("a scope")]
        } else {
            scopes.clone()
        },
        expires_at: None,
    };
    let db = app.system();
    let made = db.write("test.token", move |tx| {
        let (id, secret) = auth::create_token(tx, &ManageTokens::as_system("test"), owner, wish)?;
        if scopes.is_empty() {
            tx.execute("UPDATE api_tokens SET scopes = '[]' WHERE id = ?1", [id])?;
        }
        Ok(secret)
    });
    made.await.expect("a token")
}

async fn ask(app: &TestApp, token: &str, method: Method, path: &str, body: Option<serde_json::Value>) -> Answer {
    let path = if path.starts_with("/api") {
        path.to_owned()
    } else {
        format!("/api/v1{path}")
    };
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        // A program that runs in somebody else's page has no cookie, and needs no protection from itself.
        .header("sec-fetch-site", "cross-site");
    let body = body.map_or_else(Body::empty, |value| {
        request = std::mem::take(&mut request).header(header::CONTENT_TYPE, "application/json");
        Body::from(value.to_string())
    });
    app.anonymous().send(request.body(body).expect("a request")).await
}

#[tokio::test]
async fn without_scopes_every_operation_is_closed() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let none = token(&app, ada.id(), &[]).await;
    let document = serde_json::to_value(momentum::app::openapi()).expect("a document");
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("operations").keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            // What stands in the braces matters not: the scope is asked before anything else.
            let path: String = path
                .split('/')
                .map(|part| if part.starts_with('{') { "x" } else { part })
                .collect::<Vec<_>>()
                .join("/");
            let answer = ask(&app, &none, method.clone(), &path, Some(json!({}))).await;
            assert_eq!(answer.status.as_u16(), 403, "{method} {path}");
            // An answer to HEAD has no body.
            assert!(method == Method::HEAD || answer.code() == "denied.scope", "{method} {path}");
            asked += 1;
        }
    }
    assert!(asked > 80, "{asked}");
    app.settle().await;
}

#[tokio::test]
async fn scopes_open_their_area_and_nothing_else() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let reader = token(&app, ada.id(), &["admin:read"]).await;
    let writer = token(&app, ada.id(), &["people:write"]).await;
    let learning = json!({"day_start_hour": 4, "default_pace": "daily", "heartbeat_seconds": 30});
    ask(&app, &reader, Method::GET, "/admin/settings", None).await.expect(200);
    ask(&app, &reader, Method::GET, "/users", None).await.expect(403);
    let put = ask(&app, &reader, Method::PUT, "/admin/settings/learning", Some(learning.clone())).await;
    assert_eq!((put.status.as_u16(), put.code()), (403, "denied.scope"));
    ask(&app, &writer, Method::GET, "/users", None).await.expect(200);
    ask(&app, &writer, Method::GET, "/admin/settings", None).await.expect(403);
    let both = token(&app, ada.id(), &["admin:write"]).await;
    ask(&app, &both, Method::PUT, "/admin/settings/learning", Some(learning))
        .await
        .expect(200);
    // The trail tells the program from the person.
    let trail = ada.get("/admin/audit?action=settings").await.expect(200);
    assert_eq!(trail["items"][0]["actor_name"], "Ada");
    let by = trail["items"][0]["token"].as_str().expect("a token's id").to_owned();
    assert_eq!(trail["items"][0]["names"][by.as_str()], "Robot");
    app.settle().await;
}

#[tokio::test]
async fn the_ways_in_are_closed_to_programs() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let all: Vec<&str> = Scope::ALL.iter().map(|scope| scope.word()).collect();
    let mighty = token(&app, ada.id(), &all).await;
    let wish = json!({"name": "More", "scopes": ["admin:write"]});
    for (method, path, body) in [
        (Method::POST, "/admin/tokens", Some(wish)),
        (Method::GET, "/admin/tokens", None),
        (Method::GET, "/me/sessions", None),
        (Method::POST, "/me/password", Some(json!({"current": PASSWORD, "new": "x"}))),
        (Method::POST, "/auth/confirm-password", Some(json!({"password": PASSWORD}))),
        (Method::GET, "/me", None),
    ] {
        let answer = ask(&app, &mighty, method, path, body).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (403, "denied.scope"), "{path}");
    }
    // A password was never typed for a program: it downloads no backup.
    let download = ask(&app, &mighty, Method::GET, "/admin/backups/x.backup", None).await;
    assert_eq!(download.status, 404);
    app.settle().await;
}

#[tokio::test]
async fn a_token_is_cut_down_to_its_owner() {
    let app = TestApp::start().await;
    let lea = app.learner("Lea").await;
    let all: Vec<&str> = Scope::ALL.iter().map(|scope| scope.word()).collect();
    let hers = token(&app, lea.id(), &all).await;
    ask(&app, &hers, Method::GET, "/courses", None).await.expect(200);
    let answer = ask(&app, &hers, Method::GET, "/admin/settings", None).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (403, "denied.role"));
    // His role is read at each request.
    let ada = app.admin("Ada").await;
    let adas = token(&app, ada.id(), &["admin:read"]).await;
    ask(&app, &adas, Method::GET, "/admin/jobs", None).await.expect(200);
    let other = app.admin("Otto").await;
    let path = format!("/users/{}", ada.id());
    other.patch(&path, json!({"role": "learner"})).await.expect(200);
    ask(&app, &adas, Method::GET, "/admin/jobs", None).await.expect(403);
    other.patch(&path, json!({"is_active": false})).await.expect(200);
    ask(&app, &adas, Method::GET, "/admin/jobs", None).await.expect(401);
    app.settle().await;
}

#[tokio::test]
async fn expired_revoked_and_made_up_tokens_open_nothing() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let wish = json!({"name": "Payroll", "scopes": ["admin:read", "admin:read"], "days": 1});
    let made = ada.post("/admin/tokens", wish).await.expect(201);
    let (id, secret) = (made["id"].as_str().expect("an id"), made["token"].as_str().expect("a secret"));
    assert!(secret.starts_with("mom_") && secret.len() == 47, "{secret}");
    ask(&app, secret, Method::GET, "/admin/jobs", None).await.expect(200);
    app.settle().await;
    let listed = ada.get("/admin/tokens").await;
    assert_eq!(listed.json[0]["scopes"], json!(["admin:read"]));
    assert!(listed.json[0]["last_used_at"].is_string());
    assert!(!listed.text().contains(&secret[12..]), "the secret is nowhere");
    let trail = ada.get("/admin/audit").await.text();
    assert!(trail.contains("tokens.create") && !trail.contains(&secret[12..]));
    app.pass(Duration::from_secs(24 * 3600 + 1)).await;
    ask(&app, secret, Method::GET, "/admin/jobs", None).await.expect(401);
    let long = token(&app, ada.id(), &["admin:read"]).await;
    ask(&app, &long, Method::GET, "/admin/jobs", None).await.expect(200);
    let rows = ada.get("/admin/tokens").await.json;
    let row = rows
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["id"] != id)
        .expect("the other")["id"]
        .clone();
    ada.delete(&format!("/admin/tokens/{}", row.as_str().expect("an id")))
        .await
        .expect(204);
    ask(&app, &long, Method::GET, "/admin/jobs", None).await.expect(401);
    ada.delete(&format!("/admin/tokens/{}", row.as_str().expect("an id")))
        .await
        .expect(404);
    for bad in [
        "mom_",
        "mom_x",
        &format!("mom_{}", "a".repeat(43)),
        &format!("mom_{}", "ü".repeat(1000)),
    ] {
        let request = Request::builder().uri("/api/v1/instance");
        let Ok(value) = header::HeaderValue::from_bytes(format!("Bearer {bad}").as_bytes()) else {
            continue;
        };
        let request = request.header(header::AUTHORIZATION, value).body(Body::empty()).expect("a request");
        let answer = app.anonymous().send(request).await;
        assert!([200, 401].contains(&answer.status.as_u16()), "{bad}: {}", answer.status);
        if bad.is_ascii() {
            assert_eq!(answer.status, 401, "{bad}: even where nobody has to be signed in");
        }
    }
    app.settle().await;
}

#[tokio::test]
async fn making_one_asks_for_a_recent_password() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let wish = json!({"name": "Payroll", "scopes": ["courses:read"]});
    app.pass(Duration::from_secs(5 * 60 + 1)).await;
    let late = ada.post("/admin/tokens", wish.clone()).await;
    assert_eq!((late.status.as_u16(), late.code()), (403, "denied.password_needed"));
    ada.post("/auth/confirm-password", json!({"password": "wrong"})).await.expect(422);
    ada.post("/admin/tokens", wish.clone()).await.expect(403);
    ada.post("/auth/confirm-password", json!({"password": PASSWORD})).await.expect(204);
    ada.post("/admin/tokens", wish.clone()).await.expect(201);
    for bad in [
        json!({"name": "", "scopes": ["courses:read"]}),
        json!({"name": "A", "scopes": []}),
        json!({"name": "A", "scopes": ["everything"]}),
        json!({"name": "A", "scopes": ["courses:read"], "days": 0}),
        json!({"name": "x".repeat(10_000), "scopes": ["courses:read"]}),
    ] {
        ada.post("/admin/tokens", bad.clone()).await.expect(422);
    }
    app.learner("Lea").await.post("/admin/tokens", wish.clone()).await.expect(403);
    app.instructor("Ira").await.post("/admin/tokens", wish).await.expect(403);
    app.settle().await;
}

#[tokio::test]
async fn erasing_a_person_ends_his_tokens() {
    let app = TestApp::start().await;
    let lea = app.learner("Lea").await;
    let hers = token(&app, lea.id(), &["courses:read"]).await;
    let client: &Client<'_> = &lea;
    client.post("/me/delete", json!({"password": PASSWORD})).await.expect(204);
    ask(&app, &hers, Method::GET, "/courses", None).await.expect(401);
    app.settle().await;
}
