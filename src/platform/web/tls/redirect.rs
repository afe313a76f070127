//! Plain HTTP beside TLS: sends everybody to https, and answers http-01.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
    routing::get,
};

use super::shelf::Shelf;

#[derive(Clone)]
struct Plain {
    shelf: Arc<Shelf>,
    origin: Arc<str>,
}

/// The routes of the plain port. `origin` is where people are sent: never the host that a request
/// names, for that would send them wherever a stranger likes.
pub(super) fn routes(shelf: Arc<Shelf>, origin: &str) -> Router {
    let origin = origin.into();
    Router::new()
        .route("/.well-known/acme-challenge/{token}", get(challenge))
        .fallback(elsewhere)
        .with_state(Plain { shelf, origin })
}

async fn challenge(State(plain): State<Plain>, Path(token): Path<String>) -> Response {
    match plain.shelf.token(&token) {
        Some(answer) => ([(header::CONTENT_TYPE, "application/octet-stream")], answer).into_response(),
        None => (StatusCode::NOT_FOUND, "No such challenge.\n").into_response(),
    }
}

async fn elsewhere(State(plain): State<Plain>, uri: Uri) -> Response {
    let path = uri.path_and_query().map(|path| path.as_str()).filter(|path| path.starts_with('/'));
    let Ok(to) = HeaderValue::try_from(format!("{}{}", plain.origin, path.unwrap_or("/"))) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    // Nothing more will be asked here.
    let close = HeaderValue::from_static("close");
    (
        StatusCode::PERMANENT_REDIRECT,
        [(header::LOCATION, to), (header::CONNECTION, close)],
    )
        .into_response()
}
