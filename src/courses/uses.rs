//! Where courses show stored files: for those who look after the files.

use std::collections::BTreeMap;

use super::{policy, store};
use crate::{
    kernel::{
        actor::Actor,
        error::Result,
        id::{AssetId, CourseId, LessonId, UserId},
    },
    platform::{
        db::Read,
        module::{AssetPlace, AssetPlaces, AssetUses},
    },
};

/// What this slice tells about its uses of files.
pub(super) const USES: AssetUses = AssetUses { places, shown_by };

/// A place, and whether learners see the file there.
#[derive(Debug, Default)]
struct Place {
    title: Option<String>,
    is_published: bool,
}

fn places(read: &Read<'_>, actor: &Actor, asset: AssetId) -> Result<AssetPlaces> {
    let mut found: BTreeMap<(CourseId, Option<LessonId>), Place> = BTreeMap::new();
    for (course, is_published) in store::assets::list_courses(read, asset)? {
        found.entry((course, None)).or_default().is_published |= is_published;
    }
    // The oldest revision first, so that a lesson is called as it is called now.
    for (course, lesson, title, is_published) in store::assets::list_places(read, asset)? {
        let place = found.entry((course, Some(lesson))).or_default();
        place.title = Some(title);
        place.is_published |= is_published;
    }
    let mut places = AssetPlaces::default();
    for ((course, lesson), place) in found {
        let may_edit = match store::courses::find(read, &course.into())? {
            Some(head) => policy::edits(read, actor, &head)?,
            None => false,
        };
        if !may_edit {
            places.elsewhere += 1;
            continue;
        }
        places.known.push(AssetPlace {
            course,
            course_title: store::drafts::get(read, course)?.meta.title.to_string(),
            lesson,
            lesson_title: place.title,
            is_published: place.is_published,
            may_edit: true,
        });
    }
    Ok(places)
}

fn shown_by(read: &Read<'_>, user: UserId) -> Result<Vec<AssetId>> {
    store::assets::list_shown_by(read, user)
}
