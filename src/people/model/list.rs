//! Whom an admin looks for.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use crate::kernel::{
    actor::{Plan, Role},
    error::{Error, Result},
    id::{GroupId, UserId},
    page,
};

/// In which state an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// May sign in.
    Active,
    /// Has not proven his address.
    Unverified,
    /// Was deactivated by an admin.
    Deactivated,
}

crate::text_enum!(UserState { Active = "active", Unverified = "unverified", Deactivated = "deactivated" });

/// Whom an admin looks for.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// Beginnings of words of the name or address, in lower case; empty for everybody.
    pub(in crate::people) words: Vec<String>,
    /// With this role.
    pub role: Option<Role>,
    /// With this plan.
    pub plan: Option<Plan>,
    /// In this state.
    pub state: Option<UserState>,
    /// In this group.
    pub group: Option<GroupId>,
    /// Where the page begins.
    pub(in crate::people) after: Option<ListCursor>,
    /// How many.
    pub limit: u32,
}

impl ListQuery {
    /// Everybody, from the beginning.
    #[must_use]
    pub fn new(limit: Option<u32>) -> Self {
        Self {
            words: Vec::new(),
            role: None,
            plan: None,
            state: None,
            group: None,
            after: None,
            limit: limit.unwrap_or(page::DEFAULT_LIMIT).clamp(1, page::MAX_LIMIT),
        }
    }

    /// Only those with words that begin like these; at most four words count.
    #[must_use]
    pub fn matching(mut self, text: &str) -> Self {
        let text: String = text.chars().take(100).collect();
        self.words = text.to_lowercase().split_whitespace().take(4).map(str::to_owned).collect();
        self.words.sort();
        self.words.dedup();
        self
    }

    /// From where the last page ended.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the cursor is none of ours.
    pub fn after(mut self, cursor: Option<&str>) -> Result<Self> {
        self.after = cursor.map(ListCursor::decode).transpose()?;
        Ok(self)
    }
}

/// Where a page of the list ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::people) struct ListCursor {
    pub(in crate::people) user: UserId,
    /// The word that matched, when the list is by words.
    pub(in crate::people) term: String,
}

impl ListCursor {
    pub(in crate::people) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}{}", self.user, self.term))
    }

    fn decode(text: &str) -> Result<Self> {
        let bad = || Error::field("cursor", "cursor.malformed", "Take the cursor from the last page.");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let text = String::from_utf8(bytes).map_err(|_| bad())?;
        // An id is its prefix, an underscore and 13 characters.
        let (user, term) = text.split_at_checked(17).ok_or_else(bad)?;
        Ok(Self {
            user: user.parse().map_err(|_| bad())?,
            term: term.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip_and_others_are_refused() -> Result<()> {
        let cursor = ListCursor {
            user: UserId::from_raw(42),
            term: "maría".into(),
        };
        assert_eq!(ListCursor::decode(&cursor.encode())?, cursor);
        for bad in [
            "",
            "!",
            "YQ",
            &URL_SAFE_NO_PAD.encode("usr_00000000000ééé"),
            &URL_SAFE_NO_PAD.encode([255; 20]),
        ] {
            assert!(ListCursor::decode(bad).is_err(), "{bad}");
        }
        Ok(())
    }

    #[test]
    fn searches_are_bounded() {
        let query = ListQuery::new(Some(9999)).matching(&"Wort ".repeat(500));
        assert_eq!((query.words.len(), query.limit), (1, page::MAX_LIMIT));
        assert!(ListQuery::new(None).matching("  \t ").words.is_empty());
    }
}
