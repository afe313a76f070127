//! What every answer says to the browser about itself, in one place.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

use crate::{
    kernel::error::{Error, Result},
    platform::embeds::EmbedSettings,
};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// For answers that no browser should render as a page.
const DATA_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");

/// For scripts: a worker lives by the policy of its own file, not by its page's (CSP 3, 4.2.2), and
/// the service worker fetches what it keeps.
const SCRIPT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// One style attribute that SvelteKit's announcer carries, allowed by its hash.
const ANNOUNCER: &str = "sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo=";

/// What every policy begins with.
const NOTHING: &str = "default-src 'none';";

/// The headers that depend on the embedded web app.
#[derive(Debug, Clone)]
pub(super) struct Policies {
    page: HeaderValue,
    /// The page's policy behind its first directive, before which stands whom it may frame.
    rest: Arc<str>,
    permissions: HeaderValue,
    transport: HeaderValue,
}

impl Policies {
    /// The policy for pages, with the hash of every inline script of this one, and for how many seconds
    /// browsers come by https only.
    ///
    /// # Errors
    /// Never for what hashes are made of.
    pub(super) fn of(page: &str, hsts_seconds: u64) -> Result<Self> {
        let hashes: String = inline_scripts(page).map(|script| format!(" '{}'", hash(script))).collect();
        let policy = format!(
            "{NOTHING} script-src 'self'{hashes}; style-src 'self'; style-src-attr 'unsafe-hashes' '{ANNOUNCER}'; \
             img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; \
             worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; \
             require-trusted-types-for 'script'; trusted-types svelte-trusted-html sveltekit-trusted-url app-server-html app-sw ProseMirrorClipboard"
        );
        Ok(Self {
            page: HeaderValue::from_str(&policy).map_err(Error::internal)?,
            rest: policy.trim_start_matches(NOTHING).into(),
            permissions: HeaderValue::from_str(&permissions("")).map_err(Error::internal)?,
            transport: HeaderValue::from_str(&format!("max-age={hsts_seconds}")).map_err(Error::internal)?,
        })
    }

    /// Lets a page frame these sites. They may fill the screen, play beside other windows and play
    /// protected films, and nothing else that browsers ask for by permission.
    pub(super) fn frame(&self, sites: &EmbedSettings, headers: &mut HeaderMap) {
        if sites.hosts.is_empty() || !is_kind(headers, b"text/html") {
            return;
        }
        let (mut frames, mut origins) = (String::new(), String::new());
        for host in &sites.hosts {
            frames.push_str(&format!(" https://{host}"));
            origins.push_str(&format!(" \"https://{host}\""));
        }
        let policy = HeaderValue::from_str(&format!("{NOTHING} frame-src{frames};{}", self.rest));
        headers.extend(policy.ok().map(|value| (header::CONTENT_SECURITY_POLICY, value)));
        let allowed = HeaderValue::from_str(&permissions(&origins));
        headers.extend(allowed.ok().map(|value| (PERMISSIONS_POLICY, value)));
    }

    /// Adds what an answer does not say itself.
    pub(super) fn add(&self, headers: &mut HeaderMap, is_api: bool, is_secure: bool) {
        let is_page = is_kind(headers, b"text/html");
        let policy = if is_page {
            self.page.clone()
        } else if is_kind(headers, b"text/javascript") {
            SCRIPT_POLICY
        } else {
            DATA_POLICY
        };
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers
            .entry(header::REFERRER_POLICY)
            .or_insert(HeaderValue::from_static("same-origin"));
        headers.insert(OPENER, HeaderValue::from_static("same-origin"));
        headers.entry(RESOURCE).or_insert(HeaderValue::from_static("same-origin"));
        if is_page {
            headers.entry(PERMISSIONS_POLICY).or_insert_with(|| self.permissions.clone());
        }
        if is_api {
            // What is for one person's eyes stays out of every shared cache, and out of the
            // browser's too unless the answer carries what makes asking again cheap.
            let fresh = if headers.contains_key(header::ETAG) {
                "private, no-cache"
            } else {
                "no-store"
            };
            headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(fresh));
        }
        if is_secure {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, self.transport.clone());
        }
    }
}

