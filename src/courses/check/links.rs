//! Links inside the house: whether they lead anywhere.

use std::collections::HashSet;

use super::lessons::find;
use crate::{
    courses::{model::CourseRef, store},
    kernel::{
        error::Result,
        id::{CourseId, LessonId},
    },
    platform::db::Read,
};

/// Judges links of one course's draft.
pub(super) struct Links<'a> {
    read: &'a Read<'a>,
    course: CourseId,
    /// The lessons of the draft.
    own: &'a HashSet<LessonId>,
}

impl<'a> Links<'a> {
    pub(super) fn new(read: &'a Read<'a>, course: CourseId, own: &'a HashSet<LessonId>) -> Self {
        Self { read, course, own }
    }

    /// What is wrong with a link, if it leads nowhere. Links to other sites are not followed, and
    /// those to pages of the app that are no course, lesson or file are taken as they are.
    pub(super) fn broken(&self, link: &str) -> Result<Option<String>> {
        let path = link.split(['?', '#']).next().unwrap_or_default();
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        if !path.starts_with('/') || path.starts_with("//") {
            return Ok(None);
        }
        let is_there = match parts.as_slice() {
            ["learn", course, lesson] => self.has_course(course)? && self.has_lesson(lesson)?,
            ["courses", course, "preview", lesson] => self.has_course(course)? && self.has_lesson(lesson)?,
            ["courses", course] => self.has_course(course)?,
            ["api", "v1", "media", asset, "file"] => match asset.parse() {
                Ok(asset) => find(self.read, asset)?.is_some(),
                Err(_) => false,
            },
            _ => true,
        };
        Ok((!is_there).then(|| format!("the link to {path} leads nowhere. Change it or take it out.")))
    }

    fn has_course(&self, name: &str) -> Result<bool> {
        let Ok(course) = CourseRef::parse(name) else { return Ok(false) };
        let head = store::courses::find(self.read, &course)?;
        Ok(head.is_some_and(|head| head.id == self.course || head.version.is_some()))
    }

    /// A lesson of this draft, or one that some version has.
    fn has_lesson(&self, name: &str) -> Result<bool> {
        let Ok(lesson) = name.parse::<LessonId>() else { return Ok(false) };
        if self.own.contains(&lesson) {
            return Ok(true);
        }
        match store::versions::find_newest(self.read, lesson)? {
            // Of this course only what the draft still has will be there.
            Some(_) => Ok(store::lessons::find_course(self.read, lesson)? != Some(self.course)),
            None => Ok(false),
        }
    }
}
