//! Where people reach the instance: who says so, and whether it leads here.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sections::VersionQuery;
use crate::{
    admin::{
        actions::address::{self, Source, Verdict},
        policy::RunInstance,
    },
    kernel::error::{Error, Result},
    platform::web::{
        address::proof_of,
        extract::{Body, Query},
        guard::{Anyone, Guard},
    },
};

/// Where people reach the instance.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct AddressOut {
    /// The address that links in mails and share cards begin with.
    pub(in crate::admin) public_url: String,
    /// Who says so.
    pub(in crate::admin) source: Source,
    /// The file or variable of the configuration that says it; then it is changed there.
    pub(in crate::admin) said_in: Option<String>,
    /// Whether the server speaks TLS itself; otherwise something in front of it does.
    pub(in crate::admin) own_tls: bool,
}

/// An address as an admin writes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct AddressIn {
    /// Scheme, host and perhaps a port; null or empty for the usual one.
    pub(in crate::admin) public_url: Option<String>,
}

/// Where people reach the instance, and who says so.
#[utoipa::path(get, path = "/admin/settings/address", tag = "admin", responses((status = 200, body = AddressOut)))]
pub(in crate::admin) async fn get_address_settings(g: Guard<RunInstance>) -> Result<Json<AddressOut>> {
    let platform = g.platform.clone();
    g.db.read("admin.address", move |read| address::stands(read, &platform))
        .await
        .map(Json)
}

/// Says where people reach the instance, unless the configuration does.
#[utoipa::path(put, path = "/admin/settings/address", tag = "admin", params(VersionQuery), request_body = AddressIn, responses((status = 200, body = AddressOut)))]
pub(in crate::admin) async fn put_address_settings(
    g: Guard<RunInstance>,
    Query(query): Query<VersionQuery>,
    Body(body): Body<AddressIn>,
) -> Result<Json<AddressOut>> {
    let platform = g.platform.clone();
    let put = g.db.write("admin.put_address", move |tx| {
        address::put(tx, &platform, &g.can, body.public_url, query.version)
    });
    put.await.map(Json)
}

/// An address to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct CheckAddressIn {
    /// Scheme, host and perhaps a port.
    public_url: String,
}

/// Where an address leads, seen from this server.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct AddressCheckOut {
    /// What was found.
    verdict: Verdict,
    /// What exactly went wrong, for who looks after names and certificates; empty when nothing did.
    says: String,
}

/// Asks the address whether this very instance answers there. Nothing is kept.
#[utoipa::path(post, path = "/admin/settings/address/check", tag = "admin", request_body = CheckAddressIn, responses((status = 200, body = AddressCheckOut)))]
pub(in crate::admin) async fn check_address(g: Guard<RunInstance>, Body(body): Body<CheckAddressIn>) -> Result<Json<AddressCheckOut>> {
    let (verdict, says) = address::check(&g.platform, &g.can, body.public_url).await?;
    Ok(Json(AddressCheckOut { verdict, says }))
}

/// What is to be signed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(in crate::admin) struct ProofQuery {
    /// 16 to 64 letters and digits.
    nonce: String,
}

/// A signature that only this instance can make.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(in crate::admin) struct ProofOut {
    /// Over the nonce.
    pub(in crate::admin) proof: String,
}

/// Signs a nonce, so that an instance that asks its own address knows that it leads to itself.
#[utoipa::path(get, path = "/instance/proof", tag = "admin", params(ProofQuery), responses((status = 200, body = ProofOut)))]
pub(in crate::admin) async fn prove_instance(g: Guard<Anyone>, Query(query): Query<ProofQuery>) -> Result<Json<ProofOut>> {
    let message = proof_of(&query.nonce);
    let message = message.ok_or_else(|| Error::field("nonce", "nonce.malformed", "Use 16 to 64 letters and digits."))?;
    Ok(Json(ProofOut {
        proof: g.platform.keys.sign(&message),
    }))
}
