//! The audit trail: whether its chain holds.

use super::{Check, Finding};
use crate::{
    kernel::error::Result,
    platform::{audit, db::Db},
};

pub(super) fn checks() -> Vec<Check> {
    vec![Check::database("audit.chain", |_, db| Box::pin(chain(db)))]
}

/// Walks the whole trail, a page at a time in the lane of reports.
async fn chain(db: Db) -> Result<Vec<Finding>> {
    let mut walk = audit::Walk::default();
    while !walk.is_done {
        walk = db.read_heavy("doctor.audit", move |read| audit::step(read, walk)).await?;
    }
    Ok(vec![match &walk.broken {
        Some(broken) => Finding::problem(
            format!("The audit trail was tampered with: its row {} {}.", broken.row, broken.why),
            "Compare the trail with that of a backup, keep both, and find out who had access to the database file.",
        ),
        None if walk.rows == 0 => Finding::ok("The audit trail is empty."),
        None => Finding::ok(format!("The audit trail is whole: {} rows, seal {}.", walk.rows, walk.seal())),
    }])
}
