//! Progress over HTTP.

mod ahead;
mod team;

use axum::{Json, extract::Path, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    actions::{self, Sign},
    model::Place,
    views::{self, CompletionOut, HistoryItem, LessonOut, MyCourse, MyState, OutlineOut, TodayOut},
};
use crate::{
    courses::Shelf,
    enrolments::{FollowCourse, LearnLesson},
    kernel::{
        error::{Error, Result},
        id::LessonId,
        page::Limit,
        text::{BlockId, ClientKey},
        time::{Moment, Timestamp},
    },
    platform::web::{
        extract::{Body, PageOut, Query},
        guard::{Ask, Guard, SignedIn, Web},
    },
};

/// The operations of this slice.
pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(get_today))
        .routes(routes!(list_my_courses))
        .routes(routes!(list_history))
        .routes(routes!(get_outline))
        .routes(routes!(get_lesson))
        .routes(routes!(open_lesson))
        .routes(routes!(send_heartbeat))
        .routes(routes!(put_position))
        .routes(routes!(put_action))
        .routes(routes!(complete_lesson))
        .routes(routes!(ahead::open_next_day))
        .routes(routes!(team::list_team))
}

/// The learner's dashboard: the one thing to do now, and what else there is.
#[utoipa::path(get, path = "/me/today", tag = "progress", responses((status = 200, body = TodayOut)))]
async fn get_today(ask: Ask<SignedIn>) -> Result<Json<TodayOut>> {
    let shelf = Shelf::of(&ask.platform);
    let read = ask.read("progress.today", move |read, can, _| views::today(read, &shelf, can.person()));
    read.await.map(Json)
}

/// Which of one's own courses.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MyCoursesQuery {
    /// Only those that are going, finished or left.
    #[param(inline)]
    state: Option<MyState>,
    /// From the last page's `next`.
    cursor: Option<String>,
    /// Items on a page, at most 200.
    #[param(inline)]
    limit: Option<Limit>,
}

/// What one learns, has finished and has left, the latest first.
#[utoipa::path(get, path = "/me/courses", tag = "progress", params(MyCoursesQuery), responses((status = 200, body = PageOut<MyCourse>)))]
async fn list_my_courses(g: Guard<SignedIn>, Query(query): Query<MyCoursesQuery>) -> Result<Json<PageOut<MyCourse>>> {
    let shelf = Shelf::of(&g.platform);
    let read = g.db.read("progress.my_courses", move |read| {
        let (cursor, limit) = (query.cursor.as_deref(), Limit::or_default(query.limit));
        views::my_courses(read, &shelf, g.can.person(), query.state, cursor, limit)
    });
    Ok(Json(read.await?.into()))
}

/// A page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// From the last page's `next`.
    cursor: Option<String>,
    /// Items on a page, at most 200.
    #[param(inline)]
    limit: Option<Limit>,
}

/// What one opened and completed, newest first.
#[utoipa::path(get, path = "/me/history", tag = "progress", params(PageQuery), responses((status = 200, body = PageOut<HistoryItem>)))]
async fn list_history(g: Guard<SignedIn>, Query(query): Query<PageQuery>) -> Result<Json<PageOut<HistoryItem>>> {
    let shelf = Shelf::of(&g.platform);
    let read = g.db.read("progress.history", move |read| {
        views::history(
            read,
            &shelf,
            g.can.person(),
            query.cursor.as_deref(),
            Limit::or_default(query.limit),
        )
    });
    Ok(Json(read.await?.into()))
}

/// A course's outline for the learner: what is done, open and closed, and where to go on.
#[utoipa::path(get, path = "/courses/{course}/learn", tag = "progress",
    params(("course" = String, Path, description = "Id or slug.")), responses((status = 200, body = OutlineOut)))]
async fn get_outline(ask: Ask<FollowCourse>) -> Result<Json<OutlineOut>> {
    let shelf = Shelf::of(&ask.platform);
    let read = ask.read("progress.outline", move |read, can, _| views::outline(read, &shelf, can));
    read.await.map(Json)
}

