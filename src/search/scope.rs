//! What a viewer may find. Computed from the database in the same snapshot that answers him, so
//! nothing that he has joined, left, opened or lost a moment ago is counted wrongly.

use std::collections::{HashMap, HashSet};

use super::schema::{Audience, number};
use crate::{
    courses::{self, Shelf, VersionLesson},
    enrolments::{self, Enrolment},
    kernel::{
        actor::{Actor, Role},
        error::Result,
        id::{CourseId, VersionId},
    },
    platform::db::Read,
};

/// A lesson that a viewer reads by an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The revision that his version shows.
    pub(super) revision: u64,
    /// His version.
    pub(super) version: VersionId,
}

/// What a viewer may find.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// He edits every course.
    pub(super) edits_all: bool,
    /// Courses that he edits.
    pub(super) edited: HashSet<u64>,
    /// Courses that he has joined, ever, or sees though they are not for everybody.
    pub(super) joined: HashSet<u64>,
    /// Lessons that his enrolments open to him.
    pub(super) readable: HashMap<u64, Place>,
}

/// What the index says about a document that matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) course: u64,
    /// 0: the course itself.
    pub(super) lesson: u64,
    /// 0: without the text of the lesson.
    pub(super) revision: u64,
    pub(super) audience: u64,
}

impl Scope {
    /// The scope of an actor now.
    ///
    /// # Errors
    /// A database fault.
    pub(super) fn of(read: &Read<'_>, actor: &Actor, shelf: &Shelf) -> Result<Self> {
        let mut scope = Self {
            edits_all: actor.is_at_least(Role::Admin),
            ..Self::default()
        };
        let Some(person) = actor.person() else {
            return Ok(scope);
        };
        if person.role == Role::Instructor {
            scope.edited = courses::owned_by(read, person.id)?.into_iter().map(|id| number(id.raw())).collect();
        }
        // What is for some, and for him: he finds it as those do who have joined.
        scope.joined = courses::list_shown(read, actor)?.into_iter().map(|id| number(id.raw())).collect();
        let all = enrolments::list_for(read, person.id)?;
        if all.is_empty() {
            return Ok(scope);
        }
        scope.joined.extend(all.iter().map(|e| number(e.course.raw())));
        let hidden: HashSet<u64> = courses::hidden_lessons(read)?.into_iter().map(|id| number(id.raw())).collect();
        let boundary = enrolments::boundary(read, person)?;
        // Ordered by course and cycle: of each course the newest cycle that opens lessons counts.
        let newest: HashMap<CourseId, Enrolment> = all.into_iter().filter(Enrolment::is_live).map(|e| (e.course, e)).collect();
        for enrolment in newest.into_values() {
            let opened = match enrolment.barred(person) {
                _ if scope.edits(number(enrolment.course.raw())) => u16::MAX,
                Some(_) => 0,
                None => enrolment.opened(read.now(), &boundary),
            };
            let is_withheld = enrolment.is_withheld && opened == 0;
            if !is_withheld {
                scope.open(&shelf.version_lessons(read, enrolment.version)?, enrolment.version, opened);
            }
        }
        scope.readable.retain(|lesson, _| !hidden.contains(lesson));
        Ok(scope)
    }

    fn open(&mut self, outline: &[VersionLesson], version: VersionId, opened: u16) {
        for place in outline.iter().filter(|p| p.is_preview || p.day <= opened) {
            let revision = number(place.revision.raw());
            self.readable.insert(number(place.lesson.raw()), Place { revision, version });
        }
    }

    /// Whether he edits the course.
    pub(super) fn edits(&self, course: u64) -> bool {
        self.edits_all || self.edited.contains(&course)
    }

    /// Whether he may find this document. Each lesson is found at most once: with the text that he
    /// reads, else by its title and summary.
    pub(super) fn allows(&self, mark: Mark) -> bool {
        if mark.lesson != 0 {
            if let Some(place) = self.readable.get(&mark.lesson) {
                return mark.revision == place.revision;
            }
            if mark.revision == 0 && self.edits(mark.course) {
                return false; // He finds it with its text.
            }
        }
        const ALL: u64 = Audience::All as u64;
        const MEMBERS: u64 = Audience::Members as u64;
        const EDITORS: u64 = Audience::Editors as u64;
        match mark.audience {
            ALL => true,
            MEMBERS => self.joined.contains(&mark.course) || self.edits(mark.course),
            EDITORS => self.edits(mark.course),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(lesson: u64, revision: u64, audience: Audience) -> Mark {
        Mark {
            course: 1,
            lesson,
            revision,
            audience: audience as u64,
        }
    }

    #[test]
    fn each_lesson_is_found_once_and_only_with_what_may_be_read() {
        let version = VersionId::from_raw(9);
        let head = mark(5, 0, Audience::All);
        let now = mark(5, 51, Audience::Editors);
        let before = mark(5, 50, Audience::Readers);
        let found = |scope: &Scope| [head, now, before].map(|m| scope.allows(m));
        assert_eq!(found(&Scope::default()), [true, false, false]);
        let mut learner = Scope::default();
        learner.readable.insert(5, Place { revision: 50, version });
        assert_eq!(found(&learner), [false, false, true]);
        let editor = Scope {
            edited: HashSet::from([1]),
            ..Scope::default()
        };
        assert_eq!(found(&editor), [false, true, false]);
        let archived = mark(0, 0, Audience::Members);
        assert!(!Scope::default().allows(archived) && editor.allows(archived));
    }
}
