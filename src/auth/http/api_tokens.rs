//! Keys for programs, and the password typed again before something that a stolen session must not do.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::{
        actions::{
            Caller,
            api_tokens::{self, TokenWish},
        },
        policy::{ManageTokens, OneToken},
    },
    kernel::{
        error::{Error, Result},
        id::{TokenId, UserId},
        scope::Scope,
        text::Label,
        time::Timestamp,
    },
    people,
    platform::web::{
        extract::{Body, created},
        guard::{Guard, SignedIn},
    },
};

/// The own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmIn {
    /// The password that holds.
    #[schema(format = Password)]
    password: String,
}

/// Types the own password again. For five minutes this session may do what asks for it: download
/// backups, make API tokens.
#[utoipa::path(
    post, path = "/auth/confirm-password", tag = "auth", request_body = ConfirmIn,
    responses((status = 204, description = "The password is right."))
)]
pub(super) async fn confirm_password(g: Guard<SignedIn>, Body(body): Body<ConfirmIn>) -> Result<StatusCode> {
    let (can, caller) = Caller::new(g);
    api_tokens::confirm_password(&caller, can.person(), &body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An API token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiTokenOut {
    id: TokenId,
    /// What it is for.
    name: String,
    /// How its secret begins.
    prefix: String,
    /// How far it goes.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
    /// For whom it speaks.
    owner: UserId,
    /// His name.
    owner_name: String,
    created_at: Timestamp,
    /// Until when; absent when it holds until it is taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// When it was last used, to five minutes; absent when never.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
}

/// Every API token, the newest first. Secrets are never shown again.
#[utoipa::path(get, path = "/admin/tokens", tag = "auth", responses((status = 200, body = Vec<ApiTokenOut>)))]
pub(super) async fn list_tokens(g: Guard<ManageTokens>) -> Result<Json<Vec<ApiTokenOut>>> {
    let listed = g.db.read("auth.tokens", move |read| {
        let rows = api_tokens::list_tokens(read, &g.can)?;
        let owners: Vec<UserId> = rows.iter().map(|row| row.user).collect();
        let names = people::list_names(read, &owners)?;
        let name = |id: UserId| names.iter().find(|(user, _)| *user == id).map(|(_, name)| name.to_string());
        let out = rows.into_iter().map(|row| ApiTokenOut {
            owner_name: name(row.user).unwrap_or_default(),
            id: row.id,
            name: row.name,
            prefix: row.prefix,
            scopes: row.scopes,
            owner: row.user,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        });
        Ok(out.collect())
    });
    listed.await.map(Json)
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiTokenIn {
    /// What it is for, 1–40 characters.
    name: Label,
    /// `courses:read`, `courses:write`, `people:…`, `enrolments:…`, `admin:…`. To write includes to read.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
    /// Days that it holds, 1–3650; absent or null: until it is taken back.
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<u16>,
}

/// A new token. This is the only time that its secret is shown.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewApiTokenOut {
    id: TokenId,
    /// The secret: `Authorization: Bearer mom_…`.
    token: String,
}

/// Makes a token that speaks for whoever asks, and may do no more than he may. Asks for a recent
/// password (`denied.password_needed`).
#[utoipa::path(post, path = "/admin/tokens", tag = "auth", request_body = ApiTokenIn, responses((status = 201, body = NewApiTokenOut)))]
pub(super) async fn create_token(g: Guard<ManageTokens>, Body(body): Body<ApiTokenIn>) -> Result<(StatusCode, Json<NewApiTokenOut>)> {
    let days = body.days;
    if days.is_some_and(|days| !(1..=3650).contains(&days)) {
        return Err(Error::field("days", "number.out_of_range", "Use 1 to 3650 days."));
    }
    let made = g.db.write("auth.create_token", move |tx| {
        api_tokens::require_recent_password(tx, tx.actor())?;
        let user = tx.actor().signed_in()?.id;
        let wish = TokenWish {
            name: body.name,
            scopes: body.scopes,
            expires_at: days.map(|days| tx.now().plus_secs(i64::from(days) * 24 * 3600)),
        };
        api_tokens::create_token(tx, &g.can, user, wish)
    });
    let (id, token) = made.await?;
    Ok(created(NewApiTokenOut { id, token }))
}

/// Takes a token back: its next request is refused.
#[utoipa::path(
    delete, path = "/admin/tokens/{token}", tag = "auth", params(("token" = TokenId, Path)),
    responses((status = 204, description = "It opens nothing any more."))
)]
pub(super) async fn revoke_token(g: Guard<OneToken>) -> Result<StatusCode> {
    g.db.write("auth.revoke_token", move |tx| api_tokens::revoke_token(tx, &g.can))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
