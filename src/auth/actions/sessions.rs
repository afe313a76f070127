//! Beginning and ending sessions.

use crate::{
    auth::{
        model,
        policy::{EndSession, EndUserSession},
        store::{self, SessionRow},
    },
    kernel::{
        actor::Person,
        error::{Error, Result},
        id::{SessionId, UserId},
    },
    people::{self, ManageUser},
    platform::{
        audit, crypto,
        db::{Read, Tx},
        settings,
        web::guard::Origin,
    },
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
        expires_at: model::session_end(&settings::get(tx)?, tx.now(), tx.now()),
        impersonator: None,
    };
    store::insert_session(tx, &session)?;
    store::delete_surplus_sessions(tx, user, MOST)?;
    store::sweep_sessions(tx)?;
    Ok(token)
}

/// A person's own sessions.
pub(in crate::auth) fn list(read: &Read<'_>, user: UserId) -> Result<Vec<SessionRow>> {
    store::list_sessions(read, user)
}

/// Ends the session that speaks.
pub(in crate::auth) fn sign_out(tx: &Tx<'_>, session: SessionId) -> Result<()> {
    store::delete_session(tx, session)
}

/// Ends one of a person's own sessions.
pub(in crate::auth) fn end(tx: &Tx<'_>, can: &EndSession) -> Result<()> {
    if store::delete_own_session(tx, can.person().id, can.session())? {
        Ok(())
    } else {
        Err(Error::NotFound("session"))
    }
}

/// Ends every session of somebody.
///
/// # Errors
/// `NotFound` or a database fault.
pub(in crate::auth) fn end_all_of(tx: &Tx<'_>, can: &ManageUser) -> Result<()> {
    let user = people::get_user(tx, can.user())?.id;
    store::delete_sessions(tx, user)?;
    audit::record(tx, "auth.end_sessions", &user.to_string(), None::<&()>, None::<&()>)
}

/// Ends one session of somebody.
///
/// # Errors
/// `NotFound` or a database fault.
pub(in crate::auth) fn end_of(tx: &Tx<'_>, can: &EndUserSession) -> Result<()> {
    if !store::delete_own_session(tx, can.user(), can.session())? {
        return Err(Error::NotFound("session"));
    }
    audit::record(tx, "auth.end_session", &can.user().to_string(), None::<&()>, None::<&()>)
}

/// Ends every session of a person but the one that speaks.
pub(in crate::auth) fn end_others(tx: &Tx<'_>, person: &Person) -> Result<()> {
    store::delete_other_sessions(tx, person.id, person.session)
}
