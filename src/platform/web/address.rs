//! Where people reach the instance: the configuration says it, else an admin, else it is this
//! machine. Links in mails and share cards begin with it; whether a request is let in never depends
//! on it.

use serde::{Deserialize, Serialize};

use super::config::is_public_url;
use crate::{
    kernel::error::{Error, Result},
    platform::{
        config::Config,
        db::Read,
        settings::{self, Section},
    },
};

/// The key of the configuration that says it.
pub const KEY: &str = "server.public_url";

/// What an admin says where people reach the instance. It holds while the configuration is silent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AddressSettings {
    /// Scheme, host and perhaps a port, without a path; absent while nobody has said anything.
    pub public_url: Option<String>,
}

impl Section for AddressSettings {
    const NAME: &'static str = "address";

    fn checked(self) -> Result<Self> {
        let tidy = |url: String| url.trim().trim_end_matches('/').to_owned();
        let public_url = self.public_url.map(tidy).filter(|url| !url.is_empty());
        if let Some(url) = &public_url
            && (url.len() > 200 || !is_public_url(url))
        {
            let message = "Write https://, a name and perhaps a port, such as https://learn.example.com.";
            return Err(Error::field("public_url", "address.malformed", message));
        }
        Ok(Self { public_url })
    }
}

/// Where people reach the instance, without a slash at its end.
///
/// # Errors
/// A database fault.
pub fn public_url(read: &Read<'_>, config: &Config) -> Result<String> {
    let own = if config.given.contains_key(KEY) {
        None
    } else {
        settings::get::<AddressSettings>(read)?.public_url
    };
    let url = own.unwrap_or_else(|| config.server.public_url.clone());
    Ok(url.trim_end_matches('/').to_owned())
}

/// The host name of such an address.
#[must_use]
pub fn host_of(public_url: &str) -> String {
    let url = public_url.parse::<http::Uri>().ok();
    url.and_then(|url| url.host().map(str::to_owned))
        .unwrap_or_else(|| "localhost".into())
}

/// What an instance signs to prove that an address leads to it. A nonce is letters and digits only,
/// so that nothing else that is signed can be asked for.
#[must_use]
pub fn proof_of(nonce: &str) -> Option<String> {
    let is_nonce = (16..=64).contains(&nonce.len()) && nonce.bytes().all(|b| b.is_ascii_alphanumeric());
    is_nonce.then(|| format!("address-proof {nonce}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_tidied_or_refused() {
        let check = |text: &str| {
            AddressSettings {
                public_url: Some(text.into()),
            }
            .checked()
            .map(|section| section.public_url)
        };
        assert!(matches!(check(" https://learn.example.com/ "), Ok(Some(url)) if url == "https://learn.example.com"));
        assert!(matches!(check("  "), Ok(None)));
        let long = format!("https://{}.example", "x".repeat(250));
        for bad in [
            "learn.example.com",
            "https://a.b/path",
            "https://u@a.b",
            "ftp://a.b",
            "https://",
            long.as_str(),
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_nonces_are_signed() {
        assert!(proof_of("0123456789abcdefABCD").is_some());
        for bad in ["", "short", "0123456789abcdef ", "0123456789abcdef\n", &"x".repeat(65)] {
            assert!(proof_of(bad).is_none(), "{bad:?}");
        }
    }
}
