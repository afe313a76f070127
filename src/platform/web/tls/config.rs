//! The section `[tls]`, and what it asks of its neighbours.

use std::{fmt, net::SocketAddr, path::PathBuf, str::FromStr};

use crate::platform::config::Config;

/// Where certificates come from unless the configuration says otherwise.
pub const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// How an authority sees that a name is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// A handshake on port 443 (RFC 8737).
    TlsAlpn01,
    /// A request on port 80 (RFC 8555, 8.3).
    Http01,
}

impl FromStr for Challenge {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "tls-alpn-01" => Ok(Self::TlsAlpn01),
            "http-01" => Ok(Self::Http01),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TlsAlpn01 => "tls-alpn-01",
            Self::Http01 => "http-01",
        })
    }
}

crate::text_value! { Challenge: "tls-alpn-01 or http-01" }

crate::config_section! {
    /// TLS of the server's own, on the port `server.listen`. It is on when there are certificate files or
    /// domains for automatic certificates; a proxy that ends TLS in front needs nothing of this. See
    /// docs/tls.md.
    TlsConfig in "tls" {
        /// A PEM file with the server's certificate and below it the intermediate ones (fullchain.pem).
        /// Looked at every few seconds: a renewed pair is served without a restart.
        certificate_file: Option<PathBuf> = None;
        /// A PEM file with the certificate's private key, readable by the server alone.
        key_file: Option<PathBuf> = None;
        /// Names to get certificates for automatically (ACME), such as ["learn.example.com"].
        acme_domains: Vec<String> = Vec::new();
        /// Whether you agree to the terms of service of the authority in `acme_directory`. Automatic
        /// certificates need it.
        acme_terms_agreed: bool = false;
        /// E-mail addresses that the authority may write to.
        acme_contact: Vec<String> = Vec::new();
        /// The authority's directory (RFC 8555).
        acme_directory: String = LETS_ENCRYPT.into();
        /// A PEM file with the root certificate of a private authority's own server.
        acme_root_file: Option<PathBuf> = None;
        /// How the authority sees that the names are ours, in the order of trying: "tls-alpn-01" needs port 443
        /// to lead to `server.listen`, "http-01" port 80 to `tls.redirect_listen`.
        acme_challenges: Vec<Challenge> = vec![Challenge::TlsAlpn01, Challenge::Http01];
        /// Address and port of plain HTTP that sends everybody to https and answers http-01, such as
        /// "0.0.0.0:80". Unset, no such port is opened.
        redirect_listen: Option<SocketAddr> = None;
        /// Seconds that browsers remember to come by https only (HSTS), also behind a proxy that ends TLS.
        /// 0 tells them to forget it.
        hsts_seconds: u64 = 63_072_000;
    }
    check(this, refuse) {
        if this.certificate_file.is_some() != this.key_file.is_some() {
            let missing = if this.key_file.is_none() { "key_file" } else { "certificate_file" };
            refuse(missing, "certificate_file and key_file go together: set this one, too".into());
        }
        if this.certificate_file.is_some() && !this.acme_domains.is_empty() {
            refuse("acme_domains", "certificates come from files or automatically: set certificate_file or acme_domains, not both".into());
        }
        for domain in this.acme_domains.iter().filter(|domain| !is_domain(domain)) {
            refuse("acme_domains", format!("{domain:?} is no name that a certificate can be got for: expected a full name in lower case such as learn.example.com, without * (international names in their xn-- form)"));
        }
        if !this.acme_domains.is_empty() {
            check_acme(this, refuse);
        }
        if this.redirect_listen.is_some() && !this.is_on() {
            refuse("redirect_listen", "there is no https to send people to: set certificate_file and key_file, or acme_domains".into());
        }
    }
}

fn check_acme(this: &TlsConfig, refuse: &mut dyn FnMut(&'static str, String)) {
    if !this.acme_terms_agreed {
        let title = "automatic certificates need your agreement to the authority's terms of service: read them (its directory names them) and set acme_terms_agreed = true";
        refuse("acme_terms_agreed", title.into());
    }
    for contact in this.acme_contact.iter().filter(|contact| !is_mailbox(contact)) {
        refuse("acme_contact", format!("{contact:?} is no e-mail address"));
    }
    let is_https = this
        .acme_directory
        .parse::<http::Uri>()
        .is_ok_and(|url| url.scheme_str() == Some("https") && url.host().is_some());
    if !is_https {
        refuse("acme_directory", format!("expected an https address such as {LETS_ENCRYPT}"));
    }
    if this.challenges().is_empty() {
        refuse(
            "acme_challenges",
            "expected \"tls-alpn-01\", or \"http-01\" together with redirect_listen".into(),
        );
    }
}

impl TlsConfig {
    /// Whether the server speaks TLS itself.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.certificate_file.is_some() || !self.acme_domains.is_empty()
    }

    /// The challenges that can be answered, in order: http-01 only with its port.
    #[must_use]
    pub fn challenges(&self) -> Vec<Challenge> {
        let can = |challenge: &Challenge| *challenge != Challenge::Http01 || self.redirect_listen.is_some();
        self.acme_challenges.iter().copied().filter(can).collect()
    }
}

