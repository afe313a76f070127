//! What was found, looked up again in the database: the index only proposes.

use std::collections::HashMap;

use crate::{
    courses::{self, CourseCard, CourseHead, Shelf, VersionLesson},
    kernel::{
        actor::Actor,
        error::{Error, Result},
        id::{CourseId, LessonId, RevisionId},
    },
    platform::db::Read,
    search::{
        feed,
        model::{FoundLesson, Kind, SearchItem},
        schema::number,
        scope::{Mark, Scope},
        snippet::{Marker, plain},
        words::{self, Word},
    },
};

/// Shows what was found to one viewer.
pub(super) struct Items<'a> {
    read: &'a Read<'a>,
    actor: &'a Actor,
    shelf: &'a Shelf,
    scope: &'a Scope,
    words: &'a [Word],
    is_fuzzy: bool,
    courses: HashMap<u64, Option<(CourseHead, CourseCard)>>,
}

/// A lesson as a viewer may see it.
pub(super) struct Seen {
    pub(super) place: VersionLesson,
    pub(super) is_open: bool,
}

impl<'a> Items<'a> {
    pub(super) fn new(read: &'a Read<'a>, actor: &'a Actor, shelf: &'a Shelf, scope: &'a Scope, words: &'a [Word], is_fuzzy: bool) -> Self {
        Self {
            read,
            actor,
            shelf,
            scope,
            words,
            is_fuzzy,
            courses: HashMap::new(),
        }
    }

    /// The course, if the viewer may see it now.
    pub(super) fn course(&mut self, course: u64) -> Result<Option<(CourseHead, CourseCard)>> {
        if let Some(known) = self.courses.get(&course) {
            return Ok(known.clone());
        }
        let id = CourseId::from_raw(course.cast_signed());
        let seen = match courses::find_visible(self.read, self.actor, &id.into()) {
            Ok(head) => Some((head, courses::card(self.read, id)?)),
            Err(Error::NotFound(_) | Error::Unauthenticated) => None,
            Err(error) => return Err(error),
        };
        self.courses.insert(course, seen.clone());
        Ok(seen)
    }

    /// The lesson, if the viewer may see now what the index says he may.
    pub(super) fn lesson(&self, head: &CourseHead, mark: Mark) -> Result<Option<Seen>> {
        let his = self.scope.readable.get(&mark.lesson);
        let Some(version) = his.map(|place| place.version).or(head.version) else {
            return Ok(None);
        };
        let outline = self.shelf.version_lessons(self.read, version)?;
        let Some(place) = outline.iter().find(|p| number(p.lesson.raw()) == mark.lesson) else {
            return Ok(None);
        };
        let is_open = his.is_some() || place.is_preview || self.scope.edits(mark.course);
        let is_as_found = mark.revision == 0 || (is_open && mark.revision == number(place.revision.raw()));
        Ok(is_as_found.then(|| Seen {
            place: place.clone(),
            is_open,
        }))
    }

    /// One result; nothing when the viewer may not see it any more.
    pub(super) fn show(&mut self, mark: Mark) -> Result<Option<SearchItem>> {
        let Some((head, card)) = self.course(mark.course)? else {
            return Ok(None);
        };
        if mark.lesson == 0 {
            return Ok(Some(SearchItem {
                kind: Kind::Course,
                snippet_html: self.about_course(&head, &card)?,
                course: card,
                lesson: None,
            }));
        }
        let Some(seen) = self.lesson(&head, mark)? else { return Ok(None) };
        Ok(Some(SearchItem {
            kind: Kind::Lesson,
            snippet_html: self.about_lesson(&card, &seen, mark.revision)?,
            course: card,
            lesson: Some(FoundLesson {
                id: LessonId::from_raw(mark.lesson.cast_signed()),
                title: seen.place.title,
                day: seen.place.day,
                is_open: seen.is_open,
            }),
        }))
    }

    fn marker(&self, card: &CourseCard) -> Marker<'a> {
        Marker::new(self.words, words::stemming(&card.language), self.is_fuzzy)
    }

    fn about_course(&self, head: &CourseHead, card: &CourseCard) -> Result<Option<String>> {
        if self.words.is_empty() {
            return Ok(None);
        }
        let marker = self.marker(card);
        let near = marker.hits(&format!("{} {}", card.title, card.summary)).count();
        if near < self.words.len()
            && let Some(version) = head.version
        {
            let text = feed::words_of(&*self.shelf.version_meta(self.read, version)?);
            let hits = marker.hits(&text);
            if near == 0 || hits.count() > near {
                return Ok(hits.passage());
            }
        }
        Ok(marker.passage(&card.summary))
    }

    fn about_lesson(&self, card: &CourseCard, seen: &Seen, revision: u64) -> Result<Option<String>> {
        let summary = &seen.place.summary;
        let marker = self.marker(card);
        let near = marker.hits(summary).count();
        if revision != 0 && near < self.words.len() {
            let text = courses::lesson_text(self.read, RevisionId::from_raw(revision.cast_signed()))?;
            let hits = marker.hits(&text);
            if (near == 0 || hits.count() > near)
                && let Some(passage) = hits.passage()
            {
                return Ok(Some(passage));
            }
        }
        Ok(marker.passage(summary).or_else(|| (!summary.is_empty()).then(|| plain(summary))))
    }
}
