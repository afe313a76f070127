//! What happens to every request before and after its handler, in one pass: request id, origin,
//! throttle, cross-site check, room, time limit, caught panics, headers, one log line.

use std::{
    net::SocketAddr,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;
use tokio::sync::Semaphore;
use tower_http::timeout::TimeoutBody;
use tracing::Instrument as _;

use super::{
    access::Access,
    config::{LimitsConfig, ServerConfig},
    guard::{COOKIE, Origin},
    headers::Policies,
    origin,
    problem::Problem,
    throttle::Throttle,
};
use crate::{
    kernel::error::{Error, Result},
    platform::{Platform, clock::SharedClock, telemetry},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The other end of the connection, as the server saw it.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Marks a request that came through our own TLS.
#[derive(Debug, Clone, Copy)]
pub struct OverTls;

/// What the pass needs.
pub(super) struct Edge {
    pub(super) server: ServerConfig,
    pub(super) limits: LimitsConfig,
    pub(super) throttle: Arc<Throttle>,
    pub(super) policies: Policies,
    pub(super) room: Semaphore,
    pub(super) clock: SharedClock,
    pub(super) platform: Arc<Platform>,
    /// Request ids are this and a count: unique, and cheap to make.
    pub(super) start: u32,
    pub(super) count: AtomicU64,
}

/// The pass around every request.
pub(super) async fn pass(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let (http, log) = (&edge.platform.metrics.http, &edge.platform.config.log);
    let flight = http.begin();
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let is_trusted = peer.is_some_and(|ip| origin::is_trusted(&edge.server.trusted_proxies, ip));
    let id = edge.request_id(request.headers(), is_trusted);
    // Whoever calls the router without a connection may say where from.
    let said = request.extensions().get::<Origin>().cloned();
    let is_encrypted = request.extensions().get::<OverTls>().is_some();
    let origin = said.unwrap_or_else(|| origin::find(&edge.server, peer, is_trusted, is_encrypted, request.headers()));
    let (method, path, is_secure) = (request.method().clone(), request.uri().path().to_owned(), origin.is_secure);
    let ip = origin.ip;
    let is_api = path.starts_with("/api/") || path == "/api";
    let template = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let route = http.route(template, is_api);
    let admitted = edge.admit(&request, &origin, is_api);
    request.extensions_mut().insert(origin);
    let span = telemetry::request_span(&id);
    let response = match admitted {
        Ok(()) => edge.answer(request, next, is_api).instrument(span.clone()).await,
        Err(problem) => *problem,
    };
    let _told = span.enter();
    let mut response = complete(response, &id, is_api);
    edge.policies.add(response.headers_mut(), is_api, is_secure);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (status, took) = (response.status(), began.elapsed());
    flight.land();
    route.answered(&method, status, took);
    if log.access {
        let (method, path, ip) = (&method, path.as_str(), ip.filter(|_| log.addresses));
        Access {
            method,
            path,
            status,
            took,
            ip,
        }
        .log();
    }
    response
}

impl Edge {
    /// A trusted proxy's id if it is a sensible one, so that both logs agree; else a new one.
    fn request_id(&self, headers: &HeaderMap, is_trusted: bool) -> String {
        let given = headers.get(REQUEST_ID).filter(|_| is_trusted).and_then(|value| value.to_str().ok());
        let is_sensible = |id: &&str| (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        given.filter(is_sensible).map_or_else(
            || format!("{:08x}{:08x}", self.start, self.count.fetch_add(1, Ordering::Relaxed)),
            str::to_owned,
        )
    }

    /// Whether the request may go on at all.
    fn admit(&self, request: &Request, origin: &Origin, is_api: bool) -> Result<(), Box<Response>> {
        if !is_api {
            return Ok(());
        }
        let path = request.uri().path();
        let is_unsafe = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        let is_auth = is_unsafe && (path.starts_with("/api/v1/auth/") || path == "/api/v1/setup");
        self.throttle
            .take_address(origin.ip, is_auth, self.clock.now())
            .map_err(|error| Box::new(error.into_response()))?;
        if is_unsafe && is_cross_site(request.headers(), &self.server) {
            let title = "This request came from another site.";
            return Err(Box::new(
                Problem::new(StatusCode::FORBIDDEN, "request.cross_site", title).into_response(),
            ));
        }
        Ok(())
    }

    /// Lets the handler answer, if there is room, within its time, and whatever it does.
    async fn answer(&self, request: Request, next: Next, is_api: bool) -> Response {
        let Ok(_place) = self.room.try_acquire() else {
            return busy("server.busy");
        };
        let limit = Duration::from_secs(self.limits.request_seconds);
        // An upload takes as long as its bytes keep coming; everything else has one limit.
        let total = if is_api && is_upload(&request) {
            Duration::from_secs(24 * 3600)
        } else {
            limit
        };
        let request = request.map(|body| Body::new(TimeoutBody::new(limit, body)));
        let work = AssertUnwindSafe(next.run(request)).catch_unwind();
        match tokio::time::timeout(total, work).await {
            Ok(Ok(response)) => response,
            Ok(Err(panic)) => broken(panic.as_ref()),
            Err(_) => busy("server.timeout"),
        }
    }
}

fn busy(code: &'static str) -> Response {
    let retry_after = 2;
    Error::Unavailable { code, retry_after }.into_response()
}

fn broken(panic: &(dyn std::any::Any + Send)) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Error::internal(format!("a handler panicked: {text}")).into_response()
}

/// A body that is not JSON is an upload.
fn is_upload(request: &Request) -> bool {
    let is_json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"application/json"));
    matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH) && !is_json
}

