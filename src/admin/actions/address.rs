//! Where people reach the instance: what holds, changing it, and asking whether it leads here.

use axum::http::{HeaderMap, Method};
use serde::Serialize;

use crate::{
    admin::{
        http::address::{AddressOut, ProofOut},
        policy::RunInstance,
    },
    kernel::error::{Error, Result},
    platform::{
        Platform, crypto,
        db::{Read, Tx},
        http_client::{Call, CallError},
        settings::{Section as _, Seen, expect, get, put as put_section},
        web::address::{AddressSettings, KEY, proof_of, public_url},
    },
};

/// Bytes of an answer that are looked at.
const MOST: usize = 4096;

/// Who says where people reach the instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AddressSource)]
pub(in crate::admin) enum Source {
    /// The configuration: it is changed there.
    Configuration,
    /// An admin.
    Settings,
    /// Nobody: it is this machine.
    Usual,
}

/// What was found at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AddressVerdict)]
pub(in crate::admin) enum Verdict {
    /// This very instance.
    Here,
    /// Something else answers there.
    Elsewhere,
    /// Its name is not known, or nothing answers.
    Unreachable,
    /// Its certificate does not hold.
    BadCertificate,
    /// It leads inside, where this server calls nobody unless the configuration allows it.
    Inside,
    /// It does not begin with https://, which is not tried.
    Insecure,
}

/// What holds, and who says so.
pub(in crate::admin) fn stands(read: &Read<'_>, platform: &Platform) -> Result<AddressOut> {
    let config = &platform.config;
    let said_in = config.given.get(KEY).map(ToString::to_string);
    let own: AddressSettings = get(read)?;
    let source = match (&said_in, &own.public_url) {
        (Some(_), _) => Source::Configuration,
        (None, Some(_)) => Source::Settings,
        (None, None) => Source::Usual,
    };
    Ok(AddressOut {
        public_url: public_url(read, config)?,
        source,
        said_in,
        own_tls: config.tls.is_on(),
    })
}

/// Says where people reach the instance.
///
/// # Errors
/// `Conflict` when the configuration says it; `Invalid` for what is no address.
pub(in crate::admin) fn put(
    tx: &Tx<'_>,
    platform: &Platform,
    _can: &RunInstance,
    public_url: Option<String>,
    seen: Option<Seen>,
) -> Result<AddressOut> {
    expect(tx, AddressSettings::NAME, seen)?;
    if let Some(origin) = platform.config.given.get(KEY) {
        return Err(Error::conflict(
            "address.configured",
            format!("The configuration says it ({origin}). Change {KEY} there, or take it out."),
        ));
    }
    put_section(tx, &AddressSettings { public_url }.checked()?)?;
    stands(tx, platform)
}

/// Asks the address whether this instance answers there: it alone can sign what is sent along.
///
/// # Errors
/// `Invalid` for what is no address.
pub(in crate::admin) async fn check(platform: &Platform, _can: &RunInstance, url: String) -> Result<(Verdict, String)> {
    let asked = AddressSettings { public_url: Some(url) }.checked()?.public_url;
    let empty = || Error::field("public_url", "address.malformed", "Write an address first.");
    let asked = asked.ok_or_else(empty)?;
    let mut bytes = [0; 16];
    platform.chance.fill(&mut bytes);
    let nonce = crypto::hex(&bytes);
    let call = Call {
        url: format!("{asked}/api/v1/instance/proof?nonce={nonce}"),
        method: Method::GET,
        headers: HeaderMap::new(),
        body: axum::body::Bytes::new(),
        most: MOST,
    };
    Ok(match platform.outgoing.send(call).await {
        Ok(answer) => {
            let proof = serde_json::from_slice::<ProofOut>(&answer.body).ok();
            let message = proof_of(&nonce).unwrap_or_default();
            if proof.is_some_and(|found| platform.keys.is_signed(&message, &found.proof)) {
                (Verdict::Here, String::new())
            } else {
                (Verdict::Elsewhere, format!("HTTP {}", answer.status.as_u16()))
            }
        }
        Err(error) => (verdict(&error), error.to_string()),
    })
}

fn verdict(error: &CallError) -> Verdict {
    match error {
        CallError::Inside(_) => Verdict::Inside,
        CallError::Plain => Verdict::Insecure,
        CallError::Broken(says) if says.starts_with("TLS") => Verdict::BadCertificate,
        CallError::Address(_) | CallError::Broken(_) | CallError::Late(_) => Verdict::Unreachable,
    }
}
