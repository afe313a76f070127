//! One person's way through one course, loaded for an answer.

use std::{collections::HashMap, sync::Arc};

use crate::{
    courses::{self, CourseHead, Meta, Shelf, VersionLesson},
    enrolments::{Boundary, Enrolment, Learning, State},
    kernel::{actor::Person, error::Result, id::LessonId, time::Timestamp},
    platform::db::Read,
    progress::{
        model::{LessonProgress, LessonState, Path, Position, Step, percent},
        store,
    },
};

/// An enrolment with its outline and what was done in it.
pub(super) struct Way {
    pub(super) enrolment: Enrolment,
    pub(super) outline: Arc<Vec<VersionLesson>>,
    pub(super) progress: HashMap<LessonId, LessonProgress>,
    pub(super) boundary: Boundary,
    now: Timestamp,
    opened: u16,
    is_barred: bool,
    is_staff: bool,
}

impl Way {
    pub(super) fn load(
        read: &Read<'_>,
        shelf: &Shelf,
        person: &Person,
        boundary: &Boundary,
        enrolment: Enrolment,
        is_staff: bool,
    ) -> Result<Self> {
        Ok(Self {
            outline: shelf.version_lessons(read, enrolment.version)?,
            progress: store::list_lessons(read, person.id, enrolment.id)?,
            boundary: boundary.clone(),
            now: read.now(),
            opened: enrolment.opened(read.now(), boundary),
            is_barred: enrolment.barred(person).is_some(),
            is_staff,
            enrolment,
        })
    }

    /// The way, with the same rule of what is open as the gate.
    pub(super) fn path(&self) -> Path<'_> {
        let is_open = |place: &VersionLesson| self.is_staff || place.is_preview || (!self.is_barred && place.day <= self.opened);
        Path::new(&self.outline, self.opened, is_open, |lesson| self.progress.get(&lesson))
    }

    /// The day that he may open before its date, if he may.
    pub(super) fn ahead(&self, path: &Path<'_>, learning: &Learning) -> Option<u16> {
        let may = learning.open_ahead && !self.is_barred && self.enrolment.state == State::Active;
        path.ahead().ok().filter(|_| may)
    }

    /// When a day opens; `None` when no day will, because the plan has lapsed.
    pub(super) fn opens_at(&self, day: u16) -> Option<Timestamp> {
        (!self.is_barred).then(|| self.enrolment.opens_at(day, self.opened, self.now, &self.boundary))
    }

    /// When a closed lesson opens.
    pub(super) fn unlocks_at(&self, step: &Step<'_>) -> Option<Timestamp> {
        if step.state == LessonState::Locked {
            self.opens_at(step.lesson.day)
        } else {
            None
        }
    }

    /// The lesson he was last in: the latest opening or position.
    pub(super) fn last(&self, latest: Option<&(LessonId, Position)>) -> Option<LessonId> {
        let opened = self.progress.iter().filter_map(|(lesson, p)| Some((p.opened_at?, *lesson)));
        let been = latest.map(|(lesson, position)| (position.at, *lesson));
        opened.chain(been).max().map(|(_, lesson)| lesson)
    }

    /// Active seconds in all lessons.
    pub(super) fn active_seconds(&self) -> u32 {
        self.progress.values().map(|p| p.active_seconds).sum()
    }

    /// Required lessons done, in percent.
    pub(super) fn percent(path: &Path<'_>) -> u8 {
        let (done, total) = path.required();
        percent(done, total)
    }
}

/// The course and the front matter of a version of it.
pub(super) fn course_of(read: &Read<'_>, shelf: &Shelf, enrolment: &Enrolment) -> Result<(CourseHead, Arc<Meta>)> {
    let head = courses::find_any(read, &enrolment.course.into())?;
    Ok((head, shelf.version_meta(read, enrolment.version)?))
}

/// How many lessons an outline has, and how many of them are required.
pub(super) fn sizes(outline: &[VersionLesson]) -> (u32, u32) {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (
        count(outline.len()),
        count(outline.iter().filter(|place| place.is_required).count()),
    )
}
