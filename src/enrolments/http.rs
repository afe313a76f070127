//! Joining, paces and schedules over HTTP.

mod assignments;
mod learners;
mod team;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    actions,
    model::{Boundary, Enrolment, Learning, Pace, PaceKind, Schedule, State, WeekdaySet},
    policy::{FollowCourse, OwnEnrolment},
};
use crate::{
    courses::Shelf,
    kernel::{
        error::{Error, Result},
        id::{CourseId, EnrolmentId},
        time::{Day, Timestamp},
    },
    platform::{
        settings,
        web::{
            extract::{Body, Query},
            guard::{Guard, Web},
        },
    },
};

/// The operations of this slice.
pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(enrol))
        .routes(routes!(preview_schedule))
        .routes(routes!(update_enrolment, leave_course))
        .routes(routes!(assignments::preview_assignment))
        .routes(routes!(assignments::create_assignment, assignments::list_assignments))
        .routes(routes!(assignments::get_assignment))
        .routes(routes!(assignments::end_assignment))
        .routes(routes!(assignments::list_assignees))
        .routes(routes!(assignments::list_user_enrolments))
        .routes(routes!(team::list_my_teams))
        .routes(routes!(learners::count_learners))
        .routes(routes!(learners::count_completions))
}

/// On which days the days of a course open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Pace)]
pub struct PaceOut {
    /// How.
    pub kind: PaceKind,
    /// Weekdays of the custom pace: 1 for Monday … 7 for Sunday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 7)]
    pub days: Option<Vec<u8>>,
}

impl PaceOut {
    fn parse(&self) -> Result<Pace> {
        Pace::parse(self.kind, self.days.as_deref()).map_err(|e| Error::field("pace.days", e.code, e.message))
    }
}

impl From<Pace> for PaceOut {
    fn from(pace: Pace) -> Self {
        let days = match pace {
            Pace::Custom(days) => Some(WeekdaySet::days(days)),
            _ => None,
        };
        Self { kind: pace.kind(), days }
    }
}

/// When a day of a course opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpeningDay {
    /// The day, from 1.
    pub day: u16,
    /// The learner's date.
    pub on: Day,
    /// The instant.
    pub at: Timestamp,
}

/// A learner's place in a course.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EnrolmentOut {
    /// Its id.
    pub id: EnrolmentId,
    /// The course.
    pub course_id: CourseId,
    /// The number of the version he learns.
    pub version: u32,
    /// 1 for the first time he takes the course, 2 for the second …
    pub cycle: u32,
    /// Where it is in its life.
    pub state: State,
    /// On which days the days open.
    pub pace: PaceOut,
    /// The date of day 1.
    pub starts_on: Day,
    /// When each day opens, or opened.
    pub opens: Vec<OpeningDay>,
    /// Until when he is to finish it, if somebody assigned it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Day>,
}

impl EnrolmentOut {
    /// An enrolment as the API shows it to its learner.
    #[must_use]
    pub fn of(e: &Enrolment, now: Timestamp, boundary: &Boundary) -> Self {
        let opened = e.opened(now, boundary);
        let day = |day| OpeningDay {
            day,
            on: e.schedule.date_of(day),
            at: e.opens_at(day, opened, now, boundary),
        };
        Self {
            id: e.id,
            course_id: e.course,
            version: e.number,
            cycle: e.cycle,
            state: e.state,
            pace: e.schedule.pace.into(),
            starts_on: e.schedule.starts_on(),
            opens: (1..=e.days).map(day).collect(),
            due_on: None,
        }
    }

    /// The same, with the date until which it is to be finished.
    #[must_use]
    pub fn due(mut self, due: Option<Day>) -> Self {
        self.due_on = due;
        self
    }
}

/// How to join.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EnrolIn {
    /// On which days the days open; the instance's default when absent. Self-paced courses open at once.
    #[serde(default)]
    pace: Option<PaceOut>,
}

/// Joins a course. Joining a course that one is learning changes nothing (200); one that was
/// completed or left begins anew (201).
#[utoipa::path(post, path = "/courses/{course}/enrolment", tag = "enrolments", request_body = EnrolIn,
    params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 201, body = EnrolmentOut), (status = 200, body = EnrolmentOut, description = "He learns it already."),
        (status = 403, description = "`denied.premium`: the course needs the premium plan."),
        (status = 409, description = "`course.archived` or `course.not_published`: it takes no learners.")))]
