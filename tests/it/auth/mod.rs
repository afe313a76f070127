//! The ways in, through the front door; and what an attacker tries at it.

mod account;
mod attacks;
mod invites;
mod operator;
mod register;
mod sign_in;

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use momentum::{
    auth::{self, RegistrationSettings},
    platform::{
        settings,
        web::{Peer, guard::Origin},
    },
};
use serde_json::{Value, json};

pub(super) use crate::support::PASSWORD;
use crate::support::{Answer, TestApp};

pub(super) const OTHER: &str = "quartz-meadow-ferry-77";

/// Where requests over TLS come from.
pub(super) const PROXY: &str = "10.0.0.1";

/// What two answers have in common: all but the id of the request.
pub(super) fn gist(answer: &Answer) -> (u16, Value) {
    let mut json = answer.json.clone();
    if let Some(fields) = json.as_object_mut() {
        fields.remove("request_id");
    }
    (answer.status.as_u16(), json)
}

/// A browser: keeps its cookies, comes from somewhere.
pub(super) struct Browser<'a> {
    app: &'a TestApp,
    pub(super) jar: BTreeMap<String, String>,
    pub(super) origin: Origin,
}

impl<'a> Browser<'a> {
    pub(super) fn at(app: &'a TestApp, ip: &str) -> Self {
        let origin = Origin {
            ip: Some(ip.parse().expect("an address")),
            user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0".into(),
            is_secure: false,
        };
        Self {
            app,
            jar: BTreeMap::new(),
            origin,
        }
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub(super) async fn delete(&mut self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    pub(super) async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(super) async fn ask(&mut self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if !self.jar.is_empty() {
            let pairs: Vec<_> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        request = request.header("sec-fetch-site", "same-origin");
        request = request.header(header::USER_AGENT, &self.origin.user_agent);
        let ip = self.origin.ip.expect("an address");
        let peer = if self.origin.is_secure {
            request = request
                .header("x-forwarded-for", ip.to_string())
                .header("x-forwarded-proto", "https");
            PROXY.parse().expect("an address")
        } else {
            ip
        };
        request = request.extension(Peer((peer, 4711).into()));
        let body = body.map_or_else(Body::empty, |value| Body::from(value.to_string()));
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body);
        let answer = self.app.anonymous().send(request.expect("a request")).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let text = set.to_str().expect("a cookie");
            let (name, rest) = text.split_once('=').expect("a cookie has a name");
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.into(), value.into());
            }
        }
        answer
    }

    /// The session's token.
    pub(super) fn token(&self) -> &str {
        self.jar.get("momentum_session").map(String::as_str).unwrap_or_default()
    }

    pub(super) async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.post("/auth/sign-in", json!({"email": email, "password": password})).await
    }

    pub(super) async fn register(&mut self, name: &str, email: &str, password: &str) -> Answer {
        self.post("/auth/register", registration(name, email, password)).await
    }
}

pub(super) fn registration(name: &str, email: &str, password: &str) -> Value {
    json!({"name": name, "email": email, "password": password, "time_zone": "Europe/Lisbon", "language": "en"})
}

/// The token of the newest mail's link to a page.
#[track_caller]
pub(super) fn mailed(app: &TestApp, path: &str) -> String {
    let mails = app.mails();
    let mail = mails.iter().rev().find(|mail| mail.text.contains(path));
    let link = mail.unwrap_or_else(|| panic!("no mail leads to {path}")).link(path);
    link.split_once("token=").expect("a token").1.to_owned()
}

pub(super) async fn set_registration(app: &TestApp, change: impl FnOnce(&mut RegistrationSettings) + Send + 'static) {
    let db = app.system();
    let put = db.write("test.registration", move |tx| {
        let mut section = RegistrationSettings::default();
        change(&mut section);
        settings::put(tx, &section.cleaned()?)
    });
    put.await.expect("settings are stored");
}

#[tokio::test]
async fn the_first_start_makes_one_admin() {
    let app = TestApp::start().await;
    let db = app.db(momentum::kernel::actor::Actor::System("serve"));
    let link = async || {
        db.write("test.link", |tx| auth::setup_link(tx, "https://learn.example.org/"))
            .await
            .expect("a link")
    };
    let former = link().await.expect("nobody runs it");
    let current = link().await.expect("nobody runs it");
    let token = |link: &str| {
        link.split_once("https://learn.example.org/setup?token=")
            .expect("a link")
            .1
            .to_owned()
    };
    let body = |token: &str, password: &str| {
        json!({"token": token, "organisation": "Fjord School", "brand_colour": "#123456", "name": "Root",
               "email": "root@example.com", "password": password, "time_zone": "Europe/Oslo"})
    };
    let mut root = Browser::at(&app, "192.0.2.1");
    let refused = root.post("/setup", body(&token(&former), PASSWORD)).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json["fields"][0]["path"]),
        (422, &json!("token"))
    );
    let weak = root.post("/setup", body(&token(&current), "password123")).await;
    assert_eq!(weak.json["fields"][0]["code"], "password.too_weak");
    let mut pale = body(&token(&current), PASSWORD);
    pale["brand_colour"] = json!("red");
    assert_eq!(root.post("/setup", pale).await.json["fields"][0]["path"], "brand_colour");
    let mut other = Browser::at(&app, "192.0.2.2");
    let (one, two) = tokio::join!(
        root.post("/setup", body(&token(&current), PASSWORD)),
        other.post("/setup", body(&token(&current), PASSWORD))
    );
    let statuses = [one.status.as_u16(), two.status.as_u16()];
    assert!(statuses == [201, 409] || statuses == [409, 201], "{statuses:?}");
    let winner = if one.status == 201 { &mut root } else { &mut other };
    let me = winner.get("/me").await.expect(200);
    assert_eq!((&me["role"], &me["name"]), (&json!("admin"), &json!("Root")));
    assert_eq!(winner.post("/setup", body(&token(&current), PASSWORD)).await.code(), "setup.done");
    assert_eq!(link().await, None);
    app.settle().await;
}
