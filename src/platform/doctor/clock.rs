//! The clock: sane, not set back, in agreement with the file system.

use super::{Check, Finding, Patient, span};
use crate::{
    kernel::{
        error::Result,
        time::{Day, Timestamp, Zone},
    },
    platform::{
        audit,
        db::{self, Db, Read},
        events,
    },
};

/// How far two clocks may be apart, in milliseconds.
const TOLERANCE: i64 = 2 * 60_000;

const MEND: &str = "Set the clock, and let it be kept right (`timedatectl set-ntp true`).";

pub(super) fn checks() -> Vec<Check> {
    vec![
        Check::house("clock.sane", |patient| Box::pin(async move { Ok(sane(&patient)) })),
        Check::database("clock.forward", |_, db| Box::pin(forward(db))),
    ]
}

fn sane(patient: &Patient) -> Vec<Finding> {
    let now = patient.platform.clock.now();
    let start_of = |year| Day::from_ymd(year, 1, 1).map(|day| day.opens_at(&Zone::utc(), 0));
    // Before this was written, or further away than any clock that is right.
    if start_of(2026).is_some_and(|from| now < from) || start_of(2100).is_some_and(|to| now > to) {
        return vec![Finding::problem(format!("The clock says {now}, which cannot be."), MEND)];
    }
    match newest_file(patient) {
        Some(written) if written.millis() > now.millis() + TOLERANCE => vec![Finding::problem(
            format!("The clock says {now}, but the data folder was written at {written}: the clock was set back."),
            MEND,
        )],
        _ => vec![Finding::ok(format!("The clock says {now}."))],
    }
}

/// When the newest of the database's files was written, by the file system's word.
fn newest_file(patient: &Patient) -> Option<Timestamp> {
    let data = patient.platform.data();
    let files = [data.join(db::FILE), data.join("momentum.db-wal"), data.join("momentum.lock")];
    let times = files.iter().filter_map(|file| std::fs::metadata(file).ok()?.modified().ok());
    let newest = times.max()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(newest.as_millis()).ok().map(Timestamp::from_millis)
}

async fn forward(db: Db) -> Result<Vec<Finding>> {
    let now = db.now();
    let newest = db.read("doctor.newest", newest_row).await?;
    Ok(vec![match newest {
        Some(at) if at.millis() > now.millis() + TOLERANCE => Finding::problem(
            format!(
                "The newest row was written at {at}, {} after what the clock says now: time went backwards.",
                span(at.millis() - now.millis())
            ),
            MEND,
        ),
        _ => Finding::ok("No row was written in the future."),
    }])
}

fn newest_row(read: &Read<'_>) -> Result<Option<Timestamp>> {
    Ok(audit::newest(read)?.max(events::newest(read)?))
}
