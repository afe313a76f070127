//! The two cookies: the session, and the pass by which a device is known again.
//!
//! Both are `HttpOnly`, `SameSite=Lax` and for the whole site; under TLS they are `Secure` and have
//! the `__Host-` prefix, so that no neighbouring host can set or read them.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::{
    auth::model::{ABSOLUTE_MS, DevicePass},
    kernel::{
        error::{Error, Result},
        time::Timestamp,
    },
    platform::{
        crypto::Keys,
        web::{
            cookies,
            guard::{COOKIE, Origin},
        },
    },
};

const OWN: &str = "momentum_own";
/// A little longer than the longest stay in somebody's place.
const OWN_SECONDS: i64 = 2 * 3600;
const DEVICE: &str = "momentum_device";
const DEVICE_SECONDS: i64 = 365 * 24 * 3600;

fn name(base: &str, origin: &Origin) -> String {
    let prefix = if origin.is_secure { cookies::HOST_PREFIX } else { "" };
    format!("{prefix}{base}")
}

fn cookie(base: &str, value: &str, seconds: i64, origin: &Origin) -> Result<HeaderValue> {
    let secure = if origin.is_secure { "; Secure" } else { "" };
    let text = format!(
        "{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}",
        name(base, origin)
    );
    HeaderValue::from_str(&text).map_err(Error::internal)
}

/// Sets the session.
pub(super) fn session(headers: &mut HeaderMap, token: &str, origin: &Origin) -> Result<()> {
    headers.append(header::SET_COOKIE, cookie(COOKIE, token, ABSOLUTE_MS / 1000, origin)?);
    Ok(())
}

/// Takes the session away.
pub(super) fn no_session(headers: &mut HeaderMap, origin: &Origin) -> Result<()> {
    headers.append(header::SET_COOKIE, cookie(COOKIE, "", 0, origin)?);
    Ok(())
}

/// Keeps the admin's own session while he is in somebody's place.
pub(super) fn own(headers: &mut HeaderMap, token: &str, origin: &Origin) -> Result<()> {
    headers.append(header::SET_COOKIE, cookie(OWN, token, OWN_SECONDS, origin)?);
    Ok(())
}

/// Takes it away again.
pub(super) fn no_own(headers: &mut HeaderMap, origin: &Origin) -> Result<()> {
    headers.append(header::SET_COOKIE, cookie(OWN, "", 0, origin)?);
    Ok(())
}

/// The admin's own session, if this browser kept it.
pub(super) fn read_own(headers: &HeaderMap, origin: &Origin) -> Option<String> {
    read(headers, OWN, origin)
}

/// The session that speaks.
pub(super) fn read_session(headers: &HeaderMap, origin: &Origin) -> Option<String> {
    read(headers, COOKIE, origin)
}

fn read(headers: &HeaderMap, base: &str, origin: &Origin) -> Option<String> {
    cookies::read(headers, base, origin.is_secure).map(str::to_owned)
}

/// Sets the device's pass.
pub(super) fn device(headers: &mut HeaderMap, pass: &DevicePass, keys: &Keys, origin: &Origin) -> Result<()> {
    headers.append(header::SET_COOKIE, cookie(DEVICE, &pass.text(keys), DEVICE_SECONDS, origin)?);
    Ok(())
}

/// The device's pass, if the request brings one that holds.
pub(super) fn read_device(headers: &HeaderMap, keys: &Keys, origin: &Origin, now: Timestamp) -> Option<DevicePass> {
    DevicePass::read(&read(headers, DEVICE, origin)?, keys, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_exact() -> Result<()> {
        let mut headers = HeaderMap::new();
        let plain = Origin::default();
        let secure = Origin {
            is_secure: true,
            ..Origin::default()
        };
        session(&mut headers, "abc", &plain)?;
        session(&mut headers, "abc", &secure)?;
        no_session(&mut headers, &secure)?;
        let set: Vec<_> = headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok()).collect();
        assert_eq!(
            set,
            [
                "momentum_session=abc; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax",
                "__Host-momentum_session=abc; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax; Secure",
                "__Host-momentum_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure",
            ]
        );
        assert!(cookie("a", "x\r\nSet-Cookie: b=c", 1, &plain).is_err());
        Ok(())
    }
}
