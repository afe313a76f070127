//! Reports.

use rusqlite::Row;

use crate::{
    kernel::{
        error::Result,
        id::{ReportId, UserId},
        page::Page,
    },
    moderation::model::{Reason, Report, ReportState},
    platform::db::{OnConflict as _, Read, Tx},
};

const REPORT: &str = "id, subject_kind, subject_id, reason, body, state, reporter_id, assignee_id, decider_id, created_at, decided_at";

fn report(row: &Row<'_>) -> rusqlite::Result<Report> {
    Ok(Report {
        id: row.get(0)?,
        kind: row.get(1)?,
        subject: row.get(2)?,
        reason: row.get(3)?,
        body: row.get(4)?,
        state: row.get(5)?,
        reporter: row.get(6)?,
        assignee: row.get(7)?,
        decider: row.get(8)?,
        created_at: row.get(9)?,
        decided_at: row.get(10)?,
    })
}

pub(in crate::moderation) fn find(read: &Read<'_>, id: ReportId) -> Result<Option<Report>> {
    read.find(&format!("SELECT {REPORT} FROM reports WHERE id = ?1"), [id], report)
}

/// Reports in a state, the oldest first; only those of one moderator where one is named.
pub(in crate::moderation) fn list(
    read: &Read<'_>,
    state: ReportState,
    assignee: Option<UserId>,
    after: Option<ReportId>,
    limit: u32,
) -> Result<Page<Report>> {
    let rows = read.list(
        &format!(
            "SELECT {REPORT} FROM reports WHERE state = ?1 AND (?2 IS NULL OR assignee_id = ?2) AND (?3 IS NULL OR id > ?3) ORDER BY id LIMIT ?4"
        ),
        (state, assignee, after, limit + 1),
        report,
    )?;
    Ok(Page::cut(rows, limit, |report| report.id.to_string()))
}

pub(in crate::moderation) fn count_open(read: &Read<'_>, assignee: Option<UserId>) -> Result<u32> {
    let count = read.count(
        "SELECT count(*) FROM reports WHERE state = 'open' AND (?1 IS NULL OR assignee_id = ?1)",
        [assignee],
    )?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Open reports about the same thing.
pub(in crate::moderation) fn count_about(read: &Read<'_>, kind: &str, subject: &str) -> Result<u32> {
    let count = read.count(
        "SELECT count(*) FROM reports WHERE subject_kind = ?1 AND subject_id = ?2 AND state = 'open'",
        (kind, subject),
    )?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Whether the thing was hidden or shown since the open reports about it came.
pub(in crate::moderation) fn was_touched(read: &Read<'_>, kind: &str, subject: &str) -> Result<bool> {
    read.exists(
        "SELECT 1 FROM reports r JOIN case_steps s ON s.report_id = r.id
         WHERE r.subject_kind = ?1 AND r.subject_id = ?2 AND r.state = 'open' AND s.step IN ('hidden', 'shown') LIMIT 1",
        (kind, subject),
    )
}

pub(in crate::moderation) fn insert(tx: &Tx<'_>, kind: &str, subject: &str, reason: Reason, body: &str) -> Result<ReportId> {
    let id = tx.new_id();
    tx.execute(
        "INSERT INTO reports (id, subject_kind, subject_id, reason, body, state, reporter_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7)",
        (id, kind, subject, reason, body, tx.actor().user(), tx.now()),
    )
    .on_conflict("report.twice", "You have reported this already. Somebody will look at it.")?;
    Ok(id)
}

pub(in crate::moderation) fn decide(tx: &Tx<'_>, id: ReportId, state: ReportState) -> Result<()> {
    tx.execute(
        "UPDATE reports SET state = ?2, decider_id = ?3, decided_at = ?4 WHERE id = ?1 AND state = 'open'",
        (id, state, tx.actor().user(), tx.now()),
    )?;
    Ok(())
}

pub(in crate::moderation) fn assign(tx: &Tx<'_>, id: ReportId, to: Option<UserId>) -> Result<()> {
    tx.execute("UPDATE reports SET assignee_id = ?2 WHERE id = ?1", (id, to))?;
    Ok(())
}
