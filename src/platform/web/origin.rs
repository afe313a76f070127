//! Where a request comes from: the peer, or what trusted proxies say about it.

use std::{fmt, net::IpAddr, str::FromStr};

use axum::http::{HeaderMap, HeaderName, header};

use super::{config::ServerConfig, guard::Origin};

/// Characters of a `User-Agent` that are kept.
const AGENT: usize = 300;

/// Which headers of trusted proxies are believed. Only one kind: the other may be what a client
/// wrote and the proxy passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyHeaders {
    /// `X-Forwarded-For` and `X-Forwarded-Proto`.
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl FromStr for ProxyHeaders {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "x-forwarded" => Ok(Self::XForwarded),
            "forwarded" => Ok(Self::Forwarded),
            _ => Err(()),
        }
    }
}

impl fmt::Display for ProxyHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::XForwarded => "x-forwarded",
            Self::Forwarded => "forwarded",
        })
    }
}

/// Whether the address is a trusted proxy's.
pub(super) fn is_trusted(proxies: &[Network], ip: IpAddr) -> bool {
    proxies.iter().any(|network| network.contains(ip))
}

/// Where a request comes from. `is_encrypted` says that it came through our own TLS.
pub(super) fn find(server: &ServerConfig, peer: Option<IpAddr>, is_trusted_peer: bool, is_encrypted: bool, headers: &HeaderMap) -> Origin {
    let agent = headers
        .get(header::USER_AGENT)
        .map(|value| String::from_utf8_lossy(value.as_bytes()));
    let mut origin = Origin {
        ip: peer.map(|ip| ip.to_canonical()),
        user_agent: agent.unwrap_or_default().chars().filter(|c| !c.is_control()).take(AGENT).collect(),
        is_secure: is_encrypted,
    };
    if is_trusted_peer {
        let (hops, proto) = match server.proxy_headers {
            ProxyHeaders::XForwarded => x_forwarded(headers),
            ProxyHeaders::Forwarded => forwarded(headers),
        };
        // A proxy may encrypt again what came to it in the clear: its word on the client's side holds.
        origin.is_secure = proto.map_or(is_encrypted, |proto| proto.eq_ignore_ascii_case("https"));
        // From the nearest hop outwards, the first that is no proxy of ours is the client; what
        // stands before it was written by him.
        for hop in hops.into_iter().rev() {
            let Some(ip) = hop else { break };
            origin.ip = Some(ip.to_canonical());
            if !is_trusted(&server.trusted_proxies, ip) {
                break;
            }
        }
    }
    origin
}

/// The hops, outermost first (`None` for what is no address), and the scheme that the nearest
/// proxy saw.
type Hops = (Vec<Option<IpAddr>>, Option<String>);

fn x_forwarded(headers: &HeaderMap) -> Hops {
    let list = |name: &'static str| -> Vec<String> {
        let values = headers.get_all(HeaderName::from_static(name)).iter();
        let texts = values.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
        texts.map(|text| text.trim().to_owned()).collect()
    };
    let hops = list("x-forwarded-for").iter().map(|text| address(text)).collect();
    (hops, list("x-forwarded-proto").pop())
}

fn forwarded(headers: &HeaderMap) -> Hops {
    let values = headers.get_all(header::FORWARDED).iter().filter_map(|value| value.to_str().ok());
    let mut hops = Vec::new();
    let mut proto = None;
    for element in values.flat_map(|text| text.split(',')) {
        let find = |wanted: &str| {
            element.split(';').find_map(|pair| {
                let (name, value) = pair.trim().split_once('=')?;
                name.eq_ignore_ascii_case(wanted).then(|| value.trim_matches('"').to_owned())
            })
        };
        hops.push(find("for").and_then(|text| address(&text)));
        proto = find("proto");
    }
    (hops, proto)
}

/// An address, perhaps in brackets, perhaps with a port.
fn address(text: &str) -> Option<IpAddr> {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']')?.0.parse().ok();
    }
    text.parse().ok().or_else(|| text.rsplit_once(':')?.0.parse().ok())
}

/// An address, or a network of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

/// Why a text names no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an address or a network such as 10.0.0.0/8")]
pub struct NetworkError;

impl Network {
    /// Whether it is wider than any network that a single owner has: 10.0.0.0/8 and fc00::/7 are not.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        match self.base {
            IpAddr::V4(_) => self.bits < 8,
            IpAddr::V6(_) => self.bits < 7,
        }
    }

    /// Whether the address lies in it. An IPv4 address that came through an IPv6 socket counts as IPv4.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.base, ip.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => {
                prefix(u32::from(base).into(), 32, self.bits) == prefix(u32::from(ip).into(), 32, self.bits)
            }
            (IpAddr::V6(base), IpAddr::V6(ip)) => prefix(base.into(), 128, self.bits) == prefix(ip.into(), 128, self.bits),
            _ => false,
        }
    }
}

