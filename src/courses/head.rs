//! What a course's page says about itself in its head: link previews.

use super::{links, model::CourseRef, policy::find_visible, store};
use crate::{
    kernel::{
        actor::Actor,
        error::{Error, Result},
    },
    platform::{db::Read, module::PageHead},
};

/// The head of `/courses/{course}`, when everybody may see the course.
pub(super) fn of_course(read: &Read<'_>, path: &str) -> Result<Option<PageHead>> {
    let name = path.trim_start_matches("/courses/").trim_end_matches('/');
    let Ok(course) = CourseRef::parse(name) else { return Ok(None) };
    let head = match find_visible(read, &Actor::Anonymous, &course) {
        Ok(head) => head,
        Err(Error::NotFound(_) | Error::Unauthenticated) => return Ok(None),
        Err(error) => return Err(error),
    };
    let (Some(card), Some(version)) = (store::listings::find(read, head.id)?, head.version) else {
        return Ok(None);
    };
    let cover = store::versions::get_meta(read, version)?.cover;
    Ok(Some(PageHead {
        title: card.title,
        description: card.summary,
        image: cover.map(links::share),
        path: format!("/courses/{}", head.slug),
    }))
}
