//! Bytes of a request, piece by piece.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, HttpBody as _},
    http::{HeaderMap, StatusCode, header},
    response::{ErrorResponse, IntoResponse as _, Response},
};
use http_body_util::BodyExt as _;

use crate::{kernel::error::Error, media::actions, platform::web::problem::Problem};

/// How long a body may stand still before it is given up.
const STALL: Duration = Duration::from_secs(60);

/// Why a body ended before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Stalled,
    Off,
}

/// The next piece; `None` at the end.
pub(super) async fn next_piece(body: &mut Body) -> Result<Option<Bytes>, Cut> {
    loop {
        let frame = tokio::time::timeout(STALL, body.frame()).await.map_err(|_| Cut::Stalled)?;
        let Some(frame) = frame else { return Ok(None) };
        if let Ok(data) = frame.map_err(|_| Cut::Off)?.into_data() {
            return Ok(Some(data));
        }
    }
}

/// How many bytes the body will have, if the sender says so.
pub(super) fn told_length(headers: &HeaderMap, body: &Body) -> Option<u64> {
    let told = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    told.or(body.size_hint().exact())
}

/// Receives a whole file of at most `most` bytes.
pub(super) async fn receive(mut body: Body, headers: &HeaderMap, intake: &mut actions::Intake, most: u64) -> Result<(), ErrorResponse> {
    if told_length(headers, &body).is_some_and(|bytes| bytes > most) {
        return Err(too_large(most).into()); // Before anything is read.
    }
    let mut bytes = 0;
    while let Some(piece) = next_piece(&mut body).await.map_err(cut)? {
        bytes += piece.len() as u64;
        if bytes > most {
            return Err(too_large(most).into());
        }
        intake.write(piece).await?;
    }
    if bytes == 0 {
        return Err(Error::field("", "media.empty", "The file is empty.").into());
    }
    Ok(())
}

pub(super) fn too_large(most: u64) -> Response {
    let title = format!("The file is larger than {} MB.", most / 1_000_000);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "media.too_large", &title).into_response()
}

pub(super) fn cut(why: Cut) -> ErrorResponse {
    let problem = match why {
        Cut::Stalled => Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "body.stalled",
            "Nothing came for a minute. Send the file again.",
        ),
        Cut::Off => Problem::new(
            StatusCode::BAD_REQUEST,
            "body.unreadable",
            "The file could not be received to its end.",
        ),
    };
    problem.into_response().into()
}
