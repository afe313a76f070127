//! Signing in with a password.
//!
//! Known and unknown accounts take the same steps: one write that counts the try, one password
//! hash, one answer. The try is counted before the hash, so that many at once are all counted.

use super::{
    Caller,
    enter::{self, Entry},
};
use crate::{
    auth::{
        model::{self, DevicePass, Limit, Source, TryKey},
        store,
    },
    kernel::{error::Result, text::Email},
    people::{self, User},
    platform::{crypto::Passwords, db::Tx},
};

/// Why somebody is not let in. Only the right password tells more than the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) enum Refusal {
    /// No such account, or another password.
    WrongCredentials,
    /// The right password, but the address is not proven.
    Unverified,
    /// The right password, but an admin closed the account.
    Deactivated,
}

/// A counted try.
struct Try {
    /// The address, as it is compared.
    account: String,
    source: Source,
    user: Option<User>,
    stored: Option<String>,
}

/// Lets somebody in by address and password.
pub(in crate::auth) async fn sign_in(
    caller: &Caller,
    email: Email,
    password: &str,
    pass: Option<DevicePass>,
) -> Result<std::result::Result<Entry, Refusal>> {
    let origin = caller.origin.clone();
    let counted = caller
        .db
        .write("auth.count_try", move |tx| count(tx, &email, pass.as_ref(), &origin));
    let attempt = counted.await?;
    let fits = caller
        .platform
        .passwords
        .verify(model::typed(password), attempt.stored.clone())
        .await?;
    if !fits {
        return Ok(Err(Refusal::WrongCredentials));
    }
    let stronger = stronger(&caller.platform.passwords, password, attempt.stored.as_deref()).await;
    let origin = caller.origin.clone();
    caller
        .db
        .write("auth.sign_in", move |tx| {
            forgive(tx, &attempt, &origin)?;
            let Some(user) = attempt.user.as_ref().map(|user| people::get_user(tx, user.id)).transpose()? else {
                return Ok(Err(Refusal::WrongCredentials));
            };
            // The password may have been changed while this one was hashed.
            if store::find_password(tx, user.id)? != attempt.stored {
                return Ok(Err(Refusal::WrongCredentials));
            }
            if let Some(hash) = stronger {
                store::renew_password(tx, user.id, &hash)?;
            }
            Ok(match (user.is_active, user.is_verified) {
                (false, _) => Err(Refusal::Deactivated),
                (true, false) => Err(Refusal::Unverified),
                (true, true) => Ok(enter::enter(tx, user.id, &origin)?),
            })
        })
        .await
}

/// A new hash of the right password, if the stored one is weaker than what is made today. Only now
/// is the password at hand. When the hashing threads are busy the next sign-in will do.
async fn stronger(passwords: &Passwords, password: &str, stored: Option<&str>) -> Option<String> {
    if !passwords.is_outdated(stored?) {
        return None;
    }
    passwords.hash(model::typed(password)).await.ok()
}

fn count(tx: &Tx<'_>, email: &Email, pass: Option<&DevicePass>, origin: &crate::platform::web::guard::Origin) -> Result<Try> {
    let account = email.key();
    let user = people::find_by_email(tx, email)?;
    let place = Source::place(origin.ip);
    let source = match (&user, pass, origin.ip) {
        (Some(user), Some(pass), _) if pass.user == user.id => Source::Device(pass.mark.clone()),
        (Some(user), _, Some(ip)) if store::is_known_place(tx, user.id, ip)? => Source::Known(place),
        _ => Source::Stranger(place),
    };
    store::count_try(tx, TryKey::sign_in(&account, &source), Limit::SIGN_IN)?;
    if !matches!(source, Source::Device(_)) {
        store::count_try(tx, TryKey::address("sign-in", origin.ip), Limit::ADDRESS)?;
    }
    if matches!(source, Source::Stranger(_)) {
        store::count_try(tx, TryKey::strangers(&account), Limit::STRANGERS)?;
    }
    let stored = user.as_ref().map(|user| store::find_password(tx, user.id)).transpose()?.flatten();
    Ok(Try {
        account,
        source,
        user,
        stored,
    })
}

/// The right password was no guess.
fn forgive(tx: &Tx<'_>, attempt: &Try, origin: &crate::platform::web::guard::Origin) -> Result<()> {
    store::clear_tries(tx, TryKey::sign_in(&attempt.account, &attempt.source))?;
    if !matches!(attempt.source, Source::Device(_)) {
        store::refund_try(tx, TryKey::address("sign-in", origin.ip), Limit::ADDRESS)?;
    }
    if matches!(attempt.source, Source::Stranger(_)) {
        store::refund_try(tx, TryKey::strangers(&attempt.account), Limit::STRANGERS)?;
    }
    Ok(())
}
