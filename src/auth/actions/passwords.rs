//! Forgotten, reset, changed and judged passwords.

use super::{Caller, confirm, enter, links};
use crate::{
    auth::{
        mails,
        model::{self, DevicePass, Limit, NewPassword, RegistrationSettings, TokenKind, TryKey, Verdict},
        store::{self, NewLink},
    },
    kernel::{
        actor::Person,
        error::{Error, Result},
        event::Event,
        id::UserId,
        text::Email,
    },
    people::{self, User},
    platform::{
        Platform,
        db::{Db, Tx},
        settings,
    },
};

/// Judges and hashes a password for a person. `field` names the input for the error.
pub(super) async fn hash(
    db: &Db,
    platform: &Platform,
    field: &'static str,
    password: &str,
    name: &str,
    email: Option<&Email>,
) -> Result<String> {
    let settings: RegistrationSettings = db.read("auth.password_policy", settings::get).await?;
    let (password, name, email) = (password.to_owned(), name.to_owned(), email.cloned());
    let judged = platform
        .passwords
        .weigh(move || NewPassword::parse(&password, settings.password_min_length, &name, email.as_ref()));
    let good = judged.await?.map_err(|e| Error::field(field, e.code, e.message))?;
    platform.passwords.hash(good.into_text()).await
}

/// Judges a password for somebody who is about to choose it.
pub(in crate::auth) async fn check(caller: &Caller, password: String, name: String, email: Option<Email>) -> Result<Verdict> {
    let ip = caller.origin.ip;
    let counted = caller.db.write("auth.count_check", move |tx| {
        store::count_try(tx, TryKey::address("check-password", ip), Limit::ASKED)?;
        settings::get::<RegistrationSettings>(tx)
    });
    let shortest = counted.await?.password_min_length;
    let judged = caller
        .platform
        .passwords
        .weigh(move || model::judge(&password, shortest, &name, email.as_ref()));
    judged.await
}

/// Sends a reset link to an address, if somebody has it. The answer and its steps are the same if
/// nobody does.
pub(in crate::auth) async fn forgot(caller: &Caller, email: Email) -> Result<()> {
    let (platform, ip) = (caller.platform.clone(), caller.origin.ip);
    let asked = caller.db.write("auth.forgot", move |tx| {
        store::count_try(tx, TryKey::address("want-mail", ip), Limit::WANTED)?;
        let may_mail = links::may_mail(tx, &email)?;
        let user = people::find_by_email(tx, &email)?.filter(|user| user.is_active && may_mail);
        let Some(user) = user else { return Ok(()) };
        let new = NewLink {
            user: Some(user.id),
            ..NewLink::default()
        };
        let token = links::make(tx, TokenKind::Reset, &new)?;
        mails::reset(tx, &platform, &user, &token)
    });
    asked.await
}

/// Sets a new password by a link. Whoever reads the mailbox has proven the address as well. Every
/// session ends; the device that did this is no stranger afterwards.
pub(in crate::auth) async fn reset(caller: &Caller, token: String, password: &str) -> Result<DevicePass> {
    let looked = token.clone();
    let user = caller.db.read("auth.look_at_reset", move |read| {
        let link = links::look(read, TokenKind::Reset, &looked)?;
        owner(link.user.map(|id| people::find_user(read, id)).transpose()?.flatten())
    });
    let user = user.await?;
    let hash = caller.hash("password", password, &user.name, &user.email).await?;
    let platform = caller.platform.clone();
    let done = caller.db.write("auth.reset_password", move |tx| {
        let link = links::take(tx, TokenKind::Reset, &token)?;
        let user = owner(link.user.map(|id| people::find_user(tx, id)).transpose()?.flatten())?;
        replace(tx, user.id, &hash)?;
        store::delete_sessions(tx, user.id)?;
        store::clear_tries(tx, TryKey::strangers(&user.email.key()))?;
        if !user.is_verified {
            people::mark_verified(tx, user.id)?;
            tx.tell(&Event::UserVerified { user: user.id })?;
        }
        mails::password_changed(tx, &platform, &user)?;
        Ok(enter::pass(tx, user.id))
    });
    done.await
}

fn owner(user: Option<User>) -> Result<User> {
    user.filter(|user| user.is_active).ok_or_else(model::invalid_link)
}

/// Sets a password and voids every link that somebody may have got before.
pub(super) fn replace(tx: &Tx<'_>, user: UserId, hash: &str) -> Result<()> {
    store::set_password(tx, user, Some(hash))?;
    for kind in [TokenKind::Reset, TokenKind::Verify, TokenKind::Email] {
        store::delete_links(tx, kind, Some(user))?;
    }
    Ok(())
}

/// Changes the own password. Every other session ends.
pub(in crate::auth) async fn change(caller: &Caller, person: Person, current: &str, new: &str) -> Result<()> {
    let id = person.id;
    let confirmed = confirm::confirm(caller, id, "current", current).await?;
    let user = caller.db.read("auth.user", move |read| people::get_user(read, id)).await?;
    let hash = caller.hash("new", new, &user.name, &user.email).await?;
    let platform = caller.platform.clone();
    let done = caller.db.write("auth.change_password", move |tx| {
        confirmed.still_holds(tx, id)?;
        replace(tx, id, &hash)?;
        store::delete_other_sessions(tx, id, person.session)?;
        mails::password_changed(tx, &platform, &user)
    });
    done.await
}
