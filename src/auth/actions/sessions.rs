//! Beginning and ending sessions.

use crate::{
    auth::{model, store},
    kernel::{error::Result, id::UserId},
    platform::{crypto, db::Tx, web::guard::Origin},
};

/// Sessions that one person may have at once: the longest unused ends when there would be more.
const MOST: u32 = 100;

/// Begins a session for a person whose proof the caller has seen, and gives its token: the only
/// time that it is known.
///
/// # Errors
/// A database fault.
pub fn open_session(tx: &Tx<'_>, user: UserId, origin: &Origin) -> Result<String> {
    let token = crypto::token_text(&tx.random_bytes());
    let session = store::NewSession {
        user,
        token_hash: crypto::token_hash(&token),
        device: model::device_name(&origin.user_agent),
        ip: origin.ip,
        expires_at: model::session_end(tx.now(), tx.now()),
    };
    store::insert_session(tx, &session)?;
    store::delete_surplus_sessions(tx, user, MOST)?;
    Ok(token)
}
