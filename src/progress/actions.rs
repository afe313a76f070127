//! The verbs of a lesson: open, be active, move, tick, complete; opening a day ahead; and counting
//! everything anew.

mod ahead;
mod beat;
mod complete;
mod place;
mod rebuild;
mod tick;

pub(super) use ahead::open_next_day;
pub(super) use beat::{Sign, beat, credit_last};
pub(super) use complete::{Done, complete, finish_moved};
pub(super) use place::{move_to, put_place};
pub use rebuild::Walked;
pub(super) use rebuild::{check_people, rebuild_people};
pub(super) use tick::tick;

use crate::{
    courses::{Shelf, VersionLesson},
    enrolments::{self, Boundary, Enrolment, LearnLesson},
    kernel::{
        error::Result,
        event::Event,
        id::{LessonId, UserId},
        text::ClientKey,
    },
    media,
    platform::db::{Read, Tx},
    progress::{
        model::{CourseTotals, Fact, FactKind, LessonProgress, Rule, Unmet},
        store,
    },
};

/// A lesson that is open to somebody who has joined: what he does in it counts.
pub(super) struct Counted {
    pub(super) user: UserId,
    pub(super) boundary: Boundary,
    pub(super) enrolment: Enrolment,
    pub(super) place: VersionLesson,
    pub(super) progress: LessonProgress,
}

/// Decides once more that the lesson is open, and records that it was opened. `None` for those
/// who read without having joined: previews and authors leave no trace.
pub(super) fn begin(tx: &Tx<'_>, can: &LearnLesson) -> Result<Option<Counted>> {
    let open = can.again(tx)?;
    let Some(enrolment) = open.enrolment else {
        return Ok(None);
    };
    let user = can.person().id;
    let boundary = enrolments::boundary(tx, can.person())?;
    enrolments::settle(tx, &enrolment, &boundary)?;
    let progress = store::find_lesson(tx, user, enrolment.id, open.place.lesson)?;
    let mut counted = Counted {
        user,
        boundary,
        enrolment,
        place: open.place,
        progress: progress.unwrap_or_default(),
    };
    if counted.progress.opened_at.is_none() {
        counted.record(tx, FactKind::Opened, None, None)?;
        tx.tell(&Event::LessonOpened {
            user,
            course: counted.enrolment.course,
            lesson: counted.lesson(),
        })?;
    }
    Ok(Some(counted))
}

/// Opens a lesson: once is remembered.
///
/// # Errors
/// `Locked` or `NotFound` when it is not open any more.
pub(super) fn open(tx: &Tx<'_>, can: &LearnLesson) -> Result<()> {
    begin(tx, can).map(drop)
}

impl Counted {
    pub(super) fn lesson(&self) -> LessonId {
        self.place.lesson
    }

    /// The counters of his enrolment.
    pub(super) fn totals(&self, read: &Read<'_>) -> Result<CourseTotals> {
        let found = store::find_course(read, self.user, self.enrolment.id)?;
        Ok(found.unwrap_or(CourseTotals::nothing(self.enrolment.started_at)))
    }

    /// Appends a fact and brings the numbers up to it, in the same deed.
    pub(super) fn record(&mut self, tx: &Tx<'_>, kind: FactKind, action: Option<&str>, key: Option<&ClientKey>) -> Result<()> {
        let fact = Fact {
            enrolment: self.enrolment.id,
            lesson: self.lesson(),
            kind,
            action: action.map(ToOwned::to_owned),
            at: tx.now(),
        };
        let day = self.boundary.date(fact.at);
        store::insert_fact(tx, self.user, self.enrolment.course, day, &fact, key)?;
        let found = store::find_course(tx, self.user, self.enrolment.id)?;
        let mut totals = found.unwrap_or(CourseTotals::nothing(fact.at));
        let is_new = self.progress.apply(&fact);
        totals.apply(&fact, is_new, self.place.is_required);
        store::put_lesson(tx, self.user, self.enrolment.id, self.lesson(), &self.progress)?;
        store::put_course(tx, self.user, self.enrolment.id, &totals)
    }
}

/// What still stands between the learner and completing a lesson.
pub(super) fn unmet(read: &Read<'_>, shelf: &Shelf, place: &VersionLesson, progress: &LessonProgress) -> Result<Option<Unmet>> {
    use crate::courses::Completion;
    if place.completion == Completion::Mark {
        return Ok(None);
    }
    let content = shelf.lesson_content(read, place.revision)?;
    let actions: Vec<&str> = content.actions.iter().map(|action| action.id.as_str()).collect();
    let has_measured_video = match (place.completion, &content.video) {
        (Completion::Video, Some(video)) => duration_ms(read, video.asset)?.is_some(),
        _ => false,
    };
    let rule = Rule {
        completion: place.completion,
        actions: &actions,
        has_measured_video,
    };
    Ok(rule.unmet(progress))
}

/// How long a film is, if that is known.
pub(super) fn duration_ms(read: &Read<'_>, asset: crate::kernel::id::AssetId) -> Result<Option<u64>> {
    match media::describe(read, asset) {
        Ok(asset) => Ok(asset.duration_ms),
        Err(crate::kernel::error::Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
