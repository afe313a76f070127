//! Opening an account: by oneself, or by an invitation.
//!
//! The answer does not tell whether the address is known; the mail does, to its owner. A new
//! account stays closed until its address is proven. Who registers again before that gets a link
//! of his own, and a link activates the name and password that were typed for it: nobody can leave
//! a password behind at somebody else's address.

use super::{
    Caller,
    account::{NewAccount, create_account},
    enter::{self, Entry},
    links,
};
use crate::{
    auth::{
        mails,
        model::{self, Limit, RegistrationSettings, TokenKind, TryKey},
        store::{self, Invite, NewLink},
    },
    kernel::{
        actor::{Plan, Role},
        error::{Error, Result},
        event::Event,
        id::UserId,
        text::{Email, Language, PersonName},
        time::Zone,
    },
    people::{self, User},
    platform::{
        Platform, audit, crypto,
        db::{Read, Tx},
        settings,
        web::guard::Origin,
    },
};

/// What somebody typed to register.
#[derive(Clone)]
pub(in crate::auth) struct Registration {
    pub(in crate::auth) name: PersonName,
    pub(in crate::auth) email: Email,
    pub(in crate::auth) password: String,
    pub(in crate::auth) time_zone: Zone,
    pub(in crate::auth) language: Language,
    pub(in crate::auth) invite: Option<String>,
}

/// How a registration went on.
pub(in crate::auth) enum Registered {
    /// A mail says more.
    CheckMail,
    /// By invitation: the person is in.
    Entered(Box<Entry>),
}

/// Registers somebody.
pub(in crate::auth) async fn register(caller: &Caller, new: Registration) -> Result<Registered> {
    let (ip, asked) = (caller.origin.ip, new.clone());
    let allowed = caller.db.write("auth.count_registration", move |tx| {
        store::count_try(tx, TryKey::address("register", ip), Limit::WANTED)?;
        may_register(tx, &asked)
    });
    allowed.await?;
    let hash = caller.hash("password", &new.password, &new.name, &new.email).await?;
    let (platform, origin) = (caller.platform.clone(), caller.origin.clone());
    let done = caller.db.write("auth.register", move |tx| match &new.invite {
        Some(token) => accept_invite(tx, &new, token, hash, &origin).map(|entry| Registered::Entered(Box::new(entry))),
        None => by_oneself(tx, &platform, &new, hash).map(|()| Registered::CheckMail),
    });
    done.await
}

/// Whether this registration is allowed, before anything dear is done for it.
fn may_register(read: &Read<'_>, new: &Registration) -> Result<()> {
    match &new.invite {
        Some(token) => open_invite(read, token, &new.email).map(drop),
        None => {
            let settings: RegistrationSettings = settings::get(read)?;
            match settings.mode {
                model::RegistrationMode::Invite => Err(Error::Denied("invitation_only")),
                _ if settings.admits(&new.email) => Ok(()),
                _ => Err(Error::field(
                    "email",
                    "email.other_domain",
                    format!("Use an address at {}.", settings.domains.join(" or ")),
                )),
            }
        }
    }
}

fn open_invite(read: &Read<'_>, token: &str, email: &Email) -> Result<Invite> {
    let invite = store::find_open_invite(read, &crypto::token_hash(token))?.ok_or_else(model::invalid_link)?;
    if invite.email.key() != email.key() {
        return Err(Error::field(
            "email",
            "invite.other_address",
            "Use the address to which the invitation was sent.",
        ));
    }
    Ok(invite)
}

/// Without an invitation: known addresses get a mail that says so, others an account and a link.
fn by_oneself(tx: &Tx<'_>, platform: &Platform, new: &Registration, hash: String) -> Result<()> {
    may_register(tx, new)?;
    let may_mail = links::may_mail(tx, &new.email)?;
    let known = people::find_by_email(tx, &new.email)?;
    match known {
        Some(user) if user.is_verified || !user.is_active => {
            if may_mail {
                mails::already_registered(tx, platform, &user.email, &user.language)?;
            }
            Ok(())
        }
        // No mail, no new link: otherwise the account would hold more links than its owner knows.
        Some(_) if !may_mail => Ok(()),
        Some(user) => again(tx, platform, &user, new, hash),
        None => {
            let account = NewAccount {
                name: new.name.clone(),
                email: new.email.clone(),
                role: Role::Learner,
                plan: Plan::Free,
                time_zone: new.time_zone.clone(),
                language: new.language.clone(),
                password_hash: Some(hash.clone()),
                is_verified: false,
                source: "register",
            };
            let user = create_account(tx, account)?;
            send_link(tx, platform, user, &new.email, &new.language, Some((&new.name, hash)))
        }
    }
}

