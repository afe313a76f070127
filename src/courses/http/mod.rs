//! Operations over the catalogue, course pages and drafts.

mod access;
mod catalogue;
mod categories;
mod check;
mod copies;
mod desk;
mod draft;
mod history;
mod lessons;
mod lifecycle;
mod page;
mod versions;
mod writing;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::body::Body;
use crate::{
    kernel::error::{Error, Result},
    platform::web::guard::Web,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(categories::list_categories, categories::add_category))
        .routes(routes!(categories::change_category, categories::remove_category))
        .routes(routes!(catalogue::list_courses, draft::create_course))
        .routes(routes!(page::get_course, lifecycle::delete_course))
        .routes(routes!(page::preview_lesson))
        .routes(routes!(draft::list_own_courses))
        .routes(routes!(draft::get_draft, draft::change_draft))
        .routes(routes!(lessons::add_lesson))
        .routes(routes!(lessons::get_draft_lesson, lessons::change_lesson, lessons::remove_lesson))
        .routes(routes!(lessons::put_lesson_order))
        .routes(routes!(history::list_lesson_history, history::set_lesson_text_aside))
        .routes(routes!(history::get_lesson_state))
        .routes(routes!(history::restore_lesson_state))
        .routes(routes!(history::return_lesson))
        .routes(routes!(copies::list_templates))
        .routes(routes!(writing::list_embed_sites))
        .routes(routes!(copies::duplicate_course))
        .routes(routes!(copies::duplicate_lesson))
        .routes(routes!(writing::put_presence))
        .routes(routes!(writing::preview_draft_lesson))
        .routes(routes!(lifecycle::publish_course))
        .routes(routes!(lifecycle::list_versions))
        .routes(routes!(lifecycle::archive_course))
        .routes(routes!(lifecycle::restore_course))
        .routes(routes!(lifecycle::unpublish_course))
        .routes(routes!(check::check_course))
        .routes(routes!(versions::diff_course))
        .routes(routes!(versions::roll_back_version))
        .routes(routes!(versions::load_version))
        .routes(routes!(access::get_course_access, access::change_course_access))
        .routes(routes!(access::add_author, access::remove_author))
        .routes(routes!(access::invite_guest))
        .routes(routes!(access::uninvite_guest))
        .routes(routes!(access::find_instructors))
        .routes(routes!(access::find_groups))
        .routes(routes!(desk::list_all_courses))
        .routes(routes!(desk::count_courses))
        .routes(routes!(desk::list_all_lessons))
        .routes(routes!(desk::change_many_courses))
}

/// Cleans HTML on a thread that may take its time.
async fn cleaned(html: Option<String>) -> Result<Option<Body>> {
    let Some(html) = html else { return Ok(None) };
    if html.len() > super::body::MAX {
        let message = "This text is over one megabyte. Split it.";
        return Err(Error::field("body_html", "text.too_long", message));
    }
    let cleaned = tokio::task::spawn_blocking(move || Body::clean(&html)).await;
    cleaned.map(Some).map_err(Error::internal)
}
