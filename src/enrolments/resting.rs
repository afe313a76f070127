//! The organisation has other rest days than before: who is in the middle of a course goes on by them.

use super::{
    model::{Enrolment, Learning},
    store,
};
use crate::{
    kernel::error::Result,
    people,
    platform::{db::Tx, settings},
};

/// Learners that one deed sees to.
const SOME: u32 = 100;

/// Lays the days to come of the next learners anew, by the rest days that hold now. True when more
/// may be left. Whoever has been seen to is not found again, so it may be cut off anywhere and run
/// twice, and rest days that change meanwhile are those that the next deed goes by.
///
/// # Errors
/// A database fault.
pub(super) fn repace_some(tx: &Tx<'_>) -> Result<bool> {
    let learning: Learning = settings::get(tx)?;
    let behind = store::list_resting_otherwise(tx, learning.rest(), SOME)?;
    for enrolment in &behind {
        repace_one(tx, &learning, enrolment)?;
    }
    Ok(behind.len() == SOME as usize)
}

fn repace_one(tx: &Tx<'_>, learning: &Learning, enrolment: &Enrolment) -> Result<()> {
    let was = &enrolment.schedule;
    let boundary = match people::actor_facts(tx, enrolment.user)? {
        Some(facts) => learning.boundary_in(facts.zone),
        None => was.boundary.clone(),
    };
    let repaced = was.repaced(was.pace, learning.rest(), tx.now(), &boundary, enrolment.days);
    store::update_schedule(tx, enrolment.id, &repaced)
}
