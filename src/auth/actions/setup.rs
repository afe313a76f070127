//! The first start: a one-time link that makes the first admin.

use super::{
    Caller,
    account::{NewAccount, create_account},
    enter::{self, Entry},
    links,
};
use crate::{
    auth::{
        model::TokenKind,
        store::{self, NewLink},
    },
    kernel::{
        actor::{Plan, Role},
        error::{Error, Result},
        text::{Email, Language, PersonName},
        time::Zone,
    },
    people,
    platform::{
        branding::{Branding, Organisation},
        db::{Read, Tx},
        settings,
    },
};

/// What the first admin typed.
pub(in crate::auth) struct SetUp {
    pub(in crate::auth) token: String,
    pub(in crate::auth) organisation: Organisation,
    pub(in crate::auth) name: PersonName,
    pub(in crate::auth) email: Email,
    pub(in crate::auth) password: String,
    pub(in crate::auth) time_zone: Zone,
    pub(in crate::auth) language: Language,
}

/// The link that makes the first admin, for `serve` to print; `None` when somebody runs the
/// instance already. Each call makes a new link and voids the former one.
///
/// # Errors
/// A database fault.
pub fn setup_link(tx: &Tx<'_>, public_url: &str) -> Result<Option<String>> {
    if people::has_admin(tx)? {
        return Ok(None);
    }
    store::delete_links(tx, TokenKind::Setup, None)?;
    let token = links::make(tx, TokenKind::Setup, &NewLink::default())?;
    Ok(Some(format!("{}/setup?token={token}", public_url.trim_end_matches('/'))))
}

fn may_set_up(read: &Read<'_>) -> Result<()> {
    if people::has_admin(read)? {
        return Err(Error::conflict("setup.done", "This instance is set up already. Sign in."));
    }
    Ok(())
}

fn wrong_token(_: Error) -> Error {
    Error::field(
        "token",
        "setup.wrong_token",
        "This is not the link of the last start. Take it from the server's log, or restart the server for a new one.",
    )
}

/// Makes the first admin, names the organisation and lets him in.
pub(in crate::auth) async fn set_up(caller: &Caller, new: SetUp) -> Result<Entry> {
    let token = new.token.clone();
    let looked = caller.db.read("auth.look_at_setup", move |read| {
        may_set_up(read)?;
        links::look(read, TokenKind::Setup, &token).map_err(wrong_token).map(drop)
    });
    looked.await?;
    let hash = caller.hash("password", &new.password, &new.name, &new.email).await?;
    let origin = caller.origin.clone();
    let done = caller.db.write("auth.set_up", move |tx| {
        may_set_up(tx)?;
        links::take(tx, TokenKind::Setup, &new.token).map_err(wrong_token)?;
        store::delete_links(tx, TokenKind::Setup, None)?;
        let account = NewAccount {
            name: new.name,
            email: new.email,
            role: Role::Admin,
            plan: Plan::Premium,
            time_zone: new.time_zone,
            language: new.language,
            password_hash: Some(hash),
            is_verified: true,
            source: "setup",
        };
        let user = create_account(tx, account)?;
        let branding = Branding {
            organisation: new.organisation,
            ..settings::get(tx)?
        };
        settings::put(tx, &branding)?;
        enter::enter(tx, user, &origin)
    });
    done.await
}
