//! Typing the own password again before something that a stolen session must not do.

use super::Caller;
use crate::{
    auth::{
        model::{self, Limit, TryKey},
        store,
    },
    kernel::{
        error::{Error, Result},
        id::UserId,
    },
    platform::db::Tx,
};

/// The person typed his own password: this is the hash that it fitted.
#[derive(Debug)]
pub(super) struct Confirmed {
    stored: String,
}

/// Counts the try, then compares. `field` names the input for the error.
pub(super) async fn confirm(caller: &Caller, user: UserId, field: &'static str, password: &str) -> Result<Confirmed> {
    let key = TryKey::whom("confirm", &user.to_string());
    let stored = caller
        .db
        .write("auth.count_confirm", move |tx| {
            store::count_try(tx, key, Limit::CONFIRM)?;
            store::find_password(tx, user)
        })
        .await?;
    let typed = model::typed(password);
    let fits = caller.platform.passwords.verify(typed, stored.clone()).await?;
    stored
        .filter(|_| fits)
        .map(|stored| Confirmed { stored })
        .ok_or_else(|| Error::field(field, "password.wrong", "This is not your password."))
}

impl Confirmed {
    /// Inside the deed's transaction: the password is still the one that was compared.
    pub(super) fn still_holds(&self, tx: &Tx<'_>, user: UserId) -> Result<()> {
        if store::find_password(tx, user)?.as_ref() != Some(&self.stored) {
            return Err(Error::conflict(
                "auth.password_changed",
                "Your password has just been changed. Sign in again.",
            ));
        }
        store::clear_tries(tx, TryKey::whom("confirm", &user.to_string()))
    }
}
