//! Content of other sites that stands in a lesson: addresses in the one form that their site lets
//! others frame, and the sites that an instance allows.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::error::TextError;

/// The player of YouTube that sets no cookie before it plays.
const YOUTUBE: &str = "www.youtube-nocookie.com";
/// The player of Vimeo.
const VIMEO: &str = "player.vimeo.com";
/// The longest address, in bytes.
const MAX: usize = 500;

/// A site whose content may be shown: a host name, lower-case, without port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmbedHost(String);

impl EmbedHost {
    /// Reads a host name, or the address of a page there. What people call YouTube and Vimeo
    /// becomes the host of their players.
    ///
    /// # Errors
    /// [`TextError`] `host.malformed`.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let lower = text.trim().to_ascii_lowercase();
        let bare = lower
            .strip_prefix("https://")
            .or_else(|| lower.strip_prefix("http://"))
            .unwrap_or(&lower);
        let host = bare.split(['/', '?', '#']).next().unwrap_or_default();
        if !is_host(host) {
            let shown: String = text.trim().chars().take(80).collect();
            let message = format!("\u{201c}{shown}\u{201d} is not the name of a site. Write it like player.vimeo.com.");
            return Err(TextError::new("host.malformed", message));
        }
        Ok(Self(match host.strip_prefix("www.").unwrap_or(host) {
            "youtube.com" | "m.youtube.com" | "youtu.be" | "youtube-nocookie.com" => YOUTUBE.into(),
            "vimeo.com" => VIMEO.into(),
            _ => host.into(),
        }))
    }

    /// The host name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names of hosts on the public net: at least two labels of letters, digits and inner hyphens, the
/// last one no number. Numeric addresses and names of the own machine are none.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253
        && host.contains('.')
        && host.split('.').all(is_label)
        && host
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().any(|b| b.is_ascii_lowercase()))
}

impl fmt::Display for EmbedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for EmbedHost {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de> Deserialize<'de> for EmbedHost {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(|error| de::Error::custom(error.message))
    }
}

/// The address of something that can be framed, always by https.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embed {
    host: EmbedHost,
    src: String,
}

impl Embed {
    /// Reads an address. Pages of YouTube and Vimeo become their players; every other address stays
    /// as it is, without its fragment. `None` for what is no web address, or one with a user, a
    /// port, a numeric host or letters that do not belong there.
    #[must_use]
    pub fn parse(address: &str) -> Option<Self> {
        let address = address.trim();
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
        let rest = rest.split('#').next()?;
        let split = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, tail) = rest.split_at(split);
        let host = host.to_ascii_lowercase();
        let is_plain = |b: u8| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b);
        if address.len() > MAX || !is_host(&host) || !tail.bytes().all(is_plain) {
            return None;
        }
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        if let Some(found) = youtube(&host, path, query).or_else(|| vimeo(&host, path, query)) {
            return Some(found);
        }
        let slash = if tail.starts_with('/') { "" } else { "/" };
        Some(Self::at(&host, &format!("{slash}{tail}")))
    }

    fn at(host: &str, tail: &str) -> Self {
        Self {
            host: EmbedHost(host.into()),
            src: format!("https://{host}{tail}"),
        }
    }

    /// The site that it comes from.
    #[must_use]
    pub fn host(&self) -> &EmbedHost {
        &self.host
    }

    /// The address to frame.
    #[must_use]
    pub fn src(&self) -> &str {
        &self.src
    }

    /// The address to visit: players of YouTube and Vimeo lead to their pages.
    #[must_use]
    pub fn page(&self) -> String {
        let path = |start: &str| {
            self.src
                .strip_prefix("https://")
                .and_then(|s| s.strip_prefix(self.host.as_str())?.strip_prefix(start))
        };
        match self.host.as_str() {
            YOUTUBE => path("/embed/").map(|rest| {
                let (id, query) = rest.split_once('?').unwrap_or((rest, ""));
                let start = value(query, "start").map(|s| format!("&t={s}s")).unwrap_or_default();
                format!("https://www.youtube.com/watch?v={id}{start}")
            }),
            VIMEO => path("/video/").map(|rest| {
                let (id, query) = rest.split_once('?').unwrap_or((rest, ""));
                let hash = value(query, "h").map(|h| format!("/{h}")).unwrap_or_default();
                format!("https://vimeo.com/{id}{hash}")
            }),
            _ => None,
        }
        .unwrap_or_else(|| self.src.clone())
    }

    /// What people call the site: `youtube.com`.
    #[must_use]
    pub fn site(&self) -> &str {
        match self.host.as_str() {
            YOUTUBE => "youtube.com",
            VIMEO => "vimeo.com",
            other => other.strip_prefix("www.").unwrap_or(other),
        }
    }
}

