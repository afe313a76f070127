//! Resumable uploads by tus 1.0: core, creation (with bytes), expiration, checksum, termination.

use axum::{
    Json,
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::map_response,
    response::{ErrorResponse, IntoResponse as _, Response},
};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    library::OwnerOut,
    receive::{Cut, cut, next_piece, told_length, too_large},
    sent,
    tus::{self, Meant, Refused},
};
use crate::{
    kernel::{
        error::{Error, Result},
        id::{AssetId, UploadId},
        time::Timestamp,
    },
    media::{
        Limits,
        actions::uploads::{self, Append, Outcome, Refusal, Verdict},
        model::uploads::{Checksum, State, Upload},
        policy::{OwnUpload, StoreAsset},
    },
    platform::web::{
        guard::{Anyone, Guard, Web},
        problem::Problem,
    },
};

pub(in crate::media) fn tus_routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(create_upload, sent::list_uploads, discover_uploads))
        .routes(routes!(get_upload, head_upload, append_upload, end_upload, override_upload))
        .layer(map_response(tus::stamp))
}

/// A file on its way in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::media) struct UploadOut {
    id: UploadId,
    /// Its file name.
    name: String,
    /// What the sender said it is.
    mime: String,
    /// How many bytes it will have.
    length: u64,
    /// How many of them have come.
    offset: u64,
    state: State,
    /// The asset whose content it is to become.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<AssetId>,
    /// What it has become, once it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<AssetId>,
    /// Why it was refused: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Why it was refused, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// Where its bytes are sent.
    url: String,
    created_at: Timestamp,
    /// Until when it is kept, unless more comes.
    expires_at: Timestamp,
    /// Whose it is, where everybody's are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<OwnerOut>,
}

impl UploadOut {
    pub(super) fn new(upload: Upload, offset: u64) -> Self {
        Self {
            owner: None,
            url: address(upload.id),
            id: upload.id,
            name: upload.name,
            mime: upload.mime,
            length: upload.length,
            offset,
            state: upload.state,
            replaces: upload.replaces,
            asset: upload.asset,
            code: upload.code,
            message: upload.message,
            created_at: upload.created_at,
            expires_at: upload.expires_at,
        }
    }
}

fn address(id: UploadId) -> String {
    format!("/api/v1/media/uploads/{id}")
}

/// What the protocol offers here: version, extensions, the largest file.
#[utoipa::path(options, path = "/media/uploads", tag = "media", responses((status = 204, description = "In the headers: `Tus-Version`, `Tus-Extension`, `Tus-Max-Size`, `Tus-Checksum-Algorithm`.")))]
pub(in crate::media) async fn discover_uploads(g: Guard<Anyone>) -> Response {
    tus::discovery(Limits::of(&g.platform).max_upload_bytes)
}

/// Announces a file that comes in as many requests as it takes (tus 1.0, creation). Its first bytes
/// may come along.
#[utoipa::path(
    post, path = "/media/uploads", tag = "media",
    params(
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Length" = u64, Header, description = "How many bytes will come."),
        ("Upload-Metadata" = Option<String>, Header, description = "`filename`, `filetype` and, to give an asset another content, `replaces`: each a key and a value in base64."),
    ),
    responses(
        (status = 201, description = "`Location` says where the bytes go."),
        (status = 400, description = "`tus.malformed`"), (status = 412, description = "`tus.version`"),
        (status = 413, description = "`media.too_large`, `media.quota`"), (status = 429, description = "`upload.too_many`"),
    )
)]
pub(in crate::media) async fn create_upload(g: Guard<StoreAsset>, headers: HeaderMap, body: Body) -> Result<Response, ErrorResponse> {
    tus::spoken(&headers)?;
    let (length, told) = tus::announced(&headers)?;
    let checksum = tus::checksum(&headers)?;
    let begun = uploads::begin(&g.platform, &g.db, &g.can, told, length).await?;
    let mut upload = begun.map_err(refused)?;
    let mut offset = 0;
    if tus::carries_bytes(&headers) && told_length(&headers, &body) != Some(0) {
        (upload, offset) = append(&g, upload, 0, checksum, &headers, body).await?;
    }
    let mut response = StatusCode::CREATED.into_response();
    let location = HeaderValue::from_str(&address(upload.id)).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    tus::tell(response.headers_mut(), offset, upload.expires_at);
    Ok(response)
}

