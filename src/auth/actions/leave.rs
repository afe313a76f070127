//! Deleting the own account, or somebody's.

use std::collections::HashMap;

use serde::Serialize;

use super::{Caller, confirm};
use crate::{
    auth::store,
    kernel::{
        error::{Error, Result},
        event::Event,
        id::UserId,
        text::Email,
    },
    people::{self, ManageUser, User},
    platform::{
        Platform, audit,
        db::{Read, Tx, count_references},
        mail,
        module::Forgetters,
    },
};

/// Deletes the own account, confirmed by the password.
pub(in crate::auth) async fn delete_me(caller: &Caller, user: UserId, password: &str) -> Result<()> {
    let confirmed = confirm::confirm(caller, user, "password", password).await?;
    let platform = caller.platform.clone();
    let done = caller.db.write("auth.delete_me", move |tx| {
        confirmed.still_holds(tx, user)?;
        forget(tx, &platform, user).map(drop)
    });
    done.await
}

/// What went with a person.
#[derive(Debug, Serialize)]
pub struct Erased {
    /// Rows that pointed at him and are gone or name nobody now, by table.
    pub rows: Vec<(String, i64)>,
    /// Mails to him.
    pub mails: usize,
}

/// Erases somebody: every slice forgets him. Counts of others' doings stay as they are.
///
/// # Errors
/// `NotFound`, `Conflict` `user.last_admin`, or a database fault.
pub fn erase(tx: &Tx<'_>, platform: &Platform, can: &ManageUser) -> Result<Erased> {
    let erased = forget(tx, platform, can.user())?;
    audit::record(tx, "auth.erase", &can.user().to_string(), None::<&()>, Some(&erased))?;
    Ok(erased)
}

/// Every slice forgets the person, in one transaction; so does the mail on its way to him.
fn forget(tx: &Tx<'_>, platform: &Platform, user: UserId) -> Result<Erased> {
    people::keep_an_admin(tx, user)?;
    let person = people::get_user(tx, user)?;
    let forgetters = platform
        .services
        .find::<Forgetters>()
        .ok_or_else(|| Error::internal("nobody knows how to forget"))?;
    let before = count_references(tx, "users", user.raw())?;
    store::delete_invites_to(tx, &person.email)?;
    let mut mails = mail::forget(tx, &person.email)?;
    for address in other_addresses(tx, &person)? {
        mails += mail::forget(tx, &address)?;
    }
    forgetters.forget(tx, user)?;
    tx.tell(&Event::UserDeleted { user })?;
    let after: HashMap<String, i64> = count_references(tx, "users", user.raw())?.into_iter().collect();
    let gone = before.into_iter().map(|(table, count)| {
        let left = after.get(&table).copied().unwrap_or_default();
        (table, count - left)
    });
    Ok(Erased {
        rows: gone.filter(|(_, count)| *count > 0).collect(),
        mails,
    })
}

/// Addresses that were his, or that he asked for, and are nobody's.
fn other_addresses(read: &Read<'_>, person: &User) -> Result<Vec<Email>> {
    let mut addresses = mail::addresses_of(read, person.name.as_str())?;
    addresses.extend(store::find_pending_email(read, person.id)?);
    let mut others = Vec::new();
    for address in addresses {
        if people::find_by_email(read, &address)?.is_none() {
            others.push(address);
        }
    }
    Ok(others)
}
