//! The numbers that follow from the facts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::Row;

use crate::{
    kernel::{
        error::Result,
        id::{EnrolmentId, LessonId, UserId},
        time::Day,
    },
    platform::db::{Read, Tx},
    progress::model::{CourseTotals, LessonProgress},
};

const LESSON: &str = "opened_at, watched_at, completed_at, active_seconds, actions";

fn lesson(row: &Row<'_>) -> rusqlite::Result<LessonProgress> {
    let actions = row.get_ref(4)?.as_str()?;
    Ok(LessonProgress {
        opened_at: row.get(0)?,
        watched_at: row.get(1)?,
        completed_at: row.get(2)?,
        active_seconds: row.get(3)?,
        actions: actions.split_ascii_whitespace().map(ToOwned::to_owned).collect::<BTreeSet<_>>(),
    })
}

pub(in crate::progress) fn find_lesson(
    read: &Read<'_>,
    user: UserId,
    enrolment: EnrolmentId,
    id: LessonId,
) -> Result<Option<LessonProgress>> {
    read.find(
        &format!("SELECT {LESSON} FROM lesson_progress WHERE user_id = ?1 AND enrolment_id = ?2 AND lesson_id = ?3"),
        (user, enrolment, id),
        lesson,
    )
}

/// What a person has done in one enrolment, by lesson.
pub(in crate::progress) fn list_lessons(
    read: &Read<'_>,
    user: UserId,
    enrolment: EnrolmentId,
) -> Result<HashMap<LessonId, LessonProgress>> {
    let rows = read.list(
        &format!("SELECT {LESSON}, lesson_id FROM lesson_progress WHERE user_id = ?1 AND enrolment_id = ?2"),
        (user, enrolment),
        |row| Ok((row.get(5)?, lesson(row)?)),
    )?;
    Ok(rows.into_iter().collect())
}

/// The lessons in which a person has begun something, in one enrolment.
pub(in crate::progress) fn list_begun(read: &Read<'_>, user: UserId, enrolment: EnrolmentId) -> Result<Vec<LessonId>> {
    read.list(
        "SELECT lesson_id FROM lesson_progress WHERE user_id = ?1 AND enrolment_id = ?2",
        (user, enrolment),
        |row| row.get(0),
    )
}

/// What a person has done in everything.
pub(in crate::progress) fn list_lessons_of(read: &Read<'_>, user: UserId) -> Result<BTreeMap<(EnrolmentId, LessonId), LessonProgress>> {
    let rows = read.list(
        &format!("SELECT {LESSON}, enrolment_id, lesson_id FROM lesson_progress WHERE user_id = ?1"),
        [user],
        |row| Ok(((row.get(5)?, row.get(6)?), lesson(row)?)),
    )?;
    Ok(rows.into_iter().collect())
}

pub(in crate::progress) fn put_lesson(
    tx: &Tx<'_>,
    user: UserId,
    enrolment: EnrolmentId,
    id: LessonId,
    progress: &LessonProgress,
) -> Result<()> {
    let actions: Vec<&str> = progress.actions.iter().map(String::as_str).collect();
    tx.execute(
        "INSERT INTO lesson_progress (user_id, enrolment_id, lesson_id, opened_at, watched_at, completed_at, active_seconds, actions)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (user_id, enrolment_id, lesson_id) DO UPDATE SET opened_at = excluded.opened_at, watched_at = excluded.watched_at,
           completed_at = excluded.completed_at, active_seconds = excluded.active_seconds, actions = excluded.actions",
        (
            user,
            enrolment,
            id,
            progress.opened_at,
            progress.watched_at,
            progress.completed_at,
            progress.active_seconds,
            actions.join(" "),
        ),
    )?;
    Ok(())
}

pub(in crate::progress) fn remove_lesson(tx: &Tx<'_>, user: UserId, enrolment: EnrolmentId, id: LessonId) -> Result<()> {
    tx.execute(
        "DELETE FROM lesson_progress WHERE user_id = ?1 AND enrolment_id = ?2 AND lesson_id = ?3",
        (user, enrolment, id),
    )?;
    Ok(())
}

