//! An admin in somebody's place, and what else he does with somebody's ways in.

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{cookies, sessions::SessionOut};
use crate::{
    auth::{
        actions::{bulk, instead, leave, sessions},
        policy::EndUserSession,
    },
    kernel::{
        error::{Error, Result},
        id::{SessionId, UserId},
        text::PersonName,
    },
    people::{self, ManageUser},
    platform::{
        db::count_references,
        web::{
            extract::Body,
            guard::{Anyone, Guard},
        },
    },
};

/// For how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInAsIn {
    /// 15, 30 or 60.
    minutes: u8,
}

/// Signs an admin in as somebody else, for a while. Everything that he does there bears his name.
#[utoipa::path(
    post, path = "/users/{user}/sign-in-as", tag = "auth", params(("user" = UserId, Path)), request_body = SignInAsIn,
    responses((status = 204, description = "This browser acts as that person now."),
        (status = 409, description = "`user.is_admin`, `user.is_self` or `user.deactivated`."))
)]
pub(super) async fn sign_in_as(g: Guard<ManageUser>, headers: HeaderMap, Body(body): Body<SignInAsIn>) -> Result<Response> {
    let (can, origin) = (g.can, g.origin.clone());
    let own = cookies::read_session(&headers, &g.origin);
    let begun =
        g.db.write("auth.sign_in_as", move |tx| instead::begin(tx, &can, body.minutes, &origin));
    let token = begun.await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(own) = own {
        cookies::own(response.headers_mut(), &own, &g.origin)?;
    }
    cookies::session(response.headers_mut(), &token, &g.origin)?;
    Ok(response)
}

/// Goes back to oneself after having been in somebody's place.
#[utoipa::path(
    post, path = "/auth/back", tag = "auth",
    responses((status = 204, description = "This browser acts as the admin again, or as nobody if his own session has ended."))
)]
pub(super) async fn back_to_oneself(g: Guard<Anyone>, headers: HeaderMap) -> Result<Response> {
    let own = cookies::read_own(&headers, &g.origin);
    let (person, token) = (g.actor.person().cloned(), own.clone());
    let is_in_place = person.as_ref().is_none_or(|person| person.impersonator.is_some());
    if !is_in_place {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let ended =
        g.db.write("auth.back", move |tx| instead::end(tx, person.as_ref(), token.as_deref()));
    let holds = ended.await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    match own.filter(|_| holds) {
        Some(own) => cookies::session(response.headers_mut(), &own, &g.origin)?,
        None => cookies::no_session(response.headers_mut(), &g.origin)?,
    }
    cookies::no_own(response.headers_mut(), &g.origin)?;
    Ok(response)
}

/// Where somebody is signed in, for admins.
#[utoipa::path(get, path = "/users/{user}/sessions", tag = "auth", params(("user" = UserId, Path)), responses((status = 200, body = Vec<SessionOut>)))]
pub(super) async fn list_user_sessions(g: Guard<ManageUser>) -> Result<Json<Vec<SessionOut>>> {
    let user = g.can.user();
    let rows = g.db.read("auth.user_sessions", move |read| sessions::list(read, user)).await?;
    Ok(Json(rows.into_iter().map(|row| SessionOut::of(row, None)).collect()))
}

/// Ends every session of somebody.
#[utoipa::path(delete, path = "/users/{user}/sessions", tag = "auth", params(("user" = UserId, Path)), responses((status = 204)))]
pub(super) async fn end_user_sessions(g: Guard<ManageUser>) -> Result<StatusCode> {
    let can = g.can;
    g.db.write("auth.end_user_sessions", move |tx| sessions::end_all_of(tx, &can))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one session of somebody.
#[utoipa::path(delete, path = "/users/{user}/sessions/{session}", tag = "auth", params(("user" = UserId, Path), ("session" = SessionId, Path)), responses((status = 204)))]
pub(super) async fn end_user_session(g: Guard<EndUserSession>) -> Result<StatusCode> {
    let can = g.can;
    g.db.write("auth.end_user_session", move |tx| sessions::end_of(tx, &can)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mails somebody a link by which he can choose a new password. The one that he has still holds.
#[utoipa::path(
    post, path = "/users/{user}/reset-mail", tag = "auth", params(("user" = UserId, Path)),
    responses((status = 202, description = "A link is on its way."), (status = 409, description = "`user.deactivated`."))
)]
pub(super) async fn send_reset_mail(g: Guard<ManageUser>) -> Result<StatusCode> {
    let (id, platform) = (g.can.user(), g.platform);
    let sent = g.db.write("auth.send_reset", move |tx| {
        let user = people::get_user(tx, id)?;
        if !user.is_active {
            return Err(Error::conflict(
                "user.deactivated",
                "This account is deactivated. Reactivate it first.",
            ));
        }
        bulk::send_reset(tx, &platform, &user)
    });
    sent.await?;
    Ok(StatusCode::ACCEPTED)
}

/// Rows of a table.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErasedRows {
    /// The table.
    table: String,
    /// How many.
    rows: i64,
}

/// What erasing somebody takes away.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErasePreviewOut {
    /// His name, which is to be typed.
    name: PersonName,
    /// Rows about him, by table. Those that others did stay and name nobody.
    rows: Vec<ErasedRows>,
}

/// Counts what erasing somebody would take away.
#[utoipa::path(get, path = "/users/{user}/erase", tag = "auth", params(("user" = UserId, Path)), responses((status = 200, body = ErasePreviewOut)))]
pub(super) async fn preview_erase(g: Guard<ManageUser>) -> Result<Json<ErasePreviewOut>> {
    let id = g.can.user();
    let read = g.db.read("auth.preview_erase", move |read| {
        let user = people::get_user(read, id)?;
        let rows = count_references(read, "users", id.raw())?;
        Ok(ErasePreviewOut {
            name: user.name,
            rows: rows.into_iter().map(|(table, rows)| ErasedRows { table, rows }).collect(),
        })
    });
    Ok(Json(read.await?))
}

/// His name, typed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EraseIn {
    /// The name of the person, exactly.
    name: String,
}

/// What went with somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErasedOut {
    /// Rows, by table.
    rows: Vec<ErasedRows>,
    /// Mails to him.
    mails: usize,
}

/// Erases somebody for ever: his account, what he did and wrote, mails to him. Counts stay.
#[utoipa::path(
    post, path = "/users/{user}/erase", tag = "auth", params(("user" = UserId, Path)), request_body = EraseIn,
    responses((status = 200, body = ErasedOut), (status = 409, description = "`user.last_admin`, or `user.is_self`: leave by your own settings."),
        (status = 422, description = "The name is another."))
)]
pub(super) async fn erase_user(g: Guard<ManageUser>, Body(body): Body<EraseIn>) -> Result<Json<ErasedOut>> {
    let (can, platform) = (g.can, g.platform);
    let done = g.db.write("auth.erase", move |tx| {
        let user = people::get_user(tx, can.user())?;
        if body.name.trim() != user.name.as_str() {
            return Err(Error::field(
                "name",
                "user.not_confirmed",
                "This is another name. Nothing was erased.",
            ));
        }
        if tx.actor().user() == Some(user.id) {
            return Err(Error::conflict("user.is_self", "Delete your own account in your settings."));
        }
        leave::erase(tx, &platform, &can)
    });
    let erased = done.await?;
    Ok(Json(ErasedOut {
        rows: erased.rows.into_iter().map(|(table, rows)| ErasedRows { table, rows }).collect(),
        mails: erased.mails,
    }))
}
