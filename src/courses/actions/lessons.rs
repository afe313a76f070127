//! Writing a draft's lessons.

use super::{files, history};
use crate::{
    courses::{
        body::{self, Body},
        content::Content,
        model::MAX_LESSONS,
        policy::EditCourse,
        store::{self, drafts::Place},
    },
    kernel::{
        error::{Error, Result},
        id::{LessonId, RevisionId},
        text::Slug,
    },
    platform::{db::Tx, embeds::EmbedSettings, settings},
};

/// A lesson to be added.
#[derive(Debug, Clone)]
pub struct NewLesson {
    /// The day it belongs to, from 1.
    pub day: u16,
    /// Its name in packages; made from its title when `None`.
    pub key: Option<String>,
    /// What it holds.
    pub content: Content,
}

/// Adds a lesson at the end of its day.
///
/// # Errors
/// `Invalid` for wrong fields, `Conflict` when the course is full or the key is taken.
pub fn add_lesson(tx: &Tx<'_>, can: &EditCourse, new: NewLesson) -> Result<(LessonId, RevisionId)> {
    check_day(new.day)?;
    let content = new.content.settle()?;
    if store::drafts::count_places(tx, can.course())? >= MAX_LESSONS {
        return Err(Error::conflict("course.full", "A course has at most 500 lessons."));
    }
    let key = match new.key {
        Some(key) => key,
        None => free_key(tx, can, &content)?,
    };
    // A lesson that left the draft keeps its identity for those who learnt it: it comes back.
    let lesson = match store::lessons::find_by_key(tx, can.course(), &key)? {
        Some(lesson) if store::drafts::find_place(tx, can.course(), lesson)?.is_none() => lesson,
        _ => store::lessons::insert(tx, can.course(), &key)?,
    };
    let revision = files::keep_content(tx, can, lesson, &content)?;
    let place = Place {
        lesson,
        revision,
        day: new.day,
        position: store::drafts::last_position(tx, can.course(), new.day)? + 1,
    };
    store::drafts::put_lesson(tx, can.course(), place)?;
    store::drafts::touch(tx, can.course())?;
    super::note(tx, can, "courses.add_lesson")?;
    Ok((lesson, revision))
}

/// Changes a lesson of the draft. Returns the revision it has now.
///
/// # Errors
/// `NotFound` when the draft has no such lesson; `Conflict` `lesson.changed` when it is no longer
/// at `expected`; `Invalid` for wrong fields.
pub fn change_lesson(
    tx: &Tx<'_>,
    can: &EditCourse,
    lesson: LessonId,
    expected: Option<RevisionId>,
    day: Option<u16>,
    edit: impl FnOnce(&mut Content),
) -> Result<RevisionId> {
    let place = store::drafts::find_place(tx, can.course(), lesson)?.ok_or(Error::NotFound("lesson"))?;
    if expected.is_some_and(|expected| expected != place.revision) {
        return Err(changed());
    }
    let mut content = store::lessons::get_content(tx, place.revision)?;
    edit(&mut content);
    let revision = files::keep_content(tx, can, lesson, &content.settle()?)?;
    let day = day.unwrap_or(place.day);
    check_day(day)?;
    let position = if day == place.day {
        place.position
    } else {
        store::drafts::last_position(tx, can.course(), day)? + 1
    };
    let next = Place {
        lesson,
        revision,
        day,
        position,
    };
    if next != place {
        history::note_change(tx, can, place, revision, history::Kind::Saved)?;
        store::drafts::put_lesson(tx, can.course(), next)?;
        store::drafts::touch(tx, can.course())?;
        files::sweep(tx, lesson)?;
        super::note(tx, can, "courses.change_lesson")?;
    }
    Ok(revision)
}

/// Somebody was faster.
pub(super) fn changed() -> Error {
    let message = "Somebody changed this lesson meanwhile. Look at it again before you save.";
    Error::conflict("lesson.changed", message)
}

/// A page of at least so many words is asked about before most of it goes.
const SHRINK_FROM_WORDS: u32 = 80;

/// Whether the lesson's page keeps enough of its words to be saved without asking: a page of over
/// 80 words does not lose more than 60 % of them at once. A lesson that is no longer at `expected`
/// is not looked at; the change itself refuses it.
///
/// # Errors
/// `NotFound` when the draft has no such lesson; `Conflict` `lesson.shrinks`.
pub(in crate::courses) fn check_shrink(
    tx: &Tx<'_>,
    can: &EditCourse,
    lesson: LessonId,
    expected: Option<RevisionId>,
    body: &Body,
) -> Result<()> {
    let place = store::drafts::find_place(tx, can.course(), lesson)?.ok_or(Error::NotFound("lesson"))?;
    if expected.is_some_and(|expected| expected != place.revision) {
        return Ok(());
    }
    let (before, after) = (store::lessons::get_words(tx, place.revision)?, body.plain().1);
    if before > SHRINK_FROM_WORDS && u64::from(after) * 10 < u64::from(before) * 4 {
        let message = format!("Of {before} words only {after} would be left. Send confirm_shrink to save it so.");
        return Err(Error::conflict("lesson.shrinks", message));
    }
    Ok(())
}

