//! On which days a learner learns.

use serde::{Deserialize, Serialize};

use crate::{
    kernel::{error::TextError, time::Day},
    text_enum,
};

/// A non-empty set of weekdays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WeekdaySet(u8);

const EVERY: u8 = 0b111_1111;
const WORKING: u8 = 0b001_1111;

impl WeekdaySet {
    /// The set of these weekdays, 1 for Monday … 7 for Sunday, in any order.
    ///
    /// # Errors
    /// [`TextError`] when it would be empty or a number is none of a weekday.
    pub fn parse(days: &[u8]) -> Result<Self, TextError> {
        if days.is_empty() || days.iter().any(|day| !(1..=7).contains(day)) {
            return Err(TextError::new(
                "pace.days",
                "Choose at least one weekday: numbers from 1 for Monday to 7 for Sunday.",
            ));
        }
        Ok(Self(days.iter().fold(0, |bits, day| bits | 1 << (day - 1))))
    }

    /// The weekdays in order, 1 for Monday … 7 for Sunday.
    #[must_use]
    pub fn days(self) -> Vec<u8> {
        (1..=7).filter(|day| self.0 & (1 << (day - 1)) != 0).collect()
    }

    /// Bit 0 for Monday … bit 6 for Sunday: how the set is stored.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set with these bits, unless it would be empty.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits == 0 || bits > EVERY { None } else { Some(Self(bits)) }
    }

    /// The days of this set that are in no other; all of this set where none would be left.
    #[must_use]
    pub fn without(self, other: Option<Self>) -> Self {
        let left = self.0 & !other.map_or(0, Self::bits);
        Self::from_bits(left).unwrap_or(self)
    }

    /// The first date, from this one on, that is none of this set; this one where every date is.
    #[must_use]
    pub fn first_outside(self, from: Day) -> Day {
        let mut week = (0..7).map(|n| from.plus(n));
        week.find(|day| !self.has(day.number())).unwrap_or(from)
    }

    /// How many dates of this set lie after the day numbered `from` up to and with `to`
    /// (numbers as [`crate::kernel::time::Day::number`]).
    #[must_use]
    pub fn count_between(self, from: i32, to: i32) -> u32 {
        let days = to.saturating_sub(from);
        if days <= 0 {
            return 0;
        }
        let whole = days.unsigned_abs() / 7;
        let first_left = from + (days / 7) * 7 + 1;
        let rest = (first_left..=to).filter(|day| self.has(*day)).count();
        whole * self.0.count_ones() + u32::try_from(rest).unwrap_or(0)
    }

    /// The number of the `n`th date of this set after the day numbered `from`; `n` counts from 1.
    #[must_use]
    pub fn nth_after(self, from: i32, n: u32) -> i32 {
        let weekly = self.0.count_ones();
        let weeks = n.saturating_sub(1) / weekly;
        let mut left = n.max(1) - weeks * weekly;
        let mut day = from.saturating_add(i32::try_from(weeks).unwrap_or(i32::MAX / 7).saturating_mul(7));
        while left > 0 {
            day = day.saturating_add(1);
            left -= u32::from(self.has(day));
        }
        day
    }

    /// Whether the day with this number belongs to the set. 1970-01-01 was a Thursday.
    const fn has(self, number: i32) -> bool {
        let from_monday = (number as i64 + 3).rem_euclid(7);
        self.0 & (1 << from_monday) != 0
    }
}

/// How the days of a course open for one learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// One day each day.
    Daily,
    /// One day each Monday to Friday.
    Weekdays,
    /// One day on each of these weekdays.
    Custom(WeekdaySet),
    /// Everything at once: self-paced courses.
    AllAtOnce,
}

/// The fixed word of a pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaceKind {
    /// One day each day.
    Daily,
    /// One day each Monday to Friday.
    Weekdays,
    /// One day on each of the chosen weekdays.
    Custom,
    /// Everything at once: self-paced courses.
    AllAtOnce,
}
text_enum!(PaceKind { Daily = "daily", Weekdays = "weekdays", Custom = "custom", AllAtOnce = "all_at_once" });

impl Pace {
    /// The pace with this word; only a custom one has days.
    ///
    /// # Errors
    /// [`TextError`] for a custom pace without days, or another one with days.
    pub fn parse(kind: PaceKind, days: Option<&[u8]>) -> Result<Self, TextError> {
        match (kind, days) {
            (PaceKind::Custom, days) => WeekdaySet::parse(days.unwrap_or_default()).map(Self::Custom),
            (_, Some(_)) => Err(TextError::new(
                "pace.days_unexpected",
                "Only the custom pace has days: leave them out, or choose custom.",
            )),
            (PaceKind::Daily, None) => Ok(Self::Daily),
            (PaceKind::Weekdays, None) => Ok(Self::Weekdays),
            (PaceKind::AllAtOnce, None) => Ok(Self::AllAtOnce),
        }
    }

