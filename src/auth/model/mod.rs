//! The rules of the ways in, pure.

mod device;
mod password;
mod registration;
mod security;
mod session;
mod token;
mod tries;

pub use registration::{RegistrationMode, RegistrationSettings};
pub use security::SecuritySettings;
pub(super) use {
    device::{DevicePass, device_name},
    password::{NewPassword, PasswordProblem, Verdict, judge, typed},
    session::{ABSOLUTE_MS, is_stale, session_end},
    token::{INVITE_LIFE_MS, TokenKind, invalid_link},
    tries::{Limit, Source, TryKey},
};
