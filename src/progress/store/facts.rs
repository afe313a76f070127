//! The two logs of facts.

use rusqlite::Row;

use crate::{
    kernel::{
        error::Result,
        id::{CourseId, UserId},
        text::ClientKey,
        time::Day,
    },
    platform::db::{Read, Tx},
    progress::model::{ActiveMinute, Fact, Minute},
};

/// A fact as the log keeps it, with what the log alone knows.
#[derive(Debug, Clone)]
pub(in crate::progress) struct Kept {
    /// Its place in the log.
    pub id: i64,
    /// The learning date it counts for.
    pub day: Day,
    /// The fact.
    pub fact: Fact,
}

const FACT: &str = "id, day, enrolment_id, lesson_id, kind, action, at";

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept {
        id: row.get(0)?,
        day: row.get(1)?,
        fact: Fact {
            enrolment: row.get(2)?,
            lesson: row.get(3)?,
            kind: row.get(4)?,
            action: row.get(5)?,
            at: row.get(6)?,
        },
    })
}

pub(in crate::progress) fn insert_fact(
    tx: &Tx<'_>,
    user: UserId,
    course: CourseId,
    day: Day,
    fact: &Fact,
    key: Option<&ClientKey>,
) -> Result<()> {
    tx.execute(
        "INSERT INTO progress_facts (user_id, course_id, day, enrolment_id, lesson_id, kind, action, at, key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            user,
            course,
            day,
            fact.enrolment,
            fact.lesson,
            fact.kind,
            &fact.action,
            fact.at,
            key,
        ),
    )?;
    Ok(())
}

/// The fact that this client's key named.
pub(in crate::progress) fn find_by_key(read: &Read<'_>, user: UserId, key: &ClientKey) -> Result<Option<Kept>> {
    read.find(
        &format!("SELECT {FACT} FROM progress_facts WHERE user_id = ?1 AND key = ?2"),
        (user, key),
        kept,
    )
}

/// All of one person's facts, in their order.
pub(in crate::progress) fn list_facts(read: &Read<'_>, user: UserId) -> Result<Vec<Fact>> {
    let kept = read.list(
        &format!("SELECT {FACT} FROM progress_facts WHERE user_id = ?1 ORDER BY id"),
        [user],
        kept,
    )?;
    Ok(kept.into_iter().map(|kept| kept.fact).collect())
}

/// What one person opened and completed, newest first.
pub(in crate::progress) fn list_history(read: &Read<'_>, user: UserId, before: Option<i64>, limit: u32) -> Result<Vec<Kept>> {
    read.list(
        &format!(
            "SELECT {FACT} FROM progress_facts WHERE user_id = ?1 AND id < ?2 AND kind IN ('opened', 'completed', 'course_completed')
             ORDER BY id DESC LIMIT ?3"
        ),
        (user, before.unwrap_or(i64::MAX), limit),
        kept,
    )
}

fn active(row: &Row<'_>) -> rusqlite::Result<ActiveMinute> {
    Ok(ActiveMinute {
        minute: Minute(row.get(0)?),
        enrolment: row.get(1)?,
        lesson: row.get(2)?,
        day: row.get(3)?,
        seconds: row.get::<_, i64>(4)?.cast_unsigned(),
    })
}

/// What is known of one clock minute of a person.
pub(in crate::progress) fn list_minute(read: &Read<'_>, user: UserId, minute: Minute) -> Result<Vec<ActiveMinute>> {
    read.list(
        "SELECT minute, enrolment_id, lesson_id, day, seconds FROM active_minutes WHERE user_id = ?1 AND minute = ?2",
        (user, minute.0),
        active,
    )
}

/// All active minutes of one person, in their order.
pub(in crate::progress) fn list_minutes(read: &Read<'_>, user: UserId) -> Result<Vec<ActiveMinute>> {
    read.list(
        "SELECT minute, enrolment_id, lesson_id, day, seconds FROM active_minutes WHERE user_id = ?1 ORDER BY minute",
        [user],
        active,
    )
}

/// Adds seconds to a clock minute of a lesson.
pub(in crate::progress) fn add_minute(tx: &Tx<'_>, user: UserId, new: &ActiveMinute) -> Result<()> {
    tx.execute(
        "INSERT INTO active_minutes (user_id, minute, enrolment_id, lesson_id, day, seconds) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (user_id, minute, enrolment_id, lesson_id) DO UPDATE SET seconds = seconds | excluded.seconds",
        (user, new.minute.0, new.enrolment, new.lesson, new.day, new.seconds.cast_signed()),
    )?;
    Ok(())
}

/// The next person, by id, of whom there is a fact or a number.
pub(in crate::progress) fn next_user(read: &Read<'_>, after: UserId) -> Result<Option<UserId>> {
    read.find(
        "SELECT min(user_id) FROM (
           SELECT min(user_id) AS user_id FROM progress_facts WHERE user_id > ?1
           UNION ALL SELECT min(user_id) FROM active_minutes WHERE user_id > ?1
           UNION ALL SELECT min(user_id) FROM lesson_progress WHERE user_id > ?1
           UNION ALL SELECT min(user_id) FROM course_progress WHERE user_id > ?1
           UNION ALL SELECT min(user_id) FROM day_minutes WHERE user_id > ?1)",
        [after],
        |row| row.get(0),
    )
    .map(Option::flatten)
}
