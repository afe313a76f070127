//! Signs of active learning.

use super::{Counted, begin, put_place};
use crate::{
    courses::Shelf,
    enrolments::{self, LearnLesson},
    kernel::{error::Result, text::ClientKey, time::Timestamp},
    platform::db::Tx,
    progress::{
        model::{ActiveMinute, Beat, Place, Slice, TIMER_MS},
        store,
    },
};

/// A sign of activity, as a device sends it.
#[derive(Debug, Clone)]
pub(in crate::progress) struct Sign {
    /// Names the tab that counts.
    pub timer: ClientKey,
    /// How many seconds were active since the last sign, at most 60.
    pub seconds: u8,
    /// Whether there was input, or media played, in a visible tab.
    pub is_active: bool,
    /// Where he is.
    pub place: Option<Place>,
    /// When it was, if it was made offline.
    pub at: Option<Timestamp>,
}

/// What the sign came to.
#[derive(Debug, Clone, Copy)]
pub(in crate::progress) struct Heard {
    /// Another timer is running: nothing was counted, and nothing is lost.
    pub is_elsewhere: bool,
    /// Seconds counted in this lesson so far.
    pub active_seconds: u32,
    /// Minutes credited to today.
    pub minutes_today: u32,
}

/// Counts active seconds and moves the position. One timer counts at a time.
///
/// # Errors
/// `Locked` or `NotFound` when the lesson is not open any more.
pub(in crate::progress) fn beat(tx: &Tx<'_>, can: &LearnLesson, shelf: &Shelf, sign: Sign) -> Result<Heard> {
    let Some(mut counted) = begin(tx, can)? else {
        let today = enrolments::boundary(tx, can.person())?.date(tx.now());
        return Ok(Heard {
            is_elsewhere: false,
            active_seconds: 0,
            minutes_today: store::count_day(tx, can.person().id, today)?,
        });
    };
    if let Some(place) = sign.place.clone() {
        put_place(tx, shelf, &mut counted, place, sign.at.unwrap_or(tx.now()))?;
    }
    let joined = counted.enrolment.started_at;
    let beat = Beat::clamp(sign.at, sign.seconds, tx.now(), joined).filter(|_| sign.is_active);
    let mut is_elsewhere = false;
    if let Some(beat) = beat {
        is_elsewhere = beat.is_live() && !take_timer(tx, &counted, &sign.timer)?;
        if !is_elsewhere {
            let earliest = if beat.is_live() { joined } else { opened_at(tx, &counted) };
            credit(tx, &mut counted, &beat.slices(earliest))?;
        }
    }
    Ok(Heard {
        is_elsewhere,
        active_seconds: counted.progress.active_seconds,
        minutes_today: store::count_day(tx, counted.user, counted.boundary.date(tx.now()))?,
    })
}

/// Since when one can have been in the lesson: no device was in it before.
fn opened_at(tx: &Tx<'_>, counted: &Counted) -> Timestamp {
    let enrolment = &counted.enrolment;
    if counted.place.is_preview {
        return enrolment.started_at;
    }
    let opened = enrolment.opened(tx.now(), &counted.boundary);
    let at = enrolment.opens_at(counted.place.day, opened, tx.now(), &counted.boundary);
    at.max(enrolment.started_at)
}

/// True when this timer may count now: it is the running one, or that one has fallen silent.
fn take_timer(tx: &Tx<'_>, counted: &Counted, timer: &ClientKey) -> Result<bool> {
    let running = store::find_timer(tx, counted.user)?;
    let is_taken = running.is_some_and(|(running, beat_at)| running != *timer && beat_at.plus_millis(TIMER_MS) > tx.now());
    if !is_taken {
        store::put_timer(tx, counted.user, timer)?;
    }
    Ok(!is_taken)
}

/// Credits the last seconds up to now, without a gap and without a timer.
///
/// # Errors
/// A database fault.
pub(in crate::progress) fn credit_last(tx: &Tx<'_>, counted: &mut Counted, seconds: u32) -> Result<()> {
    let earliest = counted.enrolment.started_at;
    let (mut left, mut end, mut slices) = (i64::from(seconds), tx.now(), Vec::new());
    while left > 0 {
        // Up to the whole minute, so that each minute is one slice.
        let part = (end.millis().div_euclid(1000) - 1).rem_euclid(60) + 1;
        let part = part.min(left);
        let beat = Beat::clamp(Some(end), u8::try_from(part).unwrap_or(60), tx.now(), earliest);
        slices.extend(beat.iter().flat_map(|beat| beat.slices(earliest)));
        (left, end) = (left - part, end.plus_millis(-part * 1000));
    }
    credit(tx, counted, &slices)
}

fn credit(tx: &Tx<'_>, counted: &mut Counted, slices: &[Slice]) -> Result<()> {
    let mut totals = counted.totals(tx)?;
    let mut added = 0;
    for slice in slices {
        let known = store::list_minute(tx, counted.user, slice.minute)?;
        let taken = known.iter().fold(0, |all, minute| all | minute.seconds);
        let seconds = slice.seconds & !taken;
        if seconds == 0 {
            continue;
        }
        // A minute counts for one date only, whatever zone its later seconds are told in.
        let day = known
            .first()
            .map_or_else(|| counted.boundary.date(slice.minute.begins()), |minute| minute.day);
        let minute = ActiveMinute {
            minute: slice.minute,
            enrolment: counted.enrolment.id,
            lesson: counted.lesson(),
            day,
            seconds,
        };
        store::add_minute(tx, counted.user, &minute)?;
        if known.is_empty() {
            store::add_day_minute(tx, counted.user, day)?;
        }
        added += seconds.count_ones();
        totals.last_activity_at = totals.last_activity_at.max(slice.minute.begins());
    }
    if added > 0 {
        totals.active_seconds += added;
        counted.progress.active_seconds += added;
        store::put_lesson(tx, counted.user, counted.enrolment.id, counted.lesson(), &counted.progress)?;
        store::put_course(tx, counted.user, counted.enrolment.id, &totals)?;
    }
    Ok(())
}
