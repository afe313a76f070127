//! Another address: asked for with the password, proven by a link to the new one, told to the old.

use super::{Caller, confirm, links};
use crate::{
    auth::{
        mails,
        model::{self, RegistrationMode, RegistrationSettings, TokenKind},
        store::{self, NewLink},
    },
    kernel::{
        error::{Error, Result},
        event::Event,
        id::UserId,
        text::Email,
    },
    people::{self, User},
    platform::{
        Platform,
        db::{Read, Tx},
        settings,
    },
};

/// Asks for another address. Whether somebody else has it is told only by mail, to its owner.
pub(in crate::auth) async fn change(caller: &Caller, user: UserId, email: Email, password: &str) -> Result<()> {
    let confirmed = confirm::confirm(caller, user, "password", password).await?;
    let platform = caller.platform.clone();
    let asked = caller.db.write("auth.change_email", move |tx| {
        confirmed.still_holds(tx, user)?;
        let person = people::get_user(tx, user)?;
        stay_in_domain(tx, &person, &email)?;
        if person.email == email {
            return Err(Error::field("email", "email.same", "This is your address already."));
        }
        store::delete_links(tx, TokenKind::Email, Some(user))?;
        let new = NewLink {
            user: Some(user),
            email: Some(email.clone()),
            ..NewLink::default()
        };
        let token = links::make(tx, TokenKind::Email, &new)?;
        if !links::may_mail(tx, &email)? {
            return Ok(());
        }
        match people::find_by_email(tx, &email)? {
            Some(owner) if owner.id != user => mails::already_registered(tx, &platform, &email, &owner.language),
            _ => mails::change_email(tx, &platform, &email, &person.language, &token),
        }
    });
    asked.await
}

/// Who joined by the domain of his address keeps an address of such a domain.
fn stay_in_domain(read: &Read<'_>, person: &User, email: &Email) -> Result<()> {
    let settings: RegistrationSettings = settings::get(read)?;
    let leaves = settings.mode == RegistrationMode::Domains && settings.admits(&person.email) && !settings.admits(email);
    if leaves {
        return Err(Error::field(
            "email",
            "email.other_domain",
            format!("Use an address at {}.", settings.domains.join(" or ")),
        ));
    }
    Ok(())
}

/// Proves the new address by its link; the old one is told.
pub(in crate::auth) fn confirm(tx: &Tx<'_>, platform: &Platform, token: &str) -> Result<()> {
    let link = links::take(tx, TokenKind::Email, token)?;
    let user = link.user.map(|id| people::find_user(tx, id)).transpose()?.flatten();
    let user = user.filter(|user| user.is_active).ok_or_else(model::invalid_link)?;
    let email = link.email.ok_or_else(model::invalid_link)?;
    people::set_email(tx, user.id, &email)?;
    // Links that went to the old address open nothing any more.
    store::delete_links(tx, TokenKind::Reset, Some(user.id))?;
    store::delete_links(tx, TokenKind::Verify, Some(user.id))?;
    mails::email_changed(tx, platform, &user, &email)?;
    tx.tell(&Event::UserProfileChanged { user: user.id })
}