/// Whether a browser sends this on behalf of another site. Same-site cookies already keep most
/// of that out; this keeps out the rest, and sign-ins that another site would make. Programs
/// with a token of their own and no cookie are not browsers.
fn is_cross_site(headers: &HeaderMap, server: &ServerConfig) -> bool {
    let has_cookie = headers.get_all(header::COOKIE).iter().any(|value| {
        let text = String::from_utf8_lossy(value.as_bytes());
        text.contains(COOKIE)
    });
    if headers.contains_key(header::AUTHORIZATION) && !has_cookie {
        return false;
    }
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return !matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    // Browsers of before 2023 do not say; they do say where a request comes from.
    let Some(from) = headers
        .get(header::ORIGIN)
        .map(|value| value.to_str().unwrap_or("null").to_ascii_lowercase())
    else {
        return false;
    };
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_host = from
        .split_once("://")
        .is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
    from != server.public_origin() && !is_host
}

/// Gives errors their last form: the request's id in the body, and a problem where a library
/// answered with plain words.
fn complete(mut response: Response, id: &str, is_api: bool) -> Response {
    let status = response.status();
    let problem = response.extensions_mut().remove::<Problem>().or_else(|| {
        let is_plain = is_api && (status.is_client_error() || status.is_server_error());
        (is_plain && !is_json(response.headers())).then(|| plain(status))
    });
    let Some(mut problem) = problem else { return response };
    if let Some(source) = &problem.source {
        tracing::error!(code = problem.code, error = source, "a request failed");
    }
    problem.request_id = Some(id.to_owned());
    let (mut parts, _) = response.into_parts();
    let body = Json(&problem).into_response().into_body();
    for name in [header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::TRANSFER_ENCODING] {
        parts.headers.remove(name);
    }
    parts
        .headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    Response::from_parts(parts, body)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    kind.starts_with(b"application/json") || kind.starts_with(b"application/problem+json")
}

/// What a status says when nobody said more.
fn plain(status: StatusCode) -> Problem {
    let (code, title) = match status {
        StatusCode::BAD_REQUEST => ("request.malformed", "The request is malformed."),
        StatusCode::NOT_FOUND => ("page.not_found", "There is nothing here."),
        StatusCode::METHOD_NOT_ALLOWED => ("method.not_allowed", "This cannot be done here; `Allow` says what can."),
        StatusCode::PAYLOAD_TOO_LARGE => ("body.too_large", "The body is too large."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("body.not_json", "Send the body as application/json."),
        StatusCode::UNPROCESSABLE_ENTITY => ("input.invalid", "Some fields need another value."),
        StatusCode::RANGE_NOT_SATISFIABLE => ("range.unsatisfiable", "The file has no such bytes."),
        status if status.is_client_error() => ("request.refused", "The request was refused."),
        _ => ("internal", "Something broke on our side. It has been noted."),
    };
    Problem::new(status, code, title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(pairs: &[(&str, &str)]) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
            .collect();
        let server = ServerConfig {
            public_url: "https://learn.example.com".into(),
            ..ServerConfig::default()
        };
        is_cross_site(&headers, &server)
    }

    #[test]
    fn other_sites_are_told_from_ours() {
        let cookie = ("cookie", "momentum_session=x");
        assert!(!asks(&[cookie]), "no browser");
        assert!(!asks(&[cookie, ("sec-fetch-site", "same-origin")]));
        assert!(asks(&[cookie, ("sec-fetch-site", "cross-site")]));
        assert!(asks(&[cookie, ("sec-fetch-site", "same-site")]), "a sibling domain is not ours");
        assert!(asks(&[("sec-fetch-site", "cross-site")]), "a sign-in made by another site");
        assert!(!asks(&[cookie, ("origin", "https://learn.example.com")]));
        assert!(!asks(&[cookie, ("origin", "http://localhost:5173"), ("host", "localhost:5173")]));
        assert!(asks(&[cookie, ("origin", "https://evil.example"), ("host", "learn.example.com")]));
        assert!(asks(&[cookie, ("origin", "null"), ("host", "learn.example.com")]));
        assert!(asks(&[
            ("cookie", "__Host-momentum_session=x"),
            ("authorization", "Bearer x"),
            ("origin", "https://evil.example")
        ]));
        assert!(
            !asks(&[("authorization", "Bearer x"), ("sec-fetch-site", "cross-site")]),
            "a program's own token"
        );
    }
}
