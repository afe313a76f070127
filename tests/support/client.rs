//! Requests through the real router, and answers that read well in a test.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use momentum::{app::API, kernel::id::UserId, platform::web::guard::COOKIE};
use serde_json::Value;
use tower::ServiceExt as _;

use super::TestApp;

/// Somebody with a browser. Paths are relative to the API, `/me` meaning `/api/v1/me`; what
/// begins with `/api/` or is asked through [`Client::send`] is taken as it is.
pub struct Client<'a> {
    app: &'a TestApp,
    token: Option<String>,
    user: Option<UserId>,
}

impl<'a> Client<'a> {
    pub(super) fn anonymous(app: &'a TestApp) -> Self {
        Self {
            app,
            token: None,
            user: None,
        }
    }

    pub(super) fn person(app: &'a TestApp, user: UserId, token: String) -> Self {
        Self {
            app,
            token: Some(token),
            user: Some(user),
        }
    }

    /// Somebody who holds this session's token.
    pub fn holding(app: &'a TestApp, token: String) -> Self {
        Self {
            app,
            token: Some(token),
            user: None,
        }
    }

    /// His id.
    pub fn id(&self) -> UserId {
        self.user.expect("a client who is signed in")
    }

    /// His session's token.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    /// Any method, with a JSON body or none.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(at(path));
        let body = body.map_or_else(Body::empty, |value| {
            request = std::mem::take(&mut request).header(header::CONTENT_TYPE, "application/json");
            Body::from(value.to_string())
        });
        self.send(request.body(body).expect("a request")).await
    }

    /// Raw bytes, as uploads send them.
    pub async fn upload(&self, method: Method, path: &str, bytes: impl Into<Bytes>) -> Answer {
        let request = Request::builder().method(method).uri(at(path));
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
        self.send(request.body(Body::from(bytes.into())).expect("a request")).await
    }

    /// A request of the protocol for resumable uploads.
    pub async fn tus(&self, method: Method, path: &str, headers: &[(&str, &str)], bytes: impl Into<Bytes>) -> Answer {
        let mut request = Request::builder().method(method).uri(at(path)).header("tus-resumable", "1.0.0");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(bytes.into())).expect("a request")).await
    }

    /// A request as it is, with the session's cookie as a browser on our own pages sends it.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        if let Some(token) = &self.token {
            let cookie = format!("{COOKIE}={token}").parse().expect("a cookie");
            request.headers_mut().insert(header::COOKIE, cookie);
            let site = request.headers_mut().entry("sec-fetch-site");
            site.or_insert(header::HeaderValue::from_static("same-origin"));
        }
        let response = self.app.router.clone().oneshot(request).await.expect("routers do not fail");
        let (parts, body) = response.into_parts();
        // A live stream has no end: who wants to hear it asks the router himself.
        let is_stream = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind == "text/event-stream");
        let bytes = if is_stream {
            Bytes::new()
        } else {
            body.collect().await.expect("a whole body").to_bytes()
        };
        Answer {
            status: parts.status,
            json: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            headers: parts.headers,
            bytes,
        }
    }
}

fn at(path: &str) -> String {
    if path.starts_with("/api/") {
        path.into()
    } else {
        format!("{API}{path}")
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    /// The body as JSON; null when it is none.
    pub json: Value,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    /// Asserts the status and gives the JSON.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json
    }

    /// The stable code of a problem; empty when it is none.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header as text; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
