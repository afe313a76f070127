//! Reviews, reports and the queue over HTTP.

mod queue;
mod reports;
mod reviews;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::platform::web::guard::Web;

/// The operations of this slice.
pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(
            reviews::get_course_review,
            reviews::submit_course,
            reviews::withdraw_review
        ))
        .routes(routes!(queue::list_reviews))
        .routes(routes!(queue::count_queue))
        .routes(routes!(reviews::get_review, reviews::assign_review))
        .routes(routes!(reviews::compare_lesson))
        .routes(routes!(reviews::approve_review))
        .routes(routes!(reviews::return_review))
        .routes(routes!(reviews::comment_review))
        .routes(routes!(queue::list_reports, reports::report_subject))
        .routes(routes!(reports::get_report, reports::change_report))
}
