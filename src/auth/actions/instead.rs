//! An admin in somebody's place, for a while: to see what he sees.
//!
//! Never in an admin's place: nobody gains by it what he may not do himself. The session is marked
//! with who really acts, ends by itself, and cannot change the password or the address, leave,
//! take the person's data out or end his sessions. Beginning and end are in the trail.

use serde_json::json;

use crate::{
    auth::{
        model,
        store::{self, NewSession},
    },
    kernel::{
        actor::{Person, Role},
        error::{Error, Result},
        id::UserId,
    },
    people::{self, ManageUser},
    platform::{audit, crypto, db::Tx, web::guard::Origin},
};

/// For how many minutes one may be in somebody's place.
pub(in crate::auth) const MINUTES: [u8; 3] = [15, 30, 60];

/// Begins a session in somebody's place and gives its token.
///
/// # Errors
/// `Invalid` for another time, `Denied("impersonated")` from within such a session, `Conflict`
/// `user.is_admin`, `user.deactivated` or `user.is_self`.
pub(in crate::auth) fn begin(tx: &Tx<'_>, can: &ManageUser, minutes: u8, origin: &Origin) -> Result<String> {
    if !MINUTES.contains(&minutes) {
        return Err(Error::field("minutes", "number.out_of_range", "Choose 15, 30 or 60 minutes."));
    }
    let admin = tx.actor().in_person()?.id;
    let user = people::get_user(tx, can.user())?;
    if user.id == admin {
        return Err(Error::conflict("user.is_self", "You are yourself already."));
    }
    if user.role == Role::Admin {
        return Err(Error::conflict("user.is_admin", "Nobody signs in as another admin."));
    }
    if !user.is_active {
        return Err(Error::conflict(
            "user.deactivated",
            "This account is deactivated. Reactivate it first.",
        ));
    }
    let token = crypto::token_text(&tx.random_bytes());
    let session = NewSession {
        user: user.id,
        token_hash: crypto::token_hash(&token),
        device: model::device_name(&origin.user_agent),
        ip: origin.ip,
        expires_at: tx.now().plus_secs(i64::from(minutes) * 60),
        impersonator: Some(admin),
    };
    store::insert_session(tx, &session)?;
    let after = json!({ "minutes": minutes });
    audit::record(tx, "auth.sign_in_as", &user.id.to_string(), None::<&()>, Some(&after))?;
    Ok(token)
}

/// Ends a session in somebody's place. `own` is the token of the admin's own session, which this
/// browser kept: true when it still holds.
///
/// # Errors
/// A database fault.
pub(in crate::auth) fn end(tx: &Tx<'_>, person: Option<&Person>, own: Option<&str>) -> Result<bool> {
    let mut impersonator: Option<UserId> = None;
    if let Some(person) = person.filter(|person| person.impersonator.is_some()) {
        impersonator = person.impersonator;
        store::delete_session(tx, person.session)?;
        audit::record(tx, "auth.back", &person.id.to_string(), None::<&()>, None::<&()>)?;
    }
    let Some(own) = own else { return Ok(false) };
    let live = store::find_live_session(tx, &crypto::token_hash(own))?;
    // Only an own session is gone back to, and only its own person goes.
    Ok(live.is_some_and(|live| live.impersonator.is_none() && impersonator.is_none_or(|admin| admin == live.user)))
}
