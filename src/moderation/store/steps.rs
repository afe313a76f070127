//! The trail of a case.

use crate::{
    kernel::{
        error::Result,
        id::{ReportId, StepId, UserId},
    },
    moderation::model::{Case, Step, Trail},
    platform::db::{Read, Tx},
};

pub(in crate::moderation) fn insert(tx: &Tx<'_>, case: Case, step: Step, about: Option<UserId>, note: &str) -> Result<()> {
    let id: StepId = tx.new_id();
    let (review, report) = match case {
        Case::Review(id) => (Some(id), None),
        Case::Report(id) => (None, Some(id)),
    };
    tx.execute(
        "INSERT INTO case_steps (id, review_id, report_id, step, actor_id, about_id, note, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (id, review, report, step, tx.actor().user(), about, note, tx.now()),
    )?;
    Ok(())
}

/// A step that nobody took: it followed from the instance's policy.
pub(in crate::moderation) fn insert_by_itself(tx: &Tx<'_>, report: ReportId, step: Step) -> Result<()> {
    let id: StepId = tx.new_id();
    tx.execute(
        "INSERT INTO case_steps (id, report_id, step, note, at) VALUES (?1, ?2, ?3, '', ?4)",
        (id, report, step, tx.now()),
    )?;
    Ok(())
}

pub(in crate::moderation) fn list(read: &Read<'_>, case: Case) -> Result<Vec<Trail>> {
    let (column, id) = match case {
        Case::Review(id) => ("review_id", id.raw()),
        Case::Report(id) => ("report_id", id.raw()),
    };
    read.list(
        &format!("SELECT step, actor_id, about_id, note, at FROM case_steps WHERE {column} = ?1 ORDER BY id"),
        [id],
        |row| {
            Ok(Trail {
                step: row.get(0)?,
                actor: row.get(1)?,
                about: row.get(2)?,
                note: row.get(3)?,
                at: row.get(4)?,
            })
        },
    )
}
