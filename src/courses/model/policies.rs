//! What the instance asks of a course before it is published: an admin changes it.

use serde::{Deserialize, Serialize};

use crate::{
    kernel::error::{Error, Result},
    platform::settings::Section,
};

/// Of fewer reports nothing follows by itself: one person alone hides nothing from all others.
const LEAST_REPORTS: u16 = 2;
/// The most reports that may be waited for.
const MOST_REPORTS: u16 = 100;

/// What the instance asks of a course before it is published, and what reports do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PublishPolicy {
    /// Whether somebody else has to approve a draft before it is published. Whoever wrote at it
    /// never approves it, whatever this says.
    pub review_required: bool,
    /// Whether every instructor reviews courses in which he has no hand; otherwise admins do, and
    /// instructors only what an admin gives them.
    pub instructors_review: bool,
    /// Whether every video needs captions.
    pub captions_required: bool,
    /// Whether every picture needs words for those who cannot see it; otherwise the check only
    /// advises them.
    pub alternatives_required: bool,
    /// How many people have to report a thing, 2–100, so that it is hidden until somebody has looked;
    /// 0 when reports hide nothing by themselves.
    pub hide_after_reports: u16,
}

impl Default for PublishPolicy {
    fn default() -> Self {
        Self {
            review_required: false,
            instructors_review: false,
            captions_required: false,
            alternatives_required: true,
            hide_after_reports: 0,
        }
    }
}

impl Section for PublishPolicy {
    const NAME: &'static str = "moderation";

    fn checked(self) -> Result<Self> {
        if self.hide_after_reports != 0 && !(LEAST_REPORTS..=MOST_REPORTS).contains(&self.hide_after_reports) {
            let message = format!("Use {LEAST_REPORTS} to {MOST_REPORTS}, or 0 for never.");
            return Err(Error::field("hide_after_reports", "number.out_of_range", message));
        }
        Ok(self)
    }
}
