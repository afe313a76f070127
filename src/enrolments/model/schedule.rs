//! When the days of a course open for one learner.

use super::pace::{Pace, WeekdaySet};
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
/// so that neither another pace nor another zone nor another day-start hour closes a day. The rest
/// days of the organisation are those of that time, too: whoever changes them settles every
/// schedule anew, and until then it goes on as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The pace by which further days open.
    pub pace: Pace,
    /// The organisation's rest days when the schedule was last settled: no further day opens on
    /// them. Where they would leave nothing of the pace, it alone counts.
    pub rest: Option<WeekdaySet>,
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
    pub fn begin(pace: Pace, rest: Option<WeekdaySet>, now: Timestamp, boundary: Boundary) -> Self {
        let today = boundary.date(now);
        Self {
            pace,
            rest,
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
        let Some(weekdays) = self.weekdays() else {
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

    /// The same schedule with this day open before its date, and what has opened made fast. No date
    /// moves: on the date of that day nothing more opens.
    #[must_use]
    pub fn opened_ahead(&self, day: u16, now: Timestamp, boundary: &Boundary, days: u16) -> Self {
        let settled = self.settled(now, boundary, days);
        Self {
            opened_through: settled.opened_through.max(day.min(days)),
            ..settled
        }
    }

    /// The same schedule at another pace or with other rest days, of a course with this many days:
    /// what has opened keeps its date, the others follow from today, still at most one on any date.
    #[must_use]
    pub fn repaced(&self, pace: Pace, rest: Option<WeekdaySet>, now: Timestamp, boundary: &Boundary, days: u16) -> Self {
        let opened = self.opened(now, boundary).min(days.max(1));
        let dates: Vec<Day> = (1..=opened).map(|day| self.date_of(day)).collect();
        let last = dates.last().copied().unwrap_or(self.counts_from);
        Self {
            pace,
            rest,
            counts_from: last.max(boundary.date(now).plus(-1)),
            dates,
            opened_through: opened,
            boundary: boundary.clone(),
        }
    }

    /// The weekdays on which a day opens; `None` when everything is open at once.
    fn weekdays(&self) -> Option<WeekdaySet> {
        self.pace.weekdays().map(|days| days.without(self.rest))
    }

    /// The number of days whose date has come.
    fn reached(&self, today: Day) -> u16 {
        let Some(weekdays) = self.weekdays() else {
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
mod tests;
