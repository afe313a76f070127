//! All SQL over the tables of this slice.

mod dues;

use rusqlite::{
    Row, ToSql,
    types::{FromSqlError, ToSqlOutput, Type},
};

use super::model::{Boundary, Enrolment, Pace, PaceKind, Schedule, State, WeekdaySet};
use crate::{
    kernel::{
        error::{Error, Result},
        id::{CourseId, EnrolmentId, UserId},
        time::{Day, Timestamp, Zone},
    },
    platform::db::{OnConflict, Read, Tx},
};

pub(super) use dues::{
    Before, NewAssignment, audience, count_of_person, count_overdue, count_standing, end_assignment, find_before, find_due, get_assignment,
    insert_assignment, list_active, list_active_for, list_active_of, list_assignments, list_dues, list_to_remind, note_due, note_reminded,
    set_ran,
};

const COLUMNS: &str = "id, user_id, course_id, version_id, number, days, plan, cycle, state, pace, pace_days, dates, \
                       counts_from, opened_through, time_zone, start_hour, started_at, completed_at, left_at, rest_days";

/// As the columns, with whether a moderator has hidden the course.
const WHOLE: &str = "id, user_id, course_id, version_id, number, days, plan, cycle, state, pace, pace_days, dates, \
                     counts_from, opened_through, time_zone, start_hour, started_at, completed_at, left_at, rest_days, \
                     (SELECT c.hidden_at IS NOT NULL FROM courses c WHERE c.id = enrolments.course_id)";

fn enrolment(row: &Row<'_>) -> rusqlite::Result<Enrolment> {
    Ok(Enrolment {
        id: row.get(0)?,
        user: row.get(1)?,
        course: row.get(2)?,
        version: row.get(3)?,
        number: row.get(4)?,
        days: row.get(5)?,
        plan: row.get(6)?,
        cycle: row.get(7)?,
        state: row.get(8)?,
        schedule: Schedule {
            pace: pace(row)?,
            rest: WeekdaySet::from_bits(row.get(19)?),
            dates: dates(row)?,
            counts_from: row.get(12)?,
            opened_through: row.get(13)?,
            boundary: Boundary {
                zone: row.get::<_, Zone>(14)?,
                start_hour: row.get(15)?,
            },
        },
        started_at: row.get(16)?,
        completed_at: row.get(17)?,
        left_at: row.get(18)?,
        is_withheld: row.get(20)?,
    })
}

fn pace(row: &Row<'_>) -> rusqlite::Result<Pace> {
    Ok(match row.get(9)? {
        PaceKind::Daily => Pace::Daily,
        PaceKind::Weekdays => Pace::Weekdays,
        PaceKind::AllAtOnce => Pace::AllAtOnce,
        PaceKind::Custom => Pace::Custom(WeekdaySet::from_bits(row.get(10)?).ok_or(FromSqlError::InvalidType)?),
    })
}

fn dates(row: &Row<'_>) -> rusqlite::Result<Vec<Day>> {
    let numbers: Vec<i32> = serde_json::from_str(row.get_ref(11)?.as_str()?)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(11, Type::Text, Box::new(e)))?;
    Ok(numbers.into_iter().map(Day::from_number).collect())
}

/// Settled dates, as the database keeps them.
struct Dates<'a>(&'a [Day]);

impl ToSql for Dates<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let numbers: Vec<i32> = self.0.iter().map(|day| day.number()).collect();
        let json = serde_json::to_string(&numbers).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
        Ok(ToSqlOutput::from(json))
    }
}

/// The newest cycle that opens lessons.
pub(super) fn find_live(read: &Read<'_>, user: UserId, course: CourseId) -> Result<Option<Enrolment>> {
    read.find(
        &format!("SELECT {WHOLE} FROM enrolments WHERE user_id = ?1 AND course_id = ?2 AND state <> 'left' ORDER BY cycle DESC LIMIT 1"),
        (user, course),
        enrolment,
    )
}

