//! The only way out: every request that this program makes to an address that somebody typed in.
//!
//! The name is resolved here and the connection goes to the very address that was looked at, so
//! that no second answer of a name server can lead it elsewhere. Addresses inside (loopback,
//! private and link-local networks, what is reserved) are refused unless the configuration names
//! their network. Redirects are never followed. Time and size are limited.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use super::web::origin::Network;

crate::config_section! {
    /// Requests that the server itself makes, such as webhooks.
    OutgoingConfig in "outgoing" {
        /// Networks inside that may be called although they are private, such as ["10.0.0.0/8"]. To them
        /// plain http:// is allowed as well.
        allow: Vec<Network> = Vec::new();
        /// Seconds in which an answer must have arrived as a whole.
        seconds: u64 = 15;
    }
    check(this, refuse) {
        if !(1..=100).contains(&this.seconds) {
            refuse("seconds", "expected 1 to 100".into());
        }
    }
}

/// Makes requests.
pub struct Outgoing {
    allow: Vec<Network>,
    patience: Duration,
    tls: OnceLock<Arc<ClientConfig>>,
}

/// A request to an address that somebody typed in.
#[derive(Debug, Clone)]
pub struct Call {
    /// Where to.
    pub url: String,
    /// How.
    pub method: Method,
    /// Headers besides `Host` and `Content-Length`.
    pub headers: HeaderMap,
    /// What is sent.
    pub body: Bytes,
    /// Bytes of the answer that are kept; the rest is not read.
    pub most: usize,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body, cut to what was wanted.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// That is no address of the web.
    #[error("{0}")]
    Address(&'static str),
    /// It leads to a place that must not be called.
    #[error("{0} is an address inside, which is not called; an operator can allow its network with outgoing.allow")]
    Inside(IpAddr),
    /// Plain http:// beyond the networks that are allowed.
    #[error("only https:// addresses are called")]
    Plain,
    /// It cannot be reached, or does not speak HTTP.
    #[error("{0}")]
    Broken(String),
    /// It took too long.
    #[error("no answer within {0} s")]
    Late(u64),
}

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    is_tls: bool,
    host: String,
    port: u16,
    path: String,
}

/// The longest address that is taken.
const LONGEST: usize = 2000;

impl Target {
    /// Understands an address.
    ///
    /// # Errors
    /// [`CallError::Address`] that says what is wrong with it.
    pub fn parse(url: &str) -> Result<Self, CallError> {
        let wrong = CallError::Address("Write an address such as https://hooks.example.com/momentum.");
        if url.len() > LONGEST || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(wrong);
        }
        let uri: Uri = url.parse().map_err(|_| wrong.clone())?;
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong),
        };
        let authority = uri.authority().ok_or_else(|| wrong.clone())?;
        if authority.as_str().contains('@') {
            return Err(CallError::Address("Leave the name and password out of the address."));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if host.is_empty() {
            return Err(wrong);
        }
        Ok(Self {
            is_tls,
            port: authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 }),
            path: uri.path_and_query().map_or_else(|| "/".into(), |path| path.as_str().to_owned()),
            host,
        })
    }

    fn host_header(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        match (self.is_tls, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

impl Outgoing {
    /// As the configuration says.
    #[must_use]
    pub fn new(config: &OutgoingConfig) -> Self {
        Self {
            allow: config.allow.clone(),
            patience: Duration::from_secs(config.seconds),
            tls: OnceLock::new(),
        }
    }

    /// Whether the address may be called as far as can be told without asking a name server.
    ///
    /// # Errors
    /// [`CallError`] that says why not.
    pub fn check(&self, url: &str) -> Result<(), CallError> {
        let target = Target::parse(url)?;
        match target.host.parse::<IpAddr>() {
            Ok(ip) => self.admit(&target, &[SocketAddr::new(ip, target.port)]),
            Err(_) if target.is_tls || !self.allow.is_empty() => Ok(()),
            Err(_) => Err(CallError::Plain),
        }
    }

    /// Makes the call. A status of failure is an answer like any other.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn send(&self, call: Call) -> Result<Answer, CallError> {
        let late = CallError::Late(self.patience.as_secs());
        tokio::time::timeout(self.patience, self.work(call)).await.unwrap_or(Err(late))
    }

    async fn work(&self, call: Call) -> Result<Answer, CallError> {
        let target = Target::parse(&call.url)?;
        let found = resolve(&target).await?;
        self.admit(&target, &found)?;
        let stream = connect(&found).await?;
        if !target.is_tls {
            return talk(stream, &target, call).await;
        }
        let name = ServerName::try_from(target.host.clone()).map_err(|_| CallError::Address("That is no name of a server."))?;
        let tls = tokio_rustls::TlsConnector::from(self.tls()?);
        let stream = tls.connect(name, stream).await.map_err(|error| broken("TLS", &error))?;
        talk(stream, &target, call).await
    }

    /// Every address must be allowed: which of them is used is chance.
    fn admit(&self, target: &Target, found: &[SocketAddr]) -> Result<(), CallError> {
        for ip in found.iter().map(|address| address.ip().to_canonical()) {
            let is_allowed = self.allow.iter().any(|network| network.contains(ip));
            if !is_allowed && !is_public(ip) {
                return Err(CallError::Inside(ip));
            }
            if !is_allowed && !target.is_tls {
                return Err(CallError::Plain);
            }
        }
        Ok(())
    }

    /// The machine's own certificate authorities; Mozilla's where it has none.
    fn tls(&self) -> Result<Arc<ClientConfig>, CallError> {
        if let Some(tls) = self.tls.get() {
            return Ok(tls.clone());
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| CallError::Broken(format!("TLS: {error}")))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(self.tls.get_or_init(|| Arc::new(tls)).clone())
    }
}

fn broken(what: &str, error: &(dyn std::error::Error + 'static)) -> CallError {
    CallError::Broken(format!("{what}: {error}"))
}

async fn resolve(target: &Target) -> Result<Vec<SocketAddr>, CallError> {
    if let Ok(ip) = target.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, target.port)]);
    }
    let unknown = |why: &str| CallError::Broken(format!("the name {} is not known: {why}", target.host));
    let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await;
    let found: Vec<SocketAddr> = found.map_err(|error| unknown(&error.to_string()))?.collect();
    if found.is_empty() {
        return Err(unknown("no address"));
    }
    Ok(found)
}