/// A lesson, and where one stands with it. Reading it leaves no trace: opening is told apart.
#[utoipa::path(get, path = "/lessons/{lesson}", tag = "progress", params(("lesson" = LessonId, Path,)),
    responses((status = 200, body = LessonOut), (status = 403, description = "`lesson.locked`, with `reason` and `opens_at`.")))]
async fn get_lesson(ask: Ask<LearnLesson>) -> Result<Json<LessonOut>> {
    let platform = ask.platform.clone();
    let read = ask.read("progress.lesson", move |read, can, _| views::lesson(&platform, read, can));
    read.await.map(Json)
}

/// Tells that the lesson was opened. The first time is remembered.
#[utoipa::path(post, path = "/lessons/{lesson}/open", tag = "progress", params(("lesson" = LessonId, Path,)),
    responses((status = 204), (status = 403, description = "`lesson.locked`, with `reason` and `opens_at`.")))]
async fn open_lesson(g: Guard<LearnLesson>) -> Result<StatusCode> {
    g.db.write("progress.open", move |tx| actions::open(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where somebody is in a lesson.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct PlaceIn {
    /// The block at the top of the screen: its `data-id`.
    block_id: Option<BlockId>,
    /// How far down that block, 0 to 1.
    #[schema(minimum = 0.0, maximum = 1.0)]
    block_offset: Option<f64>,
    /// The moment of the video.
    video_seconds: Option<Moment>,
}

impl PlaceIn {
    /// The place; `None` when it names none.
    fn parse(self) -> Result<Option<Place>> {
        if self.block_id.is_none() && self.video_seconds.is_none() {
            return Ok(None);
        }
        Place::parse(self.block_id, self.block_offset, self.video_seconds).map(Some)
    }
}

/// A sign of active learning.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HeartbeatIn {
    /// Names the tab that counts, such as a UUID made when it was opened.
    timer: ClientKey,
    /// Active seconds since the last sign.
    #[schema(minimum = 1, maximum = 60)]
    seconds: u8,
    /// Whether there was input, or media played, in a visible tab.
    is_active: bool,
    /// Where he is.
    #[serde(default)]
    position: Option<PlaceIn>,
    /// When it was, if it is sent later: at most seven days.
    #[serde(default)]
    at: Option<Timestamp>,
}

impl HeartbeatIn {
    fn parse(self) -> Result<Sign> {
        if !(1..=60).contains(&self.seconds) {
            return Err(Error::field("seconds", "number.out_of_range", "Use 1 to 60 seconds."));
        }
        Ok(Sign {
            timer: self.timer,
            seconds: self.seconds,
            is_active: self.is_active,
            place: self.position.map(PlaceIn::parse).transpose()?.flatten(),
            at: self.at,
        })
    }
}

/// What has been counted so far.
#[derive(Debug, Serialize, ToSchema)]
struct HeartbeatOut {
    /// Seconds of active learning in this lesson.
    active_seconds: u32,
    /// Minutes of active learning credited to today.
    minutes_today: u32,
}

/// Counts active learning: at most one timer of a person at a time, at most one minute in a clock
/// minute, no second twice.
#[utoipa::path(post, path = "/lessons/{lesson}/heartbeat", tag = "progress", params(("lesson" = LessonId, Path,)),
    request_body = HeartbeatIn, responses((status = 200, body = HeartbeatOut),
        (status = 403, description = "`lesson.locked`, with `reason` and `opens_at`."),
        (status = 409, description = "`timer.elsewhere`: another tab or device is counting; the position was kept.")))]
async fn send_heartbeat(g: Guard<LearnLesson>, Body(body): Body<HeartbeatIn>) -> Result<Json<HeartbeatOut>> {
    let sign = body.parse()?;
    let shelf = Shelf::of(&g.platform);
    let heard =
        g.db.write("progress.beat", move |tx| actions::beat(tx, &g.can, &shelf, sign))
            .await?;
    if heard.is_elsewhere {
        return Err(Error::conflict("timer.elsewhere", "Another tab or device is counting."));
    }
    Ok(Json(HeartbeatOut {
        active_seconds: heard.active_seconds,
        minutes_today: heard.minutes_today,
    }))
}

