//! Deeds of learners, done one after the other under a clock that is moved to each.

use std::sync::Arc;

use super::Out;
use crate::{
    app::App,
    auth::{self, NewAccount},
    courses::{CoursePath, Shelf},
    enrolments::{self, EnrolmentPath, FollowCourse, LearnLesson, LessonPath, OwnEnrolment, Pace},
    kernel::{
        actor::{Actor, Person},
        error::{Error, Result},
        id::{CourseId, LessonId},
        time::{Moment, Timestamp},
    },
    notes::{self, Spot},
    people::{self, ProfileChange},
    platform::{
        clock::FixedClock,
        db::Tx,
        web::guard::{PathKey, Require as _},
    },
    progress,
};

/// The most deeds that share a closure.
const BATCH: usize = 20;

/// What somebody does.
#[derive(Debug)]
pub(super) enum What {
    /// Comes to the school.
    Arrive(Box<NewAccount>),
    /// Says who he is.
    Introduce(Box<ProfileChange>),
    /// Joins a course.
    Join(CourseId, Option<Pace>),
    /// Opens a lesson.
    Open(LessonId),
    /// Looks back on so many active seconds, ticks items, and completes the lesson or not.
    Study(LessonId, u32, Vec<String>, bool),
    /// Moves within a lesson.
    Move(LessonId, Spot),
    /// Writes a note, perhaps on a quote.
    Note(LessonId, Spot, Option<String>, &'static str),
    /// Sets a bookmark.
    Mark(LessonId, Spot, &'static str),
    /// Leaves a course.
    Leave(CourseId),
}

/// What somebody, known by his number, does when.
#[derive(Debug)]
pub(super) struct Deed {
    pub at: Timestamp,
    pub by: usize,
    pub what: What,
}

/// Does them all in the order of their instants; those of one instant in the order given.
pub(super) async fn perform(app: &App, clock: &FixedClock, mut deeds: Vec<Deed>, out: &mut Out) -> anyhow::Result<()> {
    deeds.sort_by_key(|deed| deed.at);
    let mut bar = out.bar("Learners", deeds.len() as u64);
    let (db, shelf) = (app.db(Actor::System("demo")), Shelf::of(app.platform()));
    let mut people: Arc<Vec<Option<Person>>> = Arc::new(Vec::new());
    let mut left = deeds.into_iter().peekable();
    while let Some(first) = left.next() {
        clock.set(first.at);
        let at = first.at;
        let mut batch = vec![first];
        while batch.len() < BATCH
            && let Some(next) = left.next_if(|deed| deed.at == at)
        {
            batch.push(next);
        }
        for _ in &batch {
            bar.step();
        }
        let (shelf, known) = (shelf.clone(), people);
        people = db
            .write("demo.deeds", move |tx| {
                let mut known = known;
                for deed in batch {
                    act(tx, &shelf, Arc::make_mut(&mut known), deed)?;
                }
                Ok(known)
            })
            .await?;
    }
    Ok(())
}

fn act(tx: &Tx<'_>, shelf: &Shelf, people: &mut Vec<Option<Person>>, deed: Deed) -> Result<()> {
    if let What::Arrive(account) = deed.what {
        people.resize(people.len().max(deed.by + 1), None);
        people[deed.by] = Some(arrive(tx, *account)?);
        return Ok(());
    }
    let person = people.get(deed.by).cloned().flatten();
    let person = person.ok_or(Error::NotFound("person"))?;
    let (user, actor) = (person.id, Actor::Person(person));
    let may = |lesson| LearnLesson::decide(tx, &actor, &PathKey(LessonPath { lesson }));
    match deed.what {
        What::Arrive(_) => Ok(()),
        What::Introduce(change) => people::update_profile(tx, user, *change).map(drop),
        What::Join(course, pace) => {
            let can = FollowCourse::decide(tx, &actor, &PathKey(CoursePath { course: course.into() }))?;
            enrolments::enrol(tx, &can, shelf, pace).map(drop)
        }
        What::Open(lesson) => progress::open(tx, &may(lesson)?),
        What::Study(lesson, seconds, ticks, completes) => {
            let can = may(lesson)?;
            progress::be_active(tx, &can, seconds)?;
            ticks.iter().try_for_each(|action| progress::tick(tx, &can, shelf, action))?;
            if completes { progress::complete(tx, &can, shelf) } else { Ok(()) }
        }
        What::Move(lesson, (block, video)) => progress::move_to(tx, &may(lesson)?, shelf, block, video),
        What::Note(lesson, spot, quote, text) => notes::write(tx, &may(lesson)?, spot, quote.as_deref(), text),
        What::Mark(lesson, spot, label) => notes::mark(tx, &may(lesson)?, spot, label),
        What::Leave(course) => {
            let enrolment = enrolments::find_active(tx, user, course)?.ok_or(Error::NotFound("enrolment"))?.id;
            enrolments::leave(tx, &OwnEnrolment::decide(tx, &actor, &PathKey(EnrolmentPath { enrolment }))?)
        }
    }
}

fn arrive(tx: &Tx<'_>, account: NewAccount) -> Result<Person> {
    let (role, plan, zone) = (account.role, account.plan, account.time_zone.clone());
    let id = auth::create_account(tx, account)?;
    Ok(Person::without_session(id, role, plan, zone))
}

/// A moment of a video.
pub(super) fn second(seconds: u32) -> Moment {
    Moment::from_millis(seconds * 1000)
}
