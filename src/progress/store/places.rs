//! Where somebody is now: positions and the one running timer.

use rusqlite::Row;

use crate::{
    kernel::{
        error::Result,
        id::{EnrolmentId, LessonId, UserId},
        text::ClientKey,
        time::Timestamp,
    },
    platform::db::{Read, Tx},
    progress::model::{Place, Position},
};

fn position(row: &Row<'_>) -> rusqlite::Result<Position> {
    Ok(Position {
        place: Place {
            block: row.get(0)?,
            offset: row.get(1)?,
            video: row.get(2)?,
        },
        at: row.get(3)?,
    })
}

pub(in crate::progress) fn find_position(
    read: &Read<'_>,
    user: UserId,
    enrolment: EnrolmentId,
    lesson: LessonId,
) -> Result<Option<Position>> {
    read.find(
        "SELECT block_id, block_offset, video_ms, client_at FROM positions WHERE user_id = ?1 AND enrolment_id = ?2 AND lesson_id = ?3",
        (user, enrolment, lesson),
        position,
    )
}

/// Where a person was last in an enrolment, on any device.
pub(in crate::progress) fn find_latest_position(
    read: &Read<'_>,
    user: UserId,
    enrolment: EnrolmentId,
) -> Result<Option<(LessonId, Position)>> {
    read.find(
        "SELECT block_id, block_offset, video_ms, client_at, lesson_id FROM positions WHERE user_id = ?1 AND enrolment_id = ?2
         ORDER BY client_at DESC, lesson_id DESC LIMIT 1",
        (user, enrolment),
        |row| Ok((row.get(4)?, position(row)?)),
    )
}

pub(in crate::progress) fn put_position(
    tx: &Tx<'_>,
    user: UserId,
    enrolment: EnrolmentId,
    lesson: LessonId,
    position: &Position,
) -> Result<()> {
    tx.execute(
        "INSERT INTO positions (user_id, enrolment_id, lesson_id, block_id, block_offset, video_ms, client_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (user_id, enrolment_id, lesson_id) DO UPDATE SET block_id = excluded.block_id, block_offset = excluded.block_offset,
           video_ms = excluded.video_ms, client_at = excluded.client_at",
        (
            user,
            enrolment,
            lesson,
            &position.place.block,
            position.place.offset,
            position.place.video,
            position.at,
        ),
    )?;
    Ok(())
}

/// The timer that ran last, and when it was heard of.
pub(in crate::progress) fn find_timer(read: &Read<'_>, user: UserId) -> Result<Option<(ClientKey, Timestamp)>> {
    read.find("SELECT timer, beat_at FROM timers WHERE user_id = ?1", [user], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

pub(in crate::progress) fn put_timer(tx: &Tx<'_>, user: UserId, timer: &ClientKey) -> Result<()> {
    tx.execute(
        "INSERT INTO timers (user_id, timer, beat_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id) DO UPDATE SET timer = excluded.timer, beat_at = excluded.beat_at",
        (user, timer, tx.now()),
    )?;
    Ok(())
}
