//! What a look at something found that somebody should know or mend.

use serde::Serialize;

use super::id::LessonId;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FindingSeverity)]
pub enum Severity {
    /// It has to be mended before a course is published.
    Blocker,
    /// It may be meant.
    Warning,
}

/// One thing that a look at a course's draft found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PublishFinding)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// Stable code, such as `publish.alt_missing`.
    pub code: &'static str,
    /// The lesson that has it; absent for the course itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lesson: Option<LessonId>,
    /// The block of the lesson that has it, by its `data-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// The field of the course or lesson, such as `summary` or `body_html`.
    pub field: &'static str,
    /// What is wrong and how to mend it.
    pub sentence: String,
}