/// Appends bytes to an upload (tus 1.0). What came before a connection broke is kept.
#[utoipa::path(
    patch, path = "/media/uploads/{upload}", tag = "media",
    params(
        ("upload" = UploadId, Path),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Offset" = u64, Header, description = "Where the bytes belong: as far as the upload has come."),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1` or `sha256` and the digest in base64."),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "`Upload-Offset` says how far it has come."),
        (status = 400, description = "`tus.malformed`"), (status = 409, description = "`upload.offset`: it has come as far as another offset."),
        (status = 412, description = "`tus.version`"), (status = 413, description = "`upload.too_long`"), (status = 415, description = "`tus.media_type`"),
        (status = 423, description = "`upload.taken`: another request writes to it."), (status = 460, description = "`upload.checksum`"),
    )
)]
pub(in crate::media) async fn append_upload(g: Guard<OwnUpload>, headers: HeaderMap, body: Body) -> Result<Response, ErrorResponse> {
    tus::spoken(&headers)?;
    let offset = tus::offset(&headers)?;
    let checksum = tus::checksum(&headers)?;
    let upload = g.can.upload.clone();
    let (upload, offset) = append(&g, upload, offset, checksum, &headers, body).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    tus::tell(response.headers_mut(), offset, upload.expires_at);
    Ok(response)
}

async fn append<R>(
    g: &Guard<R>,
    upload: Upload,
    offset: u64,
    checksum: Option<Checksum>,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Upload, u64), ErrorResponse> {
    let told = told_length(headers, &body);
    if upload.state != State::Receiving && offset == upload.length && told == Some(0) {
        return Ok((upload, offset)); // It is whole already.
    }
    if told.is_some_and(|bytes| bytes > upload.length.saturating_sub(offset)) && offset <= upload.length {
        return Err(refused(Refusal::TooLong).into()); // Before anything is read.
    }
    let begun = Append::begin(&g.platform, &g.db, &upload, offset, checksum).await?;
    let writing = begun.map_err(refused)?;
    let poured = pour(body, &writing).await;
    let outcome = writing.end(poured.is_ok()).await?;
    let upload = uploads::note(&g.db, upload.id, outcome.offset).await?;
    poured?;
    judge(outcome)?;
    Ok((upload, outcome.offset))
}

/// Hands the body over, until it ends, is cut off, or another request takes over.
async fn pour(mut body: Body, writing: &Append) -> Result<(), ErrorResponse> {
    let stop = writing.stop();
    loop {
        let piece: std::result::Result<_, Cut> = tokio::select! {
            () = stop.cancelled() => return Err(refused(Refusal::Taken).into()),
            piece = next_piece(&mut body) => piece,
        };
        let Some(piece) = piece.map_err(cut)? else { return Ok(()) };
        if !writing.write(piece).await {
            return Ok(()); // The end tells why.
        }
    }
}

fn judge(outcome: Outcome) -> Result<(), Refused> {
    match outcome.verdict {
        Verdict::Kept => Ok(()),
        Verdict::TooLong => Err(refused(Refusal::TooLong)),
        Verdict::Mismatch => {
            let status = StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST);
            let title = "The bytes do not come to their checksum. None of them was kept.";
            Err(Refused::with(Problem::new(status, "upload.checksum", title)))
        }
    }
}

