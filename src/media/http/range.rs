//! Conditional and partial requests (RFC 9110 §13, §14): one range, strong validators.

use axum::http::{HeaderMap, header};

/// What part of a file of `total` bytes is wanted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// From the first to the last byte, both counted.
    Bytes(u64, u64),
    /// A range that the file does not have.
    Outside,
}

/// The part that the headers ask for. Several ranges, other units and what cannot be understood
/// are ignored, as the standard allows; so is a range of an older file.
pub(super) fn wanted(headers: &HeaderMap, etag: &str, total: u64) -> Part {
    let same = headers.get(header::IF_RANGE).is_none_or(|tag| tag.as_bytes() == etag.as_bytes());
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let Some(spec) = range.filter(|_| same).and_then(|r| r.trim().strip_prefix("bytes=")) else {
        return Part::Whole;
    };
    let Some((first, last)) = spec.trim().split_once('-').filter(|_| !spec.contains(',')) else {
        return Part::Whole;
    };
    match (number(first), number(last)) {
        (Some(first), last) if last.is_some() || spec.trim().ends_with('-') => {
            let last = last.unwrap_or(u64::MAX);
            if last < first {
                Part::Whole
            } else if first >= total {
                Part::Outside
            } else {
                Part::Bytes(first, last.min(total - 1))
            }
        }
        (None, Some(count)) if first.trim().is_empty() => {
            if count == 0 || total == 0 {
                Part::Outside
            } else {
                Part::Bytes(total.saturating_sub(count), total - 1)
            }
        }
        _ => Part::Whole,
    }
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // More digits than a file has bytes are simply beyond its end.
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn ask(range: &'static str, if_range: Option<&'static str>) -> Part {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static(range));
        if let Some(tag) = if_range {
            headers.insert(header::IF_RANGE, HeaderValue::from_static(tag));
        }
        wanted(&headers, "\"a\"", 1000)
    }

    #[test]
    fn ranges() {
        assert_eq!(ask("bytes=0-0", None), Part::Bytes(0, 0));
        assert_eq!(ask("bytes=10-", None), Part::Bytes(10, 999));
        assert_eq!(ask("bytes=-10", None), Part::Bytes(990, 999));
        assert_eq!(ask("bytes=-5000", None), Part::Bytes(0, 999));
        assert_eq!(ask("bytes=990-99999999999999999999999", None), Part::Bytes(990, 999));
        for outside in ["bytes=1000-", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(ask(outside, None), Part::Outside, "{outside}");
        }
        for ignored in [
            "bytes=5-2",
            "bytes=a-b",
            "bytes=",
            "bytes=-",
            "items=0-1",
            "bytes=0-1,5-6",
            "bytes=1-x",
            "bytes=+1-2",
        ] {
            assert_eq!(ask(ignored, None), Part::Whole, "{ignored}");
        }
        assert_eq!(ask("bytes=0-1", Some("\"a\"")), Part::Bytes(0, 1));
        assert_eq!(ask("bytes=0-1", Some("W/\"a\"")), Part::Whole);
        assert_eq!(ask("bytes=0-1", Some("\"b\"")), Part::Whole);
    }
}
