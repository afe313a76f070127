//! One-time links.

use crate::kernel::error::Error;

const HOUR_MS: i64 = 3600 * 1000;

/// What a one-time link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) enum TokenKind {
    /// Makes the first admin.
    Setup,
    /// Proves the address of a new account.
    Verify,
    /// Sets a new password.
    Reset,
    /// Proves a changed address.
    Email,
}
crate::text_enum!(pub(in crate::auth) TokenKind { Setup = "setup", Verify = "verify", Reset = "reset", Email = "email" });

impl TokenKind {
    /// How long it holds, in milliseconds.
    pub(in crate::auth) const fn life_ms(self) -> i64 {
        match self {
            // Replaced at each start; nothing else can happen before it is used.
            Self::Setup => 365 * 24 * HOUR_MS,
            Self::Verify | Self::Email => 48 * HOUR_MS,
            Self::Reset => HOUR_MS,
        }
    }
}

/// An invitation holds this long, in milliseconds.
pub(in crate::auth) const INVITE_LIFE_MS: i64 = 7 * 24 * HOUR_MS;

/// The answer to every link that was used, has expired or never was: which of them is nobody's business.
pub(in crate::auth) fn invalid_link() -> Error {
    Error::conflict("auth.link_invalid", "This link was used already or has expired. Ask for a new one.")
}