/// The newest cycle, whatever its state.
pub(super) fn find_latest(read: &Read<'_>, user: UserId, course: CourseId) -> Result<Option<Enrolment>> {
    read.find(
        &format!("SELECT {WHOLE} FROM enrolments WHERE user_id = ?1 AND course_id = ?2 ORDER BY cycle DESC LIMIT 1"),
        (user, course),
        enrolment,
    )
}

pub(super) fn find(read: &Read<'_>, id: EnrolmentId) -> Result<Option<Enrolment>> {
    read.find(&format!("SELECT {WHOLE} FROM enrolments WHERE id = ?1"), [id], enrolment)
}

pub(super) fn get(read: &Read<'_>, id: EnrolmentId) -> Result<Enrolment> {
    find(read, id)?.ok_or(Error::NotFound("enrolment"))
}

/// Every cycle of one person, the newest of each course last.
pub(super) fn list(read: &Read<'_>, user: UserId) -> Result<Vec<Enrolment>> {
    read.list(
        &format!("SELECT {WHOLE} FROM enrolments WHERE user_id = ?1 ORDER BY course_id, cycle"),
        [user],
        enrolment,
    )
}

/// The person after this one who has ever joined a course.
pub(super) fn next_user(read: &Read<'_>, after: UserId) -> Result<Option<UserId>> {
    read.find(
        "SELECT user_id FROM enrolments WHERE user_id > ?1 ORDER BY user_id LIMIT 1",
        [after],
        |row| row.get(0),
    )
}

pub(super) fn insert(tx: &Tx<'_>, e: &Enrolment) -> Result<()> {
    tx.execute(
        &format!(
            "INSERT INTO enrolments ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
        ),
        rusqlite::params![
            e.id,
            e.user,
            e.course,
            e.version,
            e.number,
            e.days,
            e.plan,
            e.cycle,
            e.state,
            e.schedule.pace.kind(),
            custom_bits(e.schedule.pace),
            Dates(&e.schedule.dates),
            e.schedule.counts_from,
            e.schedule.opened_through,
            e.schedule.boundary.zone,
            e.schedule.boundary.start_hour,
            e.started_at,
            e.completed_at,
            e.left_at,
            rest_bits(e.schedule.rest),
        ],
    )
    .on_conflict("enrolment.exists", "You have joined this course already.")?;
    Ok(())
}

pub(super) fn update_schedule(tx: &Tx<'_>, id: EnrolmentId, schedule: &Schedule) -> Result<()> {
    tx.execute(
        "UPDATE enrolments SET pace = ?2, pace_days = ?3, dates = ?4, counts_from = ?5, opened_through = ?6, time_zone = ?7, start_hour = ?8,
           rest_days = ?9 WHERE id = ?1",
        (
            id,
            schedule.pace.kind(),
            custom_bits(schedule.pace),
            Dates(&schedule.dates),
            schedule.counts_from,
            schedule.opened_through,
            &schedule.boundary.zone,
            schedule.boundary.start_hour,
            rest_bits(schedule.rest),
        ),
    )?;
    Ok(())
}

/// Sets when it was completed; `None` takes it back.
pub(super) fn update_completed(tx: &Tx<'_>, id: EnrolmentId, at: Option<Timestamp>) -> Result<()> {
    tx.execute(
        "UPDATE enrolments SET completed_at = ?2,
           state = CASE WHEN state = 'left' THEN 'left' WHEN ?2 IS NULL THEN 'active' ELSE 'completed' END WHERE id = ?1",
        (id, at),
    )?;
    Ok(())
}

pub(super) fn update_left(tx: &Tx<'_>, id: EnrolmentId) -> Result<()> {
    tx.execute(
        "UPDATE enrolments SET state = ?2, left_at = ?3 WHERE id = ?1 AND state <> ?2",
        (id, State::Left, tx.now()),
    )?;
    Ok(())
}

pub(super) fn forget(tx: &Tx<'_>, user: UserId) -> Result<()> {
    tx.execute("DELETE FROM enrolments WHERE user_id = ?1", [user])?;
    Ok(())
}

