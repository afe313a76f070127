//! The first start, registration, and proving an address.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::me::{SignedInOut, entered};
use crate::{
    auth::actions::{
        Caller,
        register::{self, Registered, Registration},
        setup::{self, SetUp},
    },
    kernel::{
        error::Result,
        text::{Email, Language, PersonName},
        time::Zone,
    },
    platform::{
        branding,
        web::{
            extract::Body,
            guard::{Anyone, Guard},
        },
    },
};

/// The first admin and his organisation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetUpIn {
    /// From the link that the server printed at its start.
    token: String,
    /// The organisation's name.
    organisation: String,
    /// `#rrggbb`.
    brand_colour: Option<String>,
    /// The admin's name.
    name: PersonName,
    /// The admin's address.
    email: Email,
    /// The admin's password.
    #[schema(format = Password)]
    password: String,
    /// Where the admin's days begin and end.
    time_zone: Zone,
    /// The language of the admin's screens and mails; English when absent.
    language: Option<Language>,
}

/// Makes the first admin. Possible once, with the link that the server prints while there is none.
#[utoipa::path(
    post, path = "/setup", tag = "auth", request_body = SetUpIn,
    responses((status = 201, body = SignedInOut), (status = 409, description = "`setup.done`: somebody runs this instance already."))
)]
pub(super) async fn set_up_instance(g: Guard<Anyone>, Body(body): Body<SetUpIn>) -> Result<Response> {
    let (_, caller) = Caller::new(g);
    let organisation = branding::organisation(&body.organisation, body.brand_colour.as_deref())?;
    let new = SetUp {
        token: body.token,
        organisation,
        name: body.name,
        email: body.email,
        password: body.password,
        time_zone: body.time_zone,
        language: body.language.unwrap_or_else(Language::english),
    };
    let entry = setup::set_up(&caller, new).await?;
    entered(&caller, StatusCode::CREATED, entry)
}

/// Somebody who wants an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisterIn {
    /// The name that others will see.
    name: PersonName,
    /// His address.
    email: Email,
    /// His password.
    #[schema(format = Password)]
    password: String,
    /// Where his days begin and end.
    time_zone: Zone,
    /// The language of his screens and mails.
    language: Language,
    /// The token of his invitation, if he has one.
    invite: Option<String>,
}

/// What comes next.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum NextStep {
    /// A mail with a link is on its way.
    VerifyEmail,
}

/// The account needs one more step.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RegisteredOut {
    /// What comes next.
    next: NextStep,
}

/// Opens an account. The answer is the same whether or not the address has one already: its owner
/// is told by mail. With an invitation the person is in at once.
#[utoipa::path(
    post, path = "/auth/register", tag = "auth", request_body = RegisterIn,
    responses(
        (status = 202, body = RegisteredOut), (status = 201, body = SignedInOut),
        (status = 403, description = "`denied.invitation_only`: this instance is joined by invitation."),
        (status = 409, description = "`auth.link_invalid`: the invitation was used or has expired; `user.email_taken`: its owner has an account."),
    )
)]
pub(super) async fn register(g: Guard<Anyone>, Body(body): Body<RegisterIn>) -> Result<Response> {
    let (_, caller) = Caller::new(g);
    let new = Registration {
        name: body.name,
        email: body.email,
        password: body.password,
        time_zone: body.time_zone,
        language: body.language,
        invite: body.invite,
    };
    match register::register(&caller, new).await? {
        Registered::CheckMail => Ok(accepted()),
        Registered::Entered(entry) => entered(&caller, StatusCode::CREATED, *entry),
    }
}

fn accepted() -> Response {
    let next = NextStep::VerifyEmail;
    (StatusCode::ACCEPTED, Json(RegisteredOut { next })).into_response()
}

/// A one-time link's token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenIn {
    /// The `token` of the link.
    pub(super) token: String,
}

/// An address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EmailIn {
    /// The address.
    pub(super) email: Email,
}

/// Proves the address of a new account, and lets its owner in.
#[utoipa::path(
    post, path = "/auth/verify-email", tag = "auth", request_body = TokenIn,
    responses((status = 200, body = SignedInOut), (status = 409, description = "`auth.link_invalid`: the link was used or has expired."))
)]
pub(super) async fn verify_email(g: Guard<Anyone>, Body(body): Body<TokenIn>) -> Result<Response> {
    let (_, caller) = Caller::new(g);
    let origin = caller.origin.clone();
    let entry = caller
        .db
        .write("auth.verify_email", move |tx| register::verify(tx, &body.token, &origin));
    let entry = entry.await?;
    entered(&caller, StatusCode::OK, entry)
}

/// Sends the link that proves an address again, if an account waits for it.
#[utoipa::path(post, path = "/auth/resend-verification", tag = "auth", request_body = EmailIn, responses((status = 202, body = RegisteredOut)))]
pub(super) async fn resend_verification(g: Guard<Anyone>, Body(body): Body<EmailIn>) -> Result<Response> {
    let (_, caller) = Caller::new(g);
    register::resend(&caller, body.email).await?;
    Ok(accepted())
}
