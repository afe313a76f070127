//! Two million rows of progress with their facts, events, minutes and counters: written straight
//! into the tables, because by the verbs it would take an hour. `stock check` holds them against
//! the product's own reckoning.

use std::{collections::BTreeMap, path::Path};

use momentum::{
    kernel::{
        event::Event,
        id::{EnrolmentId, LessonId},
        time::{Day, Timestamp},
    },
    platform::db,
};
use rusqlite::{Connection, Statement, params};

use super::{BASE, DAY, chance::Dice, people::Joined, school::Course};

/// Rows of progress that each person has, if his courses have as many lessons.
const EACH: usize = 20;
/// Whole minutes of learning that are kept of each of the last lessons.
const MINUTES: i64 = 6;
/// All seconds of a minute.
const WHOLE: i64 = (1 << 60) - 1;
/// When learners' days begin.
const START_HOUR: u8 = 3;

/// Something somebody did.
struct Fact {
    at: i64,
    person: u32,
    enrolment: EnrolmentId,
    course: u32,
    lesson: LessonId,
    kind: &'static str,
}

/// Writes them all.
pub(crate) fn write(folder: &Path, courses: &[Course], people: &[Joined], seed: u64) -> anyhow::Result<()> {
    let mut conn = Connection::open(folder.join(db::FILE))?;
    conn.execute_batch("PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF; PRAGMA cache_size=-400000;")?;
    let tx = conn.transaction()?;
    let mut facts = Vec::new();
    {
        let mut derived = Derived::prepare(&tx)?;
        for (n, person) in people.iter().enumerate() {
            derived.live(n, person, courses, seed, &mut facts)?;
        }
    }
    facts.sort_by_key(|fact: &Fact| (fact.at, fact.person));
    log(&tx, people, courses, &facts)?;
    tx.execute("UPDATE reaction_cursors SET seq = (SELECT max(seq) FROM events)", [])?;
    tx.commit()?;
    conn.execute_batch("PRAGMA analysis_limit=1000; PRAGMA optimize=0x10002; PRAGMA wal_checkpoint(TRUNCATE);")?;
    Ok(())
}

struct Derived<'c> {
    lesson: Statement<'c>,
    course: Statement<'c>,
    minute: Statement<'c>,
    day: Statement<'c>,
    position: Statement<'c>,
    finish: Statement<'c>,
}

