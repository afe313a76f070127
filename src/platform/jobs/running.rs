//! Which jobs run in this process now. One process owns the folder, so a job that runs here is
//! never claimed a second time, even when the system's clock leaps past its lease.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::kernel::id::JobId;

/// The jobs that run.
#[derive(Debug, Clone, Default)]
pub(super) struct Running(Arc<Mutex<Vec<JobId>>>);

impl Running {
    fn ids(&self) -> MutexGuard<'_, Vec<JobId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs until the mark is dropped.
    pub(super) fn mark(&self, id: JobId) -> Mark {
        self.ids().push(id);
        Mark { running: self.clone(), id }
    }

    pub(super) fn list(&self) -> Vec<JobId> {
        self.ids().clone()
    }
}

/// Takes the job off the list when dropped.
#[derive(Debug)]
pub(super) struct Mark {
    running: Running,
    id: JobId,
}

impl Drop for Mark {
    fn drop(&mut self) {
        let mut ids = self.running.ids();
        if let Some(at) = ids.iter().position(|id| *id == self.id) {
            ids.swap_remove(at);
        }
    }
}
