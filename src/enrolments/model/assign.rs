//! What somebody is to learn until when.

use super::WeekdaySet;
use crate::kernel::{
    id::{AssignmentId, CourseId, EnrolmentId, GroupId, UserId},
    time::{Day, Timestamp},
};

/// Until when a course is to be learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::enrolments) enum Due {
    /// There is no date.
    Never,
    /// On this date.
    On(Day),
    /// So many days after he came under the assignment.
    After(u16),
}

impl Due {
    /// The date for somebody who comes under it today. One that is counted moves from a rest day to
    /// the next day that is none; one that a person chose stays.
    #[must_use]
    pub(in crate::enrolments) fn date(self, today: Day, rest: Option<WeekdaySet>) -> Option<Day> {
        match self {
            Self::Never => None,
            Self::On(day) => Some(day),
            Self::After(days) => {
                let counted = today.plus(i32::from(days));
                Some(rest.map_or(counted, |rest| rest.first_outside(counted)))
            }
        }
    }
}

/// Who is to learn which course until when.
#[derive(Debug, Clone)]
pub(in crate::enrolments) struct Assignment {
    /// Its id.
    pub id: AssignmentId,
    /// Which course.
    pub course: CourseId,
    /// Until when.
    pub due: Due,
    /// Days before (negative) or after the due date on which a reminder goes.
    pub reminders: Vec<i16>,
    /// Nobody is enrolled before this date.
    pub starts_on: Option<Day>,
    /// Whether it still takes people.
    pub is_active: bool,
    /// When.
    pub created_at: Timestamp,
    /// When it was last gone through to its end.
    pub ran_at: Option<Timestamp>,
    /// People it enrolled.
    pub added: u32,
    /// People it found enrolled.
    pub already: u32,
    /// People it could not enrol.
    pub refused: u32,
}

/// Whom an assignment is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::enrolments) struct Audience {
    /// Everybody in these groups, now and later.
    pub groups: Vec<GroupId>,
    /// These people.
    pub people: Vec<UserId>,
}

/// What became of somebody who is to be enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::enrolments) enum Enrolled {
    /// A cycle began.
    Added(EnrolmentId),
    /// He learns it, or has learnt it.
    Already(EnrolmentId),
    /// He cannot; why, as a fixed word.
    Refused(&'static str),
}

/// Reminders that an assignment has unless somebody says otherwise.
pub(in crate::enrolments) const REMINDERS: [i16; 4] = [-14, -7, -1, 1];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counted_date_leaves_the_rest_days_and_a_chosen_one_stays() {
        let day = |d| Day::from_ymd(2026, 11, d).expect("a day");
        let weekend = WeekdaySet::parse(&[6, 7]).ok();
        let monday = day(16);
        assert_eq!(Due::After(5).date(monday, weekend), Some(day(23)), "Saturday becomes Monday");
        assert_eq!(Due::After(4).date(monday, weekend), Some(day(20)));
        assert_eq!(Due::After(5).date(monday, None), Some(day(21)));
        assert_eq!(Due::On(day(22)).date(monday, weekend), Some(day(22)));
        assert_eq!(Due::Never.date(monday, weekend), None);
    }
}
