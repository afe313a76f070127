//! The content of a lesson: one immutable value, named by the hash of its canonical form.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    body::{self, Body},
    model::{Completion, MAX_LIST},
};
use crate::kernel::{
    error::{Error, Fields, Result, TextError},
    id::AssetId,
    text::{Language, Line, Summary, Title},
};

/// Words read in a minute: what reading time is reckoned with.
pub(super) const WORDS_PER_MINUTE: u32 = 180;

/// A video with its still and its captions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VideoRef)]
pub struct Video {
    /// The film.
    pub asset: AssetId,
    /// A still to show before it plays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster: Option<AssetId>,
    /// Captions, one for each language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captions: Vec<Captions>,
}

/// Captions in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaptionsRef)]
pub struct Captions {
    /// Such as `en`.
    pub language: Language,
    /// What the menu says, such as `English`.
    pub label: Line,
    /// The WebVTT file.
    pub asset: AssetId,
}

impl Video {
    /// Every file of it.
    #[must_use]
    pub fn assets(&self) -> Vec<AssetId> {
        let mut all = vec![self.asset];
        all.extend(self.poster);
        all.extend(self.captions.iter().map(|c| c.asset));
        all
    }
}

/// Something to do today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Action {
    /// Ten characters, lasting while the text lasts.
    pub id: String,
    /// A sentence that starts with a verb.
    pub text: Line,
}

/// Something to read or take along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ResourceRef)]
pub enum Resource {
    /// A page elsewhere.
    Link {
        /// What it is.
        title: Line,
        /// Its address, http or https.
        url: String,
    },
    /// A file to take along.
    File {
        /// What it is.
        title: Line,
        /// The stored file.
        asset: AssetId,
    },
}

/// What a lesson holds. The serialised form, in this order of fields, is what the hash names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Its name.
    pub title: Title,
    /// The promise of the day.
    pub summary: Summary,
    /// How long it takes, in minutes.
    pub minutes: u16,
    /// What is read.
    pub body_html: Body,
    /// Its film.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<Video>,
    /// What to do today.
    pub actions: Vec<Action>,
    /// What to read or take along.
    pub resources: Vec<Resource>,
    /// Whether the course needs it.
    pub is_required: bool,
    /// Whether everybody may read it.
    pub is_preview: bool,
    /// When it counts as done.
    pub completion: Completion,
}

/// What is reckoned from a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// The canonical form.
    pub json: String,
    /// SHA-256 of it, in lower-case hex.
    pub hash: String,
    /// Plain text, for search.
    pub text: String,
    /// Its length in words.
    pub words: u32,
}

impl Content {
    /// A lesson with a title and a body in HTML (cleaned here); minutes follow from its length.
    #[must_use]
    pub fn new(title: Title, body_html: &str) -> Self {
        Self::with_body(title, Body::clean(body_html))
    }

    /// A lesson with a title and a body; minutes follow from its length.
    #[must_use]
    pub fn with_body(title: Title, body_html: Body) -> Self {
        let minutes = reading_minutes(body_html.plain().1);
        Self {
            title,
            summary: Summary::empty(),
            minutes,
            body_html,
            video: None,
            actions: Vec::new(),
            resources: Vec::new(),
            is_required: true,
            is_preview: false,
            completion: Completion::Mark,
        }
    }

    /// Checks every part and gives the actions lasting ids.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names every wrong field.
    pub fn settle(mut self) -> Result<Self> {
        let mut fields = Fields::default();
        let mut refuse = |path: String, code, message: &str| fields.push(&path, TextError::new(code, message));
        if self.body_html.len() > body::MAX {
            refuse(
                "body_html".into(),
                "text.too_long",
                "Split this lesson: its body is over one megabyte.",
            );
        }
        if !(1..=600).contains(&self.minutes) {
            refuse("minutes".into(), "number.out_of_range", "Use 1 to 600 minutes.");
        }
        for (path, count) in [("actions", self.actions.len()), ("resources", self.resources.len())] {
            if count > MAX_LIST {
                refuse(path.into(), "list.too_long", "Use at most 20 entries.");
            }
        }
        for (i, action) in self.actions.iter().enumerate() {
            if action.text.as_str().is_empty() {
                refuse(format!("actions[{i}].text"), "text.too_short", "Write something here.");
            }
        }
        for (i, resource) in self.resources.iter().enumerate() {
            if matches!(resource, Resource::Link { url, .. } if !is_web_address(url)) {
                let message = "Use a full address that starts with https:// or http://.";
                refuse(format!("resources[{i}].url"), "url.malformed", message);
            }
        }
        if self.completion == Completion::Actions && self.actions.is_empty() {
            refuse(
                "completion".into(),
                "completion.no_actions",
                "Add an action item, or let learners mark it done.",
            );
        }
        if self.completion == Completion::Video && self.video.is_none() {
            refuse(
                "completion".into(),
                "completion.no_video",
                "Add a video, or let learners mark it done.",
            );
        }
        fields.finish()?;
        settle_actions(&mut self.actions);
        Ok(self)
    }

    /// The canonical form, its hash, and what search and reading time need.
    ///
    /// # Errors
    /// Never in practice: the content is plain data.
    pub fn derive(&self) -> Result<Derived> {
        let json = serde_json::to_string(self).map_err(Error::internal)?;
        let hash = hex(&Sha256::digest(json.as_bytes()));
        let (text, words) = self.body_html.plain();
        Ok(Derived { json, hash, text, words })
    }

    /// Files that the lesson shows or gives.
    #[must_use]
    pub fn assets(&self) -> Vec<AssetId> {
        let mut all = self.body_html.assets();
        all.extend(self.video.iter().flat_map(Video::assets));
        all.extend(self.resources.iter().filter_map(|r| match r {
            Resource::File { asset, .. } => Some(*asset),
            Resource::Link { .. } => None,
        }));
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Lower-case hex.
#[must_use]
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Whole minutes to read so many words, at least one.
#[must_use]
pub(super) fn reading_minutes(words: u32) -> u16 {
    u16::try_from(words.div_ceil(WORDS_PER_MINUTE).clamp(1, 600)).unwrap_or(600)
}

/// Whether a text is an http or https address with a host.
#[must_use]
pub(super) fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    url.len() <= 2000
        && !url
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(c))
        && rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
}

/// Keeps ids that are well formed and unique; others follow from the text.
fn settle_actions(actions: &mut [Action]) {
    let things: Vec<_> = actions.iter().map(|a| (Some(a.id.as_str()), a.text.as_str())).collect();
    let ids = body::assign(&things);
    for (action, id) in actions.iter_mut().zip(ids) {
        action.id = id;
    }
}
