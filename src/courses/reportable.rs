//! Courses can be reported.

use super::{actions, links::page, policy, store};
use crate::{
    kernel::{
        error::{Error, Result},
        id::CourseId,
    },
    platform::{
        db::Read,
        module::{Reportable, Reported},
    },
};

/// A course.
pub(super) const COURSE: Reportable = Reportable {
    kind: "course",
    find,
    sees: |read, actor, id| match id.parse::<CourseId>() {
        Ok(course) => match policy::find_visible(read, actor, &course.into()) {
            Ok(_) => Ok(true),
            Err(Error::NotFound(_) | Error::Unauthenticated) => Ok(false),
            Err(error) => Err(error),
        },
        Err(_) => Ok(false),
    },
    hide: |tx, id, is_hidden| match id.parse() {
        Ok(course) => actions::set_course_hidden(tx, course, is_hidden),
        Err(_) => Err(Error::NotFound("course")),
    },
};

fn find(read: &Read<'_>, id: &str) -> Result<Option<Reported>> {
    let Ok(course) = id.parse::<CourseId>() else { return Ok(None) };
    let Some(head) = store::courses::find(read, &course.into())? else {
        return Ok(None);
    };
    Ok(Some(Reported {
        title: store::drafts::get(read, course)?.meta.title.to_string(),
        link: page(&head.slug),
        is_hidden: head.is_hidden,
    }))
}
