//! Certificates with their keys: read, judged, and told about.

use std::{net::IpAddr, path::Path, sync::Arc};

use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};
use serde::Serialize;
use x509_parser::{certificate::X509Certificate, extensions::GeneralName, prelude::FromDer as _};

use super::{TlsError, profile};
use crate::kernel::time::Timestamp;

/// No certificate or key is as large as this.
const LARGEST: u64 = 1024 * 1024;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// What a certificate says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// The names and addresses that it is for, in lower case.
    pub names: Vec<String>,
    /// Who issued it.
    pub issuer: String,
    /// It holds from here on.
    pub not_before: Timestamp,
    /// It holds until here.
    pub not_after: Timestamp,
}

impl Certificate {
    /// Whole days until it ends; negative when it has ended.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> i64 {
        (self.not_after.millis() - now.millis()).div_euclid(DAY_MS)
    }

    /// Whether it holds at this instant.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.not_before <= now && now < self.not_after
    }

    /// When a third of its life is left, and a new one is due.
    #[must_use]
    pub fn renew_at(&self) -> Timestamp {
        let life = self.not_after.millis() - self.not_before.millis();
        self.not_after.plus_millis(-(life / 3))
    }

    /// Whether it is for this host name or address: a star stands for one label (RFC 6125, 6.4.3).
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        self.names.iter().any(|name| match name.strip_prefix("*.") {
            Some(parent) => host.split_once('.').is_some_and(|(_, rest)| rest == parent),
            None => *name == host,
        })
    }

    fn read(der: &CertificateDer<'_>) -> Result<Self, String> {
        let (_, parsed) = X509Certificate::from_der(der).map_err(|error| error.to_string())?;
        let names = parsed.subject_alternative_name().map_err(|error| error.to_string())?;
        let names = names.map(|found| found.value.general_names.iter().filter_map(name).collect());
        let validity = parsed.validity();
        let at = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000));
        Ok(Self {
            names: names.unwrap_or_default(),
            issuer: parsed.issuer().to_string(),
            not_before: at(validity.not_before.timestamp()),
            not_after: at(validity.not_after.timestamp()),
        })
    }
}

fn name(general: &GeneralName<'_>) -> Option<String> {
    match general {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let ip = v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from));
            ip.ok().map(|ip| ip.to_string())
        }
        _ => None,
    }
}

/// A certificate with its chain and key, ready to be served.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) key: Arc<CertifiedKey>,
    pub(super) about: Certificate,
}

impl Pair {
    /// Reads a pair from PEM; `chain` and `key` say what each is called in sentences.
    pub(super) fn parse((chain, chain_pem): (&str, &[u8]), (key, key_pem): (&str, &[u8])) -> Result<Self, TlsError> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain_pem).collect();
        let certificates = certificates.map_err(|error| TlsError(format!("{chain} is not PEM: {error}")))?;
        let Some(first) = certificates.first() else {
            return Err(TlsError(format!(
                "there is no certificate in {chain}; expected -----BEGIN CERTIFICATE-----"
            )));
        };
        let about = Certificate::read(first).map_err(|error| TlsError(format!("the certificate in {chain} is malformed: {error}")))?;
        let private = private_key(key, key_pem)?;
        let served = CertifiedKey::from_der(certificates, private, &profile::provider()).map_err(|error| {
            TlsError(match error {
                rustls::Error::InconsistentKeys(_) => {
                    format!("the key in {key} does not belong to the first certificate in {chain}, which must be the server's own")
                }
                error => format!("the pair {chain}, {key} cannot be used: {error}"),
            })
        })?;
        Ok(Self {
            key: Arc::new(served),
            about,
        })
    }
}

fn private_key(key: &str, pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
        let is_sealed = String::from_utf8_lossy(pem).contains("ENCRYPTED");
        TlsError(if is_sealed {
            format!("the key in {key} is encrypted, and a server has nobody to ask for the passphrase; write it without one (openssl pkey -in OLD -out NEW)")
        } else {
            format!("there is no private key in {key}; expected -----BEGIN PRIVATE KEY-----")
        })
    })
}

/// The bytes of a small file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let shown = path.display();
    let about = std::fs::metadata(path).map_err(|error| TlsError(format!("{shown} cannot be read: {error}")))?;
    // A pipe would be waited for, and a disk image would fill the memory.
    if !about.is_file() || about.len() > LARGEST {
        return Err(TlsError(format!(
            "{shown} is no file of at most 1 MiB, as certificates and keys are"
        )));
    }
    std::fs::read(path).map_err(|error| TlsError(format!("{shown} cannot be read: {error}; the server's user needs to")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Certificate {
        Certificate {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            issuer: String::new(),
            not_before: Timestamp::from_millis(0),
            not_after: Timestamp::from_millis(90 * DAY_MS),
        }
    }

    #[test]
    fn a_star_is_one_label() {
        let certificate = of(&["*.example.com", "other.org", "192.0.2.1", "::1"]);
        for host in ["learn.example.com", "LEARN.example.com", "other.org", "192.0.2.1", "[::1]"] {
            assert!(certificate.covers(host), "{host}");
        }
        for host in ["example.com", "a.b.example.com", "www.other.org", "192.0.2.2", ""] {
            assert!(!certificate.covers(host), "{host}");
        }
    }

    #[test]
    fn a_third_of_the_life_is_left_for_renewing() {
        let certificate = of(&[]);
        assert_eq!(certificate.renew_at().millis(), 60 * DAY_MS);
        assert_eq!(certificate.days_left(Timestamp::from_millis(60 * DAY_MS + 1)), 29);
        assert_eq!(certificate.days_left(Timestamp::from_millis(90 * DAY_MS + 1)), -1);
        assert!(certificate.holds(Timestamp::from_millis(0)) && !certificate.holds(Timestamp::from_millis(90 * DAY_MS)));
    }
}