    /// Its fixed word.
    #[must_use]
    pub const fn kind(self) -> PaceKind {
        match self {
            Self::Daily => PaceKind::Daily,
            Self::Weekdays => PaceKind::Weekdays,
            Self::Custom(_) => PaceKind::Custom,
            Self::AllAtOnce => PaceKind::AllAtOnce,
        }
    }

    /// The weekdays on which a day opens; `None` when everything is open at once.
    #[must_use]
    pub const fn weekdays(self) -> Option<WeekdaySet> {
        match self {
            Self::Daily => Some(WeekdaySet(EVERY)),
            Self::Weekdays => Some(WeekdaySet(WORKING)),
            Self::Custom(days) => Some(days),
            Self::AllAtOnce => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_parsed_and_shown_in_order() {
        let set = WeekdaySet::parse(&[5, 1, 3, 1]).expect("a set");
        assert_eq!(set.days(), [1, 3, 5]);
        assert_eq!(WeekdaySet::from_bits(set.bits()), Some(set));
        for bad in [&[][..], &[0], &[8], &[1, 255]] {
            assert_eq!(WeekdaySet::parse(bad).map_err(|e| e.code), Err("pace.days"));
        }
        assert_eq!(WeekdaySet::from_bits(0), None);
        assert_eq!(WeekdaySet::from_bits(128), None);
    }

    #[test]
    fn only_custom_has_days() {
        assert_eq!(Pace::parse(PaceKind::Daily, None), Ok(Pace::Daily));
        assert_eq!(
            Pace::parse(PaceKind::Daily, Some(&[])).map_err(|e| e.code),
            Err("pace.days_unexpected")
        );
        assert_eq!(
            Pace::parse(PaceKind::Weekdays, Some(&[1])).map_err(|e| e.code),
            Err("pace.days_unexpected")
        );
        assert_eq!(Pace::parse(PaceKind::Custom, None).map_err(|e| e.code), Err("pace.days"));
        let custom = Pace::parse(PaceKind::Custom, Some(&[7])).expect("a pace");
        assert_eq!(custom.weekdays().map(WeekdaySet::days), Some(vec![7]));
    }

    #[test]
    fn what_is_left_of_a_set_is_never_nothing() {
        let set = |days: &[u8]| WeekdaySet::parse(days).expect("a set");
        assert_eq!(set(&[1, 3, 7]).without(None), set(&[1, 3, 7]));
        assert_eq!(set(&[1, 3, 7]).without(Some(set(&[6, 7]))), set(&[1, 3]));
        assert_eq!(set(&[6, 7]).without(Some(set(&[5, 6, 7]))), set(&[6, 7]));
    }

    #[test]
    fn a_date_moves_out_of_a_set_to_the_next_that_is_none() {
        let day = |text: (i16, i8, i8)| Day::from_ymd(text.0, text.1, text.2).expect("a day");
        let weekend = WeekdaySet::parse(&[6, 7]).expect("a set");
        assert_eq!(weekend.first_outside(day((2026, 11, 20))), day((2026, 11, 20)), "a Friday stays");
        for saturday_or_sunday in [day((2026, 11, 21)), day((2026, 11, 22))] {
            assert_eq!(weekend.first_outside(saturday_or_sunday), day((2026, 11, 23)));
        }
        let all = WeekdaySet::from_bits(EVERY).expect("a set");
        assert_eq!(all.first_outside(day((2026, 11, 20))), day((2026, 11, 20)));
    }

    #[test]
    fn a_weekday_is_what_the_calendar_says() {
        let start = Day::from_ymd(1969, 12, 20).expect("a day").number();
        for number in start..start + 30 {
            let day = Day::from_number(number);
            let only = WeekdaySet::parse(&[day.weekday()]).expect("a set");
            assert!(only.has(number), "{day}");
            assert_eq!((0..7).filter(|n| only.has(number + n)).count(), 1, "{day}");
        }
    }

    #[test]
    fn counting_and_finding_agree_with_walking() {
        for bits in 1..=EVERY {
            let set = WeekdaySet::from_bits(bits).expect("a set");
            for from in [-3, 0, 20_000, 20_001, 20_004] {
                let walked: Vec<i32> = (from + 1..from + 80).filter(|day| set.has(*day)).collect();
                for (i, day) in walked.iter().enumerate() {
                    let n = u32::try_from(i + 1).expect("small");
                    assert_eq!(set.nth_after(from, n), *day, "{bits:b} {from} {n}");
                    assert_eq!(set.count_between(from, *day), n, "{bits:b} {from} {n}");
                    assert_eq!(set.count_between(from, *day - 1), n - 1, "{bits:b} {from} {n}");
                }
                assert_eq!(set.count_between(from, from), 0);
                assert_eq!(set.count_between(from, from - 40), 0);
            }
        }
    }
}
