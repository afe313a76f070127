//! TLS of the server's own: certificates from files or got automatically, the port that sends
//! plain HTTP to https, and when certificates end.
//!
//! Nothing here has tables or events. Automatic certificates live in the folder [`ACME_FOLDER`] of
//! the data folder.

mod acme;
mod certificate;
pub mod config;
mod files;
mod handshake;
mod profile;
mod redirect;
mod shelf;

use std::{io, sync::Arc, time::Duration};

use axum::Router;
use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use self::{
    acme::{Acme, Store},
    files::Files,
    shelf::{Challenges, Shelf},
};
use crate::{
    kernel::time::Timestamp,
    platform::{clock::SharedClock, config::Config},
};

pub use acme::FOLDER as ACME_FOLDER;
pub use certificate::Certificate;

/// How often certificate files are looked at.
pub const LOOK: Duration = Duration::from_secs(10);

/// Why a certificate cannot be had or used: a sentence that names the file and the mend.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(pub(crate) String);

/// TLS for one port: the certificate that is served and where its next one comes from.
pub struct Tls {
    shelf: Arc<Shelf>,
    source: Source,
    usual: Arc<ServerConfig>,
    challenge: Arc<ServerConfig>,
    clock: SharedClock,
    origin: String,
}

enum Source {
    Files(Files),
    Acme(Acme),
}

impl Tls {
    /// Reads what there is to serve; `None` when TLS is off. Automatic certificates that are still
    /// to be got are not waited for: until then handshakes fail.
    ///
    /// # Errors
    /// Files that cannot be read or used.
    pub fn open(config: &Config, clock: SharedClock) -> Result<Option<Arc<Self>>, TlsError> {
        let Some(source) = source(config)? else { return Ok(None) };
        let shelf = Arc::new(Shelf::default());
        match &source {
            Source::Files(files) => shelf.serve(files.load()?),
            Source::Acme(acme) => {
                if let Some(pair) = acme.cached() {
                    shelf.serve(pair);
                }
            }
        }
        for smell in smells(config, clock.now()) {
            tracing::warn!("{smell}");
        }
        Ok(Some(Arc::new(Self {
            usual: profile::for_people(shelf.clone())?,
            challenge: profile::for_challenges(Arc::new(Challenges(shelf.clone())))?,
            shelf,
            source,
            clock,
            origin: config.server.public_origin(),
        })))
    }

    /// Looks at certificate files every `look`, or gets automatic certificates when they are due,
    /// until `stop`.
    pub async fn keep(self: Arc<Self>, look: Duration, stop: CancellationToken) {
        match &self.source {
            Source::Acme(acme) => acme.keep(&self.shelf, &self.clock, &stop).await,
            Source::Files(_) => loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(look) => self.clone().follow(false).await,
                }
            },
        }
    }

    /// Reads certificate files again now, or tries now to get the automatic certificate that is due.
    pub async fn reload(self: &Arc<Self>) {
        match &self.source {
            Source::Acme(acme) => acme.hurry(),
            Source::Files(_) => self.clone().follow(true).await,
        }
    }

    /// Serves a changed pair; on a broken one keeps the old and says why.
    async fn follow(self: Arc<Self>, always: bool) {
        let work = move || {
            let Source::Files(files) = &self.source else { return };
            if !always && !files.have_changed() {
                return;
            }
            if let Err(error) = files.renew(&self.shelf, &self.clock) {
                tracing::error!(%error, "the certificate stays the former one");
            }
        };
        // Files may lie on a disk that hangs.
        if tokio::task::spawn_blocking(work).await.is_err() {
            tracing::error!("reading the certificate panicked");
        }
    }

    /// The certificate that is served now; `None` until the first automatic one is there.
    #[must_use]
    pub fn served(&self) -> Option<Certificate> {
        self.shelf.served().map(|pair| pair.about.clone())
    }

    /// The routes of the plain port: to https, and answers to http-01.
    pub fn redirect(&self) -> Router {
        redirect::routes(self.shelf.clone(), &self.origin)
    }

    /// Shakes hands; `None` when the connection has served its purpose. The caller limits the time.
    pub(super) async fn shake(&self, stream: TcpStream) -> io::Result<Option<TlsStream<TcpStream>>> {
        handshake::shake(stream, &self.usual, &self.challenge, &self.origin).await
    }
}

fn source(config: &Config) -> Result<Option<Source>, TlsError> {
    let tls = &config.tls;
    if let (Some(certificate), Some(key)) = (&tls.certificate_file, &tls.key_file) {
        return Ok(Some(Source::Files(Files::new(certificate, key))));
    }
    if tls.acme_domains.is_empty() {
        return Ok(None);
    }
    Acme::new(tls, &config.data).map(Source::Acme).map(Some)
}

/// The certificate on disk that a server with this configuration serves: for `doctor` and
/// metrics. `None` when TLS is off, or the first automatic certificate has not been got yet.
///
/// # Errors
/// Files that cannot be read or used.
pub fn expiry(config: &Config) -> Result<Option<Certificate>, TlsError> {
    on_disk(config).map(|pair| pair.map(|pair| pair.about))
}

/// What is unwise about the certificate and its key, each a sentence with the mend.
#[must_use]
pub fn smells(config: &Config, now: Timestamp) -> Vec<String> {
    let host = config.server.public_host();
    let mut smells: Vec<String> = config.tls.key_file.as_deref().and_then(files::smell_of_key).into_iter().collect();
    match on_disk(config) {
        Ok(Some(pair)) => smells.extend(files::smells_of(&pair, &host, now)),
        Ok(None) => {}
        Err(error) => smells.push(error.to_string()),
    }
    smells
}

fn on_disk(config: &Config) -> Result<Option<certificate::Pair>, TlsError> {
    let tls = &config.tls;
    match (&tls.certificate_file, &tls.key_file) {
        (Some(certificate), Some(key)) => Files::new(certificate, key).load().map(Some),
        _ if tls.acme_domains.is_empty() => Ok(None),
        _ => Store::new(&config.data, tls).certificate(),
    }
}
