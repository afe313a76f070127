//! What an operator does at the command line, also when every admin is locked out.

use serde_json::json;

use super::{
    account::{NewAccount, create_account},
    links, passwords,
};
use crate::{
    auth::{
        mails,
        model::{TokenKind, TryKey},
        policy::OpenAccount,
        store::{self, NewLink},
    },
    kernel::{
        actor::Role,
        error::{Error, Result},
        event::Event,
        id::UserId,
    },
    people::{self, AccessChange, ManageUser, User},
    platform::{Platform, audit, db::Tx, web::address},
};

/// Opens an account for somebody.
///
/// # Errors
/// `Conflict` `user.email_taken`, or a database fault.
pub fn open_account(tx: &Tx<'_>, _: &OpenAccount, new: NewAccount) -> Result<UserId> {
    let (role, plan) = (new.role, new.plan);
    let user = create_account(tx, new)?;
    let after = json!({ "role": role, "plan": plan });
    audit::record(tx, "auth.open_account", &user.to_string(), None::<&()>, Some(&after))?;
    Ok(user)
}

/// Opens an admin's account, or makes an admin of whoever has the address: active, proven, with
/// this password, and every session of before ended. True when the account is new.
///
/// # Errors
/// A database fault, or an account without a password.
pub fn make_admin(tx: &Tx<'_>, can: &OpenAccount, new: NewAccount) -> Result<(UserId, bool)> {
    let Some(user) = people::find_by_email(tx, &new.email)? else {
        return open_account(tx, can, NewAccount { role: Role::Admin, ..new }).map(|user| (user, true));
    };
    let hash = new.password_hash.ok_or_else(|| Error::internal("an admin without a password"))?;
    let manage = ManageUser::as_system("make_admin", user.id);
    let change = AccessChange {
        role: Some(Role::Admin),
        plan: Some(new.plan.max(user.plan)),
        is_active: Some(true),
    };
    people::change_access(tx, &manage, change)?;
    people::mark_verified(tx, user.id)?;
    store::set_password(tx, user.id, Some(&hash))?;
    for kind in [TokenKind::Reset, TokenKind::Verify, TokenKind::Email] {
        store::delete_links(tx, kind, Some(user.id))?;
    }
    store::delete_sessions(tx, user.id)?;
    store::clear_tries(tx, TryKey::strangers(&user.email.key()))?;
    audit::record(tx, "auth.make_admin", &user.id.to_string(), None::<&()>, None::<&()>)?;
    Ok((user.id, false))
}

/// Gives somebody this password: every session and every link of before ends, and he is told by
/// mail. Whoever operates the instance vouches for the address.
///
/// # Errors
/// `NotFound`, or a database fault.
pub fn set_password(tx: &Tx<'_>, platform: &Platform, can: &ManageUser, hash: &str) -> Result<User> {
    let user = people::get_user(tx, can.user())?;
    passwords::replace(tx, user.id, hash)?;
    end_everything(tx, &user)?;
    if !user.is_verified {
        people::mark_verified(tx, user.id)?;
        tx.tell(&Event::UserVerified { user: user.id })?;
    }
    audit::record(tx, "auth.set_password", &user.id.to_string(), None::<&()>, None::<&()>)?;
    mails::password_changed(tx, platform, &user)?;
    Ok(user)
}

/// Asks somebody to choose a new password: the one he has and every session end at once. The link
/// is mailed, or given back to be handed over; it holds for an hour.
///
/// # Errors
/// `NotFound`, `Conflict` `user.deactivated`, or a database fault.
pub fn ask_for_password(tx: &Tx<'_>, platform: &Platform, can: &ManageUser, is_mailed: bool) -> Result<(User, Option<String>)> {
    let user = people::get_user(tx, can.user())?;
    if !user.is_active {
        return Err(Error::conflict(
            "user.deactivated",
            "This account is deactivated. Reactivate it first.",
        ));
    }
    store::set_password(tx, user.id, None)?;
    for kind in [TokenKind::Reset, TokenKind::Verify, TokenKind::Email] {
        store::delete_links(tx, kind, Some(user.id))?;
    }
    end_everything(tx, &user)?;
    let link = NewLink {
        user: Some(user.id),
        ..NewLink::default()
    };
    let token = links::make(tx, TokenKind::Reset, &link)?;
    audit::record(tx, "auth.ask_for_password", &user.id.to_string(), None::<&()>, None::<&()>)?;
    if is_mailed {
        mails::reset_asked(tx, platform, &user, &token)?;
        return Ok((user, None));
    }
    let url = address::public_url(tx, &platform.config)?;
    Ok((user, Some(format!("{url}/reset?token={token}"))))
}

/// What holds until somebody comes in anew: sessions, an invitation, tries that strangers made.
fn end_everything(tx: &Tx<'_>, user: &User) -> Result<()> {
    store::delete_sessions(tx, user.id)?;
    store::delete_invites_to(tx, &user.email)?;
    store::clear_tries(tx, TryKey::strangers(&user.email.key()))
}

/// Closes an account, its sessions at once, or opens it again. False when it was so before.
///
/// # Errors
/// `NotFound`, `Conflict` `user.last_admin`, or a database fault.
pub fn set_active(tx: &Tx<'_>, can: &ManageUser, is_active: bool) -> Result<(User, bool)> {
    let before = people::get_user(tx, can.user())?;
    let change = AccessChange {
        is_active: Some(is_active),
        ..AccessChange::default()
    };
    let user = people::change_access(tx, can, change)?;
    if !is_active {
        store::delete_sessions(tx, user.id)?;
    }
    Ok((user, before.is_active != is_active))
}
