//! What has to be finished before a course, as its page and its settings show it.

use serde::Serialize;

use super::{policy::find_visible, store};
use crate::{
    kernel::{
        actor::Actor,
        error::{Error, Result},
        id::CourseId,
        text::Slug,
    },
    platform::{db::Read, module::Finished},
};

/// A course that has to be finished first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Prerequisite {
    /// Its id.
    id: CourseId,
    /// Its address.
    slug: Slug,
    /// Its name.
    title: String,
    /// Whether the viewer has finished it.
    is_finished: bool,
}

/// What has to be finished before a course, as far as this actor sees it.
pub(super) fn prerequisites(read: &Read<'_>, actor: &Actor, course: CourseId, finished: Option<&Finished>) -> Result<Vec<Prerequisite>> {
    let mut all = Vec::new();
    for need in store::access::list_prerequisites(read, course)? {
        match find_visible(read, actor, &need.into()) {
            Ok(head) => all.extend(store::listings::find(read, need)?.map(|card| Prerequisite {
                id: need,
                slug: head.slug,
                title: card.title,
                is_finished: false,
            })),
            Err(Error::NotFound(_) | Error::Unauthenticated) => {}
            Err(error) => return Err(error),
        }
    }
    if let (false, Some(finished), Some(user)) = (all.is_empty(), finished, actor.user()) {
        let finished = finished.0(read, user)?;
        for one in &mut all {
            one.is_finished = finished.contains(&one.id);
        }
    }
    Ok(all)
}
