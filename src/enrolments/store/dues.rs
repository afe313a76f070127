//! Assignments and what became of them for each person.

use rusqlite::Row;

use crate::{
    enrolments::model::{Assignment, Audience, Due, Enrolled},
    kernel::{
        error::{Error, Result},
        id::{AssignmentId, CourseId, EnrolmentId, GroupId, UserId},
        time::{Day, Timestamp},
    },
    platform::db::{OnConflict as _, Read, Tx},
};

const COLUMNS: &str = "id, course_id, due_on, due_days, reminders, starts_on, state, created_at, ran_at, added, already, refused";

fn assignment(row: &Row<'_>) -> rusqlite::Result<Assignment> {
    let (on, after): (Option<Day>, Option<u16>) = (row.get(2)?, row.get(3)?);
    let reminders = serde_json::from_str(row.get_ref(4)?.as_str()?)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, Box::new(e)))?;
    Ok(Assignment {
        id: row.get(0)?,
        course: row.get(1)?,
        due: on.map(Due::On).or(after.map(Due::After)).unwrap_or(Due::Never),
        reminders,
        starts_on: row.get(5)?,
        is_active: row.get_ref(6)?.as_str()? == "active",
        created_at: row.get(7)?,
        ran_at: row.get(8)?,
        added: row.get(9)?,
        already: row.get(10)?,
        refused: row.get(11)?,
    })
}

/// An assignment that is not made yet.
pub(in crate::enrolments) struct NewAssignment<'a> {
    pub(in crate::enrolments) course: CourseId,
    pub(in crate::enrolments) due: Due,
    pub(in crate::enrolments) reminders: &'a [i16],
    pub(in crate::enrolments) starts_on: Option<Day>,
    pub(in crate::enrolments) audience: &'a Audience,
}

pub(in crate::enrolments) fn insert_assignment(tx: &Tx<'_>, new: &NewAssignment<'_>) -> Result<AssignmentId> {
    let id: AssignmentId = tx.new_id();
    let (on, after) = match new.due {
        Due::Never => (None, None),
        Due::On(day) => (Some(day), None),
        Due::After(days) => (None, Some(days)),
    };
    tx.execute(
        "INSERT INTO assignments (id, course_id, due_on, due_days, reminders, starts_on, state, created_by, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'active', ?7, ?8)",
        (
            id,
            new.course,
            on,
            after,
            serde_json::to_string(new.reminders).map_err(Error::internal)?,
            new.starts_on,
            tx.actor().user(),
            tx.now(),
        ),
    )?;
    for group in &new.audience.groups {
        tx.execute(
            "INSERT INTO assignment_groups (assignment_id, group_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (id, group),
        )
        .on_dangling(|| Error::field("groups", "group.unknown", "There is no such group."))?;
    }
    for user in &new.audience.people {
        tx.execute(
            "INSERT INTO assignment_people (assignment_id, user_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (id, user),
        )
        .on_dangling(|| Error::field("people", "user.unknown", "There is no such person."))?;
    }
    Ok(id)
}

pub(in crate::enrolments) fn get_assignment(read: &Read<'_>, id: AssignmentId) -> Result<Assignment> {
    read.get(
        "assignment",
        &format!("SELECT {COLUMNS} FROM assignments WHERE id = ?1"),
        [id],
        assignment,
    )
}

/// Every assignment, the newest first.
pub(in crate::enrolments) fn list_assignments(read: &Read<'_>, before: Option<AssignmentId>, limit: u32) -> Result<Vec<Assignment>> {
    read.list(
        &format!("SELECT {COLUMNS} FROM assignments WHERE (?1 IS NULL OR id < ?1) ORDER BY id DESC LIMIT ?2"),
        (before, limit),
        assignment,
    )
}

/// Assignments that still take people.
pub(in crate::enrolments) fn list_active(read: &Read<'_>) -> Result<Vec<Assignment>> {
    read.list(
        &format!("SELECT {COLUMNS} FROM assignments WHERE state = 'active' ORDER BY id"),
        [],
        assignment,
    )
}

