//! Active seconds: which seconds of which clock minutes were spent learning.
//!
//! A minute is kept as the set of its active seconds, so that however signs of activity arrive
//! (late, twice, out of order, from two devices) no second ever counts twice, and a clock minute
//! is worth at most one minute.

use crate::kernel::time::Timestamp;

/// A clock minute: whole minutes since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::progress) struct Minute(pub i64);

impl Minute {
    /// The instant at which it begins.
    #[must_use]
    pub(in crate::progress) const fn begins(self) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_mul(60_000))
    }
}

/// Active seconds of one clock minute: bit 0 is its first second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::progress) struct Slice {
    /// The minute.
    pub minute: Minute,
    /// Its active seconds.
    pub seconds: u64,
}

/// How late an offline sign of activity may arrive.
pub(in crate::progress) const LATEST_MS: i64 = 7 * 24 * 3600 * 1000;
/// Older than this, a sign of activity was made offline: the one timer of now does not concern it.
const LIVE_MS: i64 = 90_000;
/// How long another timer is waited for after its last sign.
pub(in crate::progress) const TIMER_MS: i64 = 45_000;

/// A sign of activity: so many seconds up to an instant.
#[derive(Debug, Clone, Copy)]
pub(in crate::progress) struct Beat {
    at: Timestamp,
    seconds: u8,
    is_live: bool,
}

impl Beat {
    /// The seconds up to `at`, as a device tells it; none is now. Its clock is believed only where
    /// it can be true: not after now, not before `earliest`, not more than a week ago.
    #[must_use]
    pub(in crate::progress) fn clamp(at: Option<Timestamp>, seconds: u8, now: Timestamp, earliest: Timestamp) -> Option<Self> {
        let at = at.unwrap_or(now).min(now);
        let oldest = earliest.max(now.plus_millis(-LATEST_MS));
        (at >= oldest).then_some(Self {
            at,
            seconds: seconds.clamp(1, 60),
            is_live: at.plus_millis(LIVE_MS) >= now,
        })
    }

    /// Whether it tells of now, and not of a time offline.
    #[must_use]
    pub(in crate::progress) const fn is_live(&self) -> bool {
        self.is_live
    }

    /// The clock minutes it touches, the earlier first, with its seconds in them; nothing of it
    /// lies before `earliest`.
    #[must_use]
    pub(in crate::progress) fn slices(&self, earliest: Timestamp) -> Vec<Slice> {
        let end = self.at.millis().div_euclid(1000);
        let start = (end - i64::from(self.seconds)).max(earliest.millis().div_euclid(1000));
        let minutes = start.div_euclid(60)..=(end - 1).div_euclid(60);
        let slice = |minute: i64| {
            let from = (start - minute * 60).clamp(0, 60);
            let to = (end - minute * 60).clamp(0, 60);
            Slice {
                minute: Minute(minute),
                seconds: bits(to) & !bits(from),
            }
        };
        minutes.map(slice).filter(|slice| slice.seconds != 0).collect()
    }
}

/// The first `n` seconds of a minute.
const fn bits(n: i64) -> u64 {
    (1 << n) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: Timestamp = Timestamp::from_millis(0);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn slices(end: i64, seconds: u8) -> Vec<(i64, u32)> {
        let beat = Beat::clamp(None, seconds, at(end), EPOCH).expect("a beat of now");
        beat.slices(EPOCH).iter().map(|s| (s.minute.0, s.seconds.count_ones())).collect()
    }

    #[test]
    fn a_beat_fills_the_seconds_before_it() {
        assert_eq!(slices(630, 30), [(10, 30)]);
        assert_eq!(slices(610, 30), [(9, 20), (10, 10)]);
        assert_eq!(slices(600, 30), [(9, 30)]);
        assert_eq!(slices(660, 60), [(10, 60)]);
        assert_eq!(slices(601, 60), [(9, 59), (10, 1)]);
        assert_eq!(slices(601, 1), [(10, 1)]);
    }

    #[test]
    fn the_bits_are_the_seconds() {
        let beat = Beat::clamp(None, 2, at(605), EPOCH).expect("a beat");
        assert_eq!(
            beat.slices(EPOCH),
            [Slice {
                minute: Minute(10),
                seconds: 0b11000
            }]
        );
    }

    #[test]
    fn sent_twice_or_overlapping_no_second_counts_twice() {
        let mut seen = std::collections::BTreeMap::<Minute, u64>::new();
        for end in [630, 630, 631, 640, 625, 660] {
            let beat = Beat::clamp(None, 60, at(end), EPOCH).expect("a beat");
            for slice in beat.slices(EPOCH) {
                *seen.entry(slice.minute).or_default() |= slice.seconds;
            }
        }
        // 60 seconds before 625 to 660: 565 to 660 without a gap.
        assert_eq!(seen.values().map(|bits| bits.count_ones()).collect::<Vec<_>>(), [35, 60]);
    }

    #[test]
    fn clocks_are_believed_only_where_they_can_be_true() {
        let now = at(1_000_000);
        let beat = |at| Beat::clamp(Some(at), 30, now, EPOCH);
        let future = beat(at(2_000_000)).expect("a clock that is fast");
        assert!(future.is_live());
        assert_eq!(future.slices(EPOCH), Beat::clamp(None, 30, now, EPOCH).expect("now").slices(EPOCH));
        assert!(beat(at(1_000_000 - 90)).is_some_and(|b| b.is_live()));
        assert!(beat(at(1_000_000 - 91)).is_some_and(|b| !b.is_live()));
        assert!(beat(at(1_000_000 - 7 * 86_400)).is_some());
        assert!(beat(at(1_000_000 - 7 * 86_400 - 1)).is_none());
        for far in [i64::MIN, i64::MIN / 2, -1] {
            assert!(beat(Timestamp::from_millis(far)).is_none());
        }
        assert!(beat(Timestamp::from_millis(i64::MAX)).is_some());
    }

    #[test]
    fn nothing_counts_before_one_joined() {
        let joined = at(590);
        let beat = Beat::clamp(None, 60, at(610), joined).expect("a beat");
        let counted: Vec<_> = beat.slices(joined).iter().map(|s| (s.minute.0, s.seconds.count_ones())).collect();
        assert_eq!(counted, [(9, 10), (10, 10)]);
        assert!(Beat::clamp(Some(at(589)), 60, at(610), joined).is_none());
        let at_once = Beat::clamp(None, 60, joined, joined).expect("a beat");
        assert!(at_once.slices(joined).is_empty());
        for later in [611, 659, 660, 100_000] {
            assert!(beat.slices(at(later)).is_empty(), "before it opened");
        }
    }
}
