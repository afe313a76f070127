//! TLS of the server's own, over real sockets with certificates of a small authority.

mod acme;
mod service;

use std::{fs, io::ErrorKind, net::SocketAddr, os::unix::fs::PermissionsExt as _, path::PathBuf, sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use momentum::platform::{
    config::{self, Config, Sources},
    web::{
        serve,
        tls::{self, Tls},
    },
};
use rustls::{ClientConfig, HandshakeKind, ProtocolVersion, version};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

use crate::support::{
    PASSWORD, TestApp,
    certs::{self, Authority, Issued, connect, get, shown, talk},
};

const HOST: &str = "learn.example.com";

/// A server with TLS and a plain port.
struct Served {
    app: Arc<TestApp>,
    tls: Arc<Tls>,
    at: SocketAddr,
    plain: SocketAddr,
    stop: CancellationToken,
    work: Vec<tokio::task::JoinHandle<()>>,
}

impl Served {
    async fn start(app: TestApp) -> Self {
        let main = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let plain = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self::start_on(app, main, plain)
    }

    fn start_on(app: TestApp, main: TcpListener, plain: TcpListener) -> Self {
        let config = &app.platform().config;
        let tls = Tls::open(config, app.clock.clone()).expect("a certificate").expect("TLS");
        let (stop, limits, router) = (CancellationToken::new(), config.limits.clone(), app.router().expect("routes"));
        let (at, plain_at) = (main.local_addr().expect("an address"), plain.local_addr().expect("an address"));
        let hurry = CancellationToken::new();
        let grace = Duration::from_secs(5);
        let over = (tls.clone(), stop.clone(), hurry.clone(), limits.clone());
        let https = async move {
            let (tls, stop, hurry, limits) = over;
            serve::serve_over(main, Some(tls), router, &limits, &stop, &hurry, grace).await;
        };
        let beside = (tls.redirect(), stop.clone());
        let http = async move { serve::serve(plain, beside.0, &limits, &beside.1, &hurry, grace).await };
        let keeper = tls.clone().keep(Duration::from_millis(20), stop.clone());
        let work = vec![tokio::spawn(https), tokio::spawn(http), tokio::spawn(keeper)];
        Self {
            app: Arc::new(app),
            tls,
            at,
            plain: plain_at,
            stop,
            work,
        }
    }

    async fn end(self) {
        drop(self.leave().await);
    }

    /// Ends the serving, and leaves the instance.
    async fn leave(self) -> TestApp {
        self.stop.cancel();
        for work in self.work {
            work.await.expect("it ends");
        }
        Arc::into_inner(self.app).expect("nobody else has it")
    }
}

/// Certificate files of a test.
struct Pair {
    folder: tempfile::TempDir,
}

impl Pair {
    fn new(issued: &Issued) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let pair = Self { folder };
        pair.put("cert.pem", &issued.certificate);
        pair.put("key.pem", &issued.key);
        pair
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces a file as tools do: another file under the same name.
    fn put(&self, name: &str, text: &str) {
        let part = self.path("part");
        fs::write(&part, text).expect("a file");
        fs::set_permissions(&part, fs::Permissions::from_mode(0o600)).expect("its mode");
        fs::rename(part, self.path(name)).expect("in place");
    }

    fn in_config(&self, config: &mut Config) {
        config.server.public_url = format!("https://{HOST}");
        config.tls.certificate_file = Some(self.path("cert.pem"));
        config.tls.key_file = Some(self.path("key.pem"));
        config.tls.redirect_listen = Some(([127, 0, 0, 1], 0).into());
    }

    async fn app(&self, change: impl FnOnce(&mut Config)) -> TestApp {
        TestApp::start_with(|config| {
            self.in_config(config);
            change(config);
        })
        .await
    }
}

/// Waits for something that comes by itself.
async fn until(what: &str, mut is_there: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !is_there().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(
        tokio::time::timeout(Duration::from_secs(90), wait).await.is_ok(),
        "{what} did not come"
    );
}

#[tokio::test]
async fn both_versions_and_both_protocols_are_spoken() {
    let authority = Authority::new();
    let pair = Pair::new(&authority.issue(&[HOST]));
    let served = Served::start(pair.app(|_| ()).await).await;
    let versions = [
        (&version::TLS13, ProtocolVersion::TLSv1_3),
        (&version::TLS12, ProtocolVersion::TLSv1_2),
    ];
    for (version, spoken) in versions {
        let one = Arc::new(authority.client_of(&["http/1.1"], &[version]));
        let stream = connect(served.at, HOST, &one).await.expect("a handshake");
        assert_eq!(stream.get_ref().1.protocol_version(), Some(spoken));
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        let answer = get(served.at, HOST, &one, "/healthz").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("strict-transport-security: max-age=63072000\r\n"), "{answer}");
        let again = connect(served.at, HOST, &one).await.expect("a handshake");
        assert_eq!(
            again.get_ref().1.handshake_kind(),
            Some(HandshakeKind::Resumed),
            "{spoken:?} by ticket"
        );

        let two = Arc::new(authority.client_of(&["h2", "http/1.1"], &[version]));
        let stream = connect(served.at, HOST, &two).await.expect("a handshake");
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (mut send, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("HTTP/2");
        let talking = tokio::spawn(connection);
        // A browser of before 2023, by a second name: the host is in `:authority` only, and must count.
        let request = http::Request::post("https://alias.example.com/api/v1/auth/sign-out")
            .header("origin", "https://alias.example.com")
            .header("x-forwarded-proto", "http")
            .body(Empty::<Bytes>::new())
            .expect("a request");
        let answer = send.send_request(request).await.expect("an answer");
        assert_eq!(answer.status(), 204, "from our own site");
        assert!(
            answer.headers().contains_key("strict-transport-security"),
            "a stranger's word on the scheme is nothing"
        );
        answer.into_body().collect().await.expect("a body");
        drop(send);
        talking.await.expect("no panic").expect("an orderly end");
    }
    served.end().await;
}

#[tokio::test]
async fn sessions_over_tls_are_for_tls_only() {
    let authority = Authority::new();
    let pair = Pair::new(&authority.issue(&[HOST]));
    let app = pair.app(|_| ()).await;
    app.learner("Ana").await;
    let served = Served::start(app).await;
    let body = format!("{{\"email\":\"ana@example.com\",\"password\":\"{PASSWORD}\"}}");
    let ask = format!(
        "POST /api/v1/auth/sign-in HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let client = Arc::new(authority.client(&[]));
    let answer = talk(connect(served.at, HOST, &client).await.expect("a handshake"), &ask).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let cookie = answer.lines().find(|line| line.starts_with("set-cookie: __Host-momentum_session="));
    assert!(cookie.is_some_and(|cookie| cookie.contains("; Secure")), "{answer}");
    served.end().await;
}

#[tokio::test]
async fn a_changed_pair_is_served_without_a_restart_and_a_broken_one_is_not() {
    let authority = Authority::new();
    let (first, second, third) = (authority.issue(&[HOST]), authority.issue(&[HOST]), authority.issue(&[HOST]));
    let pair = Pair::new(&first);
    let served = Served::start(pair.app(|_| ()).await).await;
    let now = async || {
        let fresh: Arc<ClientConfig> = Arc::new(authority.client(&[]));
        shown(&connect(served.at, HOST, &fresh).await.expect("a handshake"))
    };
    assert_eq!(now().await, first.der);
    // As certbot does it: one file, then the other; between them the pair does not match.
    pair.put("cert.pem", &second.certificate);
    served.tls.reload().await;
    assert_eq!(now().await, first.der, "half a pair");
    pair.put("key.pem", &second.key);
    until("the new pair", async || now().await == second.der).await;

    let ended = authority.issue_with(&[HOST], |params| params.not_after = rcgen::date_time_ymd(2001, 1, 1));
    let broken = [
        ("no PEM", "nonsense", &*second.key),
        ("a cut-off file", &third.certificate[..third.certificate.len() / 2], &third.key),
        ("another key", &third.certificate, &first.key),
        ("no key", &third.certificate, &third.certificate),
        ("a certificate that has ended", &ended.certificate, &ended.key),
        ("nothing", "", ""),
    ];
    for (what, certificate, key) in broken {
        pair.put("cert.pem", certificate);
        pair.put("key.pem", key);
        served.tls.reload().await;
        assert_eq!(now().await, second.der, "{what}");
    }
    fs::remove_file(pair.path("cert.pem")).expect("gone");
    served.tls.reload().await;
    assert_eq!(now().await, second.der, "no file");
    pair.put("cert.pem", &third.certificate);
    pair.put("key.pem", &third.key);
    until("the mended pair", async || now().await == third.der).await;
    served.end().await;
}

#[tokio::test]
async fn what_is_no_tls_is_cut_off_and_nobody_waits_for_it() {
    let authority = Authority::new();
    let pair = Pair::new(&authority.issue(&[HOST]));
    let served = Served::start(pair.app(|config| config.limits.header_seconds = 2).await).await;
    let answer = talk(
        TcpStream::connect(served.at).await.expect("a connection"),
        "GET / HTTP/1.1\r\nhost: x\r\n\r\n",
    )
    .await;
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains(&format!("https://{HOST}")),
        "{answer}"
    );
    // A record that promises 512 bytes and says five; nothing; the first byte; what is no record at all.
    let slow: [&[u8]; 4] = [&[22, 3, 1, 2, 0, 1, 0, 1, 252, 3], &[], &[22], &[0; 64]];
    let mut waiting = Vec::new();
    for bytes in slow {
        let mut stream = TcpStream::connect(served.at).await.expect("a connection");
        stream.write_all(bytes).await.expect("a beginning");
        waiting.push(stream);
    }
    let client = Arc::new(authority.client(&[]));
    assert!(
        get(served.at, HOST, &client, "/healthz").await.starts_with("HTTP/1.1 200"),
        "others are served meanwhile"
    );
    // Shaken hands and no word after it.
    let mut silent = connect(served.at, HOST, &client).await.expect("a handshake");
    for stream in &mut waiting {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut rest)).await;
        assert!(read.is_ok(), "it was waited for");
    }
    let mut rest = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(30), silent.read_to_end(&mut rest)).await;
    assert!(read.is_ok(), "silence was waited for");
    served.end().await;
}

