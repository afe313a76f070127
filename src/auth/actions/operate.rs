//! What an operator does at the command line, also when every admin is locked out.

use serde_json::json;

use super::account::{NewAccount, create_account};
use crate::{
    auth::{
        model::{TokenKind, TryKey},
        policy::OpenAccount,
        store,
    },
    kernel::{
        actor::Role,
        error::{Error, Result},
        id::UserId,
    },
    people::{self, AccessChange, ManageUser},
    platform::{audit, db::Tx},
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
