//! What browsers bring along.

use axum::http::{HeaderMap, header};

/// What a cookie's name begins with under TLS: no neighbouring host can set such a one (RFC 6265bis, 4.1.3.2).
pub const HOST_PREFIX: &str = "__Host-";

/// The value of a cookie by its name without the prefix. Under TLS only the name with the
/// `__Host-` prefix counts: any other could have been set by a neighbouring host.
#[must_use]
pub fn read<'h>(headers: &'h HeaderMap, base: &str, is_secure: bool) -> Option<&'h str> {
    let prefix = if is_secure { HOST_PREFIX } else { "" };
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, _)| name.strip_prefix(prefix) == Some(base))
        .map(|(_, value)| value)
}