pub(super) fn refused(why: Refusal) -> Refused {
    let (status, code, title) = match why {
        Refusal::TooLarge(most) => return Refused::with(too_large(most)),
        Refusal::NoRoom(why) => {
            let (code, title) = why.says();
            (StatusCode::PAYLOAD_TOO_LARGE, code, title)
        }
        Refusal::TooMany => (
            StatusCode::TOO_MANY_REQUESTS,
            "upload.too_many",
            "Too many of your uploads are unfinished. Finish or cancel some first.".into(),
        ),
        Refusal::Taken => (
            StatusCode::LOCKED,
            "upload.taken",
            "Another request sends this file. Wait until it has ended.".into(),
        ),
        Refusal::Elsewhere(offset) => (
            StatusCode::CONFLICT,
            "upload.offset",
            format!("The upload has come as far as byte {offset}. Go on from there."),
        ),
        Refusal::TooLong => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "upload.too_long",
            "More bytes came than were announced. None of this request was kept.".into(),
        ),
    };
    let mut response = Problem::new(status, code, &title).into_response();
    if let Refusal::Elsewhere(offset) = why {
        response.headers_mut().insert("upload-offset", HeaderValue::from(offset));
    }
    Refused::with(response)
}

/// How far an upload has come (tus 1.0).
#[utoipa::path(
    head, path = "/media/uploads/{upload}", tag = "media",
    params(("upload" = UploadId, Path), ("Tus-Resumable" = String, Header, description = "`1.0.0`")),
    responses((status = 200, description = "`Upload-Offset` of `Upload-Length` bytes have come."), (status = 412, description = "`tus.version`"))
)]
pub(in crate::media) async fn head_upload(g: Guard<OwnUpload>, headers: HeaderMap) -> Result<Response, ErrorResponse> {
    tus::spoken(&headers)?;
    let (upload, offset) = uploads::look(&g.platform, &g.db, g.can.upload).await?;
    let mut response = StatusCode::OK.into_response();
    tus::tell(response.headers_mut(), offset, upload.expires_at);
    tus::tell_whole(response.headers_mut(), upload.length, &upload.metadata);
    Ok(response)
}

/// How far an upload has come, and what it has become.
#[utoipa::path(get, path = "/media/uploads/{upload}", tag = "media", params(("upload" = UploadId, Path)), responses((status = 200, body = UploadOut)))]
pub(in crate::media) async fn get_upload(g: Guard<OwnUpload>) -> Result<Json<UploadOut>> {
    let (upload, offset) = uploads::look(&g.platform, &g.db, g.can.upload).await?;
    Ok(Json(UploadOut::new(upload, offset)))
}

/// Ends an upload and forgets its bytes (tus 1.0, termination); of a finished one only the line in
/// the list goes.
#[utoipa::path(
    delete, path = "/media/uploads/{upload}", tag = "media",
    params(("upload" = UploadId, Path), ("Tus-Resumable" = String, Header, description = "`1.0.0`")),
    responses((status = 204), (status = 409, description = "`upload.processing`"), (status = 412, description = "`tus.version`"))
)]
pub(in crate::media) async fn end_upload(g: Guard<OwnUpload>, headers: HeaderMap) -> Result<StatusCode, ErrorResponse> {
    tus::spoken(&headers)?;
    uploads::end(&g.platform, &g.db, &g.can).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Another method in the header `X-HTTP-Method-Override`, for senders behind something that lets only
/// GET and POST pass (tus 1.0).
#[utoipa::path(
    post, path = "/media/uploads/{upload}", tag = "media",
    params(
        ("upload" = UploadId, Path),
        ("X-HTTP-Method-Override" = String, Header, description = "`PATCH`, `HEAD` or `DELETE`; everything else is as there."),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((status = 200, description = "As the method answers."), (status = 204, description = "As the method answers."),
        (status = 400, description = "`tus.malformed`: no such method."), (status = 412, description = "`tus.version`"))
)]
pub(in crate::media) async fn override_upload(g: Guard<OwnUpload>, headers: HeaderMap, body: Body) -> Result<Response, ErrorResponse> {
    match tus::meant(&headers)? {
        Meant::Append => append_upload(g, headers, body).await,
        Meant::Look => head_upload(g, headers).await,
        Meant::End => end_upload(g, headers).await.map(|done| done.into_response()),
    }
}