async fn enrol(g: Guard<FollowCourse>, Body(body): Body<EnrolIn>) -> Result<Response> {
    let pace = body.pace.map(|pace| pace.parse()).transpose()?;
    let shelf = Shelf::of(&g.platform);
    let deed = g.db.write("enrolments.enrol", move |tx| {
        let (enrolment, is_new) = actions::enrol(tx, &g.can, &shelf, pace)?;
        let boundary = super::boundary(tx, g.can.person())?;
        Ok((EnrolmentOut::of(&enrolment, tx.now(), &boundary), is_new))
    });
    let (out, is_new) = deed.await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(out)).into_response())
}

/// A pace in a query.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ScheduleQuery {
    /// How; the instance's default when absent.
    #[serde(default)]
    #[param(inline)]
    kind: Option<PaceKind>,
    /// Weekdays of the custom pace, such as `1,3,5`.
    #[serde(default)]
    days: Option<String>,
}

impl ScheduleQuery {
    fn parse(self) -> Result<Option<Pace>> {
        let days = self.days.filter(|text| !text.is_empty()).map(|text| {
            let days = text.split(',').map(|day| day.trim().parse::<u8>().unwrap_or(0));
            days.collect::<Vec<u8>>()
        });
        let kind = self.kind.or(days.is_some().then_some(PaceKind::Custom));
        let pace = kind.map(|kind| Pace::parse(kind, days.as_deref()));
        pace.transpose().map_err(|e| Error::field("days", e.code, e.message))
    }
}

/// When the days would open at a pace: from today on, or, for who learns the course, if he
/// changed to it now.
#[utoipa::path(get, path = "/courses/{course}/schedule", tag = "enrolments",
    params(("course" = String, Path, description = "Id or slug."), ScheduleQuery),
    responses((status = 200, body = Vec<OpeningDay>)))]
async fn preview_schedule(g: Guard<FollowCourse>, Query(query): Query<ScheduleQuery>) -> Result<Json<Vec<OpeningDay>>> {
    let pace = query.parse()?;
    let shelf = Shelf::of(&g.platform);
    let read = g.db.read("enrolments.preview", move |read| {
        let (schedule, days) = actions::preview(read, &g.can, &shelf, pace)?;
        let boundary = settings::get::<Learning>(read)?.boundary(g.can.person());
        Ok(opening_days(&schedule, days, read.now(), &boundary))
    });
    read.await.map(Json)
}

fn opening_days(schedule: &Schedule, days: u16, now: Timestamp, boundary: &Boundary) -> Vec<OpeningDay> {
    let opened = schedule.opened(now, boundary);
    let at = |day| {
        let at = schedule.opens_at(day, boundary);
        if day <= opened { at.min(now) } else { at }
    };
    (1..=days)
        .map(|day| OpeningDay {
            day,
            on: schedule.date_of(day),
            at: at(day),
        })
        .collect()
}

/// What changes of an enrolment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EnrolmentPatch {
    /// On which days the days open from now on.
    pace: PaceOut,
}

/// Changes the pace: what is open stays open, the days to come move.
#[utoipa::path(patch, path = "/enrolments/{enrolment}", tag = "enrolments", request_body = EnrolmentPatch,
    params(("enrolment" = EnrolmentId, Path,)),
    responses((status = 200, body = EnrolmentOut), (status = 409, description = "`enrolment.left`: he has left the course.")))]
async fn update_enrolment(g: Guard<OwnEnrolment>, Body(body): Body<EnrolmentPatch>) -> Result<Json<EnrolmentOut>> {
    let pace = body.pace.parse()?;
    let shelf = Shelf::of(&g.platform);
    let deed = g.db.write("enrolments.change_pace", move |tx| {
        let enrolment = actions::change_pace(tx, &g.can, &shelf, pace)?;
        let boundary = super::boundary(tx, g.can.person())?;
        Ok(EnrolmentOut::of(&enrolment, tx.now(), &boundary))
    });
    deed.await.map(Json)
}

/// Leaves a course. What he did stays; joining again begins anew.
#[utoipa::path(delete, path = "/enrolments/{enrolment}", tag = "enrolments",
    params(("enrolment" = EnrolmentId, Path,)), responses((status = 204)))]
async fn leave_course(g: Guard<OwnEnrolment>) -> Result<StatusCode> {
    g.db.write("enrolments.leave", move |tx| actions::leave(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}