/// The first `bits` of an address that is `width` bits wide.
fn prefix(address: u128, width: u8, bits: u8) -> u128 {
    address.checked_shr(u32::from(width - bits)).unwrap_or(0)
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let base = address.parse::<IpAddr>().map_err(|_| NetworkError)?;
        let width = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), str::parse).map_err(|_| NetworkError)?;
        if bits > width {
            return Err(NetworkError);
        }
        Ok(Self { base, bits })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = if self.base.is_ipv4() { 32 } else { 128 };
        if self.bits == width {
            self.base.fmt(f)
        } else {
            write!(f, "{}/{}", self.base, self.bits)
        }
    }
}

crate::text_value! {
    Network: "an address or a network such as 10.0.0.0/8",
    ProxyHeaders: "x-forwarded or forwarded",
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(kind: ProxyHeaders, peer: &str, pairs: &[(&'static str, &str)]) -> (String, bool) {
        over(false, kind, peer, pairs)
    }

    fn over(is_encrypted: bool, kind: ProxyHeaders, peer: &str, pairs: &[(&'static str, &str)]) -> (String, bool) {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("a value"));
        }
        let server = ServerConfig {
            trusted_proxies: ["10.0.0.0/8", "fd00::/8"].iter().map(|n| n.parse().expect("a network")).collect(),
            proxy_headers: kind,
            ..ServerConfig::default()
        };
        let peer: IpAddr = peer.parse().expect("an address");
        let found = find(
            &server,
            Some(peer),
            is_trusted(&server.trusted_proxies, peer),
            is_encrypted,
            &headers,
        );
        (found.ip.map(|ip| ip.to_string()).unwrap_or_default(), found.is_secure)
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        use ProxyHeaders::{Forwarded, XForwarded};
        let both = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https")];
        assert_eq!(
            from(XForwarded, "198.51.100.1", &both),
            ("198.51.100.1".into(), false),
            "no proxy of ours"
        );
        assert_eq!(from(XForwarded, "10.0.0.1", &both), ("203.0.113.9".into(), true));
        let chain = [("x-forwarded-for", "1.2.3.4, 203.0.113.9"), ("x-forwarded-for", "10.9.9.9")];
        assert_eq!(
            from(XForwarded, "10.0.0.1", &chain),
            ("203.0.113.9".into(), false),
            "what stands before is his word"
        );
        let junk = [("x-forwarded-for", "1.2.3.4, nonsense, 10.9.9.9")];
        assert_eq!(from(XForwarded, "10.0.0.1", &junk).0, "10.9.9.9", "nonsense is not passed over");
        let rfc = [
            ("forwarded", "for=\"[2001:db8::7]:4711\";proto=https, for=10.1.1.1"),
            ("x-forwarded-for", "6.6.6.6"),
        ];
        assert_eq!(from(Forwarded, "fd00::1", &rfc).0, "2001:db8::7");
        assert_eq!(
            from(XForwarded, "10.0.0.1", &[("forwarded", "for=6.6.6.6;proto=https")]),
            ("10.0.0.1".into(), false)
        );
        assert_eq!(
            from(Forwarded, "10.0.0.1", &[("forwarded", "for=203.0.113.9:8080;proto=HTTPS")]),
            ("203.0.113.9".into(), true)
        );
        assert_eq!(from(XForwarded, "10.0.0.1", &[]), ("10.0.0.1".into(), false));
    }

    #[test]
    fn our_own_tls_is_secure_unless_a_trusted_proxy_knows_better() {
        use ProxyHeaders::XForwarded;
        let claims_http = [("x-forwarded-proto", "http")];
        assert!(over(true, XForwarded, "198.51.100.1", &claims_http).1, "no proxy of ours");
        assert!(
            !over(true, XForwarded, "10.0.0.1", &claims_http).1,
            "the client's side was in the clear"
        );
        assert!(over(true, XForwarded, "10.0.0.1", &[("x-forwarded-for", "203.0.113.9")]).1);
        assert!(over(true, XForwarded, "10.0.0.1", &[("x-forwarded-proto", "https")]).1);
    }

    #[test]
    fn networks_hold_their_addresses_only() {
        let holds = |network: &str, ip: &str| {
            let network: Network = network.parse().expect("a network");
            network.contains(ip.parse().expect("an address"))
        };
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("127.0.0.1", "::ffff:127.0.0.1") && !holds("127.0.0.1", "127.0.0.2"));
        assert!(holds("0.0.0.0/0", "203.0.113.7") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("::/0", "2001:db8::1") && holds("2001:db8::/32", "2001:db8:ffff::1"));
        assert!(!holds("2001:db8::/32", "2001:db9::1"));
        for bad in ["", "10.0.0.0/33", "::/129", "a.b.c.d", "10.0.0.0/-1", "10.0.0/8"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }
}
