//! What the instance asks of a course before it is published: an admin changes it.

use serde::{Deserialize, Serialize};

use crate::platform::settings::Section;

/// What the instance asks of a course before it is published.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ModerationSettings)]
pub struct PublishPolicy {
    /// Whether somebody else has to approve a draft before it is published. Whoever wrote at it
    /// never approves it, whatever this says.
    pub review_required: bool,
    /// Whether every video needs captions.
    pub captions_required: bool,
}

impl Section for PublishPolicy {
    const NAME: &'static str = "moderation";
}
