//! The verbs: proof and command become rows and an event.

mod access;
mod categories;
mod change;
mod create;
mod duplicate;
mod files;
mod history;
mod lessons;
mod lifecycle;
mod publish;
mod versions;

pub(super) use access::{AccessChange, add_author, change_access, invite, remove_author, uninvite};
pub use access::{set_course_hidden, set_lesson_hidden};
pub use categories::{add_category, change_category, remove_category};
pub use change::{change, rename};
pub(super) use create::fill;
pub use create::{NewCourse, create};
pub(super) use duplicate::{duplicate_course, duplicate_lesson};
pub(super) use history::{THIN_AFTER_MS, restore_state, return_lesson, set_aside, thin};
pub use lessons::{NewLesson, add_lesson, change_lesson, remove_lesson, reorder};
pub(super) use lessons::{check_embeds, check_shrink};
pub use lifecycle::{archive, delete, restore, unpublish};
pub use publish::{Published, Publishing, publish, publish_draft};
pub(super) use publish::{draft_hash, has_changes};
pub use versions::{Blended, blend};
pub(super) use versions::{load_version, roll_back};

use super::{model::CourseRef, policy::EditCourse, store};
use crate::{
    kernel::error::Result,
    platform::{audit, db::Tx},
};

/// Leaves an audit row when somebody changes another person's draft.
fn note(tx: &Tx<'_>, can: &EditCourse, action: &'static str) -> Result<()> {
    let owner = store::courses::get(tx, &CourseRef::Id(can.course()))?.owner;
    match tx.actor().user() {
        Some(user) if owner != Some(user) => audit::record(tx, action, &can.course().to_string(), None::<&()>, None::<&()>),
        _ => Ok(()),
    }
}
