//! Assignments become enrolments: counted before, made in chunks that can be gone through any
//! number of times, for those who are there and those who come later.
//!
//! For each person an assignment leaves one row. Who has it with an enrolment is passed over, so
//! that a run that was cut off, or a second one, neither doubles nor misses anybody. A cycle is
//! never overwritten: who learns the course, or has learnt it, is found to be in it already.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    actions,
    model::{Assignment, Audience, Due, Enrolled, Learning, State},
    policy::{Assign, FollowCourse},
    store::{self, Before, NewAssignment},
};
use crate::{
    courses::{self, Shelf},
    kernel::{
        actor::Person,
        error::{Error, Fields, Result, TextError},
        id::{AssignmentId, CourseId, UserId},
        time::Day,
    },
    people::{self, BulkAct, Effect, OuterDeeds, User},
    platform::{
        Platform, audit,
        db::{Read, Tx},
        mail, settings,
    },
};

/// People in one deed.
pub(super) const CHUNK: u32 = 100;
/// Groups or people that may be named in one assignment.
const MOST_NAMED: usize = 1000;

/// Lets somebody join a course, as the instance wants it.
pub(super) fn enrol_one(tx: &Tx<'_>, shelf: &Shelf, course: CourseId, user: UserId) -> Result<Enrolled> {
    let Some(can) = for_person(tx, course, user)? else {
        return Ok(Enrolled::Refused("deactivated"));
    };
    if let Some(last) = store::find_latest(tx, user, course)?.filter(|last| last.state != State::Left) {
        return Ok(Enrolled::Already(last.id));
    }
    match actions::enrol(tx, &can, shelf, None) {
        Ok((enrolment, true)) => Ok(Enrolled::Added(enrolment.id)),
        Ok((enrolment, false)) => Ok(Enrolled::Already(enrolment.id)),
        Err(error) => refusal(error).map(Enrolled::Refused),
    }
}

/// What it would come to, without doing it.
fn judge_one(read: &Read<'_>, shelf: &Shelf, course: CourseId, user: UserId) -> Result<Enrolled> {
    let Some(can) = for_person(read, course, user)? else {
        return Ok(Enrolled::Refused("deactivated"));
    };
    if let Some(last) = store::find_latest(read, user, course)?.filter(|last| last.state != State::Left) {
        return Ok(Enrolled::Already(last.id));
    }
    match actions::may_join(read, &can, shelf) {
        Ok(_) => Ok(Enrolled::Added(crate::kernel::id::EnrolmentId::from_raw(0))),
        Err(error) => refusal(error).map(Enrolled::Refused),
    }
}

/// What keeps one person out is his alone; anything else is everybody's.
fn refusal(error: Error) -> Result<&'static str> {
    match error {
        Error::Denied(reason) => Ok(reason),
        Error::Locked { reason, .. } => Ok(reason),
        Error::Conflict { code, .. } if code.contains("prerequisite") => Ok("prerequisite"),
        other => Err(other),
    }
}

fn for_person(read: &Read<'_>, course: CourseId, user: UserId) -> Result<Option<FollowCourse>> {
    let Some(facts) = people::actor_facts(read, user)?.filter(|facts| facts.is_active) else {
        return Ok(None);
    };
    let person = Person::without_session(user, facts.role, facts.plan, facts.zone);
    FollowCourse::as_assigned(read, person, course).map(Some)
}

/// The next people of an audience, by id, each once.
pub(super) fn next_people(read: &Read<'_>, audience: &Audience, after: UserId, limit: u32) -> Result<Vec<UserId>> {
    let mut all: Vec<UserId> = audience.people.iter().copied().filter(|user| *user > after).collect();
    for group in &audience.groups {
        all.extend(people::members_after(read, *group, after, limit)?);
    }
    all.sort_unstable();
    all.dedup();
    all.truncate(limit as usize);
    Ok(all)
}

/// What an assignment would come to.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) people: u32,
    pub(super) added: u32,
    pub(super) already: u32,
    pub(super) refused: BTreeMap<&'static str, u32>,
}

