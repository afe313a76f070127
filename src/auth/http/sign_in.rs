//! In and out.

use axum::{
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    cookies,
    me::{SignedInOut, entered},
};
use crate::{
    auth::actions::{
        Caller, sessions,
        sign_in::{self, Refusal},
    },
    kernel::{error::Result, text::Email},
    platform::web::{
        extract::Body,
        guard::{Anyone, Guard},
        problem::Problem,
    },
};

/// An address and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInIn {
    /// The account's address.
    email: Email,
    /// The account's password.
    #[schema(format = Password)]
    password: String,
}

/// Lets somebody in by address and password. Unknown addresses and wrong passwords get the same
/// answer in the same time.
#[utoipa::path(
    post, path = "/auth/sign-in", tag = "auth", request_body = SignInIn,
    responses(
        (status = 200, body = SignedInOut),
        (status = 401, description = "`auth.wrong_credentials`: no such account, or another password."),
        (status = 403, description = "With the right password only. `auth.unverified`: the address is not proven; `auth.deactivated`: the account is closed."),
    )
)]
pub(super) async fn sign_in(g: Guard<Anyone>, headers: HeaderMap, Body(body): Body<SignInIn>) -> Result<Response> {
    let (_, caller) = Caller::new(g);
    let pass = cookies::read_device(&headers, &caller.platform.keys, &caller.origin, caller.db.now());
    match sign_in::sign_in(&caller, body.email, &body.password, pass).await? {
        Ok(entry) => entered(&caller, StatusCode::OK, entry),
        Err(refusal) => Ok(refuse(refusal)),
    }
}

fn refuse(refusal: Refusal) -> Response {
    let (status, code, title) = match refusal {
        Refusal::WrongCredentials => (
            StatusCode::UNAUTHORIZED,
            "auth.wrong_credentials",
            "The e-mail address or the password is wrong.",
        ),
        Refusal::Unverified => (
            StatusCode::FORBIDDEN,
            "auth.unverified",
            "Confirm your e-mail address first: the link is in your mailbox.",
        ),
        Refusal::Deactivated => (
            StatusCode::FORBIDDEN,
            "auth.deactivated",
            "This account is closed. Ask the people who run this site.",
        ),
    };
    Problem::new(status, code, title).into_response()
}

/// Ends the session that speaks, if there is one.
#[utoipa::path(post, path = "/auth/sign-out", tag = "auth", responses((status = 204, description = "Nobody is signed in here any more.")))]
pub(super) async fn sign_out(g: Guard<Anyone>) -> Result<Response> {
    if let Some(person) = g.actor.person() {
        let session = person.session;
        g.db.write("auth.sign_out", move |tx| sessions::sign_out(tx, session)).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::no_session(response.headers_mut(), &g.origin)?;
    Ok(response)
}
