//! The one line that every request has in the log, and how much of its path stands there.

use std::{borrow::Cow, net::IpAddr, time::Duration};

use http::{Method, StatusCode};

/// The longest segment of a path that is a word; what is longer may be a token.
const WORD: usize = 32;

/// What the line tells.
pub(super) struct Access<'r> {
    pub(super) method: &'r Method,
    pub(super) path: &'r str,
    pub(super) status: StatusCode,
    pub(super) took: Duration,
    /// Only when the configuration wants it told.
    pub(super) ip: Option<IpAddr>,
}

impl Access<'_> {
    /// Logs it. The query stays out: it may hold one-time tokens and what people search for.
    pub(super) fn log(&self) {
        let (method, path, status) = (self.method.as_str(), words(self.path), self.status.as_u16());
        let ms = self.took.as_micros() as f64 / 1000.0;
        tracing::info!(target: "access", method, path = &*path, status, ms, ip = self.ip.map(tracing::field::display));
    }
}

/// The path with every segment left out that is no word or id of the house: a token, an address,
/// something typed.
fn words(path: &str) -> Cow<'_, str> {
    if path.split('/').all(is_word) {
        return Cow::Borrowed(path);
    }
    let kept = path.split('/').map(|segment| if is_word(segment) { segment } else { "…" });
    Cow::Owned(kept.collect::<Vec<_>>().join("/"))
}

fn is_word(segment: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    segment.len() <= WORD && segment.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_keep_words_and_ids_alone() {
        for kept in [
            "/",
            "/api/v1/courses/crs_01h8xk3m2p4qr/publish",
            "/_app/immutable/chunks/D3x_9a-b.js",
            "/api/v1/media/ast_01h8xk3m2p4qr/width-640",
        ] {
            assert_eq!(words(kept), kept);
        }
        assert_eq!(words("/reset/0b9f4c0b9f4c0b9f4c0b9f4c0b9f4c0b9f4c0b9f4c"), "/reset/…");
        assert_eq!(words("/users/ana@example.com/x"), "/users/…/x");
        assert_eq!(words("/users/Ana%20Lima"), "/users/…");
        assert_eq!(words("/ü"), "/…");
    }
}