/// Counts a chunk; gives where the next begins.
pub(super) fn count_chunk(
    read: &Read<'_>,
    shelf: &Shelf,
    course: CourseId,
    audience: &Audience,
    after: UserId,
    counted: &mut Counted,
) -> Result<Option<UserId>> {
    const AT_ONCE: u32 = 500;
    open_course(read, course)?;
    let users = next_people(read, audience, after, AT_ONCE)?;
    for user in &users {
        counted.people += 1;
        match judge_one(read, shelf, course, *user)? {
            Enrolled::Added(_) => counted.added += 1,
            Enrolled::Already(_) => counted.already += 1,
            Enrolled::Refused(reason) => *counted.refused.entry(reason).or_default() += 1,
        }
    }
    let is_full = users.len() == AT_ONCE as usize;
    Ok(users.last().copied().filter(|_| is_full))
}

/// A course that takes learners.
fn open_course(read: &Read<'_>, course: CourseId) -> Result<()> {
    match courses::find_any(read, &course.into())?.state {
        courses::State::Published => Ok(()),
        courses::State::Archived => Err(Error::conflict("course.archived", "This course takes no new learners.")),
        _ => Err(Error::conflict("course.not_published", "This course is not published yet.")),
    }
}

/// What is to be assigned.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) course: CourseId,
    pub(super) audience: Audience,
    pub(super) due: Due,
    pub(super) reminders: Vec<i16>,
    pub(super) starts_on: Option<Day>,
}

impl Wanted {
    /// # Errors
    /// [`Error::Invalid`] that names everything wrong.
    pub(super) fn check(&self) -> Result<()> {
        let mut fields = Fields::default();
        let named = self.audience.groups.len() + self.audience.people.len();
        if named == 0 {
            fields.push("groups", TextError::new("assignment.nobody", "Choose a group or a person."));
        }
        if named > MOST_NAMED {
            let message = format!("Name at most {MOST_NAMED} groups and people; put more into a group.");
            fields.push("people", TextError::new("assignment.too_many", message));
        }
        if self.reminders.len() > 10 || self.reminders.iter().any(|days| !(-365..=365).contains(days)) {
            let message = "Use at most ten reminders, each within a year of the date.";
            fields.push("reminders", TextError::new("assignment.reminders", message));
        }
        if let (Due::On(due), Some(starts)) = (self.due, self.starts_on)
            && due < starts
        {
            fields.push(
                "due_on",
                TextError::new("assignment.due_before_start", "Choose a date after the start."),
            );
        }
        if matches!(self.due, Due::After(days) if !(1..=3650).contains(&days)) {
            fields.push("due_days", TextError::new("number.out_of_range", "Use 1 to 3650 days."));
        }
        fields.finish()
    }
}

/// Makes an assignment; a job enrols its people.
pub(super) fn assign(tx: &Tx<'_>, can: &Assign, wanted: &Wanted) -> Result<AssignmentId> {
    wanted.check()?;
    can.may_assign(tx, &wanted.audience)?;
    open_course(tx, wanted.course)?;
    let id = store::insert_assignment(
        tx,
        &NewAssignment {
            course: wanted.course,
            due: wanted.due,
            reminders: &wanted.reminders,
            starts_on: wanted.starts_on,
            audience: &wanted.audience,
        },
    )?;
    let after = json!({ "course": wanted.course, "groups": wanted.audience.groups, "people": wanted.audience.people.len() });
    audit::record(tx, "enrolments.assign", &id.to_string(), None::<&()>, Some(&after))?;
    tx.enqueue(&super::jobs::RunAssignment { assignment: id })?;
    Ok(id)
}

/// Ends an assignment: it takes nobody more. Who is enrolled stays so, and his date stays.
pub(super) fn end(tx: &Tx<'_>, can: &Assign, id: AssignmentId) -> Result<()> {
    can.may_assign(tx, &store::audience(tx, id)?)?;
    store::get_assignment(tx, id)?;
    if store::end_assignment(tx, id)? {
        audit::record(tx, "enrolments.end_assignment", &id.to_string(), None::<&()>, None::<&()>)?;
    }
    Ok(())
}

