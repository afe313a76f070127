//! The verbs: join, change the pace, leave, finish.

use std::sync::Arc;

use super::{
    model::{Boundary, Enrolment, Learning, Pace, Schedule, State},
    policy::{FollowCourse, OwnEnrolment},
    store,
};
use crate::{
    courses::{self, Meta, Shelf},
    kernel::{
        actor::{Actor, Person, Plan},
        error::{Error, Result},
        event::Event,
        id::{CourseId, UserId, VersionId},
        time::{Timestamp, Zone},
    },
    platform::{
        db::{Read, Tx},
        settings,
    },
};

/// Joins a course, or begins its next cycle when the last one is completed or left. Joining a
/// course that one is learning changes nothing. True when a cycle began.
///
/// # Errors
/// `Denied("premium")` without the plan the course needs, `Conflict` when the course takes no
/// learners.
pub(super) fn enrol(tx: &Tx<'_>, can: &FollowCourse, shelf: &Shelf, pace: Option<Pace>) -> Result<(Enrolment, bool)> {
    let head = courses::find_any(tx, &can.course().id.into())?;
    let person = can.person();
    let last = store::find_latest(tx, person.id, head.id)?;
    if let Some(last) = last.as_ref().filter(|e| e.state == State::Active) {
        return Ok((last.clone(), false));
    }
    let (version, meta) = may_join(tx, can, shelf)?;
    let days = shelf.version_lessons(tx, version)?.iter().map(|place| place.day).max().unwrap_or(1);
    let learning: Learning = settings::get(tx)?;
    let enrolment = Enrolment {
        id: tx.new_id(),
        user: person.id,
        course: head.id,
        version,
        number: head.number,
        days,
        plan: if can.is_staff() { Plan::Free } else { meta.plan },
        cycle: last.map_or(1, |last| last.cycle + 1),
        state: State::Active,
        schedule: Schedule::begin(
            chosen(meta.length, pace, &learning)?,
            learning.rest(),
            tx.now(),
            learning.boundary(person),
        ),
        is_withheld: false,
        started_at: tx.now(),
        completed_at: None,
        left_at: None,
    };
    store::insert(tx, &enrolment)?;
    tx.tell(&Event::EnrolmentStarted {
        enrolment: enrolment.id,
        user: enrolment.user,
        course: enrolment.course,
    })?;
    Ok((enrolment, true))
}

/// Which version of a course somebody would join.
///
/// # Errors
/// As [`enrol`].
pub(super) fn may_join(read: &Read<'_>, can: &FollowCourse, shelf: &Shelf) -> Result<(VersionId, Arc<Meta>)> {
    let head = courses::find_any(read, &can.course().id.into())?;
    let version = match (head.state, head.version) {
        (courses::State::Published, Some(version)) => version,
        (courses::State::Archived | courses::State::Unpublished, _) => {
            return Err(Error::conflict("course.archived", "This course takes no new learners."));
        }
        _ => return Err(Error::conflict("course.not_published", "This course is not published yet.")),
    };
    let meta = shelf.version_meta(read, version)?;
    if meta.plan > can.person().plan && !can.is_staff() {
        return Err(Error::Denied("premium"));
    }
    if !can.is_staff() {
        require_finished(read, can.person(), head.id)?;
    }
    Ok((version, meta))
}

