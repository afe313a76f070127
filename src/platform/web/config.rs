//! The sections of the configuration that say how the instance is reached and what it bears.

use std::net::SocketAddr;

use super::origin::{Network, ProxyHeaders};

crate::config_section! {
    /// The port, and how the world reaches it.
    ServerConfig in "server" {
        /// Address and port to listen on.
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080));
        /// Where people reach the instance: scheme, host and port, without a path. Links in mails
        /// begin with it. While it is not set here, an admin may say it in the settings.
        public_url: String = "http://127.0.0.1:8080".into();
        /// Proxies whose word about a request's address and scheme is believed:
        /// addresses or networks, such as ["127.0.0.1", "10.0.0.0/8", "::1"].
        trusted_proxies: Vec<Network> = Vec::new();
        /// Which headers those proxies set: "x-forwarded" or "forwarded". The other kind is ignored, for
        /// a proxy may pass on what a client wrote there.
        proxy_headers: ProxyHeaders = ProxyHeaders::XForwarded;
        /// Seconds that requests under way get to finish when the server stops.
        stop_seconds: u64 = 20;
    }
    check(this, refuse) {
        if !is_public_url(&this.public_url) {
            refuse("public_url", "expected http:// or https://, a host and perhaps a port, such as https://learn.example.com".into());
        }
    }
}

crate::config_section! {
    /// What one request, and all of them together, may use.
    LimitsConfig in "limits" {
        /// Bytes in the body of a request; uploads have their own limit in `media`.
        body_bytes: usize = 1024 * 1024;
        /// Bytes in the headers of a request.
        header_bytes: usize = 32 * 1024;
        /// Seconds in which the headers of a request must have arrived.
        header_seconds: u64 = 10;
        /// Seconds in which a request must be answered; uploads and downloads may take longer.
        request_seconds: u64 = 30;
        /// Requests that are worked on at once; more are told to come back.
        requests: usize = 1024;
        /// Connections that are open at once; more wait.
        connections: usize = 10_000;
    }
    check(this, refuse) {
        let at_least = [
            ("body_bytes", this.body_bytes as u64, 4096),
            ("header_bytes", this.header_bytes as u64, 8192),
            ("header_seconds", this.header_seconds, 1),
            ("request_seconds", this.request_seconds, 1),
            ("requests", this.requests as u64, 1),
            ("connections", this.connections as u64, 1),
        ];
        for (key, value, least) in at_least {
            if value < least {
                refuse(key, format!("expected at least {least}"));
            }
        }
    }
}

crate::config_section! {
    /// How often one address and one account may ask. Answers beyond that are 429 with Retry-After.
    ThrottleConfig in "throttle" {
        /// Whether anybody is throttled. Turn it off for measurements only.
        is_on: bool = true;
        /// Requests to the API in a minute from one address (an IPv6 network of 64 bits counts as one).
        /// A whole school may share one address.
        address_per_minute: u32 = 6000;
        /// Requests that one address may make at once before that.
        address_burst: u32 = 1000;
        /// Requests in a minute of one account.
        account_per_minute: u32 = 600;
        /// Requests that one account may make at once before that.
        account_burst: u32 = 200;
        /// Tries in a minute from one address to sign in, register or use a one-time link.
        auth_per_minute: u32 = 60;
        /// Such tries that one address may make at once before that.
        auth_burst: u32 = 60;
        /// Addresses and networks that are never throttled, such as a monitor's.
        exempt: Vec<Network> = Vec::new();
    }
    check(this, refuse) {
        let numbers = [
            ("address_per_minute", this.address_per_minute),
            ("address_burst", this.address_burst),
            ("account_per_minute", this.account_per_minute),
            ("account_burst", this.account_burst),
            ("auth_per_minute", this.auth_per_minute),
            ("auth_burst", this.auth_burst),
        ];
        for (key, _) in numbers.into_iter().filter(|(_, number)| *number == 0) {
            refuse(key, "expected at least 1; to throttle nobody set throttle.is_on = false".into());
        }
    }
}

impl ServerConfig {
    /// The host name in [`ServerConfig::public_url`].
    #[must_use]
    pub fn public_host(&self) -> String {
        super::address::host_of(&self.public_url)
    }

    /// Scheme, host and port as browsers write them in `Origin`: lower case, no default port.
    #[must_use]
    pub fn public_origin(&self) -> String {
        let url = self.public_url.trim_end_matches('/').to_ascii_lowercase();
        let is_default =
            |url: &str| (url.starts_with("https://") && url.ends_with(":443")) || (url.starts_with("http://") && url.ends_with(":80"));
        match url.rsplit_once(':') {
            Some((rest, _)) if is_default(&url) => rest.to_owned(),
            _ => url,
        }
    }
}

pub(super) fn is_public_url(text: &str) -> bool {
    let Ok(url) = text.parse::<http::Uri>() else { return false };
    let is_web = matches!(url.scheme_str(), Some("http" | "https"));
    is_web && url.host().is_some_and(|host| !host.is_empty()) && url.path() == "/" && url.query().is_none() && !text.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses() {
        for good in [
            "http://localhost",
            "https://learn.example.com/",
            "http://[::1]:8080",
            "https://a.b:444",
        ] {
            assert!(is_public_url(good), "{good}");
        }
        for bad in [
            "",
            "learn.example.com",
            "ftp://a.b",
            "https://a.b/path",
            "https://a.b?x",
            "https://u@a.b",
            "https://",
        ] {
            assert!(!is_public_url(bad), "{bad}");
        }
        let origin = |url: &str| {
            let config = ServerConfig {
                public_url: url.into(),
                ..ServerConfig::default()
            };
            (config.public_origin(), config.public_host())
        };
        assert_eq!(
            origin("https://Learn.example.com:443/"),
            ("https://learn.example.com".into(), "Learn.example.com".into())
        );
        assert_eq!(
            origin("http://127.0.0.1:8080"),
            ("http://127.0.0.1:8080".into(), "127.0.0.1".into())
        );
    }
}
