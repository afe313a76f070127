//! Whether a client has already what it asks for.

use axum::http::{HeaderMap, header};

/// Whether `If-None-Match` names this state: one of a list, weak or strong, or any (RFC 9110, 13.1.2).
#[must_use]
pub fn is_known(asked: &HeaderMap, tag: impl AsRef<[u8]>) -> bool {
    let values = asked.get_all(header::IF_NONE_MATCH).iter();
    let tag = tag.as_ref();
    values.flat_map(|value| value.as_bytes().split(|b| *b == b',')).any(|one| {
        let one = one.trim_ascii();
        one == b"*" || one.strip_prefix(b"W/").unwrap_or(one) == tag
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn validators() {
        let mut headers = HeaderMap::new();
        assert!(!is_known(&headers, "\"a\""));
        headers.append(header::IF_NONE_MATCH, HeaderValue::from_static("\"x\", W/\"a\""));
        assert!(is_known(&headers, "\"a\"") && !is_known(&headers, "\"b\""));
        headers.append(header::IF_NONE_MATCH, HeaderValue::from_static("*"));
        assert!(is_known(&headers, "\"b\""));
    }
}