/// Whoever joins has finished what comes before.
fn require_finished(read: &Read<'_>, person: &Person, course: CourseId) -> Result<()> {
    let mut missing = Vec::new();
    for need in courses::prerequisites(read, course)? {
        if !store::has_finished(read, person.id, need)? {
            missing.push(need);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    // Only what he may know of is named.
    let actor = Actor::Person(person.clone());
    let seen = missing
        .iter()
        .filter(|need| courses::find_visible(read, &actor, &(**need).into()).is_ok());
    let seen: Vec<CourseId> = seen.copied().collect();
    let names: Vec<String> = courses::cards(read, &seen)?
        .into_iter()
        .map(|card| format!("\u{201c}{}\u{201d}", card.title))
        .collect();
    let what = if names.is_empty() {
        "what comes before it".into()
    } else {
        names.join(" and ")
    };
    Err(Error::conflict("enrolment.prerequisites", format!("Finish {what} first.")))
}

/// The pace that a course of this length is learnt at: self-paced courses have only one, and
/// courses of days open day by day.
fn chosen(length: courses::Length, pace: Option<Pace>, learning: &Learning) -> Result<Pace> {
    match (length.days(), pace) {
        (None, _) => Ok(Pace::AllAtOnce),
        (Some(_), Some(Pace::AllAtOnce)) => Err(Error::field(
            "pace.kind",
            "pace.day_by_day",
            "This course opens day by day: choose daily, weekdays or your own days.",
        )),
        (Some(_), pace) => Ok(pace.unwrap_or_else(|| learning.pace())),
    }
}

/// When the days of a course would open at this pace, from now on: for somebody who has joined,
/// what changing to it would mean.
///
/// # Errors
/// `Invalid` for a pace the course does not have, `Conflict` before it is published.
pub(super) fn preview(read: &Read<'_>, can: &FollowCourse, shelf: &Shelf, pace: Option<Pace>) -> Result<(Schedule, u16)> {
    let learning: Learning = settings::get(read)?;
    let boundary = learning.boundary(can.person());
    let active = can.enrolment().filter(|e| e.state == State::Active);
    let version = active.map(|e| e.version).or(can.course().version);
    let Some(version) = version else {
        return Err(Error::conflict("course.not_published", "This course is not published yet."));
    };
    let pace = chosen(shelf.version_meta(read, version)?.length, pace, &learning)?;
    if let Some(e) = active {
        let schedule = e.schedule.repaced(pace, learning.rest(), read.now(), &boundary, e.days);
        return Ok((schedule, e.days));
    }
    let days = shelf
        .version_lessons(read, version)?
        .iter()
        .map(|place| place.day)
        .max()
        .unwrap_or(1);
    Ok((Schedule::begin(pace, learning.rest(), read.now(), boundary), days))
}

/// Changes the pace: days that are open stay open, the others move.
///
/// # Errors
/// `Invalid` for a pace the course does not have, `Conflict` after he has left.
pub(super) fn change_pace(tx: &Tx<'_>, can: &OwnEnrolment, shelf: &Shelf, pace: Pace) -> Result<Enrolment> {
    let mut enrolment = store::get(tx, can.enrolment())?;
    if enrolment.state == State::Left {
        return Err(Error::conflict("enrolment.left", "You have left this course. Join it again first."));
    }
    let learning: Learning = settings::get(tx)?;
    let pace = chosen(shelf.version_meta(tx, enrolment.version)?.length, Some(pace), &learning)?;
    let was = enrolment.schedule.pace;
    if pace == was && learning.rest() == enrolment.schedule.rest {
        return Ok(enrolment);
    }
    let boundary = learning.boundary(can.person());
    enrolment.schedule = enrolment
        .schedule
        .repaced(pace, learning.rest(), tx.now(), &boundary, enrolment.days);
    store::update_schedule(tx, enrolment.id, &enrolment.schedule)?;
    if pace == was {
        return Ok(enrolment);
    }
    tx.tell(&Event::EnrolmentPaceChanged {
        enrolment: enrolment.id,
        user: enrolment.user,
        course: enrolment.course,
    })?;
    Ok(enrolment)
}

/// Leaves a course. What he did stays; joining again begins the next cycle.
///
/// # Errors
/// A database fault.
pub(super) fn leave(tx: &Tx<'_>, can: &OwnEnrolment) -> Result<()> {
    leave_it(tx, &store::get(tx, can.enrolment())?)
}

/// Ends an enrolment.
pub(super) fn leave_it(tx: &Tx<'_>, enrolment: &Enrolment) -> Result<()> {
    if enrolment.state == State::Left {
        return Ok(());
    }
    store::update_left(tx, enrolment.id)?;
    tx.tell(&Event::EnrolmentLeft {
        enrolment: enrolment.id,
        user: enrolment.user,
        course: enrolment.course,
    })
}

/// Every required lesson is done: the course is completed, once. Told by whoever counts lessons.
///
/// # Errors
/// A database fault.
pub fn finish(tx: &Tx<'_>, enrolment: &Enrolment) -> Result<()> {
    store::update_completed(tx, enrolment.id, Some(tx.now()))?;
    tx.tell(&Event::CourseCompleted {
        enrolment: enrolment.id,
        user: enrolment.user,
        course: enrolment.course,
    })
}

/// Puts right when a course was completed, after the facts were counted anew. Tells nobody.
///
/// # Errors
/// A database fault.
pub fn mend_completion(tx: &Tx<'_>, enrolment: &Enrolment, at: Option<Timestamp>) -> Result<()> {
    store::update_completed(tx, enrolment.id, at)
}

/// Opens a day before its date; later dates do not move. Nothing happens when it is open. Told by
/// whoever knows that he has done the days before.
///
/// # Errors
/// A database fault.
pub fn open_ahead(tx: &Tx<'_>, enrolment: &Enrolment, boundary: &Boundary, day: u16) -> Result<()> {
    if day <= enrolment.opened(tx.now(), boundary) {
        return Ok(());
    }
    let schedule = enrolment.schedule.opened_ahead(day, tx.now(), boundary, enrolment.days);
    store::update_schedule(tx, enrolment.id, &schedule)?;
    tx.tell(&Event::EnrolmentOpenedAhead {
        enrolment: enrolment.id,
        user: enrolment.user,
        course: enrolment.course,
        day,
    })
}

/// Makes fast what has opened for this enrolment by now, so that no later change of zone or
/// settings closes it. Cheap when nothing changed: whoever writes about a lesson calls it.
///
/// # Errors
/// A database fault.
pub fn settle(tx: &Tx<'_>, enrolment: &Enrolment, boundary: &Boundary) -> Result<()> {
    let settled = enrolment.schedule.settled(tx.now(), boundary, enrolment.days);
    if settled == enrolment.schedule {
        return Ok(());
    }
    store::update_schedule(tx, enrolment.id, &settled)
}

/// The same for everything a person learns: after his zone changed to this one.
///
/// # Errors
/// A database fault.
pub(super) fn settle_all(tx: &Tx<'_>, user: UserId, zone: Zone) -> Result<()> {
    let boundary = settings::get::<Learning>(tx)?.boundary_in(zone);
    for enrolment in store::list(tx, user)?.iter().filter(|e| e.is_live()) {
        settle(tx, enrolment, &boundary)?;
    }
    Ok(())
}
