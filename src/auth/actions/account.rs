//! Opening an account.

use crate::{
    auth::store,
    kernel::{
        actor::{Plan, Role},
        error::Result,
        event::Event,
        id::UserId,
        text::{Email, Language, PersonName},
        time::Zone,
    },
    people::{self, NewUser},
    platform::{
        Platform,
        db::{Db, Tx},
    },
};

/// What a new account starts with.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The name that others see.
    pub name: PersonName,
    /// The address.
    pub email: Email,
    /// What he may do.
    pub role: Role,
    /// What he paid for or was granted.
    pub plan: Plan,
    /// Where his days begin and end.
    pub time_zone: Zone,
    /// The language of his screens and mails.
    pub language: Language,
    /// The PHC string of his password; without one he signs in after a reset.
    pub password_hash: Option<String>,
    /// Whether his address is proven already.
    pub is_verified: bool,
    /// How he came, for the event: `setup`, `register`, `invite`, `cli`, `demo` …
    pub source: &'static str,
}

/// Opens an account in the caller's deed and tells of it.
///
/// # Errors
/// `Conflict` `user.email_taken`, or a database fault.
pub fn create_account(tx: &Tx<'_>, new: NewAccount) -> Result<UserId> {
    let user = people::insert_user(
        tx,
        &NewUser {
            name: new.name,
            email: new.email,
            role: new.role,
            plan: new.plan,
            time_zone: new.time_zone,
            language: new.language,
            is_verified: new.is_verified,
            source: new.source,
        },
    )?;
    store::set_password(tx, user, new.password_hash.as_deref())?;
    tx.tell(&Event::UserCreated {
        user,
        role: new.role,
        source: new.source.into(),
    })?;
    Ok(user)
}

/// Judges and hashes a password for an account that an operator opens.
///
/// # Errors
/// `Invalid` with path `password` when it is refused, `Unavailable` when too many hashes wait.
pub async fn hash_password(db: &Db, platform: &Platform, password: &str, name: &PersonName, email: &Email) -> Result<String> {
    super::passwords::hash(db, platform, "password", password, name.as_str(), Some(email)).await
}
