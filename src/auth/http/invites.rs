//! Invitations.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::register::TokenIn;
use crate::{
    auth::{
        actions::{
            Caller,
            invites::{self, Invited},
        },
        policy::{Invite, OneInvite},
    },
    kernel::{
        actor::Role,
        error::{Error, Result},
        id::InviteId,
        page::Limit,
        text::{Email, PersonName},
        time::Timestamp,
    },
    platform::web::{
        extract::{Body, PageOut, Query, created},
        guard::{Anyone, Guard},
    },
};

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InviteIn {
    /// His address.
    email: Email,
    /// His name, for the mail.
    name: Option<PersonName>,
    /// What he shall be.
    role: Role,
}

/// An invitation that was not accepted yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InviteOut {
    /// Its id.
    id: InviteId,
    /// To which address.
    email: Email,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<PersonName>,
    /// What he will be.
    role: Role,
    /// The name of whoever sent it; empty when he is gone.
    invited_by: String,
    /// Since when.
    created_at: Timestamp,
    /// Until when it can be accepted.
    expires_at: Timestamp,
}

impl From<Invited> for InviteOut {
    fn from(Invited { invite, by }: Invited) -> Self {
        Self {
            id: invite.id,
            email: invite.email,
            name: invite.name,
            role: invite.role,
            invited_by: by,
            created_at: invite.created_at,
            expires_at: invite.expires_at,
        }
    }
}

/// Invites somebody by mail. A former invitation to the same address is void.
#[utoipa::path(
    post, path = "/invites", tag = "auth", request_body = InviteIn,
    responses((status = 201, body = InviteOut), (status = 409, description = "`user.email_taken`: somebody has this address already."))
)]
pub(super) async fn create_invite(g: Guard<Invite>, Body(body): Body<InviteIn>) -> Result<(StatusCode, Json<InviteOut>)> {
    let (can, platform) = (g.can, g.platform);
    let invited = g.db.write("auth.invite", move |tx| {
        invites::invite(tx, &platform, &can, body.email, body.name, body.role)
    });
    Ok(created(invited.await?.into()))
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct InvitesQuery {
    /// Where the last page ended.
    cursor: Option<String>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

/// Invitations that were not accepted, newest first; expired ones too.
#[utoipa::path(get, path = "/invites", tag = "auth", params(InvitesQuery), responses((status = 200, body = PageOut<InviteOut>)))]
pub(super) async fn list_invites(g: Guard<Invite>, Query(query): Query<InvitesQuery>) -> Result<Json<PageOut<InviteOut>>> {
    let limit = Limit::or_default(query.limit);
    let before = query.cursor.map(|cursor| cursor.parse()).transpose();
    let before = before.map_err(|_| Error::field("cursor", "cursor.malformed", "Take the cursor from the last page."))?;
    let can = g.can;
    let page =
        g.db.read("auth.invites", move |read| invites::list(read, &can, before, limit))
            .await?;
    Ok(Json(page.map(InviteOut::from).into()))
}

/// Takes an invitation back.
#[utoipa::path(
    delete, path = "/invites/{invite}", tag = "auth", params(("invite" = InviteId, Path)),
    responses((status = 204, description = "The invitation is void."))
)]
pub(super) async fn delete_invite(g: Guard<OneInvite>) -> Result<StatusCode> {
    let can = g.can;
    g.db.write("auth.withdraw_invite", move |tx| invites::withdraw(tx, &can)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an invitation says.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InviteDetailsOut {
    /// To which address.
    email: Email,
    /// To whom, as far as it was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<PersonName>,
    /// What he will be.
    role: Role,
    /// The name of whoever sent it; empty when he is gone.
    invited_by: String,
    /// The organisation's name.
    organisation: String,
}

/// What an invitation says, for whoever holds its link.
#[utoipa::path(
    post, path = "/auth/invite-details", tag = "auth", request_body = TokenIn,
    responses((status = 200, body = InviteDetailsOut), (status = 409, description = "`auth.link_invalid`: it was used, taken back or has expired."))
)]
pub(super) async fn invite_details(g: Guard<Anyone>, Body(body): Body<TokenIn>) -> Result<Json<InviteDetailsOut>> {
    let (_, caller) = Caller::new(g);
    let (Invited { invite, by }, organisation) = invites::details(&caller, body.token).await?;
    Ok(Json(InviteDetailsOut {
        email: invite.email,
        name: invite.name,
        role: invite.role,
        invited_by: by,
        organisation,
    }))
}
