//! Another address, and leaving.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{cookies, register::TokenIn};
use crate::{
    auth::actions::{Caller, email, leave},
    kernel::{error::Result, text::Email},
    platform::web::{
        extract::Body,
        guard::{Anyone, Guard, Oneself, Unbound},
    },
};

/// Another address, confirmed by the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeEmailIn {
    /// The new address.
    email: Email,
    /// The own password.
    #[schema(format = Password)]
    password: String,
}

/// Asks for another address. It holds when the link that is sent to it was opened.
#[utoipa::path(
    post, path = "/me/email", tag = "auth", request_body = ChangeEmailIn,
    responses((status = 202, description = "A link is on its way to the new address."))
)]
pub(super) async fn change_email(g: Guard<Oneself>, Body(body): Body<ChangeEmailIn>) -> Result<StatusCode> {
    let (can, caller) = Caller::new(g);
    email::change(&caller, can.user(), body.email, &body.password).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Proves the new address by its link.
#[utoipa::path(
    post, path = "/auth/confirm-email", tag = "auth", request_body = TokenIn,
    responses(
        (status = 204, description = "The new address holds."),
        (status = 409, description = "`auth.link_invalid`: the link was used or has expired; `user.email_taken`: somebody else has the address by now."),
    )
)]
pub(super) async fn confirm_email(g: Guard<Anyone>, Body(body): Body<TokenIn>) -> Result<StatusCode> {
    let platform = g.platform;
    let confirmed =
        g.db.write("auth.confirm_email", move |tx| email::confirm(tx, &platform, &body.token));
    confirmed.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeleteMeIn {
    /// The own password.
    #[schema(format = Password)]
    password: String,
}

/// Deletes the own account and everything that is known about its person.
#[utoipa::path(
    post, path = "/me/delete", tag = "auth", request_body = DeleteMeIn,
    responses((status = 204, description = "The account is gone."), (status = 409, description = "`user.last_admin`: nobody would be left to run the instance."))
)]
pub(super) async fn delete_me(g: Guard<Unbound<Oneself>>, Body(body): Body<DeleteMeIn>) -> Result<Response> {
    let (can, caller) = Caller::new(g);
    leave::delete_me(&caller, can.user(), &body.password).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::no_session(response.headers_mut(), &caller.origin)?;
    Ok(response)
}
