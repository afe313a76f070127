//! What is wanted of the catalogue.

use serde::Deserialize;

use super::Length;
use crate::kernel::{
    actor::Plan,
    error::{Error, Result},
    id::CourseId,
};

/// How the catalogue is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CourseSort)]
pub(crate) enum Sort {
    /// The latest first.
    #[default]
    Newest,
    /// The most learners first.
    Popular,
    /// By title.
    Title,
}

/// What is wanted of the catalogue. Empty lists mean any.
#[derive(Debug, Clone, Default)]
pub(in crate::courses) struct Listing {
    /// Slugs of categories.
    pub(in crate::courses) categories: Vec<String>,
    pub(in crate::courses) lengths: Vec<Length>,
    /// Words of levels.
    pub(in crate::courses) levels: Vec<String>,
    /// Language tags.
    pub(in crate::courses) languages: Vec<String>,
    /// In lower case.
    pub(in crate::courses) tag: Option<String>,
    pub(in crate::courses) plan: Option<Plan>,
    pub(in crate::courses) sort: Sort,
    /// Sort key and id of the last course of the page before.
    pub(in crate::courses) after: Option<(String, CourseId)>,
    pub(in crate::courses) limit: u32,
}

impl Listing {
    /// Reads a cursor that an earlier page gave.
    ///
    /// # Errors
    /// [`Error::Invalid`] for anything else.
    pub(in crate::courses) fn read_cursor(text: &str) -> Result<(String, CourseId)> {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let bad = || Error::field("cursor", "cursor.malformed", "Use the cursor that the last page gave.");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let text = String::from_utf8(bytes).map_err(|_| bad())?;
        let (id, key) = text.split_once(' ').ok_or_else(bad)?;
        Ok((key.to_owned(), id.parse().map_err(|_| bad())?))
    }
}
