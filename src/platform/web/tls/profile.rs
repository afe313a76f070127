//! How TLS is spoken: Mozilla's "intermediate" profile. Written out rather than taken from a
//! library's defaults, so that an upgrade changes nothing unseen.

use std::sync::Arc;

use rustls::{
    ServerConfig,
    crypto::{
        CryptoProvider,
        aws_lc_rs::{self, Ticketer, cipher_suite as suite, kx_group as group},
    },
    server::ResolvesServerCert,
    version::{TLS12, TLS13},
};

use super::TlsError;

/// The protocol of a connection that only proves that a name is ours (RFC 8737, 3).
pub(super) const ACME_TLS: &[u8] = b"acme-tls/1";

/// Ciphers with authentication and forward secrecy only; key exchange with a post-quantum hybrid
/// first, which browsers of 2024 and later offer.
pub(super) fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![
            suite::TLS13_AES_128_GCM_SHA256,
            suite::TLS13_AES_256_GCM_SHA384,
            suite::TLS13_CHACHA20_POLY1305_SHA256,
            suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ],
        kx_groups: vec![group::X25519MLKEM768, group::X25519, group::SECP256R1, group::SECP384R1],
        ..aws_lc_rs::default_provider()
    }
}

/// For people: HTTP/2 and HTTP/1.1, sessions resumed by tickets whose keys change every six hours.
pub(super) fn for_people(resolver: Arc<dyn ResolvesServerCert>) -> Result<Arc<ServerConfig>, TlsError> {
    let mut config = base(resolver)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.ticketer = Ticketer::new().map_err(|error| TlsError(format!("no key for session tickets: {error}")))?;
    Ok(Arc::new(config))
}

/// For an authority that checks a name.
pub(super) fn for_challenges(resolver: Arc<dyn ResolvesServerCert>) -> Result<Arc<ServerConfig>, TlsError> {
    let mut config = base(resolver)?;
    config.alpn_protocols = vec![ACME_TLS.to_vec()];
    Ok(Arc::new(config))
}

fn base(resolver: Arc<dyn ResolvesServerCert>) -> Result<ServerConfig, TlsError> {
    let versions = ServerConfig::builder_with_provider(Arc::new(provider())).with_protocol_versions(&[&TLS13, &TLS12]);
    let versions = versions.map_err(|error| TlsError(format!("TLS cannot be spoken: {error}")))?;
    let mut config = versions.with_no_client_auth().with_cert_resolver(resolver);
    // Every cipher here is good, so the order is a matter of speed, and the machine knows its own.
    config.ignore_client_order = true;
    Ok(config)
}
