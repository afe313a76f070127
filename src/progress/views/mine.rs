//! What somebody learns, has finished and has left.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    CourseMini, LessonOfDay,
    way::{Way, course_of, sizes},
};
use crate::{
    courses::Shelf,
    enrolments::{self, Boundary, Enrolment, State},
    kernel::{
        actor::Person,
        error::{Error, Result},
        id::EnrolmentId,
        page::Page,
        time::Timestamp,
    },
    platform::db::Read,
    progress::{
        model::{CourseTotals, percent, whole_minutes},
        store,
    },
};

/// Where somebody stands with a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::progress) enum MyState {
    /// He learns it.
    Going,
    /// He has finished it.
    Finished,
    /// He has left it.
    Left,
}

impl From<State> for MyState {
    fn from(state: State) -> Self {
        match state {
            State::Active => Self::Going,
            State::Completed => Self::Finished,
            State::Left => Self::Left,
        }
    }
}

/// A course of one's own.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct MyCourse {
    /// The course.
    pub course: CourseMini,
    /// The newest enrolment in it.
    pub enrolment_id: EnrolmentId,
    /// Where he stands with it.
    pub state: MyState,
    /// Lessons done.
    pub lessons_done: u32,
    /// Lessons in all.
    pub lessons_total: u32,
    /// Required lessons done, in percent.
    pub percent: u8,
    /// Minutes of active learning.
    pub minutes: u32,
    /// The lesson to do now, if one is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_lesson: Option<LessonOfDay>,
    /// When the next day opens, if nothing is to do now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_opens_at: Option<Timestamp>,
    /// When he last did something in it.
    pub last_activity_at: Timestamp,
    /// When he finished it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
}

struct Entry {
    enrolment: Enrolment,
    totals: CourseTotals,
}

impl Entry {
    fn order(&self) -> (Timestamp, EnrolmentId) {
        (self.totals.last_activity_at.max(self.enrolment.started_at), self.enrolment.id)
    }

    fn cursor(&self) -> String {
        let (at, id) = self.order();
        format!("{}.{id}", at.millis())
    }
}

/// One's own courses, one entry for each, the latest first.
///
/// # Errors
/// `Invalid` for a cursor that was not given by this list.
pub(in crate::progress) fn my_courses(
    read: &Read<'_>,
    shelf: &Shelf,
    person: &Person,
    state: Option<MyState>,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<MyCourse>> {
    let after = cursor.map(parse_cursor).transpose()?;
    let boundary = enrolments::boundary(read, person)?;
    let totals = store::list_courses(read, person.id)?;
    let mut entries: Vec<Entry> = newest(enrolments::list_for(read, person.id)?)
        .into_iter()
        .filter(|e| state.is_none_or(|state| state == MyState::from(e.state)))
        .map(|enrolment| Entry {
            totals: totals
                .get(&enrolment.id)
                .copied()
                .unwrap_or(CourseTotals::nothing(enrolment.started_at)),
            enrolment,
        })
        .filter(|entry| after.is_none_or(|after| entry.order() < after))
        .collect();
    entries.sort_by_key(|entry| Reverse(entry.order()));
    entries.truncate(limit as usize + 1);
    let page = Page::cut(entries, limit, Entry::cursor);
    let next = page.next;
    let items = page.items.into_iter().map(|entry| my_course(read, shelf, person, &boundary, entry));
    Ok(Page {
        items: items.collect::<Result<_>>()?,
        next,
    })
}

fn parse_cursor(text: &str) -> Result<(Timestamp, EnrolmentId)> {
    let parsed = text.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    let (at, id) = parsed.ok_or_else(|| Error::field("cursor", "cursor.malformed", "Use the cursor that the last page gave."))?;
    Ok((Timestamp::from_millis(at), id))
}

/// Of each course one entry: the newest cycle that opens lessons, else the newest. The list comes
/// ordered by course and cycle.
fn newest(all: Vec<Enrolment>) -> Vec<Enrolment> {
    let mut newest: Vec<Enrolment> = Vec::new();
    for enrolment in all {
        match newest.last_mut() {
            Some(last) if last.course == enrolment.course => {
                if enrolment.is_live() || !last.is_live() {
                    *last = enrolment;
                }
            }
            _ => newest.push(enrolment),
        }
    }
    newest
}

fn my_course(read: &Read<'_>, shelf: &Shelf, person: &Person, boundary: &Boundary, entry: Entry) -> Result<MyCourse> {
    let (last_activity_at, enrolment_id) = entry.order();
    let Entry { enrolment, totals } = entry;
    let (head, meta) = course_of(read, shelf, &enrolment)?;
    let (state, completed_at) = (enrolment.state, enrolment.completed_at);
    let (lessons_total, required_total) = sizes(&shelf.version_lessons(read, enrolment.version)?);
    let mut next_lesson = None;
    let mut next_opens_at = None;
    if state != State::Left && totals.lessons_done < lessons_total && enrolment.barred(person).is_none() {
        let way = Way::load(read, shelf, person, boundary, enrolment, false)?;
        let path = way.path();
        next_lesson = path.current(way.last(None)).map(|step| LessonOfDay::of(step.lesson));
        if next_lesson.is_none() {
            next_opens_at = path.next_opening().and_then(|step| way.opens_at(step.lesson.day));
        }
    }
    Ok(MyCourse {
        course: CourseMini::of(&head, &meta),
        enrolment_id,
        state: state.into(),
        lessons_done: totals.lessons_done,
        lessons_total,
        percent: percent(totals.required_done, required_total),
        minutes: whole_minutes(totals.active_seconds),
        next_lesson,
        next_opens_at,
        last_activity_at,
        completed_at,
    })
}
