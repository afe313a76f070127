//! When the days of a course open for one learner.

use super::pace::Pace;
use crate::kernel::time::{Day, Timestamp, Zone};

/// Where a learner's dates begin and end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boundary {
    /// His zone.
    pub zone: Zone,
    /// The hour at which his day begins, 0–6.
    pub start_hour: u8,
}

impl Boundary {
    /// The learning date of an instant.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> Day {
        at.learning_day(&self.zone, self.start_hour)
    }

    /// The instant at which a learning date begins.
    #[must_use]
    pub fn begins(&self, day: Day) -> Timestamp {
        day.opens_at(&self.zone, self.start_hour)
    }
}

/// When each day of a course opens for one learner.
///
/// Day 1 opens at once, on the start date. Each further day opens when the next date of the pace
/// begins, so at most one on any date. What has opened stays open: `opened_through` is the
/// high-water mark, and the boundary in which it was last settled counts beside the present one,
/// so that neither another pace nor another zone nor another day-start hour closes a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The pace by which further days open.
    pub pace: Pace,
    /// The dates of days 1, 2, … that are settled: the start date, and those opened under
    /// earlier paces. Never empty.
    pub dates: Vec<Day>,
    /// Further dates count after this one.
    pub counts_from: Day,
    /// The number of days known to have opened; at least 1.
    pub opened_through: u16,
    /// The boundary in which that was last settled.
    pub boundary: Boundary,
}

impl Schedule {
    /// A schedule whose day 1 opens now.
    #[must_use]
    pub fn begin(pace: Pace, now: Timestamp, boundary: Boundary) -> Self {
        let today = boundary.date(now);
        Self {
            pace,
            dates: vec![today],
            counts_from: today,
            opened_through: 1,
            boundary,
        }
    }

    /// The start date.
    #[must_use]
    pub fn starts_on(&self) -> Day {
        self.dates.first().copied().unwrap_or(self.counts_from)
    }

    /// The date of a day, counted from 1.
    #[must_use]
    pub fn date_of(&self, day: u16) -> Day {
        let day = usize::from(day.max(1));
        let Some(weekdays) = self.pace.weekdays() else {
            return self.starts_on();
        };
        match self.dates.get(day - 1) {
            Some(date) => *date,
            None => {
                let n = u32::try_from(day - self.dates.len()).unwrap_or(u32::MAX);
                Day::from_number(weekdays.nth_after(self.counts_from.number(), n))
            }
        }
    }

    /// The number of days that have opened by now.
    #[must_use]
    pub fn opened(&self, now: Timestamp, boundary: &Boundary) -> u16 {
        let mut opened = self.opened_through.max(1).max(self.reached(boundary.date(now)));
        if self.boundary != *boundary {
            opened = opened.max(self.reached(self.boundary.date(now)));
        }
        opened
    }

    /// When a day opens or has opened.
    #[must_use]
    pub fn opens_at(&self, day: u16, boundary: &Boundary) -> Timestamp {
        boundary.begins(self.date_of(day))
    }

    /// The same schedule with what has opened by now made fast in the present boundary.
    #[must_use]
    pub fn settled(&self, now: Timestamp, boundary: &Boundary, days: u16) -> Self {
        Self {
            opened_through: self.opened(now, boundary).min(days.max(1)),
            boundary: boundary.clone(),
            ..self.clone()
        }
    }

    /// The same schedule at another pace, of a course with this many days: what has opened keeps
    /// its date, the others follow from today, still at most one on any date.
    #[must_use]
    pub fn repaced(&self, pace: Pace, now: Timestamp, boundary: &Boundary, days: u16) -> Self {
        let opened = self.opened(now, boundary).min(days.max(1));
        let dates: Vec<Day> = (1..=opened).map(|day| self.date_of(day)).collect();
        let last = dates.last().copied().unwrap_or(self.counts_from);
        Self {
            pace,
            counts_from: last.max(boundary.date(now).plus(-1)),
            dates,
            opened_through: opened,
            boundary: boundary.clone(),
        }
    }

