//! Who may count everything anew. What learners may do in lessons, `enrolments` decides.

/// May count progress anew: the command line and jobs.
#[derive(Debug, Clone)]
pub struct RebuildProgress(());

impl RebuildProgress {
    /// For the command line and jobs; the verb leaves an audit row when it changes anything.
    #[must_use]
    pub fn as_system(_reason: &'static str) -> Self {
        Self(())
    }
}
