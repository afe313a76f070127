//! Counts values into buckets without a lock: readers on every core add to the same one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Upper bounds for answers to people, in seconds.
pub const ANSWERS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// Upper bounds for steps inside the database and the index, in seconds.
pub const STEPS: &[f64] = &[
    0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0, 60.0,
];

/// Upper bounds for the number of writes in one commit.
pub const BATCHES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Upper bounds for the runs of background jobs, in seconds.
pub const RUNS: &[f64] = &[0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0];

/// Durations or numbers in buckets. A clone counts into the same buckets.
#[derive(Debug, Clone)]
pub struct Histogram(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bounds: &'static [f64],
    /// The bounds in the unit that is counted: nanoseconds, or the number itself.
    limits: Box<[u64]>,
    /// One more than there are bounds: what is above all of them.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
    per_unit: f64,
}

/// What a histogram holds at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// The sum of all values: seconds, or the number itself.
    pub sum: f64,
    /// How many values.
    pub count: u64,
    /// Upper bound and number of values in the bucket alone; the last bound is infinite.
    pub buckets: Vec<(f64, u64)>,
}

impl Histogram {
    /// For durations; the bounds are in seconds and rise.
    #[must_use]
    pub fn seconds(bounds: &'static [f64]) -> Self {
        Self::scaled(bounds, 1e9)
    }

    /// For whole numbers; the bounds rise.
    #[must_use]
    pub fn numbers(bounds: &'static [f64]) -> Self {
        Self::scaled(bounds, 1.0)
    }

    fn scaled(bounds: &'static [f64], per_unit: f64) -> Self {
        Self(Arc::new(Inner {
            bounds,
            limits: bounds.iter().map(|bound| (bound * per_unit).round() as u64).collect(),
            counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0),
            per_unit,
        }))
    }

    /// Counts a duration.
    pub fn observe(&self, took: Duration) {
        self.add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX >> 16));
    }

    /// Counts a number.
    pub fn observe_number(&self, number: usize) {
        self.add(number as u64);
    }

    fn add(&self, value: u64) {
        // A value that equals a bound belongs below it.
        let bucket = self.0.limits.partition_point(|limit| *limit < value);
        self.0.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.0.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// What it holds now. The count is the sum of the buckets, whatever is added meanwhile.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let bounds = self.0.bounds.iter().copied().chain([f64::INFINITY]);
        let counts = self.0.counts.iter().map(|count| count.load(Ordering::Relaxed));
        let buckets: Vec<_> = bounds.zip(counts).collect();
        Tally {
            sum: self.0.sum.load(Ordering::Relaxed) as f64 / self.0.per_unit,
            count: buckets.iter().map(|(_, count)| count).sum(),
            buckets,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_on_a_bound_belongs_below_it() {
        let histogram = Histogram::seconds(&[0.001, 0.01]);
        for micros in [0, 1, 1000, 1001, 10_000, 10_001] {
            histogram.observe(Duration::from_micros(micros));
        }
        histogram.clone().observe(Duration::MAX);
        let tally = histogram.tally();
        assert_eq!(tally.buckets, [(0.001, 3), (0.01, 2), (f64::INFINITY, 2)]);
        assert_eq!(tally.count, 7);
        let batches = Histogram::numbers(BATCHES);
        batches.observe_number(1);
        batches.observe_number(3);
        batches.observe_number(1000);
        assert!((batches.tally().sum - 1004.0).abs() < f64::EPSILON);
    }

    #[test]
    fn nothing_is_lost_between_threads() {
        let histogram = Histogram::seconds(STEPS);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|n| histogram.observe(Duration::from_nanos(n * 1000))));
            }
        });
        assert_eq!(histogram.tally().count, 40_000);
    }

    #[test]
    fn bounds_rise() {
        for bounds in [ANSWERS, STEPS, BATCHES, RUNS] {
            assert!(bounds.is_sorted_by(|a, b| a < b), "{bounds:?}");
        }
    }
}
