//! Long work on a thread of its own: it tells how far it has come, and stops when nobody waits.

use std::{cell::Cell, time::Duration};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{BackupError, Result};
use crate::kernel::error::Error;

/// How far long work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub what: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// How much there is; 0 when that is not known.
    pub total: u64,
}

/// The worker's end: where it tells, and hears that it should stop.
pub struct Watch {
    told: mpsc::UnboundedSender<Progress>,
    last: Cell<Option<Progress>>,
    stop: CancellationToken,
}

/// Steps that are not worth telling: less than this many bytes since the last one.
const QUIET: u64 = 1 << 20;

impl Watch {
    /// Tells, now and then.
    ///
    /// # Errors
    /// [`BackupError::Stopped`].
    pub fn step(&self, what: &'static str, done: u64, total: u64) -> Result<()> {
        let is_new = self
            .last
            .get()
            .is_none_or(|last| last.what != what || done >= last.done.saturating_add(QUIET) || done == total);
        if is_new {
            let progress = Progress { what, done, total };
            self.last.set(Some(progress));
            // Whoever listened may have gone; the token says whether that matters.
            let _gone = self.told.send(progress);
        }
        if self.is_stopped() { Err(BackupError::Stopped) } else { Ok(()) }
    }

    /// Lets others have the disk and the processor for a moment.
    ///
    /// # Errors
    /// [`BackupError::Stopped`].
    pub fn pause(&self, time: Duration) -> Result<()> {
        std::thread::park_timeout(time);
        if self.is_stopped() { Err(BackupError::Stopped) } else { Ok(()) }
    }

    /// Whether nobody waits any more.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }
}

/// A token that nobody cancels.
#[must_use]
pub(super) fn never() -> CancellationToken {
    CancellationToken::new()
}

/// Does blocking work on a thread of low priority. It stops when `stop` is cancelled or this
/// future is dropped; in the first case its clean end is awaited.
///
/// # Errors
/// What the work returns.
pub async fn apart<T: Send + 'static>(
    stop: &CancellationToken,
    tell: &mut (dyn FnMut(Progress) + Send),
    work: impl FnOnce(&Watch) -> Result<T> + Send + 'static,
) -> Result<T> {
    let stop = stop.child_token();
    let _ends_with_this = stop.clone().drop_guard();
    let (told, mut heard) = mpsc::unbounded_channel();
    let (reply, mut answer) = oneshot::channel();
    let watch = Watch {
        told,
        last: Cell::new(None),
        stop,
    };
    let run = move || {
        // On Linux this is the thread's own priority. Requests come first.
        if let Err(error) = rustix::process::nice(15) {
            tracing::debug!(%error, "the priority stays as it is");
        }
        let _gone = reply.send(work(&watch));
    };
    let thread = std::thread::Builder::new().name("backup".into()).spawn(run);
    drop(thread.map_err(|error| BackupError::House(Error::internal(error)))?);
    loop {
        tokio::select! {
            biased;
            Some(progress) = heard.recv() => tell(progress),
            result = &mut answer => {
                return result.unwrap_or_else(|_| Err(BackupError::House(Error::internal("the backup's thread panicked"))));
            }
        }
    }
}