/// The address is known but nobody has proven it: the newest registration counts.
fn again(tx: &Tx<'_>, platform: &Platform, user: &User, new: &Registration, hash: String) -> Result<()> {
    store::set_password(tx, user.id, Some(&hash))?;
    people::set_place(tx, user.id, &new.time_zone, &new.language)?;
    send_link(tx, platform, user.id, &user.email, &new.language, Some((&new.name, hash)))
}

fn send_link(
    tx: &Tx<'_>,
    platform: &Platform,
    user: UserId,
    email: &Email,
    language: &Language,
    typed: Option<(&PersonName, String)>,
) -> Result<()> {
    let (name, password_hash) = typed.map(|(name, hash)| (name.clone(), hash)).unzip();
    let new = NewLink {
        user: Some(user),
        name,
        password_hash,
        email: None,
    };
    let token = links::make(tx, TokenKind::Verify, &new)?;
    mails::verify(tx, platform, email, language, &token)
}

/// Sends the link again, if somebody waits for it. The answer is the same if nobody does.
pub(in crate::auth) async fn resend(caller: &Caller, email: Email) -> Result<()> {
    let (platform, ip) = (caller.platform.clone(), caller.origin.ip);
    let asked = caller.db.write("auth.resend_verification", move |tx| {
        store::count_try(tx, TryKey::address("want-mail", ip), Limit::WANTED)?;
        let may_mail = links::may_mail(tx, &email)?;
        let user = people::find_by_email(tx, &email)?.filter(|user| user.is_active && !user.is_verified && may_mail);
        match user {
            Some(user) => send_link(tx, &platform, user.id, &user.email, &user.language, None),
            None => Ok(()),
        }
    });
    asked.await
}

/// Proves an address by a link, and lets its owner in.
pub(in crate::auth) fn verify(tx: &Tx<'_>, token: &str, origin: &Origin) -> Result<Entry> {
    let link = links::take(tx, TokenKind::Verify, token)?;
    let user = link.user.map(|id| people::find_user(tx, id)).transpose()?.flatten();
    let user = user.filter(|user| user.is_active).ok_or_else(model::invalid_link)?;
    if let Some(name) = &link.name {
        people::rename(tx, user.id, name)?;
    }
    if let Some(hash) = &link.password_hash {
        store::set_password(tx, user.id, Some(hash))?;
    }
    prove(tx, user.id)?;
    enter::enter(tx, user.id, origin)
}

fn prove(tx: &Tx<'_>, user: UserId) -> Result<()> {
    people::mark_verified(tx, user)?;
    store::delete_links(tx, TokenKind::Verify, Some(user))?;
    tx.tell(&Event::UserVerified { user })
}

/// By invitation: the address is proven by it. An account that waits at the address becomes this one.
fn accept_invite(tx: &Tx<'_>, new: &Registration, token: &str, hash: String, origin: &Origin) -> Result<Entry> {
    open_invite(tx, token, &new.email)?;
    let invite = store::take_invite(tx, &crypto::token_hash(token))?.ok_or_else(model::invalid_link)?;
    let user = match people::find_by_email(tx, &invite.email)? {
        Some(user) if user.is_verified || !user.is_active => {
            return Err(Error::conflict(
                "user.email_taken",
                "You have an account with this address already. Sign in.",
            ));
        }
        Some(user) => {
            people::rename(tx, user.id, &new.name)?;
            people::set_place(tx, user.id, &new.time_zone, &new.language)?;
            people::grant_role(tx, user.id, invite.role)?;
            store::set_password(tx, user.id, Some(&hash))?;
            prove(tx, user.id)?;
            user.id
        }
        None => create_account(
            tx,
            NewAccount {
                name: new.name.clone(),
                email: invite.email,
                role: invite.role,
                plan: Plan::Free,
                time_zone: new.time_zone.clone(),
                language: new.language.clone(),
                password_hash: Some(hash),
                is_verified: true,
                source: "invite",
            },
        )?,
    };
    audit::record(
        tx,
        "auth.accept_invite",
        &user.to_string(),
        None::<&()>,
        Some(&serde_json::json!({ "invite": invite.id, "role": invite.role })),
    )?;
    enter::enter(tx, user, origin)
}