/// A position.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PositionIn {
    /// The block at the top of the screen: its `data-id`.
    #[serde(default)]
    block_id: Option<BlockId>,
    /// How far down that block, 0 to 1.
    #[serde(default)]
    #[schema(minimum = 0.0, maximum = 1.0)]
    block_offset: Option<f64>,
    /// The moment of the video.
    #[serde(default)]
    video_seconds: Option<Moment>,
    /// When the device was there, by its own clock.
    client_at: Timestamp,
}

/// Remembers where one is. Of several devices, the one that was there last wins.
#[utoipa::path(put, path = "/lessons/{lesson}/position", tag = "progress", params(("lesson" = LessonId, Path,)),
    request_body = PositionIn, responses((status = 204), (status = 403, description = "`lesson.locked`, with `reason` and `opens_at`.")))]
async fn put_position(g: Guard<LearnLesson>, Body(body): Body<PositionIn>) -> Result<StatusCode> {
    let place = Place::parse(body.block_id, body.block_offset, body.video_seconds)?;
    let shelf = Shelf::of(&g.platform);
    g.db.write("progress.position", move |tx| {
        actions::move_to(tx, &g.can, &shelf, place, body.client_at)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The action item that a path names.
#[derive(Debug, Deserialize)]
struct ActionPath {
    action: String,
}

/// Whether an action item is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TickIn {
    /// Whether it is done.
    done: bool,
}

/// The action items that are done.
#[derive(Debug, Serialize, ToSchema)]
struct ActionsOut {
    /// Their ids.
    actions_done: Vec<String>,
}

/// Ticks or unticks an action item.
#[utoipa::path(put, path = "/lessons/{lesson}/actions/{action}", tag = "progress",
    params(("lesson" = LessonId, Path,), ("action" = BlockId, Path,)), request_body = TickIn,
    responses((status = 200, body = ActionsOut), (status = 403, description = "`lesson.locked`, with `reason` and `opens_at`."),
        (status = 409, description = "`enrolment.required`: he has not joined the course.")))]
async fn put_action(g: Guard<LearnLesson>, Path(item): Path<ActionPath>, Body(body): Body<TickIn>) -> Result<Json<ActionsOut>> {
    let shelf = Shelf::of(&g.platform);
    let deed = g.db.write("progress.tick", move |tx| {
        actions::tick(tx, &g.can, &shelf, &item.action, body.done).map(|actions_done| ActionsOut { actions_done })
    });
    deed.await.map(Json)
}

/// A lesson that is done.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct CompleteIn {
    /// Names this deed, such as a UUID: sent twice, it is done once.
    key: Option<ClientKey>,
}

/// Completes a lesson, once: a second click or an offline queue's replay changes nothing and gets
/// the same answer. With the last required lesson the course is completed.
#[utoipa::path(post, path = "/lessons/{lesson}/complete", tag = "progress", params(("lesson" = LessonId, Path,)),
    request_body = CompleteIn, responses((status = 200, body = CompletionOut),
        (status = 403, description = "`lesson.locked`, with `reason` and `opens_at`."),
        (status = 409, description = "`lesson.rule_unmet`, `enrolment.required` or `key.reused`.")))]
async fn complete_lesson(g: Guard<LearnLesson>, Body(body): Body<CompleteIn>) -> Result<Json<CompletionOut>> {
    let shelf = Shelf::of(&g.platform);
    let deed = g.db.write("progress.complete", move |tx| {
        let done = actions::complete(tx, &g.can, &shelf, body.key.as_ref())?;
        CompletionOut::of(tx, &shelf, &g.can, done)
    });
    deed.await.map(Json)
}
