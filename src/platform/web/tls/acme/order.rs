//! One order at an authority, from the account to the certificate (RFC 8555, 7.1).
//!
//! The protocol's messages are rustls-acme's. The course of an order is ours, because that crate's
//! own gives up on a refused nonce, knows one kind of challenge, and begins again after one second,
//! which spends an authority's hourly allowance of failures in a minute.

use std::{sync::Arc, time::Duration};

use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::ClientConfig;
use rustls_acme::acme::{Account, AcmeError, Auth, AuthStatus, Directory, Identifier, Order, OrderStatus};

use super::super::{TlsError, config::Challenge, shelf::Shelf};

/// Times that a request is made again because the authority did not like its nonce (RFC 8555, 6.5).
const NONCES: usize = 8;
/// How long the authority may take for one answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Waits between looks at what the authority works on: about two minutes in all.
const LOOKS: [u64; 11] = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000, 30_000];

/// Whom to ask, and for what.
pub(super) struct Wanted<'a> {
    pub(super) client: &'a Arc<ClientConfig>,
    pub(super) directory: &'a str,
    pub(super) contact: &'a [String],
    pub(super) domains: &'a [String],
    pub(super) challenge: Challenge,
    pub(super) shelf: &'a Shelf,
}

impl Wanted<'_> {
    /// The certificate's key and chain as PEM.
    pub(super) async fn obtain(&self, account_key: &[u8]) -> Result<String, TlsError> {
        let account = self.account(account_key).await?;
        let (url, mut order) = ask("the order", || account.new_order(self.client, self.domains.to_vec())).await?;
        let key =
            KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|error| TlsError(format!("no key for the certificate: {error}")))?;
        let mut looks = LOOKS.into_iter();
        loop {
            order = match order.status {
                OrderStatus::Pending => {
                    for url in &order.authorizations {
                        self.authorize(&account, url).await?;
                    }
                    look("the order", &mut looks, || account.order(self.client, &url)).await?
                }
                OrderStatus::Processing => look("the order", &mut looks, || account.order(self.client, &url)).await?,
                OrderStatus::Ready => {
                    let csr = self.request(&key)?;
                    let finalize = order.finalize.as_str();
                    ask("the signing request", || account.finalize(self.client, finalize, &csr)).await?
                }
                OrderStatus::Valid { certificate } => {
                    let chain = ask("the certificate", || account.certificate(self.client, certificate.as_str())).await?;
                    return Ok(format!("{}\n{chain}", key.serialize_pem()));
                }
                OrderStatus::Invalid => return Err(TlsError(format!("the authority refused the order{}", reason(&order)))),
            };
        }
    }

    /// The account of this key: made at the first time, found at every other.
    async fn account(&self, key: &[u8]) -> Result<Account, TlsError> {
        let directory = ask("the directory", || Directory::discover(self.client, self.directory)).await?;
        ask("the account", || {
            Account::create_with_keypair(self.client, directory.clone(), self.contact, key)
        })
        .await
    }

    fn request(&self, key: &KeyPair) -> Result<Vec<u8>, TlsError> {
        let made = || {
            let mut params = CertificateParams::new(self.domains)?;
            params.distinguished_name = DistinguishedName::new();
            Ok(params.serialize_request(key)?.der().to_vec())
        };
        made().map_err(|error: rcgen::Error| TlsError(format!("no signing request: {error}")))
    }

    /// Shows the authority that one name is ours.
    async fn authorize(&self, account: &Account, url: &str) -> Result<(), TlsError> {
        let mut auth = ask("the authorization", || account.auth(self.client, url)).await?;
        if matches!(auth.status, AuthStatus::Pending) {
            let challenge = self.prepare(account, &auth)?;
            ask("the challenge", || account.challenge(self.client, &challenge)).await?;
            let mut looks = LOOKS.into_iter();
            while matches!(auth.status, AuthStatus::Pending) {
                auth = look("the authorization", &mut looks, || account.auth(self.client, url)).await?;
            }
        }
        if matches!(auth.status, AuthStatus::Valid) {
            return Ok(());
        }
        let Identifier::Dns(name) = &auth.identifier;
        let detail = auth
            .challenges
            .iter()
            .find_map(|challenge| challenge.error.as_ref()?.detail.clone());
        let detail = detail.unwrap_or_else(|| format!("its authorization is {:?}", auth.status));
        Err(TlsError(format!(
            "the authority could not see by {} that {name} is ours: {detail}",
            self.challenge
        )))
    }

    /// Puts the answer where the authority will look for it; its address to say that it is there.
    fn prepare(&self, account: &Account, auth: &Auth) -> Result<String, TlsError> {
        let Identifier::Dns(name) = &auth.identifier;
        let prepared = match self.challenge {
            Challenge::TlsAlpn01 => account.tls_alpn_01(&auth.challenges, name.clone()).map(|(challenge, answer)| {
                self.shelf.put_name(name, answer);
                challenge.url.clone()
            }),
            Challenge::Http01 => account.http_01(&auth.challenges).map(|(challenge, answer)| {
                self.shelf.put_token(&challenge.token, answer);
                challenge.url.clone()
            }),
        };
        prepared.map_err(|error| {
            TlsError(format!(
                "the authority offers no {} for {name}: {}",
                self.challenge,
                sentence(&error)
            ))
        })
    }
}

/// Asks the authority, again when only the nonce was wrong.
async fn ask<T, F: Future<Output = Result<T, AcmeError>>>(what: &str, call: impl Fn() -> F) -> Result<T, TlsError> {
    let mut tries = 0;
    loop {
        let Ok(answer) = tokio::time::timeout(PATIENCE, call()).await else {
            return Err(TlsError(format!(
                "the authority did not answer about {what} within {} s",
                PATIENCE.as_secs()
            )));
        };
        match answer {
            Err(error) if tries < NONCES && error.to_string().contains("urn:ietf:params:acme:error:badNonce") => tries += 1,
            answer => return answer.map_err(|error| TlsError(format!("asking the authority about {what} failed: {}", sentence(&error)))),
        }
    }
}

/// As [`ask`], after a while.
async fn look<T, F: Future<Output = Result<T, AcmeError>>>(
    what: &str,
    looks: &mut impl Iterator<Item = u64>,
    call: impl Fn() -> F,
) -> Result<T, TlsError> {
    let Some(wait) = looks.next() else {
        return Err(TlsError(format!("the authority was not done with {what} in time")));
    };
    tokio::time::sleep(Duration::from_millis(wait)).await;
    ask(what, call).await
}

fn reason(order: &Order) -> String {
    let detail = order.error.as_ref().and_then(|problem| problem.detail.as_deref());
    detail.map_or_else(String::new, |detail| format!(": {detail}"))
}

/// The `detail` of a problem document (RFC 8555, 6.7) where the error carries one.
fn sentence(error: &AcmeError) -> String {
    let text = error.to_string();
    let document = text.find("\"{").and_then(|at| serde_json::from_str::<String>(&text[at..]).ok());
    let problem = document.and_then(|document| serde_json::from_str::<serde_json::Value>(&document).ok());
    let detail = problem.as_ref().and_then(|problem| problem["detail"].as_str());
    let kind = problem.as_ref().and_then(|problem| problem["type"].as_str());
    match (detail, kind) {
        (Some(detail), Some(kind)) => format!("{detail} ({kind})"),
        _ => text,
    }
}
