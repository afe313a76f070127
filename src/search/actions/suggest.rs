//! Suggest: what could be meant by what has been typed so far. Titles only.

use std::sync::Arc;

use super::{
    find::{Asked, open},
    items::Items,
};
use crate::{
    courses::Shelf,
    kernel::{actor::Actor, error::Result, id::LessonId},
    platform::db::Read,
    search::{
        collect::Filters,
        index::Index,
        model::{SuggestOut, SuggestedCourse, SuggestedCourseRef, SuggestedLesson},
        query::Place,
        scope::Scope,
        words,
    },
};

/// Suggestions of each kind.
const MOST: usize = 8;

/// Suggests courses and lessons.
///
/// # Errors
/// `Unavailable` while the index is built.
pub(in crate::search) fn suggest(read: &Read<'_>, actor: &Actor, index: &Index, shelf: &Shelf, typed: &str) -> Result<SuggestOut> {
    let words = words::question(typed);
    let mut out = SuggestOut::default();
    let Some(live) = open(read, index)? else { return Ok(out) };
    if words.is_empty() {
        return Ok(out);
    }
    let scope = Arc::new(Scope::of(read, actor, shelf)?);
    let asked = Asked {
        index,
        live: &live,
        scope: scope.clone(),
        words: &words,
        place: Place::Titles,
    };
    let mut items = Items::new(read, actor, shelf, &scope, &words, false);
    for only_lessons in [false, true] {
        let filters = Arc::new(Filters {
            only_lessons: Some(only_lessons),
            ..Filters::default()
        });
        for mark in asked.answer(&filters, MOST)?.0.best {
            let Some((head, card)) = items.course(mark.course)? else { continue };
            if !only_lessons {
                out.courses.push(SuggestedCourse {
                    id: card.id,
                    slug: card.slug,
                    title: card.title,
                    palette: card.palette,
                });
            } else if let Some(seen) = items.lesson(&head, mark)? {
                out.lessons.push(SuggestedLesson {
                    id: LessonId::from_raw(mark.lesson.cast_signed()),
                    title: seen.place.title,
                    course: SuggestedCourseRef {
                        slug: card.slug,
                        title: card.title,
                    },
                });
            }
        }
    }
    Ok(out)
}
