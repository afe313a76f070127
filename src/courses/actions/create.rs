//! Beginning a course.

use super::{NewLesson, add_lesson};
use crate::{
    courses::{
        content::Content,
        model::{CourseRef, Length, Level, Meta},
        policy::{EditCourse, WriteCourses},
        store,
    },
    kernel::{
        error::{Error, Result},
        event::Event,
        id::{CategoryId, UserId},
        text::{Language, Slug, Title},
    },
    platform::{audit, db::Tx},
};

/// What a course begins with.
#[derive(Debug, Clone)]
pub struct NewCourse {
    /// Its address; made from the title when `None`.
    pub slug: Option<Slug>,
    /// Its author.
    pub owner: Option<UserId>,
    /// Its name.
    pub title: Title,
    /// Where it stands.
    pub category: CategoryId,
    /// For whom.
    pub level: Level,
    /// In which language.
    pub language: Language,
    /// How many days.
    pub length: Length,
}

/// Begins a course, as an empty draft.
///
/// # Errors
/// `Invalid` for an unknown category, `Conflict` for a slug that is taken.
pub fn create(tx: &Tx<'_>, can: &WriteCourses, new: NewCourse) -> Result<EditCourse> {
    if store::categories::find(tx, new.category)?.is_none() {
        return Err(Error::field("category", "category.unknown", "Choose one of the categories."));
    }
    let slug = match new.slug {
        Some(slug) => slug,
        None => free_slug(tx, &new.title)?,
    };
    let course = store::courses::insert(tx, &slug, new.owner)?;
    let meta = Meta::new(new.title, new.category, new.level, new.language, new.length);
    store::drafts::insert(tx, course, &meta)?;
    tx.tell(&Event::CourseCreated { course })?;
    audit::record(tx, "courses.create", &course.to_string(), None::<&()>, Some(&slug))?;
    Ok(EditCourse::of_new(can, course))
}

/// Gives a course that has just begun a lesson for each day.
///
/// # Errors
/// `Invalid` for wrong fields.
pub(in crate::courses) fn fill(tx: &Tx<'_>, can: &EditCourse, lessons: Vec<Content>) -> Result<()> {
    for (content, day) in lessons.into_iter().zip(1..) {
        add_lesson(tx, can, NewLesson { day, key: None, content })?;
    }
    Ok(())
}

/// A slug from the title, with a number if others have it already.
fn free_slug(tx: &Tx<'_>, title: &Title) -> Result<Slug> {
    let base = Slug::from_title(title.as_str(), "course");
    for n in 1..1000 {
        let text = if n == 1 { base.to_string() } else { format!("{base}-{n}") };
        let slug = Slug::parse(&text).map_err(|e| Error::field("title", e.code, e.message))?;
        if store::courses::find(tx, &CourseRef::Slug(slug.clone()))?.is_none() {
            return Ok(slug);
        }
    }
    Err(Error::conflict(
        "course.slug_taken",
        "Too many courses have this title. Choose another.",
    ))
}