/// Enrols the next people of an assignment; gives where to go on, `None` at the end.
pub(super) fn step(tx: &Tx<'_>, shelf: &Shelf, id: AssignmentId, after: UserId) -> Result<Option<UserId>> {
    let assignment = match store::get_assignment(tx, id) {
        Err(Error::NotFound(_)) => return Ok(None),
        found => found?,
    };
    let learning: Learning = settings::get(tx)?;
    let today = learning.boundary_in(crate::kernel::time::Zone::utc()).date(tx.now());
    if !assignment.is_active || assignment.starts_on.is_some_and(|starts| starts > today) {
        return Ok(None);
    }
    let users = next_people(tx, &store::audience(tx, id)?, after, CHUNK)?;
    for user in &users {
        one(tx, shelf, &assignment, &learning, *user)?;
    }
    if users.len() == CHUNK as usize {
        return Ok(users.last().copied());
    }
    store::set_ran(tx, id)?;
    Ok(None)
}

fn one(tx: &Tx<'_>, shelf: &Shelf, assignment: &Assignment, learning: &Learning, user: UserId) -> Result<()> {
    if matches!(store::find_before(tx, assignment.id, user)?, Before::Done) {
        return Ok(());
    }
    let became = enrol_one(tx, shelf, assignment.course, user)?;
    let zone = people::actor_facts(tx, user)?.map_or_else(crate::kernel::time::Zone::utc, |facts| facts.zone);
    let today = learning.boundary_in(zone).date(tx.now());
    store::note_due(tx, assignment.id, user, became, assignment.due.date(today, learning.rest()))
}

/// Mails the reminders of an assignment that are due; true when more are left.
pub(super) fn remind(tx: &Tx<'_>, platform: &Platform, id: AssignmentId) -> Result<bool> {
    let assignment = store::get_assignment(tx, id)?;
    let learning: Learning = settings::get(tx)?;
    let today = learning.boundary_in(crate::kernel::time::Zone::utc()).date(tx.now());
    for offset in &assignment.reminders {
        let people = store::list_to_remind(tx, id, *offset, today, CHUNK)?;
        for (user, due) in &people {
            remind_one(tx, platform, &assignment, *user, *due, today)?;
            store::note_reminded(tx, id, *user, *offset)?;
        }
        if people.len() == CHUNK as usize {
            return Ok(true);
        }
    }
    Ok(false)
}

fn remind_one(tx: &Tx<'_>, platform: &Platform, assignment: &Assignment, user: UserId, due: Day, today: Day) -> Result<()> {
    let Some(user) = people::find_user(tx, user)?.filter(|user| user.is_active && user.is_verified) else {
        return Ok(());
    };
    let card = courses::card(tx, assignment.course)?;
    let data = json!({ "course": card.title.as_str(), "slug": card.slug.as_str(), "due": due.in_words(), "is_late": due < today });
    mail::queue(tx, platform, &user.letter("due", data)).map(drop)
}

/// Enrolling as a deed over many people.
pub(super) struct EnrolMany;

fn effect(became: Enrolled) -> Effect {
    match became {
        Enrolled::Added(id) => Effect::Changed(Some(json!(id).to_string())),
        Enrolled::Already(_) => Effect::Same,
        Enrolled::Refused(reason) => Effect::Refused(reason),
    }
}

impl OuterDeeds for EnrolMany {
    fn takes(&self, act: BulkAct) -> bool {
        matches!(act, BulkAct::Enrol { .. })
    }

    fn judge(&self, read: &Read<'_>, platform: &Platform, act: BulkAct, user: &User) -> Result<Effect> {
        let BulkAct::Enrol { course } = act else { return Ok(Effect::Same) };
        open_course(read, course)?;
        judge_one(read, &Shelf::of(platform), course, user.id).map(effect)
    }

    fn apply(&self, tx: &Tx<'_>, platform: &Platform, act: BulkAct, user: &User) -> Result<Effect> {
        let BulkAct::Enrol { course } = act else { return Ok(Effect::Same) };
        enrol_one(tx, &Shelf::of(platform), course, user.id).map(effect)
    }

    fn undo(&self, tx: &Tx<'_>, _: BulkAct, _: UserId, before: Option<&str>) -> Result<bool> {
        let Some(id) = before.and_then(|text| serde_json::from_str(text).ok()) else {
            return Ok(false);
        };
        let Some(enrolment) = store::find(tx, id)?.filter(|e| e.state == State::Active) else {
            return Ok(false);
        };
        actions::leave_it(tx, &enrolment)?;
        Ok(true)
    }
}
