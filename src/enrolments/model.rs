//! Words and rules of learning: enrolments, paces, schedules, locks, the learning settings.

mod assign;
mod pace;
mod schedule;

pub(in crate::enrolments) use assign::{Assignment, Audience, Due, Enrolled, REMINDERS};
pub use pace::{Pace, PaceKind, WeekdaySet};
pub use schedule::{Boundary, Schedule};

use serde::{Deserialize, Serialize};

use crate::{
    kernel::{
        actor::{Person, Plan},
        error::{Error, Fields, Result, TextError},
        id::{CourseId, EnrolmentId, UserId, VersionId},
        time::{Timestamp, Zone},
    },
    platform::settings::Section,
    text_enum,
};

/// Where an enrolment is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EnrolmentState)]
pub enum State {
    /// He learns.
    Active,
    /// He has finished every required lesson.
    Completed,
    /// He has left the course; what he did stays.
    Left,
}
text_enum!(State { Active = "active", Completed = "completed", Left = "left" });

/// A learner's place in a course: one cycle of it, pinned to the version he joined.
#[derive(Debug, Clone, PartialEq)]
pub struct Enrolment {
    /// Its id.
    pub id: EnrolmentId,
    /// Whose it is.
    pub user: UserId,
    /// In which course.
    pub course: CourseId,
    /// The version he learns: the one he joined, or what he goes on by since he was moved, a blend
    /// of both.
    pub version: VersionId,
    /// The number of that version.
    pub number: u32,
    /// The last day of that version.
    pub days: u16,
    /// The plan that version needs.
    pub plan: Plan,
    /// 1 for the first time he takes the course, 2 for the second …
    pub cycle: u32,
    /// Where it is in its life.
    pub state: State,
    /// When its days open.
    pub schedule: Schedule,
    /// Whether a moderator has hidden the course: nobody learns by it then.
    pub is_withheld: bool,
    /// When he joined.
    pub started_at: Timestamp,
    /// When he finished every required lesson, if he has.
    pub completed_at: Option<Timestamp>,
    /// When he left, if he has.
    pub left_at: Option<Timestamp>,
}

impl Enrolment {
    /// Whether it opens lessons: active or completed.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.state != State::Left
    }

    /// The last day that is open now.
    #[must_use]
    pub fn opened(&self, now: Timestamp, boundary: &Boundary) -> u16 {
        self.schedule.opened(now, boundary).min(self.days)
    }

    /// When a day opens, of a course with so many [`Enrolment::opened`] days; for those, an instant
    /// that has passed.
    #[must_use]
    pub fn opens_at(&self, day: u16, opened: u16, now: Timestamp, boundary: &Boundary) -> Timestamp {
        let at = self.schedule.opens_at(day, boundary);
        if day <= opened { at.min(now) } else { at }
    }

    /// Why this person may not learn by it now, whatever the day: the course is hidden, or his plan
    /// has lapsed.
    #[must_use]
    pub fn barred(&self, person: &Person) -> Option<LockReason> {
        if self.is_withheld {
            return Some(LockReason::Hidden);
        }
        (self.plan > person.plan).then_some(LockReason::Premium)
    }
}

/// Why a lesson is closed to somebody who may know that it exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LockReason {
    /// Its day has not come.
    NotYet,
    /// He has not joined the course.
    NotEnrolled,
    /// The course needs the premium plan.
    Premium,
    /// A moderator has hidden it for now.
    Hidden,
}
text_enum!(LockReason { NotYet = "not_yet", NotEnrolled = "not_enrolled", Premium = "premium", Hidden = "hidden" });

/// A closed lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// Why.
    pub reason: LockReason,
    /// When it opens, if its day is known.
    pub opens_at: Option<Timestamp>,
}

impl From<Lock> for Error {
    fn from(lock: Lock) -> Self {
        Self::Locked {
            code: "lesson.locked",
            reason: lock.reason.word(),
            opens_at: lock.opens_at,
        }
    }
}

/// The pace offered first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DefaultPace {
    /// One day each day.
    #[default]
    Daily,
    /// One day each Monday to Friday.
    Weekdays,
}

/// How learning runs on this instance: an admin changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = LearningSettings)]
pub struct Learning {
    /// The hour at which a learning date begins, 0–6.
    #[schema(minimum = 0, maximum = 6)]
    pub day_start_hour: u8,
    /// The pace offered first.
    pub default_pace: DefaultPace,
    /// Seconds between two signs of active learning, 15–60.
    #[schema(minimum = 15, maximum = 60)]
    pub heartbeat_seconds: u8,
    /// Weekdays on which no further day of a course opens and nothing becomes due: 1 for Monday …
    /// 7 for Sunday, at most five of them.
    #[schema(max_items = 5)]
    pub rest_days: Vec<u8>,
    /// Whether who has done the days that are open may open the next one before its date.
    pub open_ahead: bool,
}

