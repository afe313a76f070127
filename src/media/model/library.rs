//! What the library is asked for.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{Asset, Kind};
use crate::kernel::{
    error::{Error, Result},
    id::{AssetId, UserId},
    time::Timestamp,
};

/// In which order the library is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::media) enum Sort {
    /// What was stored last comes first.
    #[default]
    Newest,
    /// By name.
    Name,
    /// The largest come first.
    Largest,
}

/// Whose files a person may see in the library.
#[derive(Debug, Clone)]
pub(in crate::media) enum Sight {
    /// Everybody's: admins.
    All,
    /// His own, and those that his courses show.
    Of { user: UserId, shown: Vec<AssetId> },
}

/// Which files, in which order, from where on.
#[derive(Debug, Clone)]
pub(in crate::media) struct Wanted {
    pub(in crate::media) sight: Sight,
    /// A pattern over names in small letters.
    pub(in crate::media) like: Option<String>,
    pub(in crate::media) kinds: Vec<Kind>,
    pub(in crate::media) owner: Option<UserId>,
    pub(in crate::media) is_used: Option<bool>,
    pub(in crate::media) sort: Sort,
    pub(in crate::media) after: Option<Cursor>,
    pub(in crate::media) limit: u32,
}

/// One file in the library.
#[derive(Debug, Clone)]
pub(in crate::media) struct Shelved {
    pub(in crate::media) asset: Asset,
    pub(in crate::media) is_used: bool,
    pub(in crate::media) unused_since: Option<Timestamp>,
}

/// Where a page of the library ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::media) struct Cursor {
    /// The name in small letters; empty unless sorted by name.
    #[serde(default)]
    pub(in crate::media) name: String,
    #[serde(default)]
    pub(in crate::media) bytes: i64,
    pub(in crate::media) id: i64,
}

impl Cursor {
    pub(in crate::media) fn of(sort: Sort, asset: &Asset) -> Self {
        Self {
            name: if sort == Sort::Name {
                asset.name.to_lowercase()
            } else {
                String::new()
            },
            bytes: if sort == Sort::Largest {
                i64::try_from(asset.bytes).unwrap_or(i64::MAX)
            } else {
                0
            },
            id: asset.id.raw(),
        }
    }

    pub(in crate::media) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// # Errors
    /// [`Error::Invalid`] when it is none of ours.
    pub(in crate::media) fn decode(text: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let cursor = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        cursor.ok_or_else(|| Error::field("cursor", "cursor.malformed", "Take the cursor from the last page."))
    }
}

/// A pattern for `LIKE … ESCAPE '\'` that finds the text anywhere, taken as it is.
#[must_use]
pub(in crate::media) fn like(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return None;
    }
    let mut pattern = String::from("%");
    for c in text.chars().take(100) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip_and_others_are_refused() {
        let cursor = Cursor {
            name: "übung.png".into(),
            bytes: 0,
            id: 77,
        };
        assert_eq!(Cursor::decode(&cursor.encode()).ok(), Some(cursor));
        for wrong in ["", "x", "e30"] {
            assert!(Cursor::decode(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn patterns_take_words_as_they_are() {
        assert_eq!(like(" 100%_A ").as_deref(), Some("%100\\%\\_a%"));
        assert_eq!(like("  "), None);
    }
}
