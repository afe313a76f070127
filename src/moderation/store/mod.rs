//! All SQL over the tables of this slice.

pub(super) mod mails;
pub(super) mod reports;
pub(super) mod reviews;
pub(super) mod steps;

use crate::{
    kernel::{error::Result, id::UserId},
    platform::db::Tx,
};

/// What a person wrote goes with him; that something was submitted, reported and decided stays.
pub(super) fn forget(tx: &Tx<'_>, user: UserId) -> Result<()> {
    for sql in [
        "DELETE FROM reviewer_mails WHERE user_id = ?1",
        "UPDATE reviews SET note = '', submitter_id = NULL WHERE submitter_id = ?1",
        "UPDATE reviews SET assignee_id = NULL WHERE assignee_id = ?1",
        "UPDATE reviews SET decider_id = NULL WHERE decider_id = ?1",
        "UPDATE review_comments SET author_id = NULL WHERE author_id = ?1",
        "UPDATE reports SET body = '', reporter_id = NULL WHERE reporter_id = ?1",
        "UPDATE reports SET assignee_id = NULL WHERE assignee_id = ?1",
        "UPDATE reports SET decider_id = NULL WHERE decider_id = ?1",
        "UPDATE case_steps SET note = '', actor_id = NULL WHERE actor_id = ?1",
        "UPDATE case_steps SET about_id = NULL WHERE about_id = ?1",
    ] {
        tx.execute(sql, [user])?;
    }
    Ok(())
}
