//! Completing a lesson, and with the last required one the course.

use super::{Counted, begin, unmet};
use crate::{
    courses::Shelf,
    enrolments::{self, LearnLesson, Learning, State},
    kernel::{
        error::{Error, Result},
        event::Event,
        id::EnrolmentId,
        text::ClientKey,
        time::Timestamp,
    },
    people,
    platform::{db::Tx, settings},
    progress::{
        model::{CourseTotals, FactKind, LessonProgress, Unmet},
        store,
    },
};

/// A lesson that is done.
pub(in crate::progress) struct Done {
    /// The lesson and its learner.
    pub counted: Counted,
    /// When it was completed: the first time.
    pub completed_at: Timestamp,
    /// The counters of the course now.
    pub totals: CourseTotals,
}

/// Completes a lesson, once: a second click, another tab, the same key from an offline queue
/// change nothing and get the same answer.
///
/// # Errors
/// `Conflict("lesson.rule_unmet")` while its rule is not met, `Conflict("key.reused")` for a key
/// that named another deed, `Conflict("enrolment.required")` for somebody who has not joined.
pub(in crate::progress) fn complete(tx: &Tx<'_>, can: &LearnLesson, shelf: &Shelf, key: Option<&ClientKey>) -> Result<Done> {
    can.lesson().enrolled()?;
    let Some(mut counted) = begin(tx, can)? else {
        return Err(Error::conflict(
            "enrolment.required",
            "Join the course first, so that this can count.",
        ));
    };
    let earlier = key.map(|key| store::find_by_key(tx, counted.user, key)).transpose()?.flatten();
    if let Some(earlier) = earlier {
        if earlier.fact.lesson != counted.lesson() {
            return Err(Error::conflict(
                "key.reused",
                "This key named another deed. Use a new one for each.",
            ));
        }
        // Sent again, perhaps after the course was begun anew: it was done then, not now.
        return counted.done(tx, earlier.fact.at);
    }
    if let Some(at) = counted.progress.completed_at {
        return counted.done(tx, at);
    }
    match unmet(tx, shelf, &counted.place, &counted.progress)? {
        Some(Unmet::Actions) => return Err(Error::conflict("lesson.rule_unmet", "Tick every action item first.")),
        Some(Unmet::Video) => return Err(Error::conflict("lesson.rule_unmet", "Watch the video to its end first.")),
        None => {}
    }
    counted.record(tx, FactKind::Completed, None, key)?;
    tell_lesson(tx, &counted, &counted.progress)?;
    finish_course(tx, shelf, &mut counted)?;
    counted.done(tx, tx.now())
}

impl Counted {
    fn done(self, tx: &Tx<'_>, completed_at: Timestamp) -> Result<Done> {
        Ok(Done {
            totals: self.totals(tx)?,
            counted: self,
            completed_at,
        })
    }
}

fn tell_lesson(tx: &Tx<'_>, counted: &Counted, progress: &LessonProgress) -> Result<()> {
    tx.tell(&Event::LessonCompleted {
        enrolment: counted.enrolment.id,
        user: counted.user,
        course: counted.enrolment.course,
        lesson: counted.lesson(),
        active_minutes: progress.minutes(),
    })
}

/// The course is completed with its last required lesson, once.
fn finish_course(tx: &Tx<'_>, shelf: &Shelf, counted: &mut Counted) -> Result<()> {
    if counted.enrolment.completed_at.is_some() {
        return Ok(());
    }
    let outline = shelf.version_lessons(tx, counted.enrolment.version)?;
    let required = outline.iter().filter(|place| place.is_required).count();
    let done = counted.totals(tx)?.required_done as usize;
    if done < required {
        return Ok(());
    }
    counted.record(tx, FactKind::CourseCompleted, None, None)?;
    enrolments::finish(tx, &counted.enrolment)?;
    counted.enrolment.completed_at = Some(tx.now());
    Ok(())
}

/// Completes an enrolment that was moved to a version of which he has done everything required, on
/// the lesson that he did last. Nothing happens when it is completed or something is left to do.
///
/// # Errors
/// A database fault.
pub(in crate::progress) fn finish_moved(tx: &Tx<'_>, shelf: &Shelf, id: EnrolmentId) -> Result<()> {
    let enrolment = enrolments::get(tx, id)?;
    if enrolment.state != State::Active || enrolment.completed_at.is_some() {
        return Ok(());
    }
    let done = store::list_lessons(tx, enrolment.user, id)?;
    let last = done.iter().filter_map(|(lesson, p)| Some((p.completed_at?, *lesson))).max();
    let Some(facts) = people::actor_facts(tx, enrolment.user)? else {
        return Ok(());
    };
    let outline = shelf.version_lessons(tx, enrolment.version)?;
    let place = last.and_then(|(_, lesson)| outline.iter().find(|place| place.lesson == lesson));
    let Some(place) = place else { return Ok(()) };
    let mut counted = Counted {
        user: enrolment.user,
        boundary: settings::get::<Learning>(tx)?.boundary_in(facts.zone),
        progress: done.get(&place.lesson).cloned().unwrap_or_default(),
        place: place.clone(),
        enrolment,
    };
    finish_course(tx, shelf, &mut counted)
}
