//! What somebody is to learn until when.

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
    /// The date for somebody who comes under it today.
    #[must_use]
    pub(in crate::enrolments) fn date(self, today: Day) -> Option<Day> {
        match self {
            Self::Never => None,
            Self::On(day) => Some(day),
            Self::After(days) => Some(today.plus(i32::from(days))),
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