#[tokio::test]
async fn connections_have_their_number_over_tls_too() {
    let authority = Authority::new();
    let pair = Pair::new(&authority.issue(&[HOST]));
    let limits = |config: &mut Config| (config.limits.connections, config.limits.header_seconds) = (2, 2);
    let served = Served::start(pair.app(limits).await).await;
    let first = TcpStream::connect(served.at).await.expect("a connection");
    let second = TcpStream::connect(served.at).await.expect("a connection");
    let client = Arc::new(authority.client(&[]));
    // Its turn comes when the silent ones have been cut.
    assert!(get(served.at, HOST, &client, "/healthz").await.starts_with("HTTP/1.1 200"));
    for mut cut in [first, second] {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(30), cut.read_to_end(&mut rest)).await;
        assert!(read.is_ok());
    }
    // A handshake under way does not hold up a stop.
    let _silent = TcpStream::connect(served.at).await.expect("a connection");
    served.end().await;
}

#[tokio::test]
async fn plain_http_is_sent_to_https() {
    let authority = Authority::new();
    let pair = Pair::new(&authority.issue(&[HOST]));
    let served = Served::start(pair.app(|_| ()).await).await;
    let cases = [
        ("GET /courses?q=a%20b HTTP/1.1\r\nhost: evil.example\r\n", "/courses?q=a%20b"),
        (
            "POST /api/v1/auth/sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n",
            "/api/v1/auth/sign-in",
        ),
        ("GET //evil.example/ HTTP/1.1\r\nhost: x\r\n", "//evil.example/"),
        ("GET http://evil.example/a HTTP/1.1\r\nhost: evil.example\r\n", "/a"),
        ("OPTIONS * HTTP/1.1\r\nhost: x\r\n", "/"),
        ("CONNECT evil.example:443 HTTP/1.1\r\nhost: x\r\n", "/"),
    ];
    for (ask, path) in cases {
        let answer = talk(TcpStream::connect(served.plain).await.expect("a connection"), &format!("{ask}\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 308"), "{ask}: {answer}");
        assert!(answer.contains(&format!("location: https://{HOST}{path}\r\n")), "{ask}: {answer}");
        assert!(
            !answer.contains("strict-transport-security"),
            "browsers ignore it here (RFC 6797, 7.2)"
        );
    }
    let unknown = "GET /.well-known/acme-challenge/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = talk(TcpStream::connect(served.plain).await.expect("a connection"), unknown).await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    served.end().await;
}

