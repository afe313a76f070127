//! Deleting the own account.

use super::{Caller, confirm};
use crate::{
    auth::store,
    kernel::{
        error::{Error, Result},
        event::Event,
        id::UserId,
    },
    people,
    platform::{Platform, db::Tx, mail, module::Forgetters},
};

/// Deletes the own account, confirmed by the password.
pub(in crate::auth) async fn delete_me(caller: &Caller, user: UserId, password: &str) -> Result<()> {
    let confirmed = confirm::confirm(caller, user, "password", password).await?;
    let platform = caller.platform.clone();
    let done = caller.db.write("auth.delete_me", move |tx| {
        confirmed.still_holds(tx, user)?;
        forget(tx, &platform, user)
    });
    done.await
}

/// Every slice forgets the person, in one transaction; so does the mail on its way to him.
fn forget(tx: &Tx<'_>, platform: &Platform, user: UserId) -> Result<()> {
    people::keep_an_admin(tx, user)?;
    let person = people::get_user(tx, user)?;
    let forgetters = platform
        .services
        .find::<Forgetters>()
        .ok_or_else(|| Error::internal("nobody knows how to forget"))?;
    store::delete_invites_to(tx, &person.email)?;
    mail::forget(tx, &person.email)?;
    forgetters.forget(tx, user)?;
    tx.tell(&Event::UserDeleted { user })
}