async fn connect(found: &[SocketAddr]) -> Result<TcpStream, CallError> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in found {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(broken("connecting", &last))
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(stream: S, target: &Target, call: Call) -> Result<Answer, CallError> {
    let Call {
        method,
        headers,
        body,
        most,
        ..
    } = call;
    let mut request = Request::builder().method(method).uri(&target.path);
    if let Some(all) = request.headers_mut() {
        all.extend(headers);
    }
    let request = request.header(header::HOST, target.host_header()).body(Full::new(body));
    let request = request.map_err(|error| broken("request", &error))?;
    let shaken = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(|error| broken("HTTP", &error))?;
    let mut work = pin!(async move {
        let response = sender.send_request(request).await.map_err(|error| broken("HTTP", &error))?;
        let status = response.status();
        let mut body = response.into_body();
        let mut kept = Vec::new();
        while let (true, Some(frame)) = (kept.len() < most, body.frame().await) {
            let frame = frame.map_err(|error| broken("HTTP", &error))?;
            if let Some(bytes) = frame.data_ref() {
                let room = most - kept.len();
                kept.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
            }
        }
        Ok(Answer { status, body: kept })
    });
    let mut connection = pin!(connection);
    tokio::select! {
        answered = &mut work => answered,
        ended = &mut connection => match ended {
            Ok(()) => work.await,
            Err(error) => Err(broken("HTTP", &error)),
        },
    }
}

/// Whether an address belongs to the open internet (IANA's special-purpose registries).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = match (a, b, c) {
        // This host, private, loopback, link-local, multicast, reserved, broadcast.
        (0 | 10 | 127 | 224..=255, _, _) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _) => true,
        // Carriers' own, protocol assignments, documentation, former 6to4 relays, benchmarks.
        (100, 64..=127, _) | (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => true,
        _ => false,
    };
    !is_special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([w, x], [y, z]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(w, x, y, z))
    };
    match (a, b) {
        // Translated to IPv4 (RFC 6052): what it stands for decides.
        (0x64, 0xff9b) if (c, d, e, f) == (0, 0, 0, 0) => embedded(g, h),
        (0x2002, high) => embedded(high, c),
        // Teredo, benchmarks, ORCHID, documentation.
        (0x2001, 0 | 2 | 0x10..=0x2f | 0xdb8) | (0x3fff, 0..=0x0fff) => false,
        // Of all the rest only global unicast is handed out.
        (0x2000..=0x3fff, _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_inside_is_told_from_what_lies_outside() {
        let is = |text: &str| is_public(text.parse::<IpAddr>().expect("an address").to_canonical());
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "::127.0.0.1",
            "100::1",
        ] {
            assert!(!is(inside), "{inside}");
        }
        for outside in [
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "64:ff9b::101:101",
            "2002:101:101::",
        ] {
            assert!(is(outside), "{outside}");
        }
    }

    #[test]
    fn addresses_are_understood_or_refused() {
        let target = Target::parse("https://Hooks.example.com:8443/a?b=c").expect("a target");
        assert_eq!(
            (target.host_header(), target.path.as_str()),
            ("hooks.example.com:8443".into(), "/a?b=c")
        );
        assert_eq!(Target::parse("http://[::1]/").expect("a target").host_header(), "[::1]");
        let long = format!("https://a.example/{}", "x".repeat(3000));
        for bad in [
            "",
            "hooks.example.com",
            "ftp://a.b",
            "https://",
            "https://u:p@a.b/",
            "file:///etc/passwd",
            "https://a.b/\r\nx: y",
            "https://a b/",
            "javascript:alert(1)",
            long.as_str(),
        ] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn inside_is_refused_unless_it_is_allowed() {
        let none = Outgoing::new(&OutgoingConfig::default());
        assert!(none.check("https://hooks.example.com/").is_ok());
        assert_eq!(none.check("http://hooks.example.com/"), Err(CallError::Plain));
        for inside in [
            "https://127.0.0.1/",
            "https://[::1]/",
            "http://169.254.169.254/latest",
            "https://2130706433.example@127.0.0.1/",
        ] {
            assert!(none.check(inside).is_err(), "{inside}");
        }
        let config = OutgoingConfig {
            allow: vec!["10.0.0.0/8".parse().expect("a network")],
            ..OutgoingConfig::default()
        };
        let some = Outgoing::new(&config);
        assert!(some.check("http://10.1.2.3:8080/hook").is_ok());
        assert!(some.check("http://192.168.1.1/").is_err());
    }
}
