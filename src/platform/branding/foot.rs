//! What stands at the foot of public pages and of mails.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Organisation;
use crate::kernel::{
    error::{Fields, Result, TextError},
    text::{Email, Label},
};

/// A link at the foot of public pages and mails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FooterLink {
    /// Its words.
    pub label: Label,
    /// `https://…`, `http://…`, `mailto:…`, or a path of this instance that begins with `/`.
    pub url: String,
}

/// The most links of a foot.
const MOST_LINKS: usize = 8;
/// The longest address of such a link.
const LONGEST_LINK: usize = 500;

impl Organisation {
    /// The organisation in its tidy form.
    ///
    /// # Errors
    /// `Invalid` that names every link that leads nowhere.
    pub fn checked(mut self) -> Result<Self> {
        let mut fields = Fields::default();
        if self.footer_links.len() > MOST_LINKS {
            let message = format!("Use at most {MOST_LINKS} links.");
            fields.push("footer_links", TextError::new("footer.too_many", message));
        }
        for (n, link) in self.footer_links.iter_mut().enumerate() {
            link.url = link.url.trim().to_owned();
            if !is_link(&link.url) {
                let message = "Write an address such as https://example.com/help, mailto:help@example.com or /legal/privacy.";
                fields.push(&format!("footer_links.{n}.url"), TextError::new("footer.link", message));
            }
        }
        fields.finish()?;
        Ok(self)
    }
}

/// Whether a link of the foot may stand in a page: nothing that runs, nothing that only looks like
/// a path of ours.
fn is_link(url: &str) -> bool {
    if url.len() > LONGEST_LINK
        || url
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\'))
    {
        return false;
    }
    if let Some(address) = url.strip_prefix("mailto:") {
        return Email::parse(address.split('?').next().unwrap_or_default()).is_ok();
    }
    if url.starts_with('/') {
        return !url.starts_with("//");
    }
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    is_web
        && url
            .parse::<http::Uri>()
            .is_ok_and(|url| url.host().is_some_and(|host| !host.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foot_links_to_pages_and_never_runs_anything() {
        for good in [
            "https://example.com/help?a=1#b",
            "http://intranet/x",
            "mailto:help@example.com",
            "/legal/privacy",
        ] {
            assert!(is_link(good), "{good}");
        }
        let long = format!("https://example.com/{}", "x".repeat(600));
        for bad in [
            "",
            "javascript:alert(1)",
            "//evil.example",
            "/\\evil.example",
            "data:text/html,x",
            "https://",
            "https://a b",
            "mailto:nobody",
            "https://a.b/\"><script>",
            "help",
            long.as_str(),
        ] {
            assert!(!is_link(bad), "{bad}");
        }
    }
}
