//! Mails of the ways in, as deeds over many people.

use super::links;
use crate::{
    auth::{mails, model::TokenKind, store::NewLink},
    kernel::{error::Result, id::UserId},
    people::{BulkAct, Effect, OuterDeeds, User},
    platform::{
        Platform, audit,
        db::{Read, Tx},
    },
};

/// Invitations and links to a new password.
pub(in crate::auth) struct Mails;

/// Mails somebody a link by which he can choose a new password. The one that he has still holds.
///
/// # Errors
/// A database fault.
pub(in crate::auth) fn send_reset(tx: &Tx<'_>, platform: &Platform, user: &User) -> Result<()> {
    let link = NewLink {
        user: Some(user.id),
        ..NewLink::default()
    };
    let token = links::make(tx, TokenKind::Reset, &link)?;
    audit::record(tx, "auth.send_reset", &user.id.to_string(), None::<&()>, None::<&()>)?;
    mails::reset(tx, platform, user, &token)
}

impl OuterDeeds for Mails {
    fn takes(&self, act: BulkAct) -> bool {
        matches!(act, BulkAct::Invite {} | BulkAct::ResetPassword {})
    }

    fn judge(&self, _: &Read<'_>, _: &Platform, act: BulkAct, user: &User) -> Result<Effect> {
        Ok(match act {
            _ if !user.is_active => Effect::Refused("deactivated"),
            BulkAct::Invite {} if user.is_verified => Effect::Same,
            _ => Effect::Changed(None),
        })
    }

    fn apply(&self, tx: &Tx<'_>, platform: &Platform, act: BulkAct, user: &User) -> Result<Effect> {
        match act {
            BulkAct::Invite {} => super::newcomers::invite_by_mail(tx, platform, user)?,
            _ => send_reset(tx, platform, user)?,
        }
        Ok(Effect::Changed(None))
    }

    fn undo(&self, _: &Tx<'_>, _: BulkAct, _: UserId, _: Option<&str>) -> Result<bool> {
        Ok(false)
    }
}
