//! Invitations by admins.

use serde_json::json;

use super::Caller;
use crate::{
    auth::{
        mails,
        model::{self, Limit, TryKey},
        policy::{Invite as MayInvite, OneInvite},
        store::{self, Invite, NewInvite},
    },
    kernel::{
        actor::Role,
        error::{Error, Result},
        id::InviteId,
        page::Page,
        text::{Email, Language, PersonName},
    },
    people,
    platform::{
        Platform, audit,
        branding::Branding,
        crypto,
        db::{Read, Tx},
        settings,
    },
};

/// An invitation with the name of whoever sent it; empty when he is gone.
pub(in crate::auth) struct Invited {
    pub(in crate::auth) invite: Invite,
    pub(in crate::auth) by: String,
}

/// Invites somebody; a former invitation to the same address is void.
pub(in crate::auth) fn invite(
    tx: &Tx<'_>,
    platform: &Platform,
    _: &MayInvite,
    email: Email,
    name: Option<PersonName>,
    role: Role,
) -> Result<Invited> {
    if people::find_by_email(tx, &email)?.is_some_and(|user| user.is_verified || !user.is_active) {
        return Err(Error::conflict(
            "user.email_taken",
            "Somebody with this e-mail address has an account already.",
        ));
    }
    let new = NewInvite {
        email,
        name,
        role,
        invited_by: tx.actor().user(),
    };
    let token = crypto::token_text(&tx.random_bytes());
    let id = store::insert_invite(tx, &crypto::token_hash(&token), &new)?;
    let invited = named(tx, store::find_invite(tx, id)?)?;
    // The address stays out of the trail: it must be possible to forget it.
    audit::record(tx, "auth.invite", &id.to_string(), None::<&()>, Some(&json!({ "role": role })))?;
    mails::invite(tx, platform, &invited.invite, &Language::english(), &invited.by, &token)?;
    Ok(invited)
}

fn named(read: &Read<'_>, invite: Invite) -> Result<Invited> {
    let by = invite.invited_by.map(|id| people::find_user(read, id)).transpose()?.flatten();
    Ok(Invited {
        by: by.map(|user| user.name.into_string()).unwrap_or_default(),
        invite,
    })
}

/// Invitations that were not accepted, newest first.
pub(in crate::auth) fn list(read: &Read<'_>, _: &MayInvite, before: Option<InviteId>, limit: u32) -> Result<Page<Invited>> {
    let Page { items, next } = store::list_invites(read, before, limit)?;
    let items = items.into_iter().map(|invite| named(read, invite)).collect::<Result<_>>()?;
    Ok(Page { items, next })
}

/// Takes an invitation back.
pub(in crate::auth) fn withdraw(tx: &Tx<'_>, can: &OneInvite) -> Result<()> {
    let id = can.id();
    let invite = store::find_invite(tx, id)?;
    store::delete_invite(tx, id)?;
    audit::record(
        tx,
        "auth.withdraw_invite",
        &id.to_string(),
        Some(&json!({ "role": invite.role })),
        None::<&()>,
    )
}

/// What an invitation says, for whoever holds its link; and the organisation's name.
pub(in crate::auth) async fn details(caller: &Caller, token: String) -> Result<(Invited, String)> {
    let ip = caller.origin.ip;
    let asked = caller.db.write("auth.invite_details", move |tx| {
        store::count_try(tx, TryKey::address("invite-details", ip), Limit::ASKED)?;
        let invite = store::find_open_invite(tx, &crypto::token_hash(&token))?.ok_or_else(model::invalid_link)?;
        let branding: Branding = settings::get(tx)?;
        Ok((named(tx, invite)?, branding.organisation.name.into_string()))
    });
    asked.await
}
