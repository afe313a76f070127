//! All SQL over the tables of this slice.

mod facts;
mod numbers;
mod places;

pub(super) use facts::{Kept, add_minute, find_by_key, insert_fact, list_facts, list_history, list_minute, list_minutes, next_user};
pub(super) use numbers::{
    add_day_minute, count_day, find_course, find_lesson, list_begun, list_courses, list_days, list_lessons, list_lessons_of, put_course,
    put_lesson, remove_course, remove_day, remove_lesson, set_day,
};
pub(super) use places::{find_latest_position, find_position, find_timer, put_position, put_timer};

use crate::{
    kernel::{error::Result, id::UserId},
    platform::db::{Read, Tx},
};

pub(super) fn forget(tx: &Tx<'_>, user: UserId) -> Result<()> {
    for sql in [
        "DELETE FROM progress_facts WHERE user_id = ?1",
        "DELETE FROM active_minutes WHERE user_id = ?1",
        "DELETE FROM lesson_progress WHERE user_id = ?1",
        "DELETE FROM course_progress WHERE user_id = ?1",
        "DELETE FROM day_minutes WHERE user_id = ?1",
        "DELETE FROM positions WHERE user_id = ?1",
        "DELETE FROM timers WHERE user_id = ?1",
    ] {
        tx.execute(sql, [user])?;
    }
    Ok(())
}

/// What this slice knows about a person.
pub(super) fn portray(read: &Read<'_>, user: UserId) -> Result<Vec<(&'static str, Vec<serde_json::Value>)>> {
    Ok(vec![
        (
            "progress",
            read.objects(
                "SELECT at AS done_at, kind, day, course_id, lesson_id, enrolment_id, action FROM progress_facts WHERE user_id = ?1 ORDER BY id",
                [user],
            )?,
        ),
        (
            "minutes",
            read.objects("SELECT day, minutes FROM day_minutes WHERE user_id = ?1 ORDER BY day", [user])?,
        ),
    ])
}
