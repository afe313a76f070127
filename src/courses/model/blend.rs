//! What a learner in the middle of one version gets of another.

use std::collections::{HashMap, HashSet};

use super::VersionLesson;
use crate::kernel::id::LessonId;

/// The way of a learner who goes on by `new` after he learnt by `base`, whose days have opened up
/// to `opened` (0: none stays by its day) and who has begun the lessons `begun`.
///
/// - What has opened and what he has begun stays as it is: place, content, whether it is required.
/// - What comes after is the new version's, without what he has had already.
/// - A lesson that still lay before him and moved to a day that has opened comes on his next day:
///   nobody loses a lesson because it was moved.
/// - What is new on days that have opened is not for him; what is gone and had not opened, is gone.
/// - No day to come is empty: the days after close up.
pub(in crate::courses) fn blend(
    base: &[VersionLesson],
    new: &[VersionLesson],
    opened: u16,
    begun: &HashSet<LessonId>,
) -> Vec<VersionLesson> {
    let is_kept = |place: &VersionLesson| place.day <= opened || begun.contains(&place.lesson);
    let had: HashMap<LessonId, &VersionLesson> = base.iter().map(|place| (place.lesson, place)).collect();
    let now: HashMap<LessonId, &VersionLesson> = new.iter().map(|place| (place.lesson, place)).collect();
    let next = opened.saturating_add(1);
    let end = new.iter().map(|place| place.day).max().unwrap_or(next).max(next);
    let mut places: Vec<((u16, u8, u16), VersionLesson)> = Vec::new();
    for place in base.iter().filter(|place| is_kept(place)) {
        let key = match now.get(&place.lesson) {
            _ if place.day <= opened => (place.day, 1, place.position),
            Some(there) if there.day > opened => (there.day, 1, there.position),
            _ => (place.day.clamp(next, end), 1, place.position),
        };
        places.push((key, place.clone()));
    }
    for place in new.iter().filter(|place| !had.get(&place.lesson).is_some_and(|old| is_kept(old))) {
        if place.day > opened {
            places.push(((place.day, 1, place.position), place.clone()));
        } else if had.contains_key(&place.lesson) {
            let order = place.day.saturating_mul(64).saturating_add(place.position);
            places.push(((next, 0, order), place.clone()));
        }
    }
    places.sort_by_key(|(key, place)| (*key, place.lesson));
    settle(places, opened)
}

