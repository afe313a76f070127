//! Notes which courses changed; the index follows.

use super::store;
use crate::{
    kernel::{error::Result, event::Event},
    platform::{
        db::Tx,
        events::{Reaction, Recorded, Replay},
    },
};

/// Fills the outbox.
pub(super) struct Changes;

impl Reaction for Changes {
    fn name(&self) -> &'static str {
        "search.changes"
    }

    fn replay(&self) -> Replay {
        Replay::Rebuilds
    }

    fn hears(&self, kind: &str) -> bool {
        matches!(
            kind,
            "course.published"
                | "course.unpublished"
                | "course.archived"
                | "course.restored"
                | "course.access_changed"
                | "course.deleted"
                | "category.changed"
        )
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        match &recorded.event {
            Event::CoursePublished { course, .. }
            | Event::CourseUnpublished { course }
            | Event::CourseArchived { course }
            | Event::CourseAccessChanged { course }
            | Event::CourseRestored { course }
            | Event::CourseDeleted { course } => store::insert(tx, *course),
            Event::CategoryChanged {} => store::insert(tx, store::ALL),
            _ => Ok(()),
        }
    }
}
