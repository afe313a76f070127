//! What background work and mail have done since the process started.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use super::{
    Set,
    histogram::{Histogram, RUNS},
};
use crate::platform::jobs::{JobError, Queue};

/// How a run of a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The work is done.
    Done,
    /// It runs again after a failure.
    Retried,
    /// It waits for something and runs again.
    Snoozed,
    /// It gave up.
    Dead,
}

const OUTCOMES: [(Outcome, &str); 4] = [
    (Outcome::Done, "done"),
    (Outcome::Retried, "retried"),
    (Outcome::Snoozed, "snoozed"),
    (Outcome::Dead, "dead"),
];

impl Outcome {
    /// What a run's result means, `is_last` when it may not run again.
    #[must_use]
    pub fn of(result: &Result<(), JobError>, is_last: bool) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(JobError::Snooze(_)) => Self::Snoozed,
            Err(JobError::Retry(_)) if !is_last => Self::Retried,
            Err(JobError::Retry(_) | JobError::Fail(_)) => Self::Dead,
        }
    }
}

/// Runs of jobs, by queue.
#[derive(Debug)]
pub struct Jobs([Runs; Queue::ALL.len()]);

#[derive(Debug)]
struct Runs {
    time: Histogram,
    ended: [AtomicU64; OUTCOMES.len()],
}

impl Default for Jobs {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Runs {
            time: Histogram::seconds(RUNS),
            ended: Default::default(),
        }))
    }
}

impl Jobs {
    /// A run ended.
    pub fn ran(&self, queue: Queue, outcome: Outcome, took: Duration) {
        let of = |wanted: Queue| Queue::ALL.iter().position(|queue| *queue == wanted);
        let ended = OUTCOMES.iter().position(|(known, _)| *known == outcome);
        if let (Some(queue), Some(ended)) = (of(queue), ended) {
            self.0[queue].time.observe(took);
            self.0[queue].ended[ended].fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn collect(&self, set: &mut Set) {
        for (queue, runs) in Queue::ALL.iter().zip(&self.0) {
            let queue = ("queue", queue.word());
            set.histogram("momentum_jobs_run_seconds", "Time of one run of a job", &[queue], &runs.time);
            for ((_, word), count) in OUTCOMES.iter().zip(&runs.ended) {
                set.counter(
                    "momentum_jobs_runs",
                    "Runs of jobs by how they ended",
                    &[queue, ("outcome", *word)],
                    count.load(Ordering::Relaxed),
                );
            }
        }
    }
}

/// Mail since the process started.
#[derive(Debug, Default)]
pub struct Mails {
    /// Taken by the mail server, or written to the outbox.
    pub sent: AtomicU64,
    /// Tries that the mail server refused or did not hear.
    pub refused: AtomicU64,
    /// Given up.
    pub failed: AtomicU64,
}

impl Mails {
    pub(super) fn collect(&self, set: &mut Set) {
        let mut count = |name, help, value: &AtomicU64| set.counter(name, help, &[], value.load(Ordering::Relaxed));
        count("momentum_mails_sent", "Mails that went out", &self.sent);
        count("momentum_mails_refused", "Tries to send a mail that did not succeed", &self.refused);
        count("momentum_mails_failed", "Mails that were given up", &self.failed);
    }
}
