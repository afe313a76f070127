//! What hellos are answered with: the certificate that is served now, and the answers to an
//! authority's challenges while one is under way.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwapOption;
use rustls::{
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use super::certificate::Pair;

#[derive(Debug, Default)]
pub(super) struct Shelf {
    served: ArcSwapOption<Pair>,
    /// By name: certificates that answer tls-alpn-01.
    names: Mutex<HashMap<String, Arc<CertifiedKey>>>,
    /// By token: texts that answer http-01.
    tokens: Mutex<HashMap<String, String>>,
}

impl Shelf {
    pub(super) fn served(&self) -> Option<Arc<Pair>> {
        self.served.load_full()
    }

    pub(super) fn serve(&self, pair: Pair) {
        self.served.store(Some(Arc::new(pair)));
    }

    pub(super) fn put_name(&self, name: &str, answer: CertifiedKey) {
        lock(&self.names).insert(name.to_owned(), Arc::new(answer));
    }

    pub(super) fn put_token(&self, token: &str, answer: String) {
        lock(&self.tokens).insert(token.to_owned(), answer);
    }

    pub(super) fn token(&self, token: &str) -> Option<String> {
        lock(&self.tokens).get(token).cloned()
    }

    /// The challenges are over.
    pub(super) fn clear(&self) {
        lock(&self.names).clear();
        lock(&self.tokens).clear();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ResolvesServerCert for Shelf {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.served.load().as_ref().map(|pair| pair.key.clone())
    }
}

/// Answers challenges only.
#[derive(Debug)]
pub(super) struct Challenges(pub(super) Arc<Shelf>);

impl ResolvesServerCert for Challenges {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        lock(&self.0.names).get(hello.server_name()?).cloned()
    }
}