#[tokio::test]
async fn a_start_says_what_is_wrong_with_the_pair() {
    let authority = Authority::new();
    let (one, other) = (authority.issue(&["other.example.com"]), authority.issue(&[HOST]));
    let pair = Pair::new(&one);
    let app = pair.app(|_| ()).await;
    let config = &app.platform().config;
    let wrong = || Tls::open(config, app.clock.clone()).err().expect("a refusal").to_string();
    let about = tls::expiry(config).expect("a certificate").expect("one");
    assert_eq!(
        (about.names.as_slice(), about.issuer.as_str()),
        (&["other.example.com".to_owned()][..], "CN=Test authority")
    );
    let smells = tls::smells(config, app.system().now());
    assert!(smells.len() == 1 && smells[0].contains(&format!("not for {HOST}")), "{smells:?}");
    fs::set_permissions(pair.path("key.pem"), fs::Permissions::from_mode(0o644)).expect("its mode");
    assert!(tls::smells(config, about.not_after).iter().any(|smell| smell.contains("mode 644")));
    assert!(
        tls::smells(config, about.not_after)
            .iter()
            .any(|smell| smell.contains("the certificate ended at"))
    );

    pair.put("key.pem", &other.key);
    assert!(wrong().contains("does not belong to the first certificate"), "{}", wrong());
    pair.put(
        "key.pem",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    assert!(wrong().contains("openssl pkey"), "{}", wrong());
    pair.put("cert.pem", &"x".repeat(2 * 1024 * 1024));
    assert!(wrong().contains("at most 1 MiB"), "{}", wrong());
    fs::remove_file(pair.path("cert.pem")).expect("gone");
    assert!(wrong().contains("cert.pem cannot be read"), "{}", wrong());
    assert!(tls::expiry(config).is_err());
    let off = Config::at(app.platform().data().clone());
    assert!(tls::expiry(&off).expect("no fault").is_none() && tls::smells(&off, about.not_after).is_empty());
}

#[test]
fn a_configuration_with_tls_fits_together() {
    let load = |more: &[(&str, &str)]| {
        let mut flags: Vec<_> = vec![("tls.certificate_file", "a.pem"), ("tls.key_file", "b.pem")];
        flags.extend(more);
        let flags = flags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned(), "--set".to_owned()));
        let sources = Sources {
            flags: flags.collect(),
            ..Sources::default()
        };
        config::load(&sources).map(drop).map_err(|error| error.to_string())
    };
    assert!(
        load(&[])
            .expect_err("http")
            .contains("server.public_url: http://127.0.0.1:8080 is not how people reach")
    );
    load(&[("server.public_url", "https://learn.example.com")]).expect("a configuration");
    let same = load(&[("server.public_url", "https://a.b"), ("tls.redirect_listen", "127.0.0.1:8080")]);
    assert!(same.expect_err("one port for two").contains("tls.redirect_listen"));
}

/// Before the first certificate a handshake fails, and at once.
async fn assert_no_certificate(at: SocketAddr) {
    let client = Arc::new(certs::Authority::new().client(&[]));
    let failed = connect(at, HOST, &client).await.expect_err("no certificate");
    assert!(
        matches!(failed.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof),
        "{failed}"
    );
}