/// What is wrong between this section and its neighbours, one sentence each.
pub(crate) fn together(config: &Config) -> Vec<String> {
    let (tls, server) = (&config.tls, &config.server);
    let mut wrong = Vec::new();
    if !tls.is_on() {
        return wrong;
    }
    if !server.public_url.to_ascii_lowercase().starts_with("https://") {
        wrong.push(format!(
            "server.public_url: {} is not how people reach a server with TLS; expected https:// and the name in its certificate",
            server.public_url
        ));
    }
    let host = server.public_host().to_ascii_lowercase();
    if !tls.acme_domains.is_empty() && !tls.acme_domains.contains(&host) {
        wrong.push(format!(
            "tls.acme_domains: the host of server.public_url, {host}, must be among them"
        ));
    }
    if tls.redirect_listen.is_some_and(|plain| plain.port() != 0 && plain == server.listen) {
        wrong.push("tls.redirect_listen: this is the port of server.listen, which speaks TLS; plain HTTP needs another".into());
    }
    wrong
}

/// A full host name as DNS has it (RFC 1035, 2.3.1), in lower case.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_number = |label: &str| label.bytes().all(|b| b.is_ascii_digit());
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label) && !is_number(last)
}

fn is_mailbox(text: &str) -> bool {
    let is_plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b',' && b != b'?');
    is_plain
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::config::Section as _;

    fn wrong(change: impl FnOnce(&mut TlsConfig)) -> Vec<&'static str> {
        let mut config = TlsConfig::default();
        change(&mut config);
        let mut keys = Vec::new();
        config.check(&mut |key, _| keys.push(key));
        keys
    }

    fn acme(config: &mut TlsConfig) {
        config.acme_domains = vec!["learn.example.com".into()];
        config.acme_terms_agreed = true;
    }

    #[test]
    fn halves_and_contradictions_are_refused() {
        assert!(wrong(|_| ()).is_empty());
        assert!(wrong(acme).is_empty());
        assert_eq!(wrong(|c| c.certificate_file = Some("a.pem".into())), ["key_file"]);
        assert_eq!(wrong(|c| c.key_file = Some("a.pem".into())), ["certificate_file"]);
        assert_eq!(
            wrong(|c| c.redirect_listen = Some(([127, 0, 0, 1], 80).into())),
            ["redirect_listen"]
        );
        let both = |c: &mut TlsConfig| {
            acme(c);
            (c.certificate_file, c.key_file) = (Some("a".into()), Some("b".into()));
        };
        assert_eq!(wrong(both), ["acme_domains"]);
        let not_agreed = |c: &mut TlsConfig| {
            acme(c);
            c.acme_terms_agreed = false;
        };
        assert_eq!(wrong(not_agreed), ["acme_terms_agreed"]);
        let plain = |c: &mut TlsConfig| {
            acme(c);
            c.acme_directory = "http://ca.example.com/dir".into();
        };
        assert_eq!(wrong(plain), ["acme_directory"]);
        let no_port = |c: &mut TlsConfig| {
            acme(c);
            c.acme_challenges = vec![Challenge::Http01];
        };
        assert_eq!(wrong(no_port), ["acme_challenges"]);
        let contact = |c: &mut TlsConfig| {
            acme(c);
            c.acme_contact = vec!["ops@example.com".into(), "ops".into()];
        };
        assert_eq!(wrong(contact), ["acme_contact"]);
    }

    #[test]
    fn names_that_an_authority_can_check() {
        for good in ["learn.example.com", "xn--mnchen-3ya.de", "a.b"] {
            assert!(is_domain(good), "{good}");
        }
        let long = format!("{}.com", "a".repeat(64));
        for bad in [
            "",
            "localhost",
            "*.example.com",
            "Learn.example.com",
            "192.0.2.1",
            "a..b",
            ".a.b",
            "a.b.",
            "münchen.de",
            "-a.b",
            "a b.c",
            &long,
        ] {
            assert!(!is_domain(bad), "{bad}");
        }
    }

    #[test]
    fn the_sections_agree() {
        let mut config = Config::at("data".into());
        assert!(together(&config).is_empty());
        acme(&mut config.tls);
        assert_eq!(together(&config).len(), 2, "no https, another host");
        config.server.public_url = "https://Learn.example.com".into();
        assert!(together(&config).is_empty());
        config.tls.redirect_listen = Some(config.server.listen);
        assert_eq!(together(&config).len(), 1);
    }
}
