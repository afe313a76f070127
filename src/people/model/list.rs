//! Whom an admin looks for.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::kernel::{
    actor::{Plan, Role},
    error::{Error, Result},
    fold::fold,
    id::{FieldId, GroupId, UserId},
    page,
    time::Timestamp,
};

/// In which state an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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

/// In which order people are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserSort {
    /// Who came last first.
    #[default]
    Newest,
    /// By name.
    Name,
    /// Who was here last first.
    LastSeen,
}
crate::text_enum!(UserSort { Newest = "newest", Name = "name", LastSeen = "last_seen" });

/// Which people: everything that is said must hold. Kept as JSON by deeds over many and by rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserFilter {
    /// Parts of the name or the address; at most four words count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// With this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// With this plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// In this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<UserState>,
    /// In this group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// Who came in this way: `setup`, `register`, `invite`, `import`, `cli` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Last here at or after this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_from: Option<Timestamp>,
    /// Last here before this instant; those who were never here are not among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_before: Option<Timestamp>,
    /// Whether they were never here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub never_seen: bool,
    /// Whose profile is filled in at least so far, 0–100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_from: Option<u8>,
    /// Whose profile is filled in at most so far, 0–100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_to: Option<u8>,
    /// About whom this field says this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldFilter>,
}

/// What a field that the admin defined must say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldFilter {
    /// Which.
    pub id: FieldId,
    /// Exactly this value.
    pub value: String,
}

impl UserFilter {
    /// The words that are looked for, folded as what they are looked for in.
    pub(in crate::people) fn words(&self) -> Vec<String> {
        let text: String = self.q.as_deref().unwrap_or_default().chars().take(100).collect();
        let mut words: Vec<String> = fold(&text).split_whitespace().take(4).map(str::to_owned).collect();
        words.sort();
        words.dedup();
        words
    }
}

/// Whom an admin looks for.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// Which people.
    pub filter: UserFilter,
    /// In which order.
    pub sort: UserSort,
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
            filter: UserFilter::default(),
            sort: UserSort::default(),
            after: None,
            limit: limit.unwrap_or(page::DEFAULT_LIMIT).clamp(1, page::MAX_LIMIT),
        }
    }

    /// Only those in whose name or address these words are.
    #[must_use]
    pub fn matching(mut self, text: &str) -> Self {
        self.filter.q = Some(text.to_owned());
        self
    }

    /// Whether this asks for the first page.
    pub(in crate::people) fn is_first(&self) -> bool {
        self.after.is_none()
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
    /// What he is sorted by: his name as it is folded, or when he was here in milliseconds.
    pub(in crate::people) key: String,
}

impl ListCursor {
    pub(in crate::people) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}{}", self.user, self.key))
    }

    fn decode(text: &str) -> Result<Self> {
        let bad = || Error::field("cursor", "cursor.malformed", "Take the cursor from the last page.");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let text = String::from_utf8(bytes).map_err(|_| bad())?;
        // An id is its prefix, an underscore and 13 characters.
        let (user, key) = text.split_at_checked(17).ok_or_else(bad)?;
        Ok(Self {
            user: user.parse().map_err(|_| bad())?,
            key: key.to_owned(),
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
            key: "maría".into(),
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
        assert_eq!((query.limit, query.filter.words()), (page::MAX_LIMIT, vec!["wort".to_owned()]));
        assert_eq!(ListQuery::new(None).matching("MÜLLER müller").filter.words(), ["muller"]);
    }
}
