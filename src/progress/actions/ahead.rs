//! Opening the next day before its date.

use crate::{
    courses::{Shelf, VersionLesson},
    enrolments::{self, Enrolment, Learning, OwnEnrolment, State},
    kernel::{
        actor::Person,
        error::{Error, Result},
    },
    platform::{db::Tx, settings},
    progress::{
        model::{NotAhead, Path},
        store,
    },
};

/// Opens a day before its date, for who has done what the open days require. The day is named, so
/// that a second click opens no second one: for a day that is open nothing changes. Gives the lesson
/// to begin it with.
///
/// # Errors
/// `Invalid` for day 0; `Conflict` with a code for each reason why it may not be.
pub(in crate::progress) fn open_next_day(tx: &Tx<'_>, can: &OwnEnrolment, shelf: &Shelf, day: u16) -> Result<Option<VersionLesson>> {
    if day == 0 {
        return Err(Error::field("day", "number.out_of_range", "Days count from 1."));
    }
    let enrolment = enrolments::get(tx, can.enrolment())?;
    require_going(&enrolment, can.person())?;
    let learning: Learning = settings::get(tx)?;
    let boundary = learning.boundary(can.person());
    let opened = enrolment.opened(tx.now(), &boundary);
    let outline = shelf.version_lessons(tx, enrolment.version)?;
    let progress = store::list_lessons(tx, enrolment.user, enrolment.id)?;
    let path = Path::new(&outline, opened, |place| place.day <= opened, |lesson| progress.get(&lesson));
    let begin_with = path.first_of(day).map(|step| step.lesson.clone());
    if day <= opened {
        return Ok(begin_with);
    }
    if !learning.open_ahead {
        return Err(Error::conflict(
            "enrolment.no_opening_ahead",
            "Here each day opens on its date. Come back when it has come.",
        ));
    }
    let next = path.ahead().map_err(refusal)?;
    if day != next {
        return Err(Error::conflict("enrolment.not_next_day", format!("Open day {next} first.")));
    }
    enrolments::open_ahead(tx, &enrolment, &boundary, day)?;
    Ok(begin_with)
}

/// That he is in the middle of the course and may go on.
fn require_going(enrolment: &Enrolment, person: &Person) -> Result<()> {
    match enrolment.state {
        State::Left => {
            let message = "You have left this course. Join it again first.";
            return Err(Error::conflict("enrolment.left", message));
        }
        State::Completed => {
            let message = "You have finished this course. What is still to come opens on its date.";
            return Err(Error::conflict("enrolment.completed", message));
        }
        State::Active => {}
    }
    match enrolment.barred(person) {
        Some(_) => Err(Error::conflict(
            "enrolment.barred",
            "This course is closed to you for now: it is hidden, or needs the premium plan. Ask an administrator.",
        )),
        None => Ok(()),
    }
}

fn refusal(why: NotAhead) -> Error {
    match why {
        NotAhead::ToDo => Error::conflict("enrolment.day_not_done", "Finish the required lessons of the open days first."),
        NotAhead::NoneLeft => Error::conflict("enrolment.all_days_open", "Every day of this course is open already."),
    }
}
