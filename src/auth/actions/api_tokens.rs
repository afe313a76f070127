//! Keys for programs: made by an admin for himself or at the command line, shown once, taken back.

use serde_json::json;

use super::Caller;
use crate::{
    auth::{
        actions::confirm,
        policy::{ManageTokens, OneToken},
        store::{self, NewToken, TokenRow},
    },
    kernel::{
        actor::{Actor, Person},
        error::{Error, Result},
        id::{SessionId, TokenId, UserId},
        scope::Scope,
        text::Label,
        time::Timestamp,
    },
    platform::{
        audit, crypto,
        db::{Read, Tx},
        web::guard::TOKEN_PREFIX,
    },
};

/// Tokens that one person may have.
const MOST: i64 = 100;
/// Characters of the secret that stay visible.
const PREFIX: usize = 10;
/// How long a typed password counts as recent.
const RECENT_SECS: i64 = 5 * 60;

/// What a token is to be.
#[derive(Debug, Clone)]
pub struct TokenWish {
    /// What it is for.
    pub name: Label,
    /// How far it goes.
    pub scopes: Vec<Scope>,
    /// Until when; for ever when absent.
    pub expires_at: Option<Timestamp>,
}

/// Makes a token that speaks for this person. The secret is given once and is nowhere afterwards.
///
/// # Errors
/// `Invalid` without a scope or with an end that is past, `Conflict` when he has too many.
pub fn create_token(tx: &Tx<'_>, _can: &ManageTokens, user: UserId, wish: TokenWish) -> Result<(TokenId, String)> {
    let TokenWish {
        name,
        mut scopes,
        expires_at,
    } = wish;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Error::field("scopes", "list.empty", "Choose at least one scope."));
    }
    if expires_at.is_some_and(|at| at <= tx.now()) {
        return Err(Error::field("expires_at", "time.past", "Choose a time that is yet to come."));
    }
    if store::count_tokens(tx, user)? >= MOST {
        return Err(Error::conflict(
            "token.too_many",
            "There are 100 tokens already. Take back those that nobody uses.",
        ));
    }
    let secret = format!("{TOKEN_PREFIX}{}", crypto::token_text(&tx.random_bytes()));
    let after = json!({ "name": name.as_str(), "owner": user, "scopes": scopes, "expires_at": expires_at });
    let id = store::insert_token(
        tx,
        &NewToken {
            user,
            name,
            prefix: secret.chars().take(PREFIX).collect(),
            token_hash: crypto::token_hash(&secret),
            scopes,
            expires_at,
        },
    )?;
    audit::record(tx, "tokens.create", &id.to_string(), None::<&()>, Some(&after))?;
    Ok((id, secret))
}

/// Every token there is, the newest first.
///
/// # Errors
/// A database fault.
pub fn list_tokens(read: &Read<'_>, _can: &ManageTokens) -> Result<Vec<TokenRow>> {
    store::list_tokens(read)
}

/// Takes a token back: its next request is refused.
///
/// # Errors
/// `NotFound`.
pub fn revoke_token(tx: &Tx<'_>, can: &OneToken) -> Result<()> {
    if !store::delete_token(tx, can.id())? {
        return Err(Error::NotFound("token"));
    }
    audit::record(tx, "tokens.revoke", &can.id().to_string(), None::<&()>, None::<&()>)
}

/// The person of a session types his password again.
pub(in crate::auth) async fn confirm_password(caller: &Caller, person: &Person, password: &str) -> Result<()> {
    let (user, session) = (person.id, person.session);
    let confirmed = confirm::confirm(caller, user, "password", password).await?;
    let noted = caller.db.write("auth.note_password", move |tx| {
        confirmed.still_holds(tx, user)?;
        store::note_password(tx, session)
    });
    noted.await
}

/// Refuses whoever has not typed his password within the last five minutes, and every program.
///
/// # Errors
/// `Denied` with the code `denied.password_needed`, or `Unauthenticated`.
pub fn require_recent_password(read: &Read<'_>, actor: &Actor) -> Result<()> {
    let person = actor.signed_in()?;
    let none = SessionId::from_raw(0);
    let at = match (person.token, person.session == none) {
        (None, false) => store::find_password_at(read, person.session)?,
        _ => None,
    };
    match at {
        Some(at) if at.plus_secs(RECENT_SECS) > read.now() => Ok(()),
        _ => Err(Error::Denied("password_needed")),
    }
}
