//! The pass around every request: headers, ids, limits, throttles, other sites, the web app.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use http_body_util::BodyExt as _;
use momentum::platform::web::{Peer, guard::COOKIE, serve};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::support::{Answer, TestApp};

fn ask(method: Method, path: &str, pairs: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in pairs {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).expect("a request")
}

async fn get(app: &TestApp, path: &str, pairs: &[(&str, &str)]) -> Answer {
    app.anonymous().send(ask(Method::GET, path, pairs)).await
}

#[tokio::test]
async fn every_answer_carries_the_strict_headers() {
    let app = TestApp::start().await;
    for path in ["/", "/courses/anything", "/api/docs"] {
        let page = get(&app, path, &[("accept", "text/html")]).await;
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("script-src 'self'") && policy.contains("require-trusted-types-for 'script'"),
            "{policy}"
        );
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("'unsafe-inline'") && !policy.contains("unsafe-eval"),
            "{policy}"
        );
        assert!(
            policy.ends_with("trusted-types svelte-trusted-html sveltekit-trusted-url app-server-html app-sw ProseMirrorClipboard"),
            "{policy}"
        );
        assert!(page.header("permissions-policy").contains("camera=()"));
        assert_eq!(page.header("cache-control"), "no-cache");
    }
    for path in ["/", "/api/v1/instance", "/api/v1/none", "/healthz", "/none.js", "/branding.css"] {
        let answer = get(&app, path, &[]).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path} came without TLS");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-request-id").len(), 16, "{path}");
    }
    let me = app.anonymous().get("/me").await;
    assert_eq!(me.header("cache-control"), "no-store");
}

#[tokio::test]
async fn behind_a_proxy_with_tls_the_browser_is_told_to_stay_there() {
    let app = TestApp::start_with(|config| config.server.trusted_proxies = vec!["10.0.0.1".parse().expect("a network")]).await;
    let from = |peer: [u8; 4]| {
        let mut request = ask(
            Method::GET,
            "/",
            &[("x-forwarded-proto", "https"), ("x-request-id", "proxy-id-4711")],
        );
        request.extensions_mut().insert(Peer(SocketAddr::from((peer, 4711))));
        request
    };
    let trusted = app.anonymous().send(from([10, 0, 0, 1])).await;
    assert!(trusted.header("strict-transport-security").starts_with("max-age="));
    assert_eq!(trusted.header("x-request-id"), "proxy-id-4711");
    let stranger = app.anonymous().send(from([10, 0, 0, 2])).await;
    assert_eq!(stranger.header("strict-transport-security"), "");
    assert_ne!(stranger.header("x-request-id"), "proxy-id-4711");
}

#[tokio::test]
async fn the_api_answers_problems_only() {
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    let cases = [
        (ask(Method::GET, "/api/v1/typo", &[]), 404, "operation.not_found"),
        (ask(Method::GET, "/api", &[]), 404, "operation.not_found"),
        (ask(Method::POST, "/api/typo.js", &[]), 404, "operation.not_found"),
        (ask(Method::DELETE, "/api/v1/me", &[]), 405, "method.not_allowed"),
        (ask(Method::GET, "/api/v1/me", &[]), 200, ""),
        (
            ask(Method::POST, "/api/v1/auth/sign-in", &[("content-type", "text/plain")]),
            415,
            "body.not_json",
        ),
        (
            ask(Method::POST, "/api/v1/auth/sign-in", &[("content-type", "application/json")]),
            400,
            "body.malformed",
        ),
    ];
    for (request, status, code) in cases {
        let shown = format!("{} {}", request.method(), request.uri());
        let answer = ana.send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, code),
            "{shown}: {}",
            answer.text()
        );
        if status != 200 {
            assert_eq!(answer.header("content-type"), "application/problem+json", "{shown}");
            assert_eq!(answer.json["request_id"].as_str(), Some(answer.header("x-request-id")), "{shown}");
            assert_eq!(answer.json["status"], status, "{shown}");
        }
        if status == 405 {
            assert!(answer.header("allow").contains("GET"), "{shown}: {:?}", answer.headers);
        }
    }
    let wrong = app.anonymous().post("/auth/sign-in", json!({ "email": 7, "password": "x" })).await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.json["fields"][0]["path"].as_str()),
        (422, Some("email"))
    );
}

