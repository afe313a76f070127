//! Forgotten, reset, changed and judged passwords.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{cookies, register::EmailIn};
use crate::{
    auth::{
        actions::{Caller, passwords},
        model::PasswordProblem,
    },
    kernel::{error::Result, text::Email},
    platform::web::{
        extract::Body,
        guard::{Anyone, Guard, Oneself},
    },
};

/// Sends a link that sets a new password, if somebody has this address.
#[utoipa::path(
    post, path = "/auth/forgot-password", tag = "auth", request_body = EmailIn,
    responses((status = 202, description = "If somebody has this address, a link is on its way to it."))
)]
pub(super) async fn forgot_password(g: Guard<Anyone>, Body(body): Body<EmailIn>) -> Result<StatusCode> {
    let (_, caller) = Caller::new(g);
    passwords::forgot(&caller, body.email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// A new password, and the link that allows it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetIn {
    /// The `token` of the link.
    token: String,
    /// The new password.
    #[schema(format = Password)]
    password: String,
}

/// Sets a new password by a link. Every session of the account ends.
#[utoipa::path(
    post, path = "/auth/reset-password", tag = "auth", request_body = ResetIn,
    responses((status = 204, description = "The new password holds."), (status = 409, description = "`auth.link_invalid`: the link was used or has expired."))
)]
pub(super) async fn reset_password(g: Guard<Anyone>, Body(body): Body<ResetIn>) -> Result<Response> {
    let (_, caller) = Caller::new(g);
    let pass = passwords::reset(&caller, body.token, &body.password).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::device(response.headers_mut(), &pass, &caller.platform.keys, &caller.origin)?;
    Ok(response)
}

/// A password that somebody thinks of, and for whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckIn {
    /// The password.
    #[schema(format = Password)]
    password: String,
    /// His name, which must not be in it.
    name: Option<String>,
    /// His address, which must not be in it; what is no address yet does not count.
    email: Option<String>,
}

/// How good a password is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CheckOut {
    /// 0 (guessed at once) to 4 (very hard to guess).
    #[schema(minimum = 0, maximum = 4)]
    score: u8,
    /// Whether it may be used.
    acceptable: bool,
    /// What is wrong with it.
    problems: Vec<PasswordProblem>,
    /// A sentence that helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<String>,
}

/// Judges a password for somebody who is about to choose it. Nothing of it is kept.
#[utoipa::path(post, path = "/auth/check-password", tag = "auth", request_body = CheckIn, responses((status = 200, body = CheckOut)))]
pub(super) async fn check_password(g: Guard<Anyone>, Body(body): Body<CheckIn>) -> Result<Json<CheckOut>> {
    let (_, caller) = Caller::new(g);
    let name: String = body.name.unwrap_or_default().chars().take(80).collect();
    let email = body.email.and_then(|text| Email::parse(&text).ok());
    let verdict = passwords::check(&caller, body.password, name, email).await?;
    Ok(Json(CheckOut {
        score: verdict.score,
        acceptable: verdict.problems.is_empty(),
        problems: verdict.problems,
        suggestion: verdict.suggestion,
    }))
}

/// The own password, old and new.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePasswordIn {
    /// The password that holds.
    #[schema(format = Password)]
    current: String,
    /// The password that shall hold.
    #[schema(format = Password)]
    new: String,
}

/// Changes the own password. Every other session ends.
#[utoipa::path(
    post, path = "/me/password", tag = "auth", request_body = ChangePasswordIn,
    responses((status = 204, description = "The new password holds."))
)]
pub(super) async fn change_password(g: Guard<Oneself>, Body(body): Body<ChangePasswordIn>) -> Result<StatusCode> {
    let (can, caller) = Caller::new(g);
    passwords::change(&caller, can.person().clone(), &body.current, &body.new).await?;
    Ok(StatusCode::NO_CONTENT)
}
