//! What somebody did, day by day.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CourseMini, LessonOfDay, way::course_of};
use crate::{
    courses::{Shelf, VersionLesson},
    enrolments::{self, Enrolment},
    kernel::{
        actor::Person,
        error::{Error, Result},
        id::EnrolmentId,
        page::Page,
        time::{Day, Timestamp},
    },
    platform::db::Read,
    progress::{
        model::FactKind,
        store::{self, Kept},
    },
};

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::progress) enum HistoryKind {
    /// He opened a lesson for the first time.
    Opened,
    /// He completed a lesson.
    Completed,
    /// With this lesson he completed the course.
    CourseCompleted,
}

/// Something that somebody did.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct HistoryItem {
    /// What.
    pub kind: HistoryKind,
    /// When.
    pub at: Timestamp,
    /// The learning date it counts for.
    pub learning_day: Day,
    /// In which lesson.
    pub lesson: LessonOfDay,
    /// In which course.
    pub course: CourseMini,
    /// Minutes of active learning in that lesson, in all.
    pub minutes: u32,
}

/// What is known of an enrolment that facts name.
struct Known {
    course: CourseMini,
    outline: Arc<Vec<VersionLesson>>,
}

/// What a person did, newest first.
///
/// # Errors
/// `Invalid` for a cursor that was not given by this list.
pub(in crate::progress) fn history(
    read: &Read<'_>,
    shelf: &Shelf,
    person: &Person,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<HistoryItem>> {
    let malformed = |_| Error::field("cursor", "cursor.malformed", "Use the cursor that the last page gave.");
    let before = cursor.map(str::parse::<i64>).transpose().map_err(malformed)?;
    let kept = store::list_history(read, person.id, before, limit + 1)?;
    let page = Page::cut(kept, limit, |kept| kept.id.to_string());
    let enrolments: HashMap<EnrolmentId, Enrolment> = enrolments::list_for(read, person.id)?.into_iter().map(|e| (e.id, e)).collect();
    let mut known: HashMap<EnrolmentId, Known> = HashMap::new();
    let mut items = Vec::new();
    for kept in page.items {
        let id = kept.fact.enrolment;
        let Some(enrolment) = enrolments.get(&id) else { continue };
        let known = match known.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(know(read, shelf, enrolment)?),
        };
        items.extend(item(read, person, known, &kept)?);
    }
    Ok(Page { items, next: page.next })
}

fn know(read: &Read<'_>, shelf: &Shelf, enrolment: &Enrolment) -> Result<Known> {
    let (head, meta) = course_of(read, shelf, enrolment)?;
    Ok(Known {
        course: CourseMini::of(&head, &meta),
        outline: shelf.version_lessons(read, enrolment.version)?,
    })
}

fn item(read: &Read<'_>, person: &Person, known: &Known, kept: &Kept) -> Result<Option<HistoryItem>> {
    let kind = match kept.fact.kind {
        FactKind::Opened => HistoryKind::Opened,
        FactKind::Completed => HistoryKind::Completed,
        FactKind::CourseCompleted => HistoryKind::CourseCompleted,
        FactKind::Ticked | FactKind::Unticked | FactKind::Watched => return Ok(None),
    };
    let Some(place) = known.outline.iter().find(|place| place.lesson == kept.fact.lesson) else {
        return Ok(None);
    };
    let progress = store::find_lesson(read, person.id, kept.fact.enrolment, kept.fact.lesson)?;
    Ok(Some(HistoryItem {
        kind,
        at: kept.fact.at,
        learning_day: kept.day,
        lesson: LessonOfDay::of(place),
        course: known.course.clone(),
        minutes: progress.unwrap_or_default().minutes(),
    }))
}