#[tokio::test]
async fn large_bodies_are_refused() {
    let app = TestApp::start().await;
    let huge = "x".repeat(2 * 1024 * 1024);
    let answer = app
        .anonymous()
        .post("/auth/sign-in", json!({ "email": huge, "password": "x" }))
        .await;
    assert_eq!((answer.status.as_u16(), answer.code()), (413, "body.too_large"));
}

#[tokio::test]
async fn other_sites_cannot_write() {
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    let sign_out = |pairs: &[(&str, &str)]| ask(Method::POST, "/api/v1/auth/sign-out", pairs);
    for pairs in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8080")],
    ] {
        let answer = ana.send(sign_out(pairs)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (403, "request.cross_site"), "{pairs:?}");
    }
    let cookie = format!("{COOKIE}={}", ana.token());
    let old = sign_out(&[("cookie", &cookie), ("origin", "https://evil.example"), ("host", "127.0.0.1:8080")]);
    assert_eq!(app.anonymous().send(old).await.code(), "request.cross_site");
    assert_eq!(ana.get("/me").await.status, 200, "the session still holds");
    let bearer = format!("Bearer {}", ana.token());
    let program = sign_out(&[("authorization", &bearer), ("sec-fetch-site", "cross-site")]);
    assert_eq!(app.anonymous().send(program).await.status, 204, "a token of one's own is no cookie");
}

#[tokio::test]
async fn the_web_app_is_served_with_the_right_caches() {
    let app = TestApp::start().await;
    let page = get(&app, "/", &[]).await;
    let tag = page.header("etag").to_owned();
    assert!(page.status == 200 && page.header("content-type").starts_with("text/html") && !tag.is_empty());
    let again = get(&app, "/learn/deep/link", &[("if-none-match", &tag)]).await;
    assert!(again.status == 304 && again.bytes.is_empty() && again.header("etag") == tag);
    let changed = get(&app, "/", &[("if-none-match", "\"other\"")]).await;
    assert_eq!(changed.status, 200);
    for missing in [
        "/none.js",
        "/_app/immutable/chunks/none",
        "/favicon.none",
        "/a/b.c/d.png",
        "/../../etc/passwd.txt",
    ] {
        let answer = get(&app, missing, &[]).await;
        assert_eq!(answer.status, 404, "{missing}");
        assert!(!answer.text().contains("<html"), "{missing}");
        assert_ne!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{missing}");
    }
    let head = app.anonymous().send(ask(Method::HEAD, "/", &[])).await;
    assert!(head.status == 200 && head.bytes.is_empty());
    let post = app.anonymous().send(ask(Method::POST, "/courses", &[])).await;
    assert_eq!(post.status, 405);
}

#[tokio::test]
async fn text_is_compressed_and_small_things_are_not() {
    let app = TestApp::start().await;
    for coding in ["gzip", "zstd"] {
        let contract = get(&app, "/api/openapi.json", &[("accept-encoding", coding)]).await;
        assert_eq!(contract.header("content-encoding"), coding);
        assert!(contract.header("vary").contains("accept-encoding"));
    }
    let plain = get(&app, "/api/openapi.json", &[]).await;
    assert_eq!(plain.json["openapi"], "3.1.0");
    let known = get(&app, "/api/openapi.json", &[("if-none-match", plain.header("etag"))]).await;
    assert_eq!(known.status, 304);
    let small = get(&app, "/api/v1/none", &[("accept-encoding", "gzip")]).await;
    assert_eq!((small.header("content-encoding"), small.code()), ("", "operation.not_found"));
    let manual = get(&app, "/api/docs", &[]).await;
    assert!(manual.text().contains("get_me") && !manual.text().contains("<script"));
}

/// An anonymous request from an address.
async fn from(app: &TestApp, method: Method, path: &str, last: u8, network: [u8; 3]) -> Answer {
    let mut request = ask(method, path, &[("content-type", "application/json")]);
    let [a, b, c] = network;
    request.extensions_mut().insert(Peer(SocketAddr::from(([a, b, c, last], 1))));
    app.anonymous().send(request).await
}

