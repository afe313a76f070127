//! Words and rules of progress: facts, active seconds, positions, what is next.

mod minutes;
mod path;
mod position;
mod replay;

pub(super) use minutes::{Beat, Minute, Slice, TIMER_MS};
pub(super) use path::{LessonState, NotAhead, Path, Step};
pub(super) use position::{Place, Position};
pub use replay::FactKind;
pub(super) use replay::{ActiveMinute, CourseTotals, Derived, Fact, replay};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    courses::Completion,
    kernel::time::{Moment, Timestamp},
};

/// What a learner has done in one lesson, in one enrolment. Follows from the facts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LessonProgress {
    /// When he first opened it.
    pub opened_at: Option<Timestamp>,
    /// When he had seen its video nearly to the end.
    pub watched_at: Option<Timestamp>,
    /// When he first completed it.
    pub completed_at: Option<Timestamp>,
    /// Seconds of active learning in it.
    pub active_seconds: u32,
    /// The action items that are ticked.
    pub actions: BTreeSet<String>,
}

impl LessonProgress {
    /// Whole minutes of active learning, rounded.
    #[must_use]
    pub(super) const fn minutes(&self) -> u32 {
        whole_minutes(self.active_seconds)
    }
}

/// Seconds as whole minutes, rounded.
#[must_use]
pub(super) const fn whole_minutes(seconds: u32) -> u32 {
    seconds.saturating_add(30) / 60
}

/// What still stands between a learner and completing a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unmet {
    /// Action items that are not ticked.
    Actions,
    /// The rest of the video.
    Video,
}

/// What a lesson's completion rule asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule<'a> {
    /// Which rule.
    pub completion: Completion,
    /// The ids of its action items.
    pub actions: &'a [&'a str],
    /// Whether it has a video whose length is known: only then can one tell how far it was seen.
    pub has_measured_video: bool,
}

impl Rule<'_> {
    /// What the rule still lacks.
    #[must_use]
    pub(super) fn unmet(&self, progress: &LessonProgress) -> Option<Unmet> {
        match self.completion {
            Completion::Mark => None,
            Completion::Actions => self
                .actions
                .iter()
                .any(|id| !progress.actions.contains(*id))
                .then_some(Unmet::Actions),
            Completion::Video => (self.has_measured_video && progress.watched_at.is_none()).then_some(Unmet::Video),
        }
    }
}

/// Whether a place in a video counts as having seen it: the last tenth is credits.
#[must_use]
pub(super) const fn is_watched(moment: Moment, duration_ms: u64) -> bool {
    duration_ms > 0 && (moment.millis() as u64) * 10 >= duration_ms.saturating_mul(9)
}

/// Part of a whole in percent: 100 only when all of it is there, 0 only when nothing is.
#[must_use]
pub(super) fn percent(done: u32, total: u32) -> u8 {
    match (done, total) {
        (0, _) | (_, 0) => 0,
        (done, total) if done >= total => 100,
        (done, total) => u8::try_from(u64::from(done) * 100 / u64::from(total)).unwrap_or(99).clamp(1, 99),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_honest_at_both_ends() {
        assert_eq!(percent(0, 7), 0);
        assert_eq!(percent(1, 500), 1);
        assert_eq!(percent(1, 7), 14);
        assert_eq!(percent(499, 500), 99);
        assert_eq!(percent(7, 7), 100);
        assert_eq!(percent(9, 7), 100);
        assert_eq!(percent(0, 0), 0);
        assert_eq!(percent(u32::MAX - 1, u32::MAX), 99);
    }

    #[test]
    fn minutes_are_rounded() {
        assert_eq!([0, 29, 30, 89, 90, u32::MAX].map(whole_minutes), [0, 0, 1, 1, 2, u32::MAX / 60]);
    }

    #[test]
    fn rules_say_what_is_missing() {
        let mut progress = LessonProgress::default();
        let rule = |completion, has_measured_video| Rule {
            completion,
            actions: &["a", "b"],
            has_measured_video,
        };
        assert_eq!(rule(Completion::Mark, true).unmet(&progress), None);
        assert_eq!(rule(Completion::Actions, false).unmet(&progress), Some(Unmet::Actions));
        progress.actions.insert("a".into());
        assert_eq!(rule(Completion::Actions, false).unmet(&progress), Some(Unmet::Actions));
        progress.actions.insert("b".into());
        assert_eq!(rule(Completion::Actions, false).unmet(&progress), None);
        assert_eq!(rule(Completion::Video, true).unmet(&progress), Some(Unmet::Video));
        assert_eq!(rule(Completion::Video, false).unmet(&progress), None);
        progress.watched_at = Some(Timestamp::from_millis(1));
        assert_eq!(rule(Completion::Video, true).unmet(&progress), None);
    }

    #[test]
    fn a_video_is_watched_near_its_end() {
        assert!(is_watched(Moment::from_millis(90_000), 100_000));
        assert!(!is_watched(Moment::from_millis(89_999), 100_000));
        assert!(!is_watched(Moment::from_millis(u32::MAX), 0));
        assert!(!is_watched(Moment::from_millis(u32::MAX), u64::MAX));
    }
}
