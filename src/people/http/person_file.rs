//! The file with one person's data: for himself, and for admins.

use axum::{
    Json,
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

use crate::{
    kernel::{
        error::{Error, Result},
        id::{ExportId, UserId},
        time::Timestamp,
    },
    people::{
        person_file,
        policy::ManageUser,
        store::{self, PersonFile},
    },
    platform::{
        Platform,
        db::Db,
        web::guard::{Guard, Oneself, Unbound},
    },
};

/// A file with one person's data.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonFileOut {
    /// Its id.
    id: ExportId,
    /// Whether it can be downloaded.
    is_ready: bool,
    /// Its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u32>,
    /// When it was asked for.
    created_at: Timestamp,
    /// When it dies.
    expires_at: Timestamp,
}

impl From<PersonFile> for PersonFileOut {
    fn from(file: PersonFile) -> Self {
        Self {
            id: file.id,
            is_ready: file.sha256.is_some(),
            bytes: file.bytes,
            created_at: file.created_at,
            expires_at: file.expires_at,
        }
    }
}

async fn ask(db: &Db, user: UserId) -> Result<(StatusCode, Json<PersonFileOut>)> {
    let file = db.write("people.ask_file", move |tx| person_file::ask(tx, user)).await?;
    Ok((StatusCode::ACCEPTED, Json(file.into())))
}

async fn newest(db: &Db, user: UserId) -> Result<PersonFile> {
    let found = db
        .read("people.newest_file", move |read| store::find_newest_file(read, user))
        .await?;
    found.ok_or(Error::NotFound("export"))
}

async fn send(db: &Db, platform: &Platform, user: UserId) -> Result<Response> {
    let sha256 = newest(db, user).await?.sha256.ok_or(Error::NotFound("export"))?;
    let file = tokio::fs::File::open(person_file::shelf(platform).path(&sha256)).await;
    let file = file.map_err(|_| Error::NotFound("export"))?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"my-data.zip\""),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}

/// Asks for a file with everything that is kept about oneself. It is made in the background.
#[utoipa::path(post, path = "/me/export", tag = "people", responses((status = 202, body = PersonFileOut)))]
pub(super) async fn ask_my_data(g: Guard<Unbound<Oneself>>) -> Result<(StatusCode, Json<PersonFileOut>)> {
    ask(&g.db, g.can.user()).await
}

/// The own file, and whether it is made.
#[utoipa::path(get, path = "/me/export", tag = "people", responses((status = 200, body = PersonFileOut), (status = 404, description = "None was asked for, or it has died.")))]
pub(super) async fn get_my_data(g: Guard<Unbound<Oneself>>) -> Result<Json<PersonFileOut>> {
    Ok(Json(newest(&g.db, g.can.user()).await?.into()))
}

/// Downloads the own file.
#[utoipa::path(get, path = "/me/export/file", tag = "people", responses((status = 200, content_type = "application/zip", body = Vec<u8>)))]
pub(super) async fn read_my_data(g: Guard<Unbound<Oneself>>) -> Result<Response> {
    send(&g.db, &g.platform, g.can.user()).await
}

/// Asks for a file with everything that is kept about somebody.
#[utoipa::path(post, path = "/users/{user}/export", tag = "people", params(("user" = UserId, Path)), responses((status = 202, body = PersonFileOut)))]
pub(super) async fn ask_user_data(g: Guard<ManageUser>) -> Result<(StatusCode, Json<PersonFileOut>)> {
    ask(&g.db, g.can.user()).await
}

/// Somebody's file, and whether it is made.
#[utoipa::path(get, path = "/users/{user}/export", tag = "people", params(("user" = UserId, Path)), responses((status = 200, body = PersonFileOut), (status = 404, description = "None was asked for, or it has died.")))]
pub(super) async fn get_user_data(g: Guard<ManageUser>) -> Result<Json<PersonFileOut>> {
    Ok(Json(newest(&g.db, g.can.user()).await?.into()))
}

/// Downloads somebody's file.
#[utoipa::path(get, path = "/users/{user}/export/file", tag = "people", params(("user" = UserId, Path)), responses((status = 200, content_type = "application/zip", body = Vec<u8>)))]
pub(super) async fn read_user_data(g: Guard<ManageUser>) -> Result<Response> {
    send(&g.db, &g.platform, g.can.user()).await
}
