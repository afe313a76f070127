//! A learner's way through a course: what is done, what is open, what is next.

use serde::{Deserialize, Serialize};

use super::LessonProgress;
use crate::{
    courses::VersionLesson,
    kernel::{id::LessonId, time::Timestamp},
};

/// Where a learner stands with a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::progress) enum LessonState {
    /// Completed.
    Done,
    /// Begun.
    InProgress,
    /// Open, not begun.
    Open,
    /// Closed to him for now.
    Locked,
}

/// One lesson of the way.
#[derive(Debug, Clone, Copy)]
pub(in crate::progress) struct Step<'a> {
    /// Its place in the version.
    pub lesson: &'a VersionLesson,
    /// Where he stands with it.
    pub state: LessonState,
    /// Whether its day has come. A preview is open before its day, but it is not yet its turn.
    pub is_due: bool,
    /// When he completed it.
    pub completed_at: Option<Timestamp>,
}

/// Why no day may be opened before its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::progress) enum NotAhead {
    /// Something required is left to do in the days that are open.
    ToDo,
    /// No day is left to come.
    NoneLeft,
}

/// The whole way, in the order of the outline.
#[derive(Debug, Clone)]
pub(in crate::progress) struct Path<'a> {
    /// Its lessons.
    pub steps: Vec<Step<'a>>,
}