/// Assignments that still take people, of these groups.
pub(in crate::enrolments) fn list_active_of(read: &Read<'_>, group: GroupId) -> Result<Vec<AssignmentId>> {
    read.list(
        "SELECT a.id FROM assignment_groups g JOIN assignments a ON a.id = g.assignment_id WHERE g.group_id = ?1 AND a.state = 'active'",
        [group],
        |row| row.get(0),
    )
}

/// Assignments that still take people, of this person by name.
pub(in crate::enrolments) fn list_active_for(read: &Read<'_>, user: UserId) -> Result<Vec<AssignmentId>> {
    read.list(
        "SELECT a.id FROM assignment_people p JOIN assignments a ON a.id = p.assignment_id WHERE p.user_id = ?1 AND a.state = 'active'",
        [user],
        |row| row.get(0),
    )
}

pub(in crate::enrolments) fn audience(read: &Read<'_>, id: AssignmentId) -> Result<Audience> {
    Ok(Audience {
        groups: read.list(
            "SELECT group_id FROM assignment_groups WHERE assignment_id = ?1 ORDER BY group_id",
            [id],
            |row| row.get(0),
        )?,
        people: read.list(
            "SELECT user_id FROM assignment_people WHERE assignment_id = ?1 ORDER BY user_id",
            [id],
            |row| row.get(0),
        )?,
    })
}

pub(in crate::enrolments) fn end_assignment(tx: &Tx<'_>, id: AssignmentId) -> Result<bool> {
    Ok(tx.execute("UPDATE assignments SET state = 'ended' WHERE id = ?1 AND state = 'active'", [id])? > 0)
}

pub(in crate::enrolments) fn set_ran(tx: &Tx<'_>, id: AssignmentId) -> Result<()> {
    tx.execute("UPDATE assignments SET ran_at = ?2 WHERE id = ?1", (id, tx.now()))?;
    Ok(())
}

/// What became of an assignment for a person, so far.
pub(in crate::enrolments) enum Before {
    Nothing,
    Refused,
    Done,
}

pub(in crate::enrolments) fn find_before(read: &Read<'_>, id: AssignmentId, user: UserId) -> Result<Before> {
    let found = read.find(
        "SELECT enrolment_id FROM enrolment_dues WHERE assignment_id = ?1 AND user_id = ?2",
        (id, user),
        |row| row.get::<_, Option<EnrolmentId>>(0),
    )?;
    Ok(match found {
        None => Before::Nothing,
        Some(None) => Before::Refused,
        Some(Some(_)) => Before::Done,
    })
}

/// Notes what became of an assignment for a person, and counts it: once.
pub(in crate::enrolments) fn note_due(tx: &Tx<'_>, id: AssignmentId, user: UserId, became: Enrolled, due: Option<Day>) -> Result<()> {
    let (enrolment, reason, is_new) = match became {
        Enrolled::Added(enrolment) => (Some(enrolment), None, true),
        Enrolled::Already(enrolment) => (Some(enrolment), None, false),
        Enrolled::Refused(reason) => (None, Some(reason), false),
    };
    let was_refused = tx.execute(
        "DELETE FROM enrolment_dues WHERE assignment_id = ?1 AND user_id = ?2 AND enrolment_id IS NULL",
        (id, user),
    )?;
    tx.execute(
        "INSERT INTO enrolment_dues (assignment_id, user_id, enrolment_id, reason, is_new, due_on, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (id, user, enrolment, reason, is_new, due, tx.now()),
    )?;
    tx.execute(
        "UPDATE assignments SET added = added + ?2, already = already + ?3, refused = refused + ?4 WHERE id = ?1",
        (
            id,
            i64::from(is_new),
            i64::from(enrolment.is_some() && !is_new),
            i64::from(reason.is_some()) - i64::from(was_refused > 0),
        ),
    )?;
    Ok(())
}

/// The date until which this enrolment is to be done: the earliest, if several say one.
pub(in crate::enrolments) fn find_due(read: &Read<'_>, enrolment: EnrolmentId) -> Result<Option<Day>> {
    let found = read.find(
        "SELECT min(due_on) FROM enrolment_dues WHERE enrolment_id = ?1",
        [enrolment],
        |row| row.get::<_, Option<Day>>(0),
    )?;
    Ok(found.flatten())
}