/// Weekdays that can rest: two must stay for learning.
const MOST_REST_DAYS: usize = 5;

impl Default for Learning {
    fn default() -> Self {
        Self {
            day_start_hour: 3,
            default_pace: DefaultPace::Daily,
            heartbeat_seconds: 30,
            rest_days: Vec::new(),
            open_ahead: false,
        }
    }
}

impl Section for Learning {
    const NAME: &'static str = "learning";

    fn checked(mut self) -> Result<Self> {
        self.check()?;
        self.rest_days.sort_unstable();
        self.rest_days.dedup();
        Ok(self)
    }
}

impl Learning {
    /// Whether every number is in its bounds and enough days stay for learning; asked before the
    /// section is put.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names the wrong fields.
    pub fn check(&self) -> Result<()> {
        let mut fields = Fields::default();
        if self.day_start_hour > 6 {
            fields.push("day_start_hour", TextError::new("number.out_of_range", "Use an hour from 0 to 6."));
        }
        if !(15..=60).contains(&self.heartbeat_seconds) {
            fields.push("heartbeat_seconds", TextError::new("number.out_of_range", "Use 15 to 60 seconds."));
        }
        if self.rest_days.iter().any(|day| !(1..=7).contains(day)) {
            fields.push(
                "rest_days",
                TextError::new("learning.rest_days", "Use numbers from 1 for Monday to 7 for Sunday."),
            );
        } else if self.rest_days.len() > MOST_REST_DAYS {
            fields.push(
                "rest_days",
                TextError::new(
                    "learning.rest_days",
                    "Choose at most five rest days: at least two days of the week must stay for learning.",
                ),
            );
        }
        fields.finish()
    }

    /// The organisation's rest days, if there are any.
    #[must_use]
    pub fn rest(&self) -> Option<WeekdaySet> {
        WeekdaySet::parse(&self.rest_days).ok()
    }

    /// Where this person's dates begin and end.
    #[must_use]
    pub fn boundary(&self, person: &Person) -> Boundary {
        self.boundary_in(person.zone.clone())
    }

    /// Where dates begin and end in a zone.
    #[must_use]
    pub fn boundary_in(&self, zone: Zone) -> Boundary {
        Boundary {
            zone,
            start_hour: self.day_start_hour.min(6),
        }
    }

    /// The pace offered first.
    #[must_use]
    pub const fn pace(&self) -> Pace {
        match self.default_pace {
            DefaultPace::Daily => Pace::Daily,
            DefaultPace::Weekdays => Pace::Weekdays,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_have_bounds() {
        assert!(Learning::default().check().is_ok());
        let wild = Learning {
            day_start_hour: 7,
            heartbeat_seconds: 5,
            ..Learning::default()
        };
        let Err(Error::Invalid(fields)) = wild.check() else {
            panic!("refused")
        };
        assert_eq!(fields.len(), 2);
    }

    #[test]
    fn two_days_stay_for_learning() {
        let resting = |rest_days: &[u8]| Learning {
            rest_days: rest_days.to_vec(),
            ..Learning::default()
        };
        let tidy = resting(&[7, 6, 7]).checked().expect("fine");
        assert_eq!(
            (&tidy.rest_days[..], tidy.rest().map(WeekdaySet::days)),
            (&[6, 7][..], Some(vec![6, 7]))
        );
        assert!(resting(&[1, 2, 3, 4, 5]).check().is_ok());
        assert_eq!(resting(&[]).rest(), None);
        for bad in [&[1, 2, 3, 4, 5, 6][..], &[0], &[8], &[6, 255]] {
            let Err(Error::Invalid(fields)) = resting(bad).check() else {
                panic!("refused: {bad:?}")
            };
            assert_eq!(fields.len(), 1, "{bad:?}");
        }
    }

    #[test]
    fn a_lock_says_why_and_when() {
        let lock = Lock {
            reason: LockReason::NotYet,
            opens_at: Some(Timestamp::from_millis(5)),
        };
        let Error::Locked { code, reason, opens_at } = Error::from(lock) else {
            panic!("a lock")
        };
        assert_eq!(
            (code, reason, opens_at),
            ("lesson.locked", "not_yet", Some(Timestamp::from_millis(5)))
        );
    }
}
