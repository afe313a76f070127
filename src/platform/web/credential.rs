//! By what a request says who asks: a session's cookie, or a token.

use axum::http::{HeaderMap, header};

use super::cookies;

/// The name of the session cookie; under TLS it has the `__Host-` prefix.
pub const COOKIE: &str = "momentum_session";

/// How API tokens begin, so that they are told from sessions, and found where they have leaked.
pub const TOKEN_PREFIX: &str = "mom_";

/// What a request shows.
pub(super) enum Credential {
    Session(String),
    Token(String),
}

/// Whether a browser with a session asks; whether the session still holds is not looked at.
#[must_use]
pub(super) fn has_session_cookie(headers: &HeaderMap) -> bool {
    [false, true]
        .into_iter()
        .any(|is_secure| cookies::read(headers, COOKIE, is_secure).is_some())
}

/// The token of the session cookie, else what `Authorization: Bearer` holds.
pub(super) fn credential(headers: &HeaderMap, is_secure: bool) -> Option<Credential> {
    let cookie = cookies::read(headers, COOKIE, is_secure).map(|token| Credential::Session(token.to_owned()));
    cookie.or_else(|| {
        let bearer = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let bearer = bearer.strip_prefix("Bearer ")?;
        Some(if bearer.starts_with(TOKEN_PREFIX) {
            Credential::Token(bearer.to_owned())
        } else {
            Credential::Session(bearer.to_owned())
        })
    })
}
