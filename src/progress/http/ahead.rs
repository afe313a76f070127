//! Opening the next day before its date, over HTTP.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    courses::Shelf,
    enrolments::OwnEnrolment,
    kernel::{error::Result, id::EnrolmentId},
    platform::web::{extract::Body, guard::Guard},
    progress::{actions, views::LessonOfDay},
};

/// The day that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::progress) struct NextDayIn {
    /// Its number: the next one that is closed.
    #[schema(minimum = 1)]
    day: u16,
}

/// A day that is open.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::progress) struct NextDayOut {
    /// Its number.
    day: u16,
    /// The lesson to begin it with.
    #[serde(skip_serializing_if = "Option::is_none")]
    lesson: Option<LessonOfDay>,
}

/// Opens the next day before its date, where the instance lets who has done everything required of
/// the open days go ahead. Later days keep their dates. For a day that is open nothing changes.
#[utoipa::path(post, path = "/enrolments/{enrolment}/next-day", tag = "progress", request_body = NextDayIn,
    params(("enrolment" = EnrolmentId, Path,)),
    responses((status = 200, body = NextDayOut),
        (status = 409, description = "`enrolment.no_opening_ahead`: days open on their dates alone; `enrolment.day_not_done`; \
            `enrolment.not_next_day`; `enrolment.all_days_open`; `enrolment.left`; `enrolment.completed`; `enrolment.barred`.")))]
pub(in crate::progress) async fn open_next_day(g: Guard<OwnEnrolment>, Body(body): Body<NextDayIn>) -> Result<Json<NextDayOut>> {
    let shelf = Shelf::of(&g.platform);
    let deed = g.db.write("progress.open_next_day", move |tx| {
        let lesson = actions::open_next_day(tx, &g.can, &shelf, body.day)?;
        let lesson = lesson.as_ref().map(LessonOfDay::of);
        Ok(NextDayOut { day: body.day, lesson })
    });
    deed.await.map(Json)
}
