//! What the writer and the readers have done, and how long it took.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use tracing::{Span, span::EnteredSpan};

use super::Database;
use crate::platform::metrics::{BATCHES, Histogram, STEPS, Set};

/// Counters of the writer, for health and metrics.
#[derive(Debug)]
pub struct WriterStats {
    /// Commits since the start.
    pub commits: AtomicU64,
    /// Closures that succeeded and were committed since the start.
    pub writes: AtomicU64,
    /// Set while the disk refuses writes; cleared by the next commit that succeeds.
    pub refusing: AtomicBool,
    /// Closures whose changes were rolled back: they failed or panicked.
    pub rolled_back: AtomicU64,
    /// Closures that took longer than a batch may gather.
    pub slow: AtomicU64,
    /// Batches that were lost as a whole.
    pub lost: AtomicU64,
    /// From asking to the closure's turn.
    pub wait: Histogram,
    /// The closure itself.
    pub run: Histogram,
    /// `COMMIT`, which waits for the disk.
    pub commit: Histogram,
    /// Closures in one commit.
    pub batch: Histogram,
}

impl Default for WriterStats {
    fn default() -> Self {
        Self {
            commits: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            refusing: AtomicBool::new(false),
            rolled_back: AtomicU64::new(0),
            slow: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            wait: Histogram::seconds(STEPS),
            run: Histogram::seconds(STEPS),
            commit: Histogram::seconds(STEPS),
            batch: Histogram::numbers(BATCHES),
        }
    }
}

/// Counters of a lane of readers.
#[derive(Debug)]
pub(super) struct LaneStats {
    /// From asking to the read's turn.
    pub(super) wait: Histogram,
    /// The read itself.
    pub(super) run: Histogram,
    /// Reads that were ended by their deadline.
    pub(super) late: AtomicU64,
}

impl Default for LaneStats {
    fn default() -> Self {
        Self {
            wait: Histogram::seconds(STEPS),
            run: Histogram::seconds(STEPS),
            late: AtomicU64::new(0),
        }
    }
}

/// What a closure brings along to its thread: since when it waits, and whose lines it logs.
pub(super) struct Ticket {
    since: Instant,
    span: Span,
}

/// A closure whose turn it is.
pub(super) struct Turn {
    began: Instant,
    _span: EnteredSpan,
}

impl Ticket {
    pub(super) fn now() -> Self {
        Self {
            since: Instant::now(),
            span: Span::current(),
        }
    }

    /// Counts the wait; lines are logged for the asker until the turn is dropped.
    pub(super) fn called(self, wait: &Histogram) -> Turn {
        let began = Instant::now();
        wait.observe(began.duration_since(self.since));
        Turn {
            began,
            _span: self.span.entered(),
        }
    }
}

impl Turn {
    /// Counts the run.
    pub(super) fn done(&self, run: &Histogram) -> Duration {
        let took = self.began.elapsed();
        run.observe(took);
        took
    }
}

impl Database {
    /// Figures for a monitor: no query, only what was counted and the sizes of two files.
    pub(in crate::platform) fn collect(&self, set: &mut Set) {
        let inner = &self.inner;
        writer(&inner.writer.stats, inner.writer.waiting(), set);
        for (name, lane) in [("page", &inner.readers), ("report", &inner.heavy)] {
            let labels = [("lane", name)];
            set.gauge(
                "momentum_db_reads_waiting",
                "Reads that wait for their turn",
                &labels,
                lane.waiting(),
            );
            set.histogram(
                "momentum_db_read_wait_seconds",
                "From asking to a read's turn",
                &labels,
                &lane.stats.wait,
            );
            set.histogram("momentum_db_read_run_seconds", "Time of a read", &labels, &lane.stats.run);
            let late = lane.stats.late.load(Ordering::Relaxed);
            set.counter("momentum_db_reads_late", "Reads that were ended by their deadline", &labels, late);
        }
        let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |file| file.len());
        set.gauge("momentum_db_file_bytes", "Size of the database file", &[], size(&inner.path));
        let log = inner.path.with_extension("db-wal");
        set.gauge("momentum_db_wal_bytes", "Size of the write-ahead log", &[], size(&log));
    }
}

fn writer(stats: &WriterStats, waiting: usize, set: &mut Set) {
    set.gauge("momentum_db_writes_waiting", "Writes that wait for their turn", &[], waiting);
    let is_refusing = stats.refusing.load(Ordering::Relaxed);
    set.gauge("momentum_db_refusing", "1 while the disk refuses writes", &[], is_refusing);
    let counters = [
        ("momentum_db_commits", "Commits", &stats.commits),
        ("momentum_db_writes", "Writes that succeeded and were committed", &stats.writes),
        (
            "momentum_db_writes_rolled_back",
            "Writes that failed and changed nothing",
            &stats.rolled_back,
        ),
        ("momentum_db_writes_slow", "Writes that took longer than 20 ms", &stats.slow),
        ("momentum_db_batches_lost", "Commits that the disk refused", &stats.lost),
    ];
    for (name, help, value) in counters {
        set.counter(name, help, &[], value.load(Ordering::Relaxed));
    }
    let histograms = [
        ("momentum_db_write_wait_seconds", "From asking to a write's turn", &stats.wait),
        ("momentum_db_write_run_seconds", "Time of a write, without its commit", &stats.run),
        (
            "momentum_db_commit_seconds",
            "Time of a commit, which waits for the disk",
            &stats.commit,
        ),
        ("momentum_db_batch_writes", "Writes in one commit", &stats.batch),
    ];
    for (name, help, value) in histograms {
        set.histogram(name, help, &[], value);
    }
}