impl<'c> Derived<'c> {
    fn prepare(conn: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            lesson: conn.prepare(
                "INSERT INTO lesson_progress (user_id, enrolment_id, lesson_id, opened_at, completed_at, active_seconds) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?,
            course: conn.prepare(
                "INSERT INTO course_progress (user_id, enrolment_id, lessons_done, required_done, active_seconds, last_activity_at, completed_at)
                 VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6)",
            )?,
            minute: conn.prepare(
                "INSERT INTO active_minutes (user_id, minute, enrolment_id, lesson_id, day, seconds) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?,
            day: conn.prepare("INSERT INTO day_minutes (user_id, day, minutes) VALUES (?1, ?2, ?3)")?,
            position: conn.prepare(
                "INSERT INTO positions (user_id, enrolment_id, lesson_id, block_offset, video_ms, client_at) VALUES (?1, ?2, ?3, 0, 61000, ?4)",
            )?,
            finish: conn.prepare("UPDATE enrolments SET state = 'completed', completed_at = ?2 WHERE id = ?1")?,
        })
    }

    /// What one person did.
    fn live(&mut self, n: usize, person: &Joined, courses: &[Course], seed: u64, facts: &mut Vec<Fact>) -> anyhow::Result<()> {
        let mut dice = Dice::new(seed, 5, n as u64);
        let mut days: BTreeMap<Day, i64> = BTreeMap::new();
        let mut minutes = std::collections::BTreeSet::new();
        let mut left = EACH;
        for (k, (enrolment, course)) in person.courses.iter().enumerate() {
            let lessons = &courses[*course].lessons;
            let share = (left / (person.courses.len() - k)).min(lessons.len());
            left -= share;
            self.learn(
                Learnt {
                    n,
                    person,
                    enrolment: *enrolment,
                    course: *course,
                    lessons,
                    share,
                },
                &mut dice,
                &mut days,
                &mut minutes,
                facts,
            )?;
        }
        for (day, minutes) in days {
            self.day.execute(params![person.user, day, minutes])?;
        }
        Ok(())
    }

    fn learn(
        &mut self,
        learnt: Learnt<'_>,
        dice: &mut Dice,
        days: &mut BTreeMap<Day, i64>,
        minutes: &mut std::collections::BTreeSet<i64>,
        facts: &mut Vec<Fact>,
    ) -> anyhow::Result<()> {
        let Learnt {
            n,
            person,
            enrolment,
            course,
            lessons,
            share,
        } = learnt;
        if share == 0 {
            return Ok(());
        }
        let since = (BASE.millis() - person.at.millis() - DAY / 2).max(DAY);
        let step = (since / share as i64).min(DAY);
        let whole = share == lessons.len();
        let (mut done, mut seconds, mut last) = (0, 0, 0);
        for (i, lesson) in lessons.iter().take(share).enumerate() {
            let opened = person.at.millis() + i as i64 * step + 1 + dice.below(step as usize / 2) as i64;
            let completed = opened + 15 * 60_000;
            let is_done = whole || i + 1 < share;
            let fact = |at, kind| Fact {
                at,
                person: n as u32,
                enrolment,
                course: course as u32,
                lesson: *lesson,
                kind,
            };
            facts.push(fact(opened, "opened"));
            last = last.max(opened);
            let mut active = 0;
            if is_done {
                done += 1;
                last = last.max(completed);
                facts.push(fact(completed, "completed"));
                if i + 3 > share {
                    for minute in (0..MINUTES).map(|m| opened / 60_000 + 1 + m) {
                        let day = Timestamp::from_millis(minute * 60_000).learning_day(&person.zone, START_HOUR);
                        if minutes.insert(minute) {
                            self.minute.execute(params![person.user, minute, enrolment, lesson, day, WHOLE])?;
                            *days.entry(day).or_default() += 1;
                            active += 60;
                        }
                    }
                }
            } else {
                self.position.execute(params![person.user, enrolment, lesson, opened + 1000])?;
            }
            seconds += active;
            self.lesson.execute(params![
                person.user,
                enrolment,
                lesson,
                opened,
                is_done.then_some(completed),
                active
            ])?;
            if whole && i + 1 == share {
                facts.push(fact(completed + 1, "course_completed"));
                last = last.max(completed + 1);
                self.finish.execute(params![enrolment, completed + 1])?;
            }
        }
        let finished = whole.then_some(last);
        self.course
            .execute(params![person.user, enrolment, done, seconds, last, finished])?;
        Ok(())
    }
}

struct Learnt<'a> {
    n: usize,
    person: &'a Joined,
    enrolment: EnrolmentId,
    course: usize,
    lessons: &'a [LessonId],
    share: usize,
}

/// The log of facts and the log of events, in the order of time.
fn log(conn: &Connection, people: &[Joined], courses: &[Course], facts: &[Fact]) -> anyhow::Result<()> {
    let mut fact = conn.prepare(
        "INSERT INTO progress_facts (id, user_id, enrolment_id, course_id, lesson_id, kind, day, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let mut event = conn.prepare("INSERT INTO events (kind, body, actor, at) VALUES (?1, ?2, ?3, ?4)")?;
    let mut last = 0;
    for (n, f) in facts.iter().enumerate() {
        let (person, course) = (&people[f.person as usize], courses[f.course as usize].id);
        last = EnrolmentId::compose(f.at, n as u32).raw().max(last + 1);
        let day = Timestamp::from_millis(f.at).learning_day(&person.zone, START_HOUR);
        fact.execute(params![last, person.user, f.enrolment, course, f.lesson, f.kind, day, f.at])?;
        let told = match f.kind {
            "opened" => Event::LessonOpened {
                user: person.user,
                course,
                lesson: f.lesson,
            },
            "completed" => Event::LessonCompleted {
                enrolment: f.enrolment,
                user: person.user,
                course,
                lesson: f.lesson,
                active_minutes: 0,
            },
            _ => Event::CourseCompleted {
                enrolment: f.enrolment,
                user: person.user,
                course,
            },
        };
        let told = serde_json::to_value(told)?;
        event.execute(params![
            told["kind"].as_str(),
            told["body"].to_string(),
            person.user.to_string(),
            f.at
        ])?;
    }
    Ok(())
}
