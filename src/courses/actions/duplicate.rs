//! Copies of courses and lessons, to be changed into others.

use super::{NewCourse, create, files, history, lessons};
use crate::{
    courses::{
        model::{CourseRef, MAX_LESSONS},
        policy::{EditCourse, WriteCourses},
        store::{self, drafts::Place},
    },
    kernel::{
        error::{Error, Result},
        id::LessonId,
        text::Title,
    },
    platform::{audit, db::Tx},
};

/// Begins a course as a copy of another's draft: its front matter and every lesson, with lessons'
/// identities of their own. It belongs to who copies.
///
/// # Errors
/// `NotFound` or a database fault.
pub(in crate::courses) fn duplicate_course(tx: &Tx<'_>, can: &EditCourse, title: Option<Title>) -> Result<EditCourse> {
    let mut meta = store::drafts::get(tx, can.course())?.meta;
    meta.title = title.unwrap_or_else(|| copied(&meta.title));
    let new = NewCourse {
        slug: None,
        owner: tx.actor().user(),
        title: meta.title.clone(),
        category: meta.category,
        level: meta.level,
        language: meta.language.clone(),
        length: meta.length,
    };
    let made = create(tx, &WriteCourses::of_editor(can), new)?;
    files::copy_draft(tx, &made, &meta)?;
    store::drafts::update_meta(tx, made.course(), &meta)?;
    let keys = store::lessons::list_keys(tx, can.course())?;
    for place in store::drafts::list_places(tx, can.course())? {
        let content = store::lessons::get_content(tx, place.revision)?;
        let key = keys.iter().find(|(id, _)| *id == place.lesson).map(|(_, key)| key.as_str());
        let lesson = store::lessons::insert(tx, made.course(), key.ok_or(Error::NotFound("lesson"))?)?;
        let revision = files::copy_content(tx, lesson, &content)?;
        let copy = Place { lesson, revision, ..place };
        store::drafts::put_lesson(tx, made.course(), copy)?;
    }
    let from = CourseRef::Id(can.course());
    let from = store::courses::get(tx, &from)?.id.to_string();
    audit::record(tx, "courses.duplicate", &made.course().to_string(), None::<&()>, Some(&from))?;
    Ok(made)
}

/// Copies a lesson to the place right behind it.
///
/// # Errors
/// `NotFound` when the draft has no such lesson; `Conflict` when the course is full.
pub(in crate::courses) fn duplicate_lesson(tx: &Tx<'_>, can: &EditCourse, lesson: LessonId) -> Result<LessonId> {
    let places = store::drafts::list_places(tx, can.course())?;
    let day = places.iter().find(|p| p.lesson == lesson).ok_or(Error::NotFound("lesson"))?.day;
    if places.len() >= MAX_LESSONS {
        return Err(Error::conflict("course.full", "A course has at most 500 lessons."));
    }
    let before = places.iter().filter(|p| p.day == day).position(|p| p.lesson == lesson).unwrap_or(0);
    let from = places.iter().find(|p| p.lesson == lesson).ok_or(Error::NotFound("lesson"))?;
    let mut content = store::lessons::get_content(tx, from.revision)?;
    content.title = copied(&content.title);
    let copy = store::lessons::insert(tx, can.course(), &lessons::free_key(tx, can, &content)?)?;
    let revision = files::copy_content(tx, copy, &content)?;
    let position = u16::try_from(before + 2).unwrap_or(u16::MAX);
    history::insert_at(tx, can, &places, copy, revision, (day, position))?;
    super::note(tx, can, "courses.duplicate_lesson")?;
    Ok(copy)
}

/// The title of a copy; the old one where there is no room for a word more.
fn copied(title: &Title) -> Title {
    Title::parse(&format!("{} (copy)", title.as_str())).unwrap_or_else(|_| title.clone())
}