/// People who have not finished what was due before this date.
pub(in crate::enrolments) fn count_overdue(read: &Read<'_>, today: Day) -> Result<i64> {
    read.count(
        "SELECT count(DISTINCT d.enrolment_id) FROM enrolment_dues d JOIN enrolments e ON e.id = d.enrolment_id
         WHERE d.due_on < ?1 AND e.state = 'active'",
        [today],
    )
}

/// Of one assignment: people who are done, and those who are late.
pub(in crate::enrolments) fn count_standing(read: &Read<'_>, id: AssignmentId, today: Day) -> Result<(u32, u32)> {
    let found = read.find(
        "SELECT coalesce(sum(e.state = 'completed'), 0), coalesce(sum(e.state = 'active' AND d.due_on < ?2), 0)
         FROM enrolment_dues d JOIN enrolments e ON e.id = d.enrolment_id WHERE d.assignment_id = ?1",
        (id, today),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(found.unwrap_or_default())
}

/// A person under an assignment.
pub(in crate::enrolments) struct DueRow {
    pub(in crate::enrolments) user: UserId,
    pub(in crate::enrolments) state: Option<String>,
    pub(in crate::enrolments) cycle: Option<u32>,
    pub(in crate::enrolments) reason: Option<String>,
    pub(in crate::enrolments) due_on: Option<Day>,
    pub(in crate::enrolments) completed_at: Option<Timestamp>,
}

/// People under an assignment, by id.
pub(in crate::enrolments) fn list_dues(read: &Read<'_>, id: AssignmentId, after: UserId, limit: u32) -> Result<Vec<DueRow>> {
    read.list(
        "SELECT d.user_id, e.state, e.cycle, d.reason, d.due_on, e.completed_at
         FROM enrolment_dues d LEFT JOIN enrolments e ON e.id = d.enrolment_id
         WHERE d.assignment_id = ?1 AND d.user_id > ?2 ORDER BY d.user_id LIMIT ?3",
        (id, after, limit),
        |row| {
            Ok(DueRow {
                user: row.get(0)?,
                state: row.get(1)?,
                cycle: row.get(2)?,
                reason: row.get(3)?,
                due_on: row.get(4)?,
                completed_at: row.get(5)?,
            })
        },
    )
}

/// People who are to be reminded: their date lies so many days from today, they have not finished,
/// and this reminder has not gone.
pub(in crate::enrolments) fn list_to_remind(
    read: &Read<'_>,
    id: AssignmentId,
    offset: i16,
    today: Day,
    limit: u32,
) -> Result<Vec<(UserId, Day)>> {
    // A reminder that a stopped server missed still goes, up to two days later.
    let (from, to) = (today.plus(-i32::from(offset) - 2), today.plus(-i32::from(offset)));
    read.list(
        "SELECT d.user_id, d.due_on FROM enrolment_dues d JOIN enrolments e ON e.id = d.enrolment_id
         WHERE d.assignment_id = ?1 AND d.due_on BETWEEN ?2 AND ?3 AND e.state = 'active'
           AND NOT EXISTS (SELECT 1 FROM due_reminders r WHERE r.assignment_id = d.assignment_id AND r.user_id = d.user_id AND r.offset_days = ?4)
         ORDER BY d.user_id LIMIT ?5",
        (id, from, to, offset, limit),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

pub(in crate::enrolments) fn note_reminded(tx: &Tx<'_>, id: AssignmentId, user: UserId, offset: i16) -> Result<()> {
    tx.execute(
        "INSERT INTO due_reminders (assignment_id, user_id, offset_days, sent_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        (id, user, offset, tx.now()),
    )?;
    Ok(())
}

/// What a person learns: courses under way, finished, and late.
pub(in crate::enrolments) fn count_of_person(read: &Read<'_>, user: UserId, today: Day) -> Result<(u32, u32, u32)> {
    let found = read.find(
        "SELECT coalesce(sum(state = 'active'), 0), coalesce(sum(state = 'completed'), 0),
                coalesce(sum(state = 'active' AND (SELECT min(d.due_on) FROM enrolment_dues d WHERE d.enrolment_id = e.id) < ?2), 0)
         FROM enrolments e WHERE user_id = ?1",
        (user, today),
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    Ok(found.unwrap_or_default())
}
