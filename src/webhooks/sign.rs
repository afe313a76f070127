//! Standard Webhooks: the secret and the signature.
//!
//! `webhook-signature: v1,BASE64(HMAC-SHA-256(secret, "id.timestamp.body"))`; while a former secret
//! holds there are two, with a space between. The secret is shown as `whsec_BASE64`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// How a secret is shown.
const PREFIX: &str = "whsec_";

/// A secret made of these bytes, as its reader enters it elsewhere.
pub(super) fn secret(bytes: &[u8; 32]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

/// The signature of a call at an instant (seconds of Unix time). `None` for what is no secret.
pub(super) fn sign(secret: &str, id: &str, at: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_specification() {
        // The example of the specification and of its libraries' tests.
        let signed = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assert_eq!(sign("hunter2", "a", 1, "{}"), None);
        assert!(sign(&secret(&[7; 32]), "a", 1, "{}").is_some());
    }
}
