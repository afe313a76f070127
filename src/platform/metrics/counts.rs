//! Counts of the mechanisms' own tables: background work, events, mail.

use super::Set;
use crate::{
    kernel::error::Result,
    platform::{Platform, db::Read, events as log, jobs as work, mail},
};

/// Background work that waits, runs or is dead, and how late the latest is.
pub(super) fn jobs(read: &Read<'_>, _: &Platform, set: &mut Set) -> Result<()> {
    for queue in work::queues(read)? {
        let name = ("queue", queue.queue.word());
        for (state, count) in [("waiting", queue.waiting), ("running", queue.running), ("dead", queue.dead)] {
            set.gauge("momentum_jobs", "Background work by state", &[name, ("state", state)], count);
        }
        let late = queue.due.map_or(0, |due| (read.now().millis() - due.millis()).max(0));
        set.gauge(
            "momentum_jobs_late_seconds",
            "How long the oldest job that is due has waited for its turn",
            &[name],
            late as f64 / 1000.0,
        );
    }
    Ok(())
}

/// The event log and how far behind each listener is.
pub(super) fn events(read: &Read<'_>, _: &Platform, set: &mut Set) -> Result<()> {
    set.counter("momentum_events", "Events in the log since it began", &[], log::head(read)?);
    let (behind, parked) = (
        "Events that a reaction has not heard yet",
        "Events put aside for a reaction after repeated failures",
    );
    set.announce_gauge("momentum_events_behind", behind);
    set.announce_gauge("momentum_events_parked", parked);
    for status in log::statuses(read)? {
        let labels = [("reaction", status.name.as_str())];
        set.gauge("momentum_events_behind", behind, &labels, status.behind);
        set.gauge("momentum_events_parked", parked, &labels, status.parked);
    }
    Ok(())
}

/// Mail on its way and mail that was given up.
pub(super) fn mails(read: &Read<'_>, _: &Platform, set: &mut Set) -> Result<()> {
    let counts = mail::counts(read)?;
    for (state, count) in [("waiting", counts.waiting), ("failed", counts.failed)] {
        set.gauge("momentum_mails", "Mails by state", &[("state", state)], count);
    }
    Ok(())
}
