//! Counting everything anew from the facts.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::{Debug, Display},
    sync::Arc,
};

use crate::{
    courses::{Shelf, VersionLesson},
    enrolments::{self, Enrolment},
    kernel::{
        error::Result,
        id::{EnrolmentId, LessonId, UserId},
    },
    platform::db::{Read, Tx},
    progress::{
        model::{Derived, replay},
        policy::RebuildProgress,
        store,
    },
};

/// How many people one closure goes through.
const PEOPLE: usize = 50;

/// What a walk over some people found.
#[derive(Debug, Default)]
pub struct Walked {
    /// How many people were looked at.
    pub people: usize,
    /// Where the numbers differ from the facts, in words.
    pub differences: Vec<String>,
    /// The last of them; `None` when there are no more.
    pub last: Option<UserId>,
}

/// What the numbers are and what they should be.
struct Found {
    stored: Derived,
    expected: Derived,
    /// Enrolments whose own completion is not what the facts say.
    unfinished: Vec<Enrolment>,
}

/// Compares the numbers of the next people after one with the facts.
///
/// # Errors
/// A database fault.
pub(in crate::progress) fn check_people(read: &Read<'_>, _: &RebuildProgress, shelf: &Shelf, after: UserId) -> Result<Walked> {
    let mut walked = Walked::default();
    for user in next_people(read, after)? {
        walked.see(user, &look(read, shelf, user)?);
    }
    Ok(walked)
}

/// Compares the numbers of the next people after one with the facts, and puts them right.
///
/// # Errors
/// A database fault.
pub(in crate::progress) fn rebuild_people(tx: &Tx<'_>, _: &RebuildProgress, shelf: &Shelf, after: UserId) -> Result<Walked> {
    let mut walked = Walked::default();
    for user in next_people(tx, after)? {
        let found = look(tx, shelf, user)?;
        if walked.see(user, &found) {
            mend(tx, user, &found)?;
        }
    }
    Ok(walked)
}

impl Walked {
    /// Notes one person. True when his numbers differ.
    fn see(&mut self, user: UserId, found: &Found) -> bool {
        self.people += 1;
        self.last = Some(user);
        let differences = found.differences();
        let differs = !differences.is_empty();
        self.differences
            .extend(differences.into_iter().map(|text| format!("{user} {text}")));
        differs
    }
}

fn next_people(read: &Read<'_>, after: UserId) -> Result<Vec<UserId>> {
    let mut people = Vec::new();
    let mut last = after;
    while people.len() < PEOPLE {
        let next = [store::next_user(read, last)?, enrolments::next_learner(read, last)?];
        let Some(user) = next.into_iter().flatten().min() else { break };
        people.push(user);
        last = user;
    }
    Ok(people)
}

fn look(read: &Read<'_>, shelf: &Shelf, user: UserId) -> Result<Found> {
    let enrolments = enrolments::list_for(read, user)?;
    let outlines = outlines(read, shelf, &enrolments)?;
    let is_required = |enrolment: EnrolmentId, lesson: LessonId| {
        let outline = outlines.get(&enrolment);
        outline.is_some_and(|o| o.iter().any(|place| place.lesson == lesson && place.is_required))
    };
    let expected = replay(&store::list_facts(read, user)?, &store::list_minutes(read, user)?, is_required);
    let stored = Derived {
        lessons: store::list_lessons_of(read, user)?,
        courses: store::list_courses(read, user)?,
        days: store::list_days(read, user)?,
    };
    let completed = |e: &Enrolment| expected.courses.get(&e.id).and_then(|c| c.completed_at);
    let unfinished = enrolments.into_iter().filter(|e| e.completed_at != completed(e)).collect();
    Ok(Found {
        stored,
        expected,
        unfinished,
    })
}

fn outlines(read: &Read<'_>, shelf: &Shelf, enrolments: &[Enrolment]) -> Result<HashMap<EnrolmentId, Arc<Vec<VersionLesson>>>> {
    enrolments
        .iter()
        .map(|e| Ok((e.id, shelf.version_lessons(read, e.version)?)))
        .collect()
}

impl Found {
    fn differences(&self) -> Vec<String> {
        let mut all = differences(&self.stored.courses, &self.expected.courses, |id| id.to_string());
        all.extend(differences(&self.stored.lessons, &self.expected.lessons, |(enrolment, lesson)| {
            format!("{enrolment} {lesson}")
        }));
        all.extend(differences(&self.stored.days, &self.expected.days, |day| day.to_string()));
        all.extend(
            self.unfinished
                .iter()
                .map(|e| format!("{}: its completion is not what the facts say", e.id)),
        );
        all
    }
}

fn differences<K: Ord, V: PartialEq + Debug, D: Display>(
    stored: &BTreeMap<K, V>,
    expected: &BTreeMap<K, V>,
    name: impl Fn(&K) -> D,
) -> Vec<String> {
    let say = |key: &K| {
        let (is, should) = (stored.get(key), expected.get(key));
        (is != should).then(|| format!("{}: is {is:?}, should be {should:?}", name(key)))
    };
    let only_stored = stored.keys().filter(|key| !expected.contains_key(key));
    expected.keys().chain(only_stored).filter_map(say).collect()
}

fn mend(tx: &Tx<'_>, user: UserId, found: &Found) -> Result<()> {
    let Found {
        stored,
        expected,
        unfinished,
    } = found;
    for (key, progress) in changed(&stored.lessons, &expected.lessons) {
        match progress {
            Some(progress) => store::put_lesson(tx, user, key.0, key.1, progress)?,
            None => store::remove_lesson(tx, user, key.0, key.1)?,
        }
    }
    for (key, totals) in changed(&stored.courses, &expected.courses) {
        match totals {
            Some(totals) => store::put_course(tx, user, *key, totals)?,
            None => store::remove_course(tx, user, *key)?,
        }
    }
    for (day, minutes) in changed(&stored.days, &expected.days) {
        match minutes {
            Some(minutes) => store::set_day(tx, user, *day, *minutes)?,
            None => store::remove_day(tx, user, *day)?,
        }
    }
    for enrolment in unfinished {
        let at = expected.courses.get(&enrolment.id).and_then(|c| c.completed_at);
        enrolments::mend_completion(tx, enrolment, at)?;
    }
    Ok(())
}

/// What differs, with what should be there.
fn changed<'a, K: Ord, V: PartialEq>(stored: &'a BTreeMap<K, V>, expected: &'a BTreeMap<K, V>) -> Vec<(&'a K, Option<&'a V>)> {
    let put = expected.iter().filter(|(key, value)| stored.get(key) != Some(value));
    let gone = stored.keys().filter(|key| !expected.contains_key(key));
    put.map(|(key, value)| (key, Some(value)))
        .chain(gone.map(|key| (key, None)))
        .collect()
}
