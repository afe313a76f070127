//! What a learner does in a lesson, for the demo: people do it over HTTP.

use super::{
    actions::{self, Counted},
    model::Place,
};
use crate::{
    courses::Shelf,
    enrolments::LearnLesson,
    kernel::{error::Result, text::BlockId, time::Moment},
    platform::db::Tx,
};

/// Opens a lesson.
///
/// # Errors
/// `Locked` or `NotFound` when it is not open any more.
pub fn open(tx: &Tx<'_>, can: &LearnLesson) -> Result<()> {
    actions::open(tx, can)
}

/// Counts the last `seconds` seconds as active, all of them.
///
/// # Errors
/// As [`open`].
pub fn be_active(tx: &Tx<'_>, can: &LearnLesson, seconds: u32) -> Result<()> {
    let counted: Option<Counted> = actions::begin(tx, can)?;
    counted.map_or(Ok(()), |mut counted| actions::credit_last(tx, &mut counted, seconds))
}

/// Moves to a block, a moment of the video, or both.
///
/// # Errors
/// As [`open`], and `Invalid` when neither is named.
pub fn move_to(tx: &Tx<'_>, can: &LearnLesson, shelf: &Shelf, block: Option<BlockId>, video: Option<Moment>) -> Result<()> {
    let offset = block.as_ref().map(|_| 0.25);
    actions::move_to(tx, can, shelf, Place::parse(block, offset, video)?, tx.now())
}

/// Ticks an action item.
///
/// # Errors
/// As [`open`], and `NotFound` when the lesson has no such item.
pub fn tick(tx: &Tx<'_>, can: &LearnLesson, shelf: &Shelf, action: &str) -> Result<()> {
    actions::tick(tx, can, shelf, action, true).map(drop)
}

/// Completes a lesson.
///
/// # Errors
/// As [`open`], and `Conflict("lesson.rule_unmet")` while its rule is not met.
pub fn complete(tx: &Tx<'_>, can: &LearnLesson, shelf: &Shelf) -> Result<()> {
    actions::complete(tx, can, shelf, None).map(drop)
}
