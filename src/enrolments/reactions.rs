//! What this slice hears: that somebody's zone may have changed, or who he is; that a version is for
//! those in the middle too; that the rest days may be others.

use super::{
    actions,
    jobs::{MoveLearners, RunAssignment, TakeRestDays},
    model::Learning,
    store,
};
use crate::{
    kernel::{error::Result, event::Event},
    people,
    platform::{
        db::Tx,
        events::{Reaction, Recorded, Replay},
        settings::Section as _,
    },
};

/// Makes fast what has opened for somebody before his clock shows another time.
pub(super) struct Zones;

impl Reaction for Zones {
    fn name(&self) -> &'static str {
        "enrolments.zones"
    }

    fn replay(&self) -> Replay {
        Replay::Rebuilds
    }

    fn hears(&self, kind: &str) -> bool {
        kind == "user.profile_changed"
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        let Event::UserProfileChanged { user } = recorded.event else {
            return Ok(());
        };
        match people::actor_facts(tx, user)? {
            Some(facts) => actions::settle_all(tx, user, facts.zone),
            None => Ok(()),
        }
    }
}

/// Has an assignment gone through when somebody may have come under it: a new member, a new plan.
/// Many at once make one run, a few seconds later.
pub(super) struct Newcomers;

/// Seconds in which further newcomers join the same run.
const GATHER: i64 = 3;

impl Reaction for Newcomers {
    fn name(&self) -> &'static str {
        "enrolments.newcomers"
    }

    fn replay(&self) -> Replay {
        Replay::Sends
    }

    fn hears(&self, kind: &str) -> bool {
        matches!(kind, "user.created" | "user.profile_changed" | "user.access_changed")
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        let (Event::UserCreated { user, .. } | Event::UserProfileChanged { user } | Event::UserAccessChanged { user, .. }) = recorded.event
        else {
            return Ok(());
        };
        let mut assignments = store::list_active_for(tx, user)?;
        for group in people::list_groups_of(tx, user)? {
            assignments.extend(store::list_active_of(tx, group.id)?);
        }
        assignments.sort_unstable();
        assignments.dedup();
        for assignment in assignments {
            if !matches!(store::find_before(tx, assignment, user)?, store::Before::Done) {
                tx.enqueue_at(&RunAssignment { assignment }, tx.now().plus_secs(GATHER))?;
            }
        }
        Ok(())
    }
}

/// Begins to move learners when a version was published for them too.
pub(super) struct Versions;

impl Reaction for Versions {
    fn name(&self) -> &'static str {
        "enrolments.versions"
    }

    fn replay(&self) -> Replay {
        Replay::Rebuilds
    }

    fn hears(&self, kind: &str) -> bool {
        kind == "course.published"
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        match recorded.event {
            Event::CoursePublished {
                course,
                version,
                number,
                moves_learners: true,
            } => tx.enqueue(&MoveLearners { course, version, number }).map(drop),
            _ => Ok(()),
        }
    }
}

/// Begins to lay the days to come anew when the rest days may have changed.
pub(super) struct RestDays;

impl Reaction for RestDays {
    fn name(&self) -> &'static str {
        "enrolments.rest_days"
    }

    fn replay(&self) -> Replay {
        Replay::Rebuilds
    }

    fn hears(&self, kind: &str) -> bool {
        kind == "settings.changed"
    }

    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        match &recorded.event {
            // Another of these settings costs a look at an index.
            Event::SettingsChanged { section } if section == Learning::NAME => tx.enqueue(&TakeRestDays {}).map(drop),
            _ => Ok(()),
        }
    }
}
