//! What a device is called, and the pass by which one is known again.

use crate::{
    kernel::{id::UserId, time::Timestamp},
    platform::crypto::Keys,
};

/// A name for a device, such as "Firefox on Linux", from a `User-Agent`.
pub(in crate::auth) fn device_name(user_agent: &str) -> String {
    let Some(found) = woothee::parser::Parser::new().parse(user_agent) else {
        return "Unknown device".into();
    };
    let known = |word: &str| !word.is_empty() && word != "UNKNOWN";
    let os = match found.os {
        os if os.starts_with("Windows") => "Windows",
        "Mac OSX" => "macOS",
        os => os,
    };
    match (known(found.name), known(os)) {
        (true, true) => format!("{} on {os}", found.name),
        (true, false) => found.name.to_owned(),
        (false, true) => format!("Browser on {os}"),
        (false, false) => "Unknown device".into(),
    }
}

/// A pass holds this long.
const PASS_MS: i64 = 365 * 24 * 3600 * 1000;

/// A signed note in a browser's cookie that somebody signed in there before. It opens nothing: it
/// only sets the device apart from strangers while they are held back from the account, and
/// tries with one pass are counted for that pass alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::auth) struct DevicePass {
    pub(in crate::auth) user: UserId,
    /// Tells two devices of one person apart.
    pub(in crate::auth) mark: String,
    issued: Timestamp,
}

impl DevicePass {
    /// A pass for a device on which the person has just proven himself.
    pub(in crate::auth) fn issue(user: UserId, mark: String, now: Timestamp) -> Self {
        Self { user, mark, issued: now }
    }

    fn body(&self) -> String {
        format!("{}.{}.{}", self.user, self.issued.millis(), self.mark)
    }

    /// The cookie's text.
    pub(in crate::auth) fn text(&self, keys: &Keys) -> String {
        let body = self.body();
        let signature = keys.sign(&format!("device {body}"));
        format!("{body}.{signature}")
    }

    /// The pass that a cookie holds, if we signed it and it is not too old.
    pub(in crate::auth) fn read(text: &str, keys: &Keys, now: Timestamp) -> Option<Self> {
        let (body, signature) = text.rsplit_once('.')?;
        if !keys.is_signed(&format!("device {body}"), signature) {
            return None;
        }
        let mut parts = body.splitn(3, '.');
        let user = parts.next()?.parse().ok()?;
        let issued = Timestamp::from_millis(parts.next()?.parse().ok()?);
        let mark = parts.next()?.to_owned();
        (issued.plus_millis(PASS_MS) > now).then_some(Self { user, mark, issued })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_have_names_that_people_know() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            ("", "Unknown device"),
            ("\u{202E}<script>", "Unknown device"),
        ] {
            assert_eq!(device_name(agent), name);
        }
    }

    #[test]
    fn a_pass_holds_only_as_it_was_signed() {
        let keys = Keys::derive(&[3; 32]);
        let now = Timestamp::from_millis(1_000_000);
        let pass = DevicePass::issue(UserId::from_raw(7), "mark".into(), now);
        let text = pass.text(&keys);
        assert_eq!(DevicePass::read(&text, &keys, now), Some(pass));
        assert_eq!(DevicePass::read(&text.replace("mark", "mork"), &keys, now), None);
        assert_eq!(DevicePass::read(&text, &Keys::derive(&[4; 32]), now), None);
        assert_eq!(DevicePass::read(&text, &keys, now.plus_millis(PASS_MS)), None);
        for bad in ["", ".", "a.b.c.d", &"x".repeat(5000)] {
            assert_eq!(DevicePass::read(bad, &keys, now), None);
        }
    }
}
