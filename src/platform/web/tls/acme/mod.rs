//! Automatic certificates (RFC 8555): obtained, kept in the data folder, renewed in the background.

mod order;
mod store;

use std::{path::Path, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use rustls_acme::acme::Account;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{
    TlsError,
    certificate::{Pair, read},
    config::{Challenge, TlsConfig},
    profile,
    shelf::Shelf,
};
use crate::platform::clock::SharedClock;

pub use store::FOLDER;
pub(super) use store::Store;

/// How long one order may take.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// The clock is looked at this often: it may have been set, and machines sleep.
const LOOK: Duration = Duration::from_secs(3600);
/// Waits after failures. At most four tries in the first hour: authorities allow about five failures
/// in an hour for a name, and more of them would only make the wait longer.
const WAITS: [u64; 6] = [60, 300, 1200, 3600, 3 * 3600, 6 * 3600];
/// The wait after an authority said that it was asked too often.
const ASKED_TOO_OFTEN: Duration = Duration::from_secs(3 * 3600);

/// Gets certificates for the configured names.
pub(super) struct Acme {
    client: Arc<ClientConfig>,
    directory: String,
    contact: Vec<String>,
    domains: Vec<String>,
    challenges: Vec<Challenge>,
    store: Store,
    now: Notify,
}

impl Acme {
    pub(super) fn new(config: &TlsConfig, data: &Path) -> Result<Self, TlsError> {
        Ok(Self {
            client: client(config.acme_root_file.as_deref())?,
            directory: config.acme_directory.clone(),
            contact: config.acme_contact.iter().map(|address| format!("mailto:{address}")).collect(),
            domains: config.acme_domains.clone(),
            challenges: config.challenges(),
            store: Store::new(data, config),
            now: Notify::new(),
        })
    }

    /// The certificate of an earlier start; one that cannot be used is as good as none.
    pub(super) fn cached(&self) -> Option<Pair> {
        self.store.certificate().unwrap_or_else(|error| {
            tracing::warn!(%error, "the stored certificate is left aside, and a new one is got");
            None
        })
    }

    /// Looks at once whether a certificate is due, however long the wait was to be.
    pub(super) fn hurry(&self) {
        self.now.notify_one();
    }

    /// Gets a certificate whenever one is due, until `stop`.
    pub(super) async fn keep(&self, shelf: &Shelf, clock: &SharedClock, stop: &CancellationToken) {
        let mut failures = 0;
        loop {
            let wait = if self.is_due(shelf, clock) {
                let tried = tokio::select! {
                    () = stop.cancelled() => return,
                    tried = self.try_once(shelf, failures) => tried,
                };
                self.wait_after(tried, &mut failures, shelf)
            } else {
                Self::until_due(shelf, clock)
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.now.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    fn is_due(&self, shelf: &Shelf, clock: &SharedClock) -> bool {
        shelf.served().is_none_or(|served| {
            let covers_all = self.domains.iter().all(|domain| served.about.covers(domain));
            !covers_all || served.about.renew_at() <= clock.now()
        })
    }

    fn until_due(shelf: &Shelf, clock: &SharedClock) -> Duration {
        let due = shelf.served().map_or(0, |served| served.about.renew_at().millis());
        Duration::from_millis((due - clock.now().millis()).try_into().unwrap_or(0)).min(LOOK)
    }

    /// One order, with the challenge whose turn it is.
    async fn try_once(&self, shelf: &Shelf, failures: usize) -> Result<(), TlsError> {
        let challenge = self.challenges[failures % self.challenges.len()];
        tracing::info!(domains = %self.domains.join(", "), by = %challenge, "a certificate is got");
        let wanted = order::Wanted {
            client: &self.client,
            directory: &self.directory,
            contact: &self.contact,
            domains: &self.domains,
            challenge,
            shelf,
        };
        let key = self.account_key()?;
        let obtained = tokio::time::timeout(LONGEST, wanted.obtain(&key)).await;
        shelf.clear();
        let pem = obtained.map_err(|_| TlsError("the authority took too long".into()))??;
        let pair = Pair::parse(("the authority's answer", pem.as_bytes()), ("the new key", pem.as_bytes()))?;
        // Served even when it cannot be kept: a full disk must not cost the certificate.
        tracing::info!(names = %pair.about.names.join(", "), until = %pair.about.not_after, "a new certificate is served");
        shelf.serve(pair);
        if let Err(error) = self.store.keep_certificate(pem.as_bytes()) {
            tracing::error!(%error, "the new certificate is served but could not be kept: the next start gets another");
        }
        Ok(())
    }

    fn account_key(&self) -> Result<Vec<u8>, TlsError> {
        if let Some(key) = self.store.account()? {
            return Ok(key);
        }
        let key = Account::generate_key_pair();
        self.store.keep_account(&key)?;
        Ok(key)
    }

    fn wait_after(&self, tried: Result<(), TlsError>, failures: &mut usize, shelf: &Shelf) -> Duration {
        let Err(error) = tried else {
            *failures = 0;
            // Where the clock is far from the authority's, the new one is due at once: one certificate
            // must not be ordered after another.
            return Duration::from_secs(WAITS[WAITS.len() - 1]);
        };
        let mut wait = Duration::from_secs(WAITS[(*failures).min(WAITS.len() - 1)]);
        if error.0.contains("acme:error:rateLimited") {
            wait = wait.max(ASKED_TOO_OFTEN);
        }
        *failures += 1;
        let served = shelf.served().map(|served| served.about.not_after.to_string());
        let until = served.as_deref().unwrap_or("none is served");
        tracing::error!(%error, authority = self.directory, tries = *failures, next_in_s = wait.as_secs(), until, "no new certificate");
        wait
    }
}

/// Trusts what the system trusts, what browsers trust where the system has nothing (an image with
/// this binary alone), and the root of a private authority.
fn client(root: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = root {
        let pem = read(path)?;
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let wrong = |error: &dyn std::fmt::Display| TlsError(format!("tls.acme_root_file: {}: {error}", path.display()));
        let found = found.map_err(|error| wrong(&error))?;
        if found.is_empty() {
            return Err(wrong(&"there is no certificate in it"));
        }
        for certificate in found {
            roots.add(certificate).map_err(|error| wrong(&error))?;
        }
    }
    let versions = ClientConfig::builder_with_provider(Arc::new(profile::provider())).with_safe_default_protocol_versions();
    let versions = versions.map_err(|error| TlsError(format!("TLS cannot be spoken: {error}")))?;
    Ok(Arc::new(versions.with_root_certificates(roots).with_no_client_auth()))
}