/// Whether the content of other sites in a body comes from sites that are allowed. What the lesson
/// shows already stays: who took a site off the list does not keep its authors from writing on.
///
/// # Errors
/// `Invalid` for `body_html` that names the allowed sites.
pub(in crate::courses) fn check_embeds(tx: &Tx<'_>, can: &EditCourse, lesson: Option<LessonId>, body: &Body) -> Result<()> {
    if !body.has_embeds() {
        return Ok(());
    }
    let sites: EmbedSettings = settings::get(tx)?;
    let mut strange = body::embeds(body);
    strange.retain(|embed| !sites.allows(embed.host()));
    if let (false, Some(lesson)) = (strange.is_empty(), lesson) {
        let place = store::drafts::find_place(tx, can.course(), lesson)?.ok_or(Error::NotFound("lesson"))?;
        let there = body::embeds(&store::lessons::get_content(tx, place.revision)?.body_html);
        strange.retain(|embed| !there.contains(embed));
    }
    let Some(first) = strange.first() else { return Ok(()) };
    let site = first.host();
    let message = if sites.hosts.is_empty() {
        format!("Content of {site} cannot be shown: no other site is allowed here. Set a link instead.")
    } else {
        format!(
            "Content of {site} cannot be shown. Allowed sites: {}. Set a link instead.",
            sites.names()
        )
    };
    Err(Error::field("body_html", "embed.site_not_allowed", message))
}

/// Takes a lesson out of the draft. Versions that have it keep it.
///
/// # Errors
/// `NotFound` when the draft has no such lesson.
pub fn remove_lesson(tx: &Tx<'_>, can: &EditCourse, lesson: LessonId) -> Result<()> {
    let place = store::drafts::find_place(tx, can.course(), lesson)?.ok_or(Error::NotFound("lesson"))?;
    store::drafts::delete_lesson(tx, can.course(), lesson)?;
    // Its last state is remembered, so that it can come back.
    history::remember(tx, lesson, place.revision, history::Kind::Removed)?;
    store::drafts::touch(tx, can.course())?;
    super::note(tx, can, "courses.remove_lesson")?;
    files::sweep(tx, lesson)
}

/// Puts the draft's lessons into this order: every lesson once, day by day.
///
/// # Errors
/// `Invalid` when a lesson is missing, named twice or not the draft's.
pub fn reorder(tx: &Tx<'_>, can: &EditCourse, order: &[(u16, Vec<LessonId>)]) -> Result<()> {
    let places = store::drafts::list_places(tx, can.course())?;
    let mut named: Vec<LessonId> = order.iter().flat_map(|(_, lessons)| lessons.iter().copied()).collect();
    let mut present: Vec<LessonId> = places.iter().map(|p| p.lesson).collect();
    named.sort_unstable();
    present.sort_unstable();
    if named != present {
        let message = "Name every lesson of the draft exactly once.";
        return Err(Error::field("", "order.incomplete", message));
    }
    let mut has_moved = false;
    for (day, lessons) in order {
        check_day(*day)?;
        for (lesson, position) in lessons.iter().zip(1..) {
            let place = find(&places, *lesson)?;
            let next = Place {
                day: *day,
                position,
                ..place
            };
            if next != place {
                store::drafts::put_lesson(tx, can.course(), next)?;
                has_moved = true;
            }
        }
    }
    if !has_moved {
        return Ok(());
    }
    super::note(tx, can, "courses.reorder")?;
    store::drafts::touch(tx, can.course())
}

fn find(places: &[Place], lesson: LessonId) -> Result<Place> {
    let found = places.iter().find(|p| p.lesson == lesson).copied();
    found.ok_or(Error::NotFound("lesson"))
}

pub(super) fn check_day(day: u16) -> Result<()> {
    if (1..=999).contains(&day) {
        Ok(())
    } else {
        Err(Error::field("day", "number.out_of_range", "Use a day from 1 to 999."))
    }
}

/// A key from the title, with a number if another lesson has it already.
pub(super) fn free_key(tx: &Tx<'_>, can: &EditCourse, content: &Content) -> Result<String> {
    let base = Slug::from_title(content.title.as_str(), "lesson");
    let taken = store::lessons::list_keys(tx, can.course())?;
    let mut number = 1_u32;
    loop {
        let key = if number == 1 {
            base.to_string()
        } else {
            format!("{base}-{number}")
        };
        if taken.iter().all(|(_, other)| *other != key) {
            return Ok(key);
        }
        number += 1;
    }
}
