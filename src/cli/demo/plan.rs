//! Who does what when: planned as a whole before anything is done.

use super::{
    Filling,
    deeds::{Deed, What},
    maya, people,
    school::{Course, DAY, Lesson, School},
};
use crate::{
    courses::Completion,
    enrolments::{Boundary, Learning, Pace, Schedule},
    kernel::{
        actor::Plan,
        time::{Day, Timestamp, Zone},
    },
    platform::clock::{Chance as _, Random},
};

/// One minute in milliseconds.
pub(super) const MINUTE: i64 = 60 * 1000;

/// Choices that are the same for the same seed.
pub(super) struct Dice(Random);

impl Dice {
    /// A number from `from` up to and with `to`.
    pub(super) fn between(&self, from: u64, to: u64) -> u64 {
        from + self.0.next_u64() % (to - from + 1)
    }

    fn chance(&self, percent: u64) -> bool {
        self.between(1, 100) <= percent
    }
}

/// What somebody is like, as far as his deeds show it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habit {
    /// On how many of a hundred days he learns.
    pub presence: u64,
    /// How long after the beginning of his day.
    pub hour: i64,
    /// After how many lessons he stops.
    pub stops_after: usize,
    /// Whether he then leaves.
    pub leaves: bool,
}

/// Somebody in a course.
pub(super) struct Walk<'a> {
    pub by: usize,
    pub zone: Zone,
    pub course: &'a Course,
    pub pace: Pace,
    pub joined: Timestamp,
    pub now: Timestamp,
    pub habit: Habit,
}

/// Where the days of a zone begin.
pub(super) fn boundary(zone: &Zone) -> Boundary {
    Learning::default().boundary_in(zone.clone())
}

/// Everything that everybody does.
pub(super) fn plan(school: &School, filling: &Filling, now: Timestamp) -> Vec<Deed> {
    let dice = Dice(Random::seeded(filling.seed));
    let mut deeds = maya::deeds(school, &filling.zone, &dice, now);
    let others = if filling.small { 2 } else { people::LEARNERS.len() };
    for n in 0..others {
        deeds.extend(other(school, &dice, n, now));
    }
    deeds.retain(|deed| deed.at <= now);
    deeds
}

/// One of the other learners: number `n + 1`, since Maya is number 0.
fn other(school: &School, dice: &Dice, n: usize, now: Timestamp) -> Vec<Deed> {
    let Ok(account) = people::learner(n) else { return Vec::new() };
    let (zone, plan) = (account.time_zone.clone(), account.plan);
    let arrived = now.plus_millis(-(dice.between(2, 34).cast_signed()) * DAY - dice.between(0, 600).cast_signed() * MINUTE);
    let mut deeds = vec![Deed {
        at: arrived,
        by: n + 1,
        what: What::Arrive(Box::new(account)),
    }];
    let mut taken: Vec<usize> = Vec::new();
    for nth in 0..dice.between(1, 3) {
        let Some(index) = choose(&school.courses, dice, plan, &taken) else {
            break;
        };
        taken.push(index);
        let course = &school.courses[index];
        let later = dice.between(3, 40).cast_signed() * MINUTE + nth.cast_signed() * dice.between(0, 9).cast_signed() * DAY;
        let joined = arrived.plus_millis(later).max(course.published_at.plus_millis(DAY));
        if joined >= now {
            continue;
        }
        let pace = match dice.between(0, 4) {
            _ if !course.is_daily => Pace::AllAtOnce,
            0 => Pace::Weekdays,
            _ => Pace::Daily,
        };
        let walk = Walk {
            by: n + 1,
            zone: zone.clone(),
            course,
            pace,
            joined,
            now,
            habit: habit(dice, course.lessons.len()),
        };
        deeds.extend(walk.deeds(dice));
    }
    deeds
}

/// A course he does not take yet, the popular ones more often.
fn choose(courses: &[Course], dice: &Dice, plan: Plan, taken: &[usize]) -> Option<usize> {
    let may = |(index, course): &(usize, &Course)| !taken.contains(index) && (plan == Plan::Premium || !course.is_premium);
    let all: Vec<(usize, &Course)> = courses.iter().enumerate().filter(may).collect();
    let total: u64 = all.iter().map(|(_, course)| course.weight).sum();
    let mut left = dice.between(1, total.max(1));
    for (index, course) in all {
        if left <= course.weight {
            return Some(index);
        }
        left -= course.weight;
    }
    None
}

fn habit(dice: &Dice, lessons: usize) -> Habit {
    let all = usize::MAX;
    let few = usize::try_from(dice.between(1, 4))
        .unwrap_or(1)
        .min(lessons.saturating_sub(1))
        .max(1);
    let (presence, stops_after, leaves) = match dice.between(1, 20) {
        1..=9 => (95, all, false),
        10..=15 => (60, all, false),
        16..=18 => (80, few, false),
        _ => (85, few, true),
    };
    Habit {
        presence,
        hour: dice.between(3, 18).cast_signed() * 60 * MINUTE,
        stops_after,
        leaves,
    }
}

impl Walk<'_> {
    /// Joining, learning day by day, and leaving.
    pub(super) fn deeds(&self, dice: &Dice) -> Vec<Deed> {
        let pace = self.course.is_daily.then_some(self.pace);
        let mut deeds = vec![self.deed(self.joined, What::Join(self.course.id, pace))];
        let boundary = boundary(&self.zone);
        let schedule = Schedule::begin(self.pace, None, self.joined, boundary.clone());
        let (first, today) = (boundary.date(self.joined), boundary.date(self.now));
        let mut lessons = self.course.lessons.iter().take(self.habit.stops_after).peekable();
        let mut free = self.joined.plus_millis(MINUTE);
        for date in (first.number()..=today.number()).map(Day::from_number) {
            if date != first && !dice.chance(self.habit.presence) {
                continue;
            }
            let usual = boundary
                .begins(date)
                .plus_millis(self.habit.hour + dice.between(0, 80).cast_signed() * MINUTE);
            let mut at = if date == first { free } else { free.max(usual) };
            for _ in 0..if self.course.is_daily { 2 } else { 1 } {
                let opened = schedule.opened(at, &boundary);
                let Some(lesson) = lessons.next_if(|lesson| lesson.day <= opened) else {
                    break;
                };
                at = self.study(lesson, at, dice, &mut deeds);
            }
            free = at;
        }
        if self.habit.leaves && lessons.peek().is_none() {
            deeds.push(self.deed(free.plus_millis(DAY), What::Leave(self.course.id)));
        }
        deeds
    }

    /// One lesson from the first look to its end. Gives when he is free again.
    pub(super) fn study(&self, lesson: &Lesson, from: Timestamp, dice: &Dice, deeds: &mut Vec<Deed>) -> Timestamp {
        let seconds = u64::from(lesson.minutes) * dice.between(30, 66);
        let until = from.plus_millis(seconds.cast_signed() * 1000 + 20_000);
        let all = lesson.rule == Completion::Actions;
        let ticks = lesson.actions.iter().filter(|_| all || dice.chance(60)).cloned().collect();
        deeds.push(self.deed(from, What::Open(lesson.id)));
        let seconds = u32::try_from(seconds).unwrap_or(600);
        // A film that must be seen to its end is not shown here: such a lesson stays begun.
        let completes = lesson.rule != Completion::Video;
        deeds.push(self.deed(until, What::Study(lesson.id, seconds, ticks, completes)));
        until.plus_millis(2 * MINUTE)
    }

    fn deed(&self, at: Timestamp, what: What) -> Deed {
        Deed { at, by: self.by, what }
    }
}