impl<'a> Path<'a> {
    /// The way through an outline: the last day that has come, which lessons are open to him, and
    /// what he has done, by lesson.
    pub(in crate::progress) fn new(
        outline: &'a [VersionLesson],
        opened: u16,
        is_open: impl Fn(&VersionLesson) -> bool,
        progress: impl Fn(LessonId) -> Option<&'a LessonProgress>,
    ) -> Self {
        let step = |lesson: &'a VersionLesson| {
            let done = progress(lesson.lesson);
            let completed_at = done.and_then(|p| p.completed_at);
            let state = match (completed_at, is_open(lesson)) {
                (Some(_), _) => LessonState::Done,
                (None, false) => LessonState::Locked,
                (None, true) if done.is_some_and(|p| p.opened_at.is_some()) => LessonState::InProgress,
                (None, true) => LessonState::Open,
            };
            Step {
                lesson,
                state,
                is_due: lesson.day <= opened,
                completed_at,
            }
        };
        Self {
            steps: outline.iter().map(step).collect(),
        }
    }

    /// The lesson's step.
    #[must_use]
    pub(in crate::progress) fn find(&self, lesson: LessonId) -> Option<&Step<'a>> {
        self.steps.iter().find(|step| step.lesson.lesson == lesson)
    }

    /// The one to do now: the lesson he was last in if it is not done, else the first that is not,
    /// of those whose day has come. `None` when all of them are done.
    #[must_use]
    pub(in crate::progress) fn current(&self, last: Option<LessonId>) -> Option<&Step<'a>> {
        let to_do = |step: &&Step<'a>| step.is_due && matches!(step.state, LessonState::Open | LessonState::InProgress);
        let last = last.and_then(|id| self.find(id)).filter(to_do);
        last.or_else(|| self.steps.iter().find(to_do))
    }

    /// The first lesson whose day is still to come.
    #[must_use]
    pub(in crate::progress) fn next_opening(&self) -> Option<&Step<'a>> {
        self.steps.iter().find(|step| !step.is_due && step.state != LessonState::Done)
    }

    /// The day that he may open before its date: the next one that has something to do, once
    /// everything required of the days that have come is done.
    pub(in crate::progress) fn ahead(&self) -> Result<u16, NotAhead> {
        let next = self.next_opening().ok_or(NotAhead::NoneLeft)?;
        let is_left = |step: &Step<'a>| step.is_due && step.lesson.is_required && step.state != LessonState::Done;
        if self.steps.iter().any(is_left) {
            return Err(NotAhead::ToDo);
        }
        Ok(next.lesson.day)
    }

    /// The lesson to begin a day with: the first that is not done, else the first.
    #[must_use]
    pub(in crate::progress) fn first_of(&self, day: u16) -> Option<&Step<'a>> {
        let of_day = || self.steps.iter().filter(|step| step.lesson.day == day);
        of_day().find(|step| step.state != LessonState::Done).or_else(|| of_day().next())
    }

    /// The lesson he completed last.
    #[must_use]
    pub(in crate::progress) fn last_done(&self) -> Option<&Step<'a>> {
        // Of two at the same instant, the later in order.
        self.steps
            .iter()
            .filter(|step| step.state == LessonState::Done)
            .max_by_key(|step| step.completed_at)
    }

    /// What comes after a lesson that was just completed: the next in order that is not done, from
    /// the beginning again after the end.
    #[must_use]
    pub(in crate::progress) fn next_after(&self, lesson: LessonId) -> Option<&Step<'a>> {
        let at = self.steps.iter().position(|step| step.lesson.lesson == lesson)?;
        let (before, after) = self.steps.split_at(at);
        let mut others = after.iter().skip(1).chain(before);
        others.find(|step| step.state != LessonState::Done)
    }

    /// The neighbours of a lesson in the outline.
    #[must_use]
    pub(in crate::progress) fn neighbours(&self, lesson: LessonId) -> (Option<&Step<'a>>, Option<&Step<'a>>) {
        let Some(at) = self.steps.iter().position(|step| step.lesson.lesson == lesson) else {
            return (None, None);
        };
        let before = at.checked_sub(1).and_then(|i| self.steps.get(i));
        (before, self.steps.get(at + 1))
    }

    /// The days in order, each with its steps.
    pub(in crate::progress) fn days(&self) -> impl Iterator<Item = (u16, &[Step<'a>])> {
        self.steps
            .chunk_by(|a, b| a.lesson.day == b.lesson.day)
            .map(|steps| (steps[0].lesson.day, steps))
    }

    /// How many lessons are done.
    #[must_use]
    pub(in crate::progress) fn done(&self) -> u32 {
        count(self.steps.iter().filter(|step| step.state == LessonState::Done).count())
    }

    /// How many of the required lessons are done, and how many there are.
    #[must_use]
    pub(in crate::progress) fn required(&self) -> (u32, u32) {
        let required = || self.steps.iter().filter(|step| step.lesson.is_required);
        let done = required().filter(|step| step.state == LessonState::Done).count();
        (count(done), count(required().count()))
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::{courses::Completion, kernel::id::Id};

    fn outline(days: &[u16]) -> Vec<VersionLesson> {
        let lesson = |(i, day): (usize, &u16)| VersionLesson {
            lesson: Id::from_raw(i64::try_from(i).expect("small") + 1),
            revision: Id::from_raw(1),
            day: *day,
            position: 1,
            title: format!("Lesson {}", i + 1),
            summary: String::new(),
            minutes: 10,
            is_preview: false,
            is_required: i != 1,
            completion: Completion::Mark,
        };
        days.iter().enumerate().map(lesson).collect()
    }

    fn done(at: i64) -> LessonProgress {
        LessonProgress {
            opened_at: Some(Timestamp::from_millis(1)),
            completed_at: Some(Timestamp::from_millis(at)),
            ..LessonProgress::default()
        }
    }

    fn begun() -> LessonProgress {
        LessonProgress {
            opened_at: Some(Timestamp::from_millis(1)),
            ..LessonProgress::default()
        }
    }

    fn number(step: Option<&Step<'_>>) -> Option<i64> {
        step.map(|s| s.lesson.lesson.raw())
    }

    fn with<'a>(lessons: &'a [VersionLesson], opened: u16, progress: &'a HashMap<i64, LessonProgress>) -> Path<'a> {
        Path::new(lessons, opened, |l| l.day <= opened || l.is_preview, |id| progress.get(&id.raw()))
    }

    #[test]
    fn a_fresh_learner_begins_with_the_first_lesson() {
        let lessons = outline(&[1, 2, 3]);
        let none = HashMap::new();
        let path = with(&lessons, 1, &none);
        assert_eq!(number(path.current(None)), Some(1));
        assert_eq!(number(path.next_opening()), Some(2));
        assert_eq!(number(path.last_done()), None);
        assert_eq!((path.done(), path.required()), (0, (0, 2)));
        assert_eq!(number(path.current(Some(Id::from_raw(3)))), Some(1), "a locked one is not current");
    }

    #[test]
    fn a_preview_is_open_before_its_turn() {
        let mut lessons = outline(&[1, 2, 3]);
        lessons[2].is_preview = true;
        let progress = HashMap::from([(1, done(5)), (3, begun())]);
        let path = with(&lessons, 1, &progress);
        assert_eq!(path.steps[2].state, LessonState::InProgress);
        assert_eq!(number(path.current(Some(Id::from_raw(3)))), None);
        assert_eq!(number(path.next_opening()), Some(2));
    }

    #[test]
    fn one_goes_on_where_one_was() {
        let lessons = outline(&[1, 2, 3, 4]);
        let progress = HashMap::from([(1, done(5)), (3, begun())]);
        let path = with(&lessons, 3, &progress);
        assert_eq!(number(path.current(Some(Id::from_raw(3)))), Some(3));
        assert_eq!(number(path.current(Some(Id::from_raw(1)))), Some(2));
        assert_eq!(number(path.current(None)), Some(2));
        let states: Vec<_> = path.steps.iter().map(|s| s.state).collect();
        use LessonState::{Done, InProgress, Locked, Open};
        assert_eq!(states, [Done, Open, InProgress, Locked]);
    }

    #[test]
    fn after_the_last_open_one_there_is_nothing_for_today() {
        let lessons = outline(&[1, 2, 3]);
        let progress = HashMap::from([(1, done(5)), (2, done(9))]);
        let path = with(&lessons, 2, &progress);
        assert_eq!(number(path.current(Some(Id::from_raw(2)))), None);
        assert_eq!(number(path.last_done()), Some(2));
        assert_eq!(number(path.next_after(Id::from_raw(2))), Some(3));
        assert_eq!((path.done(), path.required()), (2, (1, 2)));
    }

    #[test]
    fn a_day_is_opened_ahead_when_what_is_required_is_done() {
        // The second lesson is optional.
        let lessons = outline(&[1, 1, 2, 4]);
        let mut progress = HashMap::new();
        assert_eq!(with(&lessons, 1, &progress).ahead(), Err(NotAhead::ToDo));
        progress.insert(1, done(5));
        assert_eq!(with(&lessons, 1, &progress).ahead(), Ok(2));
        assert_eq!(with(&lessons, 2, &progress).ahead(), Err(NotAhead::ToDo));
        progress.insert(3, done(6));
        assert_eq!(with(&lessons, 2, &progress).ahead(), Ok(4), "a day without lessons is none to open");
        assert_eq!(with(&lessons, 4, &progress).ahead(), Err(NotAhead::NoneLeft));
        assert_eq!(with(&lessons, u16::MAX, &progress).ahead(), Err(NotAhead::NoneLeft));
    }

    #[test]
    fn the_next_one_comes_round_to_what_was_skipped() {
        let lessons = outline(&[1, 1, 2]);
        let progress = HashMap::from([(1, done(5)), (3, done(9))]);
        let path = with(&lessons, 2, &progress);
        assert_eq!(number(path.next_after(Id::from_raw(3))), Some(2));
        assert_eq!(number(path.next_after(Id::from_raw(99))), None);
        let (before, after) = path.neighbours(Id::from_raw(2));
        assert_eq!((number(before), number(after)), (Some(1), Some(3)));
        assert_eq!(
            path.days().map(|(day, steps)| (day, steps.len())).collect::<Vec<_>>(),
            [(1, 2), (2, 1)]
        );
    }

    #[test]
    fn what_is_done_stays_done_behind_a_lock() {
        let lessons = outline(&[1, 2]);
        let progress = HashMap::from([(2, done(5))]);
        let path = with(&lessons, 1, &progress);
        assert_eq!(path.steps[1].state, LessonState::Done);
    }
}
