//! Making findings.

use crate::kernel::{
    finding::{Finding, Severity},
    id::LessonId,
};

/// Collects what a look finds.
#[derive(Debug, Default)]
pub(in crate::courses) struct Weigh(Vec<Finding>);

/// Where something was found: the course, a lesson, a block of a lesson.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::courses) struct At<'a> {
    pub(in crate::courses) lesson: Option<LessonId>,
    pub(in crate::courses) block: Option<&'a str>,
    pub(in crate::courses) field: &'static str,
}

impl<'a> At<'a> {
    /// A field of the course.
    pub(in crate::courses) fn course(field: &'static str) -> Self {
        Self { field, ..Self::default() }
    }

    /// A field of a lesson.
    pub(in crate::courses) fn lesson(lesson: LessonId, field: &'static str) -> Self {
        Self {
            lesson: Some(lesson),
            field,
            block: None,
        }
    }

    /// A block of the same lesson.
    pub(in crate::courses) fn block(self, block: Option<&'a str>) -> Self {
        Self { block, ..self }
    }
}

impl Weigh {
    /// Something that has to be mended.
    pub(in crate::courses) fn block(&mut self, at: At<'_>, code: &'static str, sentence: impl Into<String>) {
        self.add(Severity::Blocker, at, code, sentence.into());
    }

    /// Something to think about.
    pub(in crate::courses) fn warn(&mut self, at: At<'_>, code: &'static str, sentence: impl Into<String>) {
        self.add(Severity::Warning, at, code, sentence.into());
    }

    fn add(&mut self, severity: Severity, at: At<'_>, code: &'static str, sentence: String) {
        self.0.push(Finding {
            severity,
            code,
            lesson: at.lesson,
            block: at.block.map(Into::into),
            field: at.field,
            sentence,
        });
    }

    /// Everything found, blockers first.
    pub(in crate::courses) fn done(mut self) -> Vec<Finding> {
        self.0.sort_by_key(|finding| finding.severity);
        self.0
    }
}
