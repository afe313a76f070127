//! Extractors that answer bad input with a problem that names the field.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;

use super::{guard::Web, problem::Problem};
use crate::kernel::error::{Error, FieldError};

/// A JSON body. Unknown fields are refused where the type says `deny_unknown_fields`.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Web> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|t| {
                let essence = t.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
            });
        if !is_json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "body.not_json",
                "Send the body as application/json.",
            )
            .into_response());
        }
        let bytes = Bytes::from_request(request, web).await.map_err(|rejection| {
            let status = rejection.status();
            if status == StatusCode::PAYLOAD_TOO_LARGE {
                Problem::new(status, "body.too_large", "The body is too large.").into_response()
            } else {
                Problem::new(StatusCode::BAD_REQUEST, "body.unreadable", "The body could not be read to its end.").into_response()
            }
        })?;
        parse(&bytes).map(Self).map_err(|e| *e)
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Box<Response>> {
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut from).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        let response = if inner.is_data() {
            let path = if path == "." { String::new() } else { path };
            // serde_json ends its message with a position in the body, which helps nobody here.
            let text = inner.to_string();
            let message = text
                .rsplit_once(" at line ")
                .map_or(text.as_str(), |(sentence, _)| sentence)
                .to_owned();
            Error::Invalid(vec![FieldError {
                path,
                code: "field.malformed".into(),
                message,
            }])
            .into_response()
        } else {
            Problem::new(StatusCode::BAD_REQUEST, "body.malformed", "The body is not valid JSON.").into_response()
        };
        Box::new(response)
    })?;
    from.end().map_err(|_| {
        Box::new(
            Problem::new(
                StatusCode::BAD_REQUEST,
                "body.malformed",
                "The body holds more than one JSON value.",
            )
            .into_response(),
        )
    })?;
    Ok(value)
}

/// Query parameters.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Web> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Error> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let from = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(from).map(Self).map_err(|error| {
            // A name that is not known has no path of its own; the sentence names it.
            let path = Some(error.path().to_string()).filter(|path| path != ".");
            Error::field(
                path.unwrap_or_else(|| "query".into()),
                "query.malformed",
                error.into_inner().to_string(),
            )
        })
    }
}

/// For fields of a patch where `null` clears and absence keeps:
/// `#[serde(default, deserialize_with = "present")] field: Option<Option<T>>`.
///
/// # Errors
/// What `T` refuses.
pub fn present<'de, T: serde::Deserialize<'de>, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    <Option<T> as serde::Deserialize>::deserialize(from).map(Some)
}

/// For fields of a patch that may be absent but not null:
/// `#[serde(default, deserialize_with = "not_null")] field: Option<T>`.
///
/// # Errors
/// What `T` refuses, null among it.
pub fn not_null<'de, T: serde::Deserialize<'de>, D: serde::Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// A 201 answer with a JSON body.
pub fn created<T: serde::Serialize>(body: T) -> (StatusCode, Json<T>) {
    (StatusCode::CREATED, Json(body))
}

/// One page of a list, as the API shows it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PageOut<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Give it as `cursor` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> From<crate::kernel::page::Page<T>> for PageOut<T> {
    fn from(page: crate::kernel::page::Page<T>) -> Self {
        Self {
            items: page.items,
            next: page.next,
        }
    }
}