fn value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        .filter(|v| !v.is_empty())
}

fn youtube(host: &str, path: &str, query: &str) -> Option<Embed> {
    let id = match host.strip_prefix("www.").unwrap_or(host) {
        "youtu.be" => path.strip_prefix('/')?,
        "youtube.com" | "m.youtube.com" | "music.youtube.com" | "youtube-nocookie.com" => {
            let under = ["/embed/", "/shorts/", "/live/"].iter().find_map(|start| path.strip_prefix(start));
            match under {
                Some(id) => id,
                None if path == "/watch" => value(query, "v")?,
                None => return None,
            }
        }
        _ => return None,
    };
    let id = id.trim_end_matches('/');
    let is_id = id.len() == 11 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let start = value(query, "start").or_else(|| value(query, "t")).and_then(seconds);
    let start = start.map(|s| format!("?start={s}")).unwrap_or_default();
    is_id.then(|| Embed::at(YOUTUBE, &format!("/embed/{id}{start}")))
}

/// `90`, `90s`, `1m30s` and `1h2m3s` in seconds; `None` for the beginning and for what is no time.
fn seconds(text: &str) -> Option<u32> {
    let (mut total, mut number) = (0_u32, String::new());
    for c in text.chars() {
        let unit = match c {
            '0'..='9' if number.len() < 6 => {
                number.push(c);
                continue;
            }
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u32>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    if !number.is_empty() {
        total = total.checked_add(number.parse().ok()?)?;
    }
    (total > 0).then_some(total)
}

fn vimeo(host: &str, path: &str, query: &str) -> Option<Embed> {
    let is_number = |text: &str| (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let is_hash = |text: &&str| (6..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let path = path.trim_matches('/');
    let (id, hash) = match host.strip_prefix("www.").unwrap_or(host) {
        VIMEO => (path.strip_prefix("video/")?, value(query, "h")),
        "vimeo.com" if path.starts_with("channels/") => (path.rsplit('/').next()?, None),
        "vimeo.com" => path.split_once('/').map_or((path, None), |(id, hash)| (id, Some(hash))),
        _ => return None,
    };
    let hash = hash.filter(is_hash).map(|h| format!("h={h}&")).unwrap_or_default();
    is_number(id).then(|| Embed::at(VIMEO, &format!("/video/{id}?{hash}dnt=1")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The editor's half is judged by the same file.
    #[test]
    fn usual_addresses_become_their_player() {
        let text = include_str!("../../tests/fixtures/body/embeds.json");
        let cases: Vec<(String, Option<String>, Option<String>)> = serde_json::from_str(text).expect("rows of cases");
        assert!(cases.len() > 25);
        for (address, src, page) in cases {
            let found = Embed::parse(&address);
            assert_eq!(found.as_ref().map(|e| e.src().to_owned()), src, "{address}");
            assert_eq!(found.as_ref().map(Embed::page), page, "{address}");
            if let Some(found) = found {
                assert_eq!(Embed::parse(found.src()), Some(found.clone()), "{address} rests");
            }
        }
    }

    #[test]
    fn sites_are_host_names() {
        for (text, host) in [
            ("player.vimeo.com", "player.vimeo.com"),
            (" YouTube.com ", YOUTUBE),
            ("https://www.youtube.com/watch?v=x", YOUTUBE),
            ("vimeo.com", VIMEO),
            ("https://maps.example.org/", "maps.example.org"),
        ] {
            assert_eq!(EmbedHost::parse(text).map(|h| h.0), Ok(host.into()), "{text}");
        }
        for text in [
            "",
            "localhost",
            "127.0.0.1",
            "[::1]",
            "a b.com",
            "*.example.org",
            "x.com;script-src *",
            "x.com:8080",
            "-a.com",
            "a..b",
            "'self'",
            "b\u{fc}cher.de",
        ] {
            assert!(EmbedHost::parse(text).is_err(), "{text}");
        }
    }
}