const COURSE: &str = "lessons_done, required_done, active_seconds, last_activity_at, completed_at";

fn course(row: &Row<'_>) -> rusqlite::Result<CourseTotals> {
    Ok(CourseTotals {
        lessons_done: row.get(0)?,
        required_done: row.get(1)?,
        active_seconds: row.get(2)?,
        last_activity_at: row.get(3)?,
        completed_at: row.get(4)?,
    })
}

pub(in crate::progress) fn find_course(read: &Read<'_>, user: UserId, enrolment: EnrolmentId) -> Result<Option<CourseTotals>> {
    read.find(
        &format!("SELECT {COURSE} FROM course_progress WHERE user_id = ?1 AND enrolment_id = ?2"),
        (user, enrolment),
        course,
    )
}

/// The counters of everything a person learns or has learnt.
pub(in crate::progress) fn list_courses(read: &Read<'_>, user: UserId) -> Result<BTreeMap<EnrolmentId, CourseTotals>> {
    let rows = read.list(
        &format!("SELECT {COURSE}, enrolment_id FROM course_progress WHERE user_id = ?1"),
        [user],
        |row| Ok((row.get(5)?, course(row)?)),
    )?;
    Ok(rows.into_iter().collect())
}

pub(in crate::progress) fn put_course(tx: &Tx<'_>, user: UserId, enrolment: EnrolmentId, totals: &CourseTotals) -> Result<()> {
    tx.execute(
        "INSERT INTO course_progress (user_id, enrolment_id, lessons_done, required_done, active_seconds, last_activity_at, completed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (user_id, enrolment_id) DO UPDATE SET lessons_done = excluded.lessons_done, required_done = excluded.required_done,
           active_seconds = excluded.active_seconds, last_activity_at = excluded.last_activity_at, completed_at = excluded.completed_at",
        (
            user,
            enrolment,
            totals.lessons_done,
            totals.required_done,
            totals.active_seconds,
            totals.last_activity_at,
            totals.completed_at,
        ),
    )?;
    Ok(())
}

pub(in crate::progress) fn remove_course(tx: &Tx<'_>, user: UserId, enrolment: EnrolmentId) -> Result<()> {
    tx.execute(
        "DELETE FROM course_progress WHERE user_id = ?1 AND enrolment_id = ?2",
        (user, enrolment),
    )?;
    Ok(())
}

/// Credited minutes by learning date.
pub(in crate::progress) fn list_days(read: &Read<'_>, user: UserId) -> Result<BTreeMap<Day, u32>> {
    let rows = read.list("SELECT day, minutes FROM day_minutes WHERE user_id = ?1", [user], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.into_iter().collect())
}

/// Credits one more minute to a learning date.
pub(in crate::progress) fn add_day_minute(tx: &Tx<'_>, user: UserId, day: Day) -> Result<()> {
    tx.execute(
        "INSERT INTO day_minutes (user_id, day, minutes) VALUES (?1, ?2, 1)
         ON CONFLICT (user_id, day) DO UPDATE SET minutes = minutes + 1",
        (user, day),
    )?;
    Ok(())
}

pub(in crate::progress) fn set_day(tx: &Tx<'_>, user: UserId, day: Day, minutes: u32) -> Result<()> {
    tx.execute(
        "INSERT INTO day_minutes (user_id, day, minutes) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id, day) DO UPDATE SET minutes = excluded.minutes",
        (user, day, minutes),
    )?;
    Ok(())
}

pub(in crate::progress) fn remove_day(tx: &Tx<'_>, user: UserId, day: Day) -> Result<()> {
    tx.execute("DELETE FROM day_minutes WHERE user_id = ?1 AND day = ?2", (user, day))?;
    Ok(())
}

/// Minutes credited to one learning date.
pub(in crate::progress) fn count_day(read: &Read<'_>, user: UserId, day: Day) -> Result<u32> {
    let minutes = read.count("SELECT minutes FROM day_minutes WHERE user_id = ?1 AND day = ?2", (user, day))?;
    Ok(u32::try_from(minutes).unwrap_or(0))
}
