//! The main learner: what she has done, so that every page has something to show.

use super::{
    deeds::{Deed, What, second},
    people,
    plan::{Dice, Habit, MINUTE, Walk, boundary},
    school::{Course, Lesson, School},
};
use crate::{
    enrolments::Pace,
    kernel::{
        text::Line,
        time::{Timestamp, Zone},
    },
    notes::Spot,
    people::{ProfileChange, SkillLevel},
};

/// How far into the video of her lesson of today she is, in seconds.
const VIDEO: u32 = 24;
/// Her hour of learning, after the beginning of her day: half past seven in the evening.
const EVENING: i64 = 16 * 60 * MINUTE + 30 * MINUTE;

/// Notes: the course, the day, what the note hangs on, its text.
const NOTES: &[(&str, u16, On, &str)] = &[
    (
        "git-without-fear",
        3,
        On::Quote(1),
        "Try this on the practice folder before the real one. The calm undo is the one I have done once already.",
    ),
    (
        "git-without-fear",
        5,
        On::Lesson,
        "The markers only look frightening. Read both sides, keep what is true, delete the three lines.",
    ),
    (
        "meetings-worth-having",
        2,
        On::Quote(0),
        "Purpose line for Thursday: “decide which two of the five requests we say no to”.",
    ),
    (
        "statistics-you-can-feel",
        1,
        On::Quote(2),
        "Our waiting-time report shows only the mean. Ask for the median, and for the longest wait.",
    ),
    (
        "statistics-you-can-feel",
        5,
        On::Quote(1),
        "Base rate first, test second. Draw the thousand squares.",
    ),
    (
        "statistics-you-can-feel",
        10,
        On::Lesson,
        "Did it by hand once. I get why it is squared now, and why nobody does it by hand twice.",
    ),
    (
        "clear-writing",
        2,
        On::Quote(1),
        "First line of the rota mail: what changes, for whom, from when. Everything else below.",
    ),
];

/// Bookmarks: the course, the day, the paragraph, its label.
const BOOKMARKS: &[(&str, u16, usize, &str)] = &[
    ("git-without-fear", 3, 2, "The five undos"),
    ("statistics-you-can-feel", 7, 1, "Week one in one page"),
    ("statistics-you-can-feel", 9, 2, "Spread, the picture"),
    ("clear-writing", 3, 1, "What to cut first"),
];

/// What a note hangs on.
enum On {
    /// The words of the paragraph with this number.
    Quote(usize),
    /// The lesson as a whole.
    Lesson,
}

/// Everything she does. She is number 0.
pub(super) fn deeds(school: &School, zone: &Zone, dice: &Dice, now: Timestamp) -> Vec<Deed> {
    let boundary = boundary(zone);
    let day = |ago: i32| boundary.begins(boundary.date(now).plus(-ago));
    let mut deeds = arrival(school, zone, day(36).plus_millis(EVENING - 15 * MINUTE));
    // Course, joined so many days ago, lessons done, how much earlier than half past seven.
    for (slug, joined, done, earlier) in [
        ("git-without-fear", 35, usize::MAX, 0),
        ("meetings-worth-having", 21, 6, 0),
        ("statistics-you-can-feel", 11, 11, 0),
        ("clear-writing", 4, 3, 90),
    ] {
        let Some(course) = school.courses.iter().find(|course| course.slug == slug) else {
            continue;
        };
        let hour = EVENING - earlier * MINUTE;
        let walk = Walk {
            by: 0,
            zone: zone.clone(),
            course,
            pace: Pace::Daily,
            joined: day(joined).plus_millis(hour),
            now: day(0).plus_millis(-1),
            habit: Habit {
                presence: 100,
                hour,
                stops_after: done,
                leaves: false,
            },
        };
        deeds.extend(walk.deeds(dice));
    }
    deeds.extend(begun(school, "clear-writing", 4, day(1).plus_millis(EVENING - 40 * MINUTE)));
    deeds.extend(remarks(school, &deeds));
    deeds.extend(today(school, day(0), now));
    deeds
}

fn arrival(school: &School, zone: &Zone, at: Timestamp) -> Vec<Deed> {
    let interests = ["technology", "personal-development", "business"];
    let interests = interests.iter().filter_map(|slug| school.categories.get(*slug).copied()).collect();
    let profile = ProfileChange {
        headline: Line::parse("Ward manager, learning to trust numbers").ok(),
        interests: Some(interests),
        skill_level: Some(Some(SkillLevel::Intermediate)),
        daily_goal_minutes: Some(Some(15)),
        ..ProfileChange::default()
    };
    let Ok(account) = people::account(people::LEARNER, zone, Some(&school.hash)) else {
        return Vec::new();
    };
    let later = at.plus_millis(3 * MINUTE);
    vec![
        deed(at, What::Arrive(Box::new(account))),
        deed(later, What::Introduce(Box::new(profile))),
    ]
}

