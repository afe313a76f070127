//! People who come by an import: their accounts, and how they learn of them.

use std::sync::Arc;

use serde_json::json;

use super::account::{NewAccount, create_account};
use crate::{
    auth::{
        mails,
        store::{self, NewInvite},
    },
    kernel::{
        actor::Role,
        error::Result,
        id::{InviteId, UserId},
    },
    people::{Invitation, NewUser, Newcomers, User},
    platform::{Platform, audit, crypto, db::Tx, web::address},
};

/// How imported people are invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteBy {
    /// Not at all.
    None,
    /// By mail.
    Mail,
    /// By a link that whoever imports hands over.
    Link,
}

/// Opens accounts for imported people. An account waits, without a password and with an address
/// that nobody has proven, until its owner uses the invitation.
pub struct ImportedAccounts {
    /// The mechanisms, for mails and the instance's address.
    pub platform: Arc<Platform>,
    /// How people are invited.
    pub invite: InviteBy,
}

impl Newcomers for ImportedAccounts {
    fn open(&self, tx: &Tx<'_>, new: NewUser) -> Result<UserId> {
        let (role, plan) = (new.role, new.plan);
        let account = NewAccount {
            name: new.name,
            email: new.email,
            role,
            plan,
            time_zone: new.time_zone,
            language: new.language,
            password_hash: None,
            is_verified: new.is_verified,
            source: "import",
        };
        let user = create_account(tx, account)?;
        if role > Role::Learner {
            let after = json!({ "role": role, "plan": plan });
            audit::record(tx, "auth.open_account", &user.to_string(), None::<&()>, Some(&after))?;
        }
        Ok(user)
    }

    fn invite(&self, tx: &Tx<'_>, user: &User) -> Result<Invitation> {
        if self.invite == InviteBy::None {
            return Ok(Invitation::None);
        }
        let (id, token) = renew(tx, user)?;
        if self.invite == InviteBy::Link {
            let url = address::public_url(tx, &self.platform.config)?;
            return Ok(Invitation::Link(format!("{url}/accept-invite?token={token}")));
        }
        mail(tx, &self.platform, user, id, &token)?;
        Ok(Invitation::Mailed)
    }
}

/// Invites somebody who has an account and has not come yet.
///
/// # Errors
/// A database fault.
pub(in crate::auth) fn invite_by_mail(tx: &Tx<'_>, platform: &Platform, user: &User) -> Result<()> {
    let (id, token) = renew(tx, user)?;
    mail(tx, platform, user, id, &token)
}

/// A new invitation; a former one to the same address is void.
fn renew(tx: &Tx<'_>, user: &User) -> Result<(InviteId, String)> {
    let new = NewInvite {
        email: user.email.clone(),
        name: Some(user.name.clone()),
        role: user.role,
        invited_by: tx.actor().user(),
    };
    let token = crypto::token_text(&tx.random_bytes());
    Ok((store::insert_invite(tx, &crypto::token_hash(&token), &new)?, token))
}

fn mail(tx: &Tx<'_>, platform: &Platform, user: &User, id: InviteId, token: &str) -> Result<()> {
    let invite = store::find_invite(tx, id)?;
    let by = match invite.invited_by {
        Some(id) => crate::people::find_user(tx, id)?.map(|user| user.name.into_string()),
        None => None,
    };
    mails::invite(tx, platform, &invite, &user.language, &by.unwrap_or_default(), token)
}

/// Opens accounts for people whom an admin imports over the web.
pub(in crate::auth) fn openers(platform: Arc<Platform>, is_mailed: bool) -> Arc<dyn Newcomers> {
    let invite = if is_mailed { InviteBy::Mail } else { InviteBy::None };
    Arc::new(ImportedAccounts { platform, invite })
}