/// What a page may ask the browser for; `framed` are the origins that it may frame, each after a space.
fn permissions(framed: &str) -> String {
    format!(
        "accelerometer=(), autoplay=(self), camera=(), display-capture=(), encrypted-media=({}), fullscreen=(self{framed}), \
         geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), \
         picture-in-picture=(self{framed}), publickey-credentials-get=(self), screen-wake-lock=(self), usb=(), xr-spatial-tracking=()",
        framed.trim_start()
    )
}

/// Whether an answer is of this media type.
pub(super) fn is_kind(headers: &HeaderMap, kind: &[u8]) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(kind))
}

fn hash(script: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(script.as_bytes())))
}

/// The texts of `<script>` elements without `src`.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script")?;
        (!attributes.contains("src=")).then_some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_allowed_by_their_hash_and_no_others() -> Result<()> {
        let page = "<script src=\"/theme.js\"></script><p>x</p><script>\n\talert(1)\n</script><script type=\"module\">2</script>";
        let policies = Policies::of(page, 0)?;
        let policy = policies.page.to_str().unwrap_or_default();
        for script in ["\n\talert(1)\n", "2"] {
            assert!(policy.contains(&format!("'{}'", hash(script))), "{policy}");
        }
        assert_eq!(policy.matches("'sha256-").count(), 3, "two scripts and the announcer");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"));
        Ok(())
    }

    #[test]
    fn a_worker_may_fetch_and_data_may_nothing() -> Result<()> {
        let policies = Policies::of("", 0)?;
        for (kind, fetches) in [("text/javascript; charset=utf-8", true), ("application/json", false)] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            policies.add(&mut headers, false, false);
            let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap_or_default();
            assert!(policy.starts_with("default-src 'none'"), "{policy}");
            assert_eq!(policy.contains("connect-src 'self'"), fetches, "{kind}: {policy}");
        }
        Ok(())
    }

    #[test]
    fn pages_frame_exactly_the_sites_that_are_allowed() -> Result<()> {
        let policies = Policies::of("", 0)?;
        let of = |sites: &EmbedSettings, kind| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            policies.frame(sites, &mut headers);
            policies.add(&mut headers, false, false);
            let text = |name| headers[name].to_str().unwrap_or_default().to_owned();
            let asked = headers.get(PERMISSIONS_POLICY).and_then(|v| v.to_str().ok()).unwrap_or_default();
            (text(header::CONTENT_SECURITY_POLICY), asked.to_owned())
        };
        let (policy, asked) = of(&EmbedSettings::default(), "text/html");
        assert!(
            policy.starts_with("default-src 'none'; frame-src https://www.youtube-nocookie.com https://player.vimeo.com; script-src"),
            "{policy}"
        );
        assert!(
            asked.contains("fullscreen=(self \"https://www.youtube-nocookie.com\" \"https://player.vimeo.com\")"),
            "{asked}"
        );
        assert!(asked.contains("camera=()"), "{asked}");
        let (policy, asked) = of(&EmbedSettings::none(), "text/html");
        assert!(
            !policy.contains("frame-src") && asked.contains("fullscreen=(self),"),
            "{policy} {asked}"
        );
        assert!(!of(&EmbedSettings::default(), "application/json").0.contains("frame-src"));
        Ok(())
    }

    #[test]
    fn an_answer_keeps_its_own_stricter_policy() -> Result<()> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
        Policies::of("", 7)?.add(&mut headers, true, true);
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], "sandbox");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers[header::STRICT_TRANSPORT_SECURITY], "max-age=7");
        Ok(())
    }
}