#[tokio::test]
async fn an_address_and_an_account_may_ask_only_so_often() {
    let app = TestApp::start_with(|config| {
        config.throttle.is_on = true;
        (config.throttle.address_per_minute, config.throttle.address_burst) = (60, 12);
        (config.throttle.account_per_minute, config.throttle.account_burst) = (60, 5);
        (config.throttle.auth_per_minute, config.throttle.auth_burst) = (60, 3);
        config.throttle.exempt = vec!["198.51.100.0/24".parse().expect("a network")];
    })
    .await;
    let ana = app.learner("Ana").await;
    let monitor = [198, 51, 100];
    for _ in 0..30 {
        assert_eq!(from(&app, Method::GET, "/api/v1/instance", 1, monitor).await.status, 200);
    }
    let public = [203, 0, 113];
    let mut seen = Vec::new();
    for _ in 0..14 {
        seen.push(from(&app, Method::GET, "/api/v1/instance", 1, public).await);
    }
    assert_eq!(seen.iter().filter(|answer| answer.status == 200).count(), 12);
    let last = seen.last().expect("an answer");
    assert_eq!(
        (last.status.as_u16(), last.code(), last.header("retry-after")),
        (429, "throttled", "2")
    );
    assert_eq!(from(&app, Method::GET, "/", 1, public).await.status, 200, "pages are free");
    assert_eq!(
        from(&app, Method::GET, "/api/v1/instance", 2, public).await.status,
        200,
        "others are free"
    );
    for n in 0..4 {
        let status = from(&app, Method::POST, "/api/v1/auth/sign-in", 9, public).await.status.as_u16();
        assert_eq!(status, if n < 3 { 400 } else { 429 }, "the ways in are narrower");
    }
    app.clock.advance(Duration::from_secs(3));
    assert_eq!(from(&app, Method::GET, "/api/v1/instance", 1, public).await.status, 200);
    let mut asked = Vec::new();
    for _ in 0..7_u8 {
        asked.push(ana.get("/me").await.status.as_u16());
    }
    assert_eq!(asked, [200, 200, 200, 200, 200, 429, 429], "an account, from wherever");
}

#[tokio::test]
async fn health_and_readiness() {
    let app = TestApp::start().await;
    assert_eq!(get(&app, "/healthz", &[]).await.text(), "ok\n");
    let ready = get(&app, "/readyz", &[]).await;
    assert_eq!(
        (ready.status.as_u16(), &ready.json["ready"], &ready.json["checks"]["database"]),
        (200, &json!(true), &json!("ok"))
    );
    app.web().stop().cancel();
    let stopping = get(&app, "/readyz", &[]).await;
    assert_eq!(
        (stopping.status.as_u16(), &stopping.json["checks"]["server"]),
        (503, &json!("stopping"))
    );
    app.close().await;
    let closed = get(&app, "/readyz", &[]).await;
    assert_eq!(closed.status, 503);
    assert_ne!(closed.json["checks"]["database"], "ok");
}

/// A request whose body comes when somebody sends it, and a bell that rings when it is awaited.
fn held() -> (Request<Body>, mpsc::Sender<std::io::Result<Vec<u8>>>, oneshot::Receiver<()>) {
    let (pieces, mut body) = mpsc::channel(1);
    let (bell, rung) = oneshot::channel();
    let mut bell = Some(bell);
    let stream = futures_util::stream::poll_fn(move |cx| {
        bell.take()
            .into_iter()
            .for_each(|bell: oneshot::Sender<()>| bell.send(()).expect("the test listens"));
        body.poll_recv(cx)
    });
    let request = Request::post("/api/v1/auth/sign-in").header(header::CONTENT_TYPE, "application/json");
    (request.body(Body::from_stream(stream)).expect("a request"), pieces, rung)
}

