//! Errors become problem+json (RFC 9457) here and nowhere else; internals never leak. They are
//! logged once, by the layer that knows the request's id.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::kernel::{
    error::{Error, FieldError},
    time::Timestamp,
};

/// The body of every error answer.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Stable code, such as `course.slug_taken`: what clients branch on and translate.
    pub code: String,
    /// One sentence for a person.
    pub title: String,
    /// Wrong fields of the input, if it was the input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<ProblemField>,
    /// Why it is locked: a fixed word, such as `not_yet`, `not_enrolled` or `premium`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it opens, if it is locked and that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Timestamp>,
    /// Names this request in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What really went wrong: for the log, never for the answer.
    #[serde(skip)]
    pub source: Option<String>,
}

/// One wrong field.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProblemField {
    /// Dotted path in the body; empty for the whole body.
    pub path: String,
    /// Stable code.
    pub code: String,
    /// A sentence that names the mend.
    pub message: String,
}

impl From<FieldError> for ProblemField {
    fn from(field: FieldError) -> Self {
        Self {
            path: field.path,
            code: field.code.into_owned(),
            message: field.message,
        }
    }
}

impl Problem {
    /// A problem without fields.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, title: &str) -> Self {
        Self {
            status: status.as_u16(),
            code: code.into(),
            title: title.into(),
            fields: Vec::new(),
            reason: None,
            opens_at: None,
            request_id: None,
            source: None,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        // The outermost layer writes the request id into the body: it alone knows it.
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (problem, retry_after) = describe(self);
        let mut response = problem.into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

fn describe(error: Error) -> (Problem, Option<u32>) {
    match error {
        Error::Invalid(fields) => {
            let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "input.invalid", "Some fields need another value.");
            problem.fields = fields.into_iter().map(Into::into).collect();
            (problem, None)
        }
        Error::Unauthenticated => (Problem::new(StatusCode::UNAUTHORIZED, "auth.required", "Sign in to go on."), None),
        Error::Denied(code) => (
            Problem::new(StatusCode::FORBIDDEN, &format!("denied.{code}"), "Your account may not do this."),
            None,
        ),
        Error::NotFound(what) => (
            Problem::new(
                StatusCode::NOT_FOUND,
                &format!("{what}.not_found"),
                "There is nothing here, or not for you.",
            ),
            None,
        ),
        Error::Conflict { code, message } => (Problem::new(StatusCode::CONFLICT, code, &message), None),
        Error::Locked { code, reason, opens_at } => {
            let mut problem = Problem::new(StatusCode::FORBIDDEN, code, "This is not open to you yet.");
            problem.reason = Some(reason.into());
            problem.opens_at = opens_at;
            (problem, None)
        }
        Error::Throttled { retry_after } => (
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "throttled", "Too many tries. Wait a little."),
            Some(retry_after),
        ),
        Error::Unavailable { code, retry_after } => {
            let title = "The server is busy. Try again in a moment.";
            let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, title);
            problem.source = Some("unavailable".into());
            (problem, Some(retry_after))
        }
        Error::Internal(source) => {
            let title = "Something broke on our side. It has been noted.";
            let mut problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title);
            problem.source = Some(source.to_string());
            (problem, None)
        }
    }
}