/// Numbers days and positions anew: opened days keep theirs, the others follow without a gap.
fn settle(places: Vec<((u16, u8, u16), VersionLesson)>, opened: u16) -> Vec<VersionLesson> {
    let mut out: Vec<VersionLesson> = Vec::with_capacity(places.len());
    let mut last = (0, opened);
    for ((day, ..), mut place) in places {
        if day <= opened {
            place.day = day;
        } else {
            if day != last.0 {
                last = (day, last.1 + 1);
            }
            place.day = last.1;
        }
        place.position = match out.last() {
            Some(before) if before.day == place.day => before.position + 1,
            _ => 1,
        };
        out.push(place);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{courses::model::Completion, kernel::id::Id};

    /// A lesson on a day, in the content of a revision.
    fn at(lesson: i64, revision: i64, day: u16) -> VersionLesson {
        VersionLesson {
            lesson: Id::from_raw(lesson),
            revision: Id::from_raw(revision),
            day,
            position: 1,
            title: String::new(),
            summary: String::new(),
            minutes: 5,
            is_preview: false,
            is_required: true,
            completion: Completion::Mark,
        }
    }

    fn shown(base: &[VersionLesson], new: &[VersionLesson], opened: u16, begun: &[i64]) -> Vec<(u16, u16, i64, i64)> {
        let begun = begun.iter().map(|id| Id::from_raw(*id)).collect();
        let blended = blend(base, new, opened, &begun);
        blended
            .iter()
            .map(|p| (p.day, p.position, p.lesson.raw(), p.revision.raw()))
            .collect()
    }

    #[test]
    fn what_has_opened_stays_and_what_comes_is_new() {
        let base = [at(1, 10, 1), at(2, 20, 2), at(3, 30, 3)];
        let new = [at(1, 11, 1), at(2, 21, 2), at(3, 31, 3), at(4, 41, 4)];
        assert_eq!(
            shown(&base, &new, 2, &[]),
            [(1, 1, 1, 10), (2, 1, 2, 20), (3, 1, 3, 31), (4, 1, 4, 41)]
        );
    }

    #[test]
    fn lessons_that_moved_are_neither_lost_nor_met_twice() {
        let base = [at(1, 10, 1), at(2, 20, 2), at(3, 30, 3), at(4, 40, 4)];
        // 3 comes earlier, 1 later; 9 is new on a day that has opened.
        let new = [at(3, 31, 1), at(9, 91, 2), at(2, 21, 2), at(1, 11, 3), at(4, 41, 4)];
        assert_eq!(
            shown(&base, &new, 2, &[]),
            // Day 3 held only lesson 1, which he has had: the moved lesson comes there.
            [(1, 1, 1, 10), (2, 1, 2, 20), (3, 1, 3, 31), (4, 1, 4, 41)]
        );
    }

    #[test]
    fn days_to_come_close_up_and_a_shorter_course_ends_early() {
        let base: Vec<_> = (1..=7).map(|n| at(n, n * 10, u16::try_from(n).expect("small"))).collect();
        let new = [at(1, 11, 1), at(2, 21, 2), at(1, 11, 3), at(5, 51, 4)];
        assert_eq!(shown(&base, &new[1..], 1, &[]), [(1, 1, 1, 10), (2, 1, 2, 21), (3, 1, 5, 51)]);
        let all: Vec<_> = shown(&base, &new[..1], 7, &[]);
        assert_eq!(all.len(), 7, "nothing that has opened is taken away");
    }

    #[test]
    fn what_was_begun_ahead_stays_even_when_it_is_gone() {
        let base = [at(1, 10, 1), at(2, 20, 2), at(3, 30, 3)];
        let new = [at(1, 11, 1), at(3, 31, 2)];
        assert_eq!(shown(&base, &new, 1, &[2, 3]), [(1, 1, 1, 10), (2, 1, 2, 20), (2, 2, 3, 30)]);
    }

    #[test]
    fn without_days_only_what_was_begun_stays() {
        let base = [at(1, 10, 1), at(2, 20, 2), at(3, 30, 3)];
        let new = [at(5, 50, 1), at(1, 11, 2), at(2, 21, 3)];
        assert_eq!(shown(&base, &new, 0, &[1]), [(1, 1, 5, 50), (2, 1, 1, 10), (3, 1, 2, 21)]);
    }

    #[test]
    fn whatever_moves_nothing_kept_is_lost_and_nothing_is_met_twice() {
        let mut seed = 11_u64;
        let mut next = |n: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % n
        };
        for _ in 0..500 {
            let mut outline = |revision: i64| {
                let mut all = Vec::new();
                for lesson in 1..=12_i64 {
                    if next(4) != 0 {
                        let day = u16::try_from(1 + next(9)).expect("small");
                        all.push(at(lesson, lesson * 10 + revision, day));
                    }
                }
                all.sort_by_key(|p| p.day);
                all
            };
            let (base, new) = (outline(0), outline(1));
            let opened = u16::try_from(next(10)).expect("small");
            let begun: HashSet<LessonId> = base.iter().filter(|_| next(5) == 0).map(|p| p.lesson).collect();
            let blended = blend(&base, &new, opened, &begun);
            let mut seen = HashSet::new();
            assert!(blended.iter().all(|p| seen.insert(p.lesson)), "a lesson twice");
            for place in base.iter().filter(|p| p.day <= opened || begun.contains(&p.lesson)) {
                let kept = blended.iter().find(|p| p.lesson == place.lesson).expect("kept");
                assert_eq!(kept.revision, place.revision);
                assert!(place.day > opened || kept.day == place.day, "an opened lesson stays on its day");
                assert!(
                    place.day <= opened || kept.day > opened,
                    "what had not opened does not open by the move"
                );
            }
            let both = |p: &&VersionLesson| base.iter().any(|old| old.lesson == p.lesson);
            for place in new.iter().filter(|p| p.day > opened || both(p)) {
                assert!(seen.contains(&place.lesson), "{place:?} is lost");
            }
            let to_come: Vec<u16> = blended.iter().map(|p| p.day).filter(|d| *d > opened).collect();
            for pair in to_come.windows(2) {
                assert!(pair[1] == pair[0] || pair[1] == pair[0] + 1, "{to_come:?}");
            }
            assert!(to_come.first().is_none_or(|first| *first == opened + 1));
        }
    }
}
