//! Learners in the middle of a course go on by a newer version of it.
//!
//! What has opened to a learner, and what he has begun, stays as it was; from his next unopened day
//! on he has the new version. What he learns by is therefore a version of its own, a *blend*, which
//! `courses` makes once for all who stand alike: everything that asks for an enrolment's version
//! (the gate, the outline, today, files, search) needs to know nothing of it.

use std::collections::HashSet;

use super::{
    model::{Enrolment, Learning, Pace},
    store,
};
use crate::{
    courses,
    kernel::{
        error::Result,
        event::Event,
        id::{CourseId, EnrolmentId, LessonId, VersionId},
    },
    people,
    platform::{db::Tx, module::AllBegun, settings},
};

/// Learners that one deed moves.
const SOME: u32 = 50;

/// Moves the next learners of a course who are on an older version. The last of them; `None` when
/// there are no more.
///
/// # Errors
/// A database fault.
pub(super) fn move_some(
    tx: &Tx<'_>,
    begun: &AllBegun,
    course: CourseId,
    to: (VersionId, u32),
    after: EnrolmentId,
) -> Result<Option<EnrolmentId>> {
    let behind = store::list_behind(tx, course, to.1, after, SOME)?;
    let learning: Learning = settings::get(tx)?;
    for enrolment in &behind {
        move_one(tx, begun, &learning, enrolment, to)?;
    }
    Ok(behind.last().map(|enrolment| enrolment.id))
}

fn move_one(tx: &Tx<'_>, begun: &AllBegun, learning: &Learning, was: &Enrolment, to: (VersionId, u32)) -> Result<()> {
    let Some(facts) = people::actor_facts(tx, was.user)? else {
        return Ok(());
    };
    let boundary = learning.boundary_in(facts.zone);
    // Where everything is open at once, only what was begun counts as opened.
    let opened = match was.schedule.pace {
        Pace::AllAtOnce => 0,
        _ => was.opened(tx.now(), &boundary),
    };
    let blended = courses::blend(tx, was.course, was.version, to, opened, &begun_lessons(tx, begun, was)?)?;
    let moved = Enrolment {
        version: blended.version,
        number: to.1,
        days: blended.days,
        // A version that costs more takes nothing from who is in the middle.
        plan: was.plan.min(blended.plan),
        // At the same pace, counted from what has opened: added days follow one by one, however
        // long ago the last of the old ones came.
        schedule: was
            .schedule
            .repaced(was.schedule.pace, learning.rest(), tx.now(), &boundary, was.days),
        ..was.clone()
    };
    store::update_version(tx, &moved)?;
    tx.tell(&Event::EnrolmentMoved {
        enrolment: was.id,
        user: was.user,
        course: was.course,
        number: to.1,
    })
}

fn begun_lessons(tx: &Tx<'_>, begun: &AllBegun, enrolment: &Enrolment) -> Result<HashSet<LessonId>> {
    let mut all = HashSet::new();
    for lessons in &begun.0 {
        all.extend(lessons(tx, enrolment.user, enrolment.id)?);
    }
    Ok(all)
}