fn custom_bits(pace: Pace) -> Option<u8> {
    match pace {
        Pace::Custom(days) => Some(days.bits()),
        _ => None,
    }
}

/// No bits for none.
fn rest_bits(rest: Option<WeekdaySet>) -> u8 {
    rest.map_or(0, WeekdaySet::bits)
}

/// What this slice knows about a person.
pub(super) fn portray(read: &Read<'_>, user: UserId) -> Result<Vec<(&'static str, Vec<serde_json::Value>)>> {
    Ok(vec![
        (
            "enrolments",
            read.objects(
                "SELECT id AS enrolment_id, course_id, number AS version, cycle, state, pace, time_zone, started_at, completed_at, left_at
                 FROM enrolments WHERE user_id = ?1 ORDER BY id",
                [user],
            )?,
        ),
        (
            "assignments",
            read.objects(
                "SELECT assignment_id, enrolment_id, reason, due_on, made_at FROM enrolment_dues WHERE user_id = ?1 ORDER BY assignment_id",
                [user],
            )?,
        ),
    ])
}

/// Takes up a newer version, with the schedule that goes with it.
pub(super) fn update_version(tx: &Tx<'_>, e: &Enrolment) -> Result<()> {
    tx.execute(
        "UPDATE enrolments SET version_id = ?2, number = ?3, days = ?4, plan = ?5 WHERE id = ?1",
        (e.id, e.version, e.number, e.days, e.plan),
    )?;
    update_schedule(tx, e.id, &e.schedule)
}

/// Active enrolments in a course that are on an older version than this number, after one.
pub(super) fn list_behind(read: &Read<'_>, course: CourseId, number: u32, after: EnrolmentId, most: u32) -> Result<Vec<Enrolment>> {
    read.list(
        &format!(
            "SELECT {WHOLE} FROM enrolments WHERE state = 'active' AND course_id = ?1 AND id > ?2 AND number < ?3 ORDER BY id LIMIT ?4"
        ),
        (course, after, number, most),
        enrolment,
    )
}

/// Active enrolments that were settled by other rest days than these.
pub(super) fn list_resting_otherwise(read: &Read<'_>, rest: Option<WeekdaySet>, most: u32) -> Result<Vec<Enrolment>> {
    // Two ranges of the index instead of `<>`, which would walk the table.
    read.list(
        &format!(
            "SELECT {WHOLE} FROM enrolments WHERE id IN (
               SELECT id FROM enrolments WHERE state = 'active' AND rest_days < ?1
               UNION ALL SELECT id FROM enrolments WHERE state = 'active' AND rest_days > ?1 LIMIT ?2)"
        ),
        (rest_bits(rest), most),
        enrolment,
    )
}

/// How many learn a course by which version, in which state.
pub(super) fn count_by_version(read: &Read<'_>, course: CourseId) -> Result<Vec<(u32, State, u32)>> {
    read.list(
        "SELECT number, state, count(*) FROM enrolments WHERE course_id = ?1 GROUP BY number, state ORDER BY number DESC, state DESC",
        [course],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// Whether the person has ever finished the course.
pub(super) fn has_finished(read: &Read<'_>, user: UserId, course: CourseId) -> Result<bool> {
    read.exists(
        "SELECT 1 FROM enrolments WHERE user_id = ?1 AND course_id = ?2 AND completed_at IS NOT NULL",
        (user, course),
    )
}

/// Enrolments that are under way, and those that were completed since an instant. Walks the table.
pub(super) fn count_active_and_completed(read: &Read<'_>, since: Timestamp) -> Result<(i64, i64)> {
    let counts = read.find(
        "SELECT sum(state = 'active'), sum(state = 'completed' AND completed_at >= ?1) FROM enrolments",
        [since],
        |row| Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?)),
    )?;
    let (active, completed) = counts.unwrap_or_default();
    Ok((active.unwrap_or(0), completed.unwrap_or(0)))
}
