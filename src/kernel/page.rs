//! Cursor pages: a list answer is a slice and the cursor of the next one.

use serde::{Deserialize, Serialize};

/// How many items a page has when nobody says.
pub const DEFAULT_LIMIT: u32 = 50;
/// The most items one page may have.
pub const MAX_LIMIT: u32 = 200;

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Give it as `cursor` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Cuts a page from `limit + 1` fetched items; `cursor_of` names the last kept item.
    pub fn cut(mut items: Vec<T>, limit: u32, cursor_of: impl Fn(&T) -> String) -> Self {
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = if more { items.last().map(cursor_of) } else { None };
        Self { items, next }
    }

    /// The same page with other items.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}

/// How many items a caller wants on a page: 1 to [`MAX_LIMIT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct Limit(u32);

impl Limit {
    /// The wanted number of items, [`DEFAULT_LIMIT`] when nobody said.
    #[must_use]
    pub fn or_default(wanted: Option<Self>) -> u32 {
        wanted.map_or(DEFAULT_LIMIT, |limit| limit.0)
    }
}

impl TryFrom<u32> for Limit {
    type Error = String;
    fn try_from(wanted: u32) -> Result<Self, String> {
        if (1..=MAX_LIMIT).contains(&wanted) {
            Ok(Self(wanted))
        } else {
            Err(format!("A page has 1 to {MAX_LIMIT} items."))
        }
    }
}