    /// The number of days whose date has come.
    fn reached(&self, today: Day) -> u16 {
        let Some(weekdays) = self.pace.weekdays() else {
            return u16::MAX;
        };
        let settled = self.dates.iter().filter(|date| **date <= today).count();
        let counted = weekdays.count_between(self.counts_from.number(), today.number());
        u16::try_from(settled)
            .unwrap_or(u16::MAX)
            .saturating_add(u16::try_from(counted).unwrap_or(u16::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::pace::WeekdaySet, *};

    fn zone(name: &str) -> Zone {
        Zone::parse(name).expect("a known zone")
    }

    fn boundary(name: &str) -> Boundary {
        Boundary {
            zone: zone(name),
            start_hour: 3,
        }
    }

    fn day(y: i16, m: i8, d: i8) -> Day {
        Day::from_ymd(y, m, d).expect("a real day")
    }

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(serde_json::Value::String(text.into())).expect("an instant")
    }

    fn custom(days: &[u8]) -> Pace {
        Pace::Custom(WeekdaySet::parse(days).expect("a set"))
    }

    /// The dates of the first days.
    fn dates(schedule: &Schedule, count: u16) -> Vec<String> {
        (1..=count).map(|d| schedule.date_of(d).to_string()).collect()
    }

    #[test]
    fn one_day_each_day() {
        let utc = boundary("UTC");
        let schedule = Schedule::begin(Pace::Daily, at("2026-11-20T10:00:00Z"), utc.clone());
        assert_eq!(dates(&schedule, 3), ["2026-11-20", "2026-11-21", "2026-11-22"]);
        assert_eq!(schedule.opened(at("2026-11-20T10:00:00Z"), &utc), 1);
        assert_eq!(schedule.opened(at("2026-11-21T02:59:59.999Z"), &utc), 1);
        assert_eq!(schedule.opened(at("2026-11-21T03:00:00Z"), &utc), 2);
        assert_eq!(schedule.opened(at("2026-12-20T03:00:00Z"), &utc), 31);
        assert_eq!(schedule.opens_at(2, &utc), at("2026-11-21T03:00:00Z"));
    }

    #[test]
    fn night_owls_start_on_the_evening_before() {
        let utc = boundary("UTC");
        let schedule = Schedule::begin(Pace::Daily, at("2026-11-20T01:30:00Z"), utc.clone());
        assert_eq!(schedule.starts_on(), day(2026, 11, 19));
        assert_eq!(schedule.opened(at("2026-11-20T03:00:00Z"), &utc), 2);
    }

    #[test]
    fn weekdays_skip_the_weekend_and_a_saturday_start_counts() {
        let utc = boundary("UTC");
        let friday = Schedule::begin(Pace::Weekdays, at("2026-11-20T10:00:00Z"), utc.clone());
        assert_eq!(dates(&friday, 3), ["2026-11-20", "2026-11-23", "2026-11-24"]);
        let saturday = Schedule::begin(Pace::Weekdays, at("2026-11-21T10:00:00Z"), utc.clone());
        assert_eq!(dates(&saturday, 3), ["2026-11-21", "2026-11-23", "2026-11-24"]);
        assert_eq!(saturday.opened(at("2026-11-22T23:00:00Z"), &utc), 1);
        assert_eq!(saturday.opened(at("2026-11-23T03:00:00Z"), &utc), 2);
    }

    #[test]
    fn chosen_days_over_weeks() {
        let utc = boundary("UTC");
        let schedule = Schedule::begin(custom(&[2, 4]), at("2026-11-19T10:00:00Z"), utc.clone());
        assert_eq!(
            dates(&schedule, 5),
            ["2026-11-19", "2026-11-24", "2026-11-26", "2026-12-01", "2026-12-03"]
        );
        let sundays = Schedule::begin(custom(&[7]), at("2026-11-19T10:00:00Z"), utc);
        assert_eq!(sundays.date_of(21), day(2027, 4, 4));
    }

    #[test]
    fn all_at_once_is_all_open() {
        let utc = boundary("UTC");
        let now = at("2026-11-19T10:00:00Z");
        let schedule = Schedule::begin(Pace::AllAtOnce, now, utc.clone());
        assert_eq!(schedule.opened(now, &utc), u16::MAX);
        assert_eq!(schedule.date_of(40), day(2026, 11, 19));
        assert_eq!(schedule.settled(now, &utc, 30).opened_through, 30);
    }

    #[test]
    fn days_open_in_the_learners_own_morning() {
        for (name, opens) in [
            ("Pacific/Apia", "2026-11-20T14:00:00Z"),
            ("Australia/Lord_Howe", "2026-11-20T16:00:00Z"),
            ("Asia/Kathmandu", "2026-11-20T21:15:00Z"),
            ("America/Los_Angeles", "2026-11-21T11:00:00Z"),
        ] {
            let here = boundary(name);
            let start = here.begins(day(2026, 11, 20)).plus_secs(3600);
            let schedule = Schedule::begin(Pace::Daily, start, here.clone());
            assert_eq!(schedule.opens_at(2, &here), at(opens), "{name}");
            assert_eq!(schedule.opened(at(opens).plus_millis(-1), &here), 1, "{name}");
            assert_eq!(schedule.opened(at(opens), &here), 2, "{name}");
        }
    }

    #[test]
    fn clock_changes_move_the_opening_with_the_wall_clock() {
        let berlin = boundary("Europe/Berlin");
        let schedule = Schedule::begin(Pace::Daily, at("2026-03-28T10:00:00Z"), berlin.clone());
        assert_eq!(schedule.opens_at(2, &berlin), at("2026-03-29T01:00:00Z"));
        assert_eq!(schedule.opened(at("2026-03-29T00:59:59Z"), &berlin), 1);
        assert_eq!(schedule.opened(at("2026-03-29T01:00:00Z"), &berlin), 2);
        // Lord Howe: half an hour, 02:00 becomes 01:30 on 2026-04-05.
        let howe = Boundary {
            zone: zone("Australia/Lord_Howe"),
            start_hour: 2,
        };
        let schedule = Schedule::begin(Pace::Daily, at("2026-04-04T01:00:00Z"), howe.clone());
        let opens = schedule.opens_at(2, &howe);
        assert_eq!(opens, at("2026-04-04T15:30:00Z"));
        assert_eq!(schedule.opened(opens.plus_millis(-1), &howe), 1);
        assert_eq!(schedule.opened(opens, &howe), 2);
    }

    #[test]
    fn a_skipped_date_still_opens_its_day() {
        // Apia had no 2011-12-30: its day opens with the skip, the next one three hours later.
        let apia = boundary("Pacific/Apia");
        let schedule = Schedule::begin(Pace::Daily, at("2011-12-29T20:00:00Z"), apia.clone());
        assert_eq!(dates(&schedule, 3), ["2011-12-29", "2011-12-30", "2011-12-31"]);
        assert_eq!(schedule.opened(at("2011-12-30T09:59:59Z"), &apia), 1);
        assert_eq!(schedule.opened(at("2011-12-30T10:00:00Z"), &apia), 2);
        assert_eq!(schedule.opened(at("2011-12-30T13:00:00Z"), &apia), 3);
    }

    #[test]
    fn another_pace_moves_only_what_is_to_come() {
        let utc = boundary("UTC");
        let schedule = Schedule::begin(Pace::Daily, at("2026-11-16T10:00:00Z"), utc.clone());
        let now = at("2026-11-18T10:00:00Z"); // Wednesday: three days are open.
        let mondays = schedule.repaced(custom(&[1]), now, &utc, 14);
        assert_eq!(
            dates(&mondays, 5),
            ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-23", "2026-11-30"]
        );
        assert_eq!(mondays.opened(now, &utc), 3);
        let back = mondays.repaced(Pace::Daily, now, &utc, 14);
        assert_eq!(dates(&back, 5), dates(&schedule, 5));
    }

    #[test]
    fn a_quicker_pace_opens_one_day_today_and_no_more() {
        let utc = boundary("UTC");
        let schedule = Schedule::begin(custom(&[1]), at("2026-11-16T10:00:00Z"), utc.clone());
        let now = at("2026-11-28T10:00:00Z"); // A Saturday, twelve days on: days 1 and 2 are open.
        assert_eq!(schedule.opened(now, &utc), 2);
        let mut schedule = schedule.repaced(Pace::Daily, now, &utc, 14);
        assert_eq!(schedule.opened(now, &utc), 3);
        for pace in [custom(&[1]), Pace::Daily, custom(&[6]), Pace::Daily] {
            schedule = schedule.repaced(pace, now, &utc, 14);
            assert_eq!(schedule.opened(now, &utc), 3, "changing to and fro opens nothing more");
        }
        assert_eq!(schedule.date_of(4), day(2026, 11, 29));
    }

    #[test]
    fn another_zone_or_hour_closes_nothing() {
        let east = boundary("Pacific/Auckland");
        let west = boundary("America/Los_Angeles");
        let schedule = Schedule::begin(Pace::Daily, at("2026-11-16T10:00:00Z"), east.clone());
        // Day 3 has just opened in Auckland; in Los Angeles it is the day before.
        let now = schedule.opens_at(3, &east);
        assert_eq!(schedule.opened(now, &east), 3);
        assert_eq!(schedule.opened(now, &west), 3);
        let moved = schedule.settled(now, &west, 14);
        assert_eq!(moved.opened(now, &west), 3);
        assert_eq!(moved.opened(schedule.opens_at(4, &east), &west), 3);
        assert_eq!(moved.opened(schedule.opens_at(4, &west), &west), 4);
        let later = Boundary {
            start_hour: 6,
            ..east.clone()
        };
        assert_eq!(schedule.opened(now, &later), 3);
    }

    #[test]
    fn no_walk_through_paces_and_zones_ever_closes_a_day() {
        let zones = [
            "UTC",
            "Pacific/Kiritimati",
            "Pacific/Pago_Pago",
            "Australia/Lord_Howe",
            "America/Havana",
        ];
        let paces = [Pace::Daily, Pace::Weekdays, custom(&[1]), custom(&[2, 6]), custom(&[7])];
        let mut seed = 7_u64;
        let mut next = |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).expect("small") % n
        };
        for _ in 0..200 {
            let mut now = at("2026-02-20T00:00:00Z").plus_secs(i64::try_from(next(86_400)).expect("small"));
            let mut here = boundary(zones[next(zones.len())]);
            let mut schedule = Schedule::begin(paces[next(paces.len())], now, here.clone());
            let mut seen = 1;
            for _ in 0..60 {
                match next(5) {
                    0 => schedule = schedule.repaced(paces[next(paces.len())], now, &here, 21),
                    1 => schedule = schedule.settled(now, &here, 21),
                    2 => {
                        // A write settles before the zone changes a second time.
                        schedule = schedule.settled(now, &here, 21);
                        here = boundary(zones[next(zones.len())]);
                    }
                    _ => now = now.plus_secs(i64::try_from(next(100_000)).expect("small")),
                }
                let opened = schedule.opened(now, &here).min(21);
                assert!(opened >= seen, "{opened} < {seen}: {schedule:?} {now} {here:?}");
                seen = opened;
            }
        }
    }

    #[test]
    fn far_instants_do_not_overflow() {
        let utc = boundary("UTC");
        let schedule = Schedule::begin(Pace::Daily, at("2026-11-16T10:00:00Z"), utc.clone());
        for far in [i64::MAX, i64::MIN, i64::MAX / 2] {
            assert!(schedule.opened(Timestamp::from_millis(far), &utc) >= 1);
        }
        assert!(schedule.opened(at("9999-01-01T00:00:00Z"), &utc) >= 21);
        assert_eq!(schedule.opened(at("0001-01-01T00:00:00Z"), &utc), 1);
        let _no_panic = schedule.date_of(u16::MAX);
    }
}
