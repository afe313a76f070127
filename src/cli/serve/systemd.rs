//! What the service manager is told (`sd_notify(3)`): ready, reloading, stopping, and that the
//! database still answers. Without a manager that listens nothing is said.

use std::time::Duration;

use sd_notify::NotifyState;

use crate::{
    kernel::error::{Error, Result},
    platform::db::Db,
};

/// How long to wait before a database that did not answer is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// The port is open; the status is shown by `systemctl status`.
pub(super) fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Files are read again; [`ready`] ends it.
pub(super) fn reloading() {
    let mut states = vec![NotifyState::Reloading];
    states.extend(NotifyState::monotonic_usec_now().ok());
    tell(&states);
}

/// No new connections are taken.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("Finishing requests")]);
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager could not be told");
    }
}

/// Tells the manager's watchdog, twice in its time, that the database answers; says nothing while it
/// does not, so that the manager restarts a process that hangs. Ends at once without a watchdog.
pub(super) async fn watch(db: Db) {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let (half, patience) = (limit / 2, limit / 4);
    loop {
        tokio::time::sleep(half).await;
        while !answers(&db, patience).await {
            tracing::error!(
                watchdog_s = limit.as_secs(),
                "the database does not answer: the watchdog is not told"
            );
            tokio::time::sleep(AGAIN).await;
        }
        tell(&[NotifyState::Watchdog]);
    }
}

/// Whether a reader and the writer do work in time. A disk that is full answers, too: a restart
/// would not mend it.
async fn answers(db: &Db, patience: Duration) -> bool {
    let work = async {
        let read = db.read("watchdog.read", |read| read.count("SELECT 1", [])).await;
        is_answer(&read) && is_answer(&db.write("watchdog.write", |_| Ok(())).await)
    };
    tokio::time::timeout(patience, work).await.unwrap_or(false)
}

/// A full queue is what a thread that hangs looks like from outside.
fn is_answer<T>(result: &Result<T>) -> bool {
    !matches!(
        result,
        Err(Error::Unavailable {
            code: "db.busy" | "db.closed" | "db.deadline",
            ..
        })
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_an_answer_and_a_full_queue_is_none() {
        let unavailable = |code| -> Result<()> { Err(Error::Unavailable { code, retry_after: 1 }) };
        assert!(is_answer(&Ok(())));
        assert!(is_answer(&unavailable("db.disk_full")) && is_answer(&unavailable("db.write_failed")));
        assert!(!is_answer(&unavailable("db.busy")) && !is_answer(&unavailable("db.closed")));
    }
}