#[tokio::test]
async fn only_so_many_are_served_at_once() {
    let app = TestApp::start_with(|config| config.limits.requests = 1).await;
    let router = app.router().expect("routes");
    let (request, pieces, rung) = held();
    let first = tokio::spawn(router.clone().oneshot(request));
    rung.await.expect("its body is awaited");
    let second = router
        .clone()
        .oneshot(ask(Method::GET, "/api/v1/instance", &[]))
        .await
        .expect("an answer");
    assert_eq!(second.status(), 503);
    assert_eq!(second.headers()[header::RETRY_AFTER], "2");
    let bytes = second.into_body().collect().await.expect("a body").to_bytes();
    let problem: Value = serde_json::from_slice(&bytes).expect("JSON");
    assert_eq!(problem["code"], "server.busy");
    drop(pieces);
    assert_eq!(first.await.expect("no panic").expect("an answer").status(), 400);
    let third = router.oneshot(ask(Method::GET, "/api/v1/instance", &[])).await.expect("an answer");
    assert_eq!(third.status(), 200);
}

#[tokio::test]
async fn nobody_is_waited_for_for_ever() {
    let app = TestApp::start_with(|config| config.limits.request_seconds = 1).await;
    let (request, _pieces, _rung) = held();
    let answer = app.router().expect("routes").oneshot(request).await.expect("an answer");
    assert!(matches!(answer.status().as_u16(), 400 | 503), "{}", answer.status());
}

/// A served instance on a port of this machine.
struct Served {
    app: Arc<TestApp>,
    at: SocketAddr,
    stop: CancellationToken,
    work: tokio::task::JoinHandle<()>,
}

async fn serve(app: TestApp) -> Served {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let (at, stop, app) = (listener.local_addr().expect("an address"), CancellationToken::new(), Arc::new(app));
    let (router, limits, until) = (app.router().expect("routes"), app.platform().config.limits.clone(), stop.clone());
    let work = tokio::spawn(async move {
        let (hurry, grace) = (CancellationToken::new(), Duration::from_secs(5));
        serve::serve(listener, router, &limits, &until, &hurry, grace).await;
    });
    Served { app, at, stop, work }
}

#[tokio::test]
async fn slow_and_huge_headers_are_cut_off() {
    let app = TestApp::start_with(|config| config.limits.header_seconds = 1).await;
    let served = serve(app).await;
    for beginning in ["", "P", "PRI * HT", "GET / HTTP/1.1\r\nhost: x\r\n"] {
        let mut stream = TcpStream::connect(served.at).await.expect("a connection");
        stream.write_all(beginning.as_bytes()).await.expect("a beginning");
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(8), stream.read_to_end(&mut rest)).await;
        assert!(read.is_ok(), "{beginning:?} was waited for");
    }
    let mut stream = TcpStream::connect(served.at).await.expect("a connection");
    let huge = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(64 * 1024));
    // The server may hang up before it has read everything.
    let _cut = stream.write_all(huge.as_bytes()).await;
    let mut answer = Vec::new();
    let _reset = stream.read_to_end(&mut answer).await;
    assert!(
        answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    served.stop.cancel();
    served.work.await.expect("the server stops");
}

#[tokio::test]
async fn a_stop_lets_requests_finish_and_nobody_new_in() {
    let served = serve(TestApp::start().await).await;
    let mut stream = TcpStream::connect(served.at).await.expect("a connection");
    let head = "POST /api/v1/auth/sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 37\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("a beginning");
    // Another request on another connection: when it is answered the first has been seen, too.
    let url = format!("http://{}/healthz", served.at);
    assert!(reqwest::get(&url).await.expect("an answer").status().is_success());
    served.stop.cancel();
    while TcpStream::connect(served.at).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stream
        .write_all(br#"{"email":"a@b.co","password":"xxxxx"}"#)
        .await
        .expect("the rest");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    served.work.await.expect("the server stops");
    drop(served.app);
}

#[tokio::test]
async fn a_connection_may_speak_http_2() {
    let served = serve(TestApp::start().await).await;
    let mut stream = TcpStream::connect(served.at).await.expect("a connection");
    // The preface and an empty SETTINGS frame (RFC 9113, 3.4); the server's first frame is SETTINGS, too.
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .expect("a preface");
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).await.expect("a frame");
    assert_eq!((frame[3], &frame[5..]), (4, &[0, 0, 0, 0][..]));
    served.stop.cancel();
    served.work.await.expect("the server stops");
}
