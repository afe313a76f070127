//! Every number of progress, made anew from the facts.

use std::collections::{BTreeMap, BTreeSet};

use super::{LessonProgress, minutes::Minute};
use crate::{
    kernel::{
        id::{EnrolmentId, LessonId},
        time::{Day, Timestamp},
    },
    text_enum,
};

/// What can happen to a lesson in an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// Opened for the first time.
    Opened,
    /// An action item was ticked.
    Ticked,
    /// An action item was unticked.
    Unticked,
    /// The video was seen nearly to its end for the first time.
    Watched,
    /// Completed for the first time.
    Completed,
    /// With this lesson every required lesson was done.
    CourseCompleted,
}
text_enum!(FactKind {
    Opened = "opened",
    Ticked = "ticked",
    Unticked = "unticked",
    Watched = "watched",
    Completed = "completed",
    CourseCompleted = "course_completed",
});

/// A fact of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::progress) struct Fact {
    /// In which enrolment.
    pub enrolment: EnrolmentId,
    /// In which lesson.
    pub lesson: LessonId,
    /// What.
    pub kind: FactKind,
    /// Which action item, if it was one.
    pub action: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// The active seconds of a clock minute in one lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::progress) struct ActiveMinute {
    /// The minute.
    pub minute: Minute,
    /// In which enrolment.
    pub enrolment: EnrolmentId,
    /// In which lesson.
    pub lesson: LessonId,
    /// The learning date it counts for.
    pub day: Day,
    /// Its active seconds: bit 0 is the first.
    pub seconds: u64,
}

/// The counters of one enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::progress) struct CourseTotals {
    /// Lessons completed.
    pub lessons_done: u32,
    /// Required lessons completed.
    pub required_done: u32,
    /// Seconds of active learning.
    pub active_seconds: u32,
    /// The last fact or active minute.
    pub last_activity_at: Timestamp,
    /// When every required lesson was done.
    pub completed_at: Option<Timestamp>,
}

impl CourseTotals {
    /// Nothing done yet.
    #[must_use]
    pub(in crate::progress) const fn nothing(at: Timestamp) -> Self {
        Self {
            lessons_done: 0,
            required_done: 0,
            active_seconds: 0,
            last_activity_at: at,
            completed_at: None,
        }
    }
}

/// Everything that follows from one person's facts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::progress) struct Derived {
    /// By enrolment and lesson.
    pub lessons: BTreeMap<(EnrolmentId, LessonId), LessonProgress>,
    /// By enrolment.
    pub courses: BTreeMap<EnrolmentId, CourseTotals>,
    /// Credited minutes of each learning date.
    pub days: BTreeMap<Day, u32>,
}

/// Makes one person's numbers from his facts, in their order, and his active minutes.
pub(in crate::progress) fn replay(
    facts: &[Fact],
    minutes: &[ActiveMinute],
    is_required: impl Fn(EnrolmentId, LessonId) -> bool,
) -> Derived {
    let mut derived = Derived::default();
    for fact in facts {
        derived.apply(fact, &is_required);
    }
    let mut counted = BTreeSet::new();
    for active in minutes {
        let seconds = active.seconds.count_ones();
        let lesson = derived.lessons.entry((active.enrolment, active.lesson)).or_default();
        lesson.active_seconds += seconds;
        let course = derived.course(active.enrolment, active.minute.begins());
        course.active_seconds += seconds;
        if counted.insert(active.minute) {
            *derived.days.entry(active.day).or_default() += 1;
        }
    }
    derived
}

impl Derived {
    fn course(&mut self, enrolment: EnrolmentId, at: Timestamp) -> &mut CourseTotals {
        let course = self.courses.entry(enrolment).or_insert(CourseTotals::nothing(at));
        course.last_activity_at = course.last_activity_at.max(at);
        course
    }

    fn apply(&mut self, fact: &Fact, is_required: impl Fn(EnrolmentId, LessonId) -> bool) {
        let lesson = self.lessons.entry((fact.enrolment, fact.lesson)).or_default();
        let is_new = lesson.apply(fact);
        let is_required = is_new && is_required(fact.enrolment, fact.lesson);
        self.course(fact.enrolment, fact.at).apply(fact, is_new, is_required);
    }
}

impl LessonProgress {
    /// What holds after a fact. True when the lesson is completed by it for the first time.
    pub(in crate::progress) fn apply(&mut self, fact: &Fact) -> bool {
        match (fact.kind, &fact.action) {
            (FactKind::Opened, _) => _ = self.opened_at.get_or_insert(fact.at),
            (FactKind::Watched, _) => _ = self.watched_at.get_or_insert(fact.at),
            (FactKind::Ticked, Some(action)) => _ = self.actions.insert(action.clone()),
            (FactKind::Unticked, Some(action)) => _ = self.actions.remove(action),
            (FactKind::Completed, _) => {
                let is_new = self.completed_at.is_none();
                self.completed_at.get_or_insert(fact.at);
                return is_new;
            }
            _ => {}
        }
        false
    }
}

impl CourseTotals {
    /// What holds after a fact; `is_new` says whether a lesson was completed by it for the first
    /// time, `is_required` whether that lesson is required.
    pub(in crate::progress) fn apply(&mut self, fact: &Fact, is_new: bool, is_required: bool) {
        self.last_activity_at = self.last_activity_at.max(fact.at);
        self.lessons_done += u32::from(is_new);
        self.required_done += u32::from(is_new && is_required);
        if fact.kind == FactKind::CourseCompleted {
            self.completed_at.get_or_insert(fact.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::id::Id;

    fn fact(lesson: i64, kind: FactKind, action: Option<&str>, at: i64) -> Fact {
        Fact {
            enrolment: Id::from_raw(1),
            lesson: Id::from_raw(lesson),
            kind,
            action: action.map(Into::into),
            at: Timestamp::from_millis(at),
        }
    }

    #[test]
    fn facts_become_numbers() {
        use FactKind::{Completed, CourseCompleted, Opened, Ticked, Unticked};
        let facts = [
            fact(1, Opened, None, 10),
            fact(1, Ticked, Some("a"), 11),
            fact(1, Ticked, Some("b"), 12),
            fact(1, Unticked, Some("a"), 13),
            fact(1, Completed, None, 14),
            fact(1, Completed, None, 15),
            fact(2, Opened, None, 20),
            fact(2, Completed, None, 21),
            fact(2, CourseCompleted, None, 21),
        ];
        let day = Day::from_number(3);
        let minute = |minute, lesson, seconds| ActiveMinute {
            minute: Minute(minute),
            enrolment: Id::from_raw(1),
            lesson: Id::from_raw(lesson),
            day,
            seconds,
        };
        let minutes = [minute(1, 1, 0b111), minute(1, 2, 0b1000), minute(2, 2, 1)];
        let derived = replay(&facts, &minutes, |_, lesson| lesson.raw() == 1);
        let first = &derived.lessons[&(Id::from_raw(1), Id::from_raw(1))];
        assert_eq!(first.completed_at, Some(Timestamp::from_millis(14)));
        assert_eq!(first.actions, BTreeSet::from(["b".to_owned()]));
        assert_eq!(first.active_seconds, 3);
        let course = derived.courses[&Id::from_raw(1)];
        assert_eq!((course.lessons_done, course.required_done, course.active_seconds), (2, 1, 5));
        assert_eq!(course.last_activity_at, Timestamp::from_millis(120_000));
        assert_eq!(course.completed_at, Some(Timestamp::from_millis(21)));
        assert_eq!(derived.days, BTreeMap::from([(day, 2)]));
    }
}