/// A lesson that she has opened and not finished.
fn begun(school: &School, slug: &str, number: u16, at: Timestamp) -> Vec<Deed> {
    let Some((_, lesson)) = find(school, slug, number) else {
        return Vec::new();
    };
    let mut deeds = vec![
        deed(at, What::Open(lesson.id)),
        deed(at.plus_millis(5 * MINUTE), What::Study(lesson.id, 4 * 60, Vec::new(), false)),
    ];
    deeds.extend(spot(lesson, 3).map(|(spot, _)| deed(at.plus_millis(5 * MINUTE), What::Move(lesson.id, spot))));
    deeds
}

/// Notes and bookmarks, each soon after she opened its lesson.
fn remarks(school: &School, done: &[Deed]) -> Vec<Deed> {
    let opened = |lesson: &Lesson| {
        let mut all = done.iter();
        all.find_map(|deed| matches!(deed.what, What::Open(id) if id == lesson.id).then_some(deed.at))
    };
    let note = |(slug, number, on, text): &(&str, u16, On, &'static str)| {
        let (_, lesson) = find(school, slug, *number)?;
        let (spot, quote) = match on {
            On::Quote(n) => spot(lesson, *n).map(|(spot, words)| (spot, Some(words)))?,
            On::Lesson => ((None, None), None),
        };
        Some(deed(
            opened(lesson)?.plus_millis(4 * MINUTE),
            What::Note(lesson.id, spot, quote, text),
        ))
    };
    let mark = |(slug, number, n, label): &(&str, u16, usize, &'static str)| {
        let (_, lesson) = find(school, slug, *number)?;
        let (spot, _) = spot(lesson, *n)?;
        Some(deed(opened(lesson)?.plus_millis(6 * MINUTE), What::Mark(lesson.id, spot, label)))
    };
    let notes = NOTES.iter().filter_map(note);
    notes.chain(BOOKMARKS.iter().filter_map(mark)).collect()
}

/// Day 12: opened a while ago, the video stopped at [`VIDEO`], with a note there.
fn today(school: &School, begins: Timestamp, now: Timestamp) -> Vec<Deed> {
    let Some((_, lesson)) = find(school, "statistics-you-can-feel", 12) else {
        return Vec::new();
    };
    // Never before the day began, however early she is up.
    let opened = now.plus_millis(-22 * MINUTE).max(begins);
    let active = (now.millis() - opened.millis()).min(4 * MINUTE);
    let until = opened.plus_millis(active);
    let moment = (None, Some(second(VIDEO)));
    let block = spot(lesson, 1).and_then(|((block, _), _)| block);
    let mut deeds = vec![
        deed(opened, What::Open(lesson.id)),
        deed(
            until,
            What::Note(
                lesson.id,
                moment.clone(),
                None,
                "Here the line stops jumping. Same dice, only more of them in each average.",
            ),
        ),
        deed(until, What::Mark(lesson.id, moment, "Where it settles")),
        deed(until, What::Move(lesson.id, (block, Some(second(VIDEO))))),
    ];
    if let Ok(seconds @ 1..) = u32::try_from(active / 1000) {
        deeds.push(deed(until, What::Study(lesson.id, seconds, Vec::new(), false)));
    }
    deeds
}

fn find<'a>(school: &'a School, slug: &str, day: u16) -> Option<(&'a Course, &'a Lesson)> {
    let course = school.courses.iter().find(|course| course.slug == slug)?;
    Some((course, course.lessons.iter().find(|lesson| lesson.day == day)?))
}

/// A paragraph as a place, with words to quote: the first sentence of it.
fn spot(lesson: &Lesson, n: usize) -> Option<(Spot, String)> {
    let (block, words) = lesson.blocks.iter().filter(|(_, words)| words.len() >= 30).nth(n)?;
    let sentence = words.split_inclusive(['.', '?', '!']).next()?.trim();
    Some(((Some(block.clone()), None), sentence.chars().take(300).collect()))
}

fn deed(at: Timestamp, what: What) -> Deed {
    Deed { at, by: 0, what }
}
