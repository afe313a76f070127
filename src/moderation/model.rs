//! Words of reviews and reports.

use serde::{Deserialize, Serialize};

use crate::{
    kernel::{
        id::{CommentId, CourseId, LessonId, ReportId, ReviewId, UserId},
        text::BlockId,
        time::Timestamp,
    },
    text_enum,
};

/// The most characters of a note, a comment or a report.
pub(super) const MAX_TEXT: usize = 2_000;
/// The most comments of a review.
pub(super) const MAX_COMMENTS: usize = 200;

/// Where a review is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewState)]
pub(super) enum ReviewState {
    /// It waits for somebody.
    Open,
    /// The content may be published.
    Approved,
    /// Something has to be mended first.
    Returned,
    /// The authors took it back, or submitted another content.
    Withdrawn,
}
text_enum!(pub(super) ReviewState { Open = "open", Approved = "approved", Returned = "returned", Withdrawn = "withdrawn" });

/// Where a report is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportState)]
pub(super) enum ReportState {
    /// It waits for somebody.
    Open,
    /// Something was done about it.
    Resolved,
    /// Nothing is to be done.
    Dismissed,
}
text_enum!(pub(super) ReportState { Open = "open", Resolved = "resolved", Dismissed = "dismissed" });

/// What is wrong with something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportReason)]
pub(super) enum Reason {
    /// It says something that is not so.
    Wrong,
    /// Something does not work.
    Broken,
    /// It hurts somebody.
    Offensive,
    /// It uses what is not ours.
    Rights,
    /// Something else.
    Other,
}
text_enum!(pub(super) Reason { Wrong = "wrong", Broken = "broken", Offensive = "offensive", Rights = "rights", Other = "other" });

/// What was done about a review or a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CaseStep)]
pub(super) enum Step {
    Submitted,
    Assigned,
    Approved,
    Returned,
    Withdrawn,
    Reported,
    Hidden,
    Shown,
    Resolved,
    Dismissed,
}
text_enum!(pub(super) Step {
    Submitted = "submitted",
    Assigned = "assigned",
    Approved = "approved",
    Returned = "returned",
    Withdrawn = "withdrawn",
    Reported = "reported",
    Hidden = "hidden",
    Shown = "shown",
    Resolved = "resolved",
    Dismissed = "dismissed",
});

/// A review of exactly one content of a draft.
#[derive(Debug, Clone)]
pub(super) struct Review {
    pub(super) id: ReviewId,
    pub(super) course: CourseId,
    /// What was submitted.
    pub(super) hash: String,
    pub(super) state: ReviewState,
    pub(super) note: String,
    pub(super) submitter: Option<UserId>,
    pub(super) assignee: Option<UserId>,
    pub(super) decider: Option<UserId>,
    pub(super) submitted_at: Timestamp,
    pub(super) decided_at: Option<Timestamp>,
}

/// What a reviewer says about the course, a lesson, or a block of a lesson.
#[derive(Debug, Clone)]
pub(super) struct Comment {
    pub(super) id: CommentId,
    pub(super) lesson: Option<LessonId>,
    pub(super) block: Option<BlockId>,
    pub(super) body: String,
    pub(super) author: Option<UserId>,
    pub(super) created_at: Timestamp,
}

/// A comment to be written.
#[derive(Debug, Clone)]
pub(super) struct NewComment {
    pub(super) lesson: Option<LessonId>,
    pub(super) block: Option<BlockId>,
    pub(super) body: String,
}

/// What a learner says is wrong with something.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) id: ReportId,
    pub(super) kind: String,
    pub(super) subject: String,
    pub(super) reason: Reason,
    pub(super) body: String,
    pub(super) state: ReportState,
    pub(super) reporter: Option<UserId>,
    pub(super) assignee: Option<UserId>,
    pub(super) decider: Option<UserId>,
    pub(super) created_at: Timestamp,
    pub(super) decided_at: Option<Timestamp>,
}

/// A line of a case's trail.
#[derive(Debug, Clone)]
pub(super) struct Trail {
    pub(super) step: Step,
    pub(super) actor: Option<UserId>,
    /// Whom an assignment names.
    pub(super) about: Option<UserId>,
    pub(super) note: String,
    pub(super) at: Timestamp,
}

/// A review or a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Review(ReviewId),
    Report(ReportId),
}
