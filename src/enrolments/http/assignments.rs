//! Assignments over HTTP: for admins, and for those who manage groups.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    courses::{self, Shelf},
    enrolments::{
        assign::{self, Counted, Wanted},
        model::{Assignment, Audience, Due, Learning, REMINDERS},
        policy::{Assign, OneAssignment},
        store,
    },
    kernel::{
        error::{Error, Result},
        id::{AssignmentId, CourseId, EnrolmentId, GroupId, UserId},
        page::{Limit, Page},
        time::{Day, Timestamp, Zone},
    },
    people::{self, ManageUser},
    platform::{
        db::Read,
        settings,
        web::{
            extract::{Body, PageOut, Query, created},
            guard::Guard,
        },
    },
};

/// Who is to learn what until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AssignmentIn {
    /// The course.
    course: CourseId,
    /// Everybody in these groups, now and later.
    #[serde(default)]
    groups: Vec<GroupId>,
    /// These people.
    #[serde(default)]
    people: Vec<UserId>,
    /// Due on this date; not together with `due_days`.
    #[serde(default)]
    due_on: Option<Day>,
    /// Due so many days after somebody came under it.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3650)]
    due_days: Option<u16>,
    /// Days before (negative) or after the date on which a reminder goes; −14, −7, −1 and 1 when absent.
    #[serde(default)]
    reminders: Option<Vec<i16>>,
    /// Nobody is enrolled before this date.
    #[serde(default)]
    starts_on: Option<Day>,
}

impl AssignmentIn {
    fn parse(self) -> Result<Wanted> {
        let due = match (self.due_on, self.due_days) {
            (None, None) => Due::Never,
            (Some(day), None) => Due::On(day),
            (None, Some(days)) => Due::After(days),
            (Some(_), Some(_)) => {
                return Err(Error::field(
                    "due_on",
                    "assignment.two_dates",
                    "Choose a date or a number of days, not both.",
                ));
            }
        };
        let mut reminders = self.reminders.unwrap_or_else(|| REMINDERS.to_vec());
        reminders.sort_unstable();
        reminders.dedup();
        Ok(Wanted {
            course: self.course,
            audience: Audience {
                groups: self.groups,
                people: self.people,
            },
            due,
            reminders,
            starts_on: self.starts_on,
        })
    }
}

/// Why people cannot be enrolled.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssignmentReason {
    /// A fixed word, such as `premium`, `prerequisite`, `deactivated`.
    reason: String,
    /// How many.
    count: u32,
}

/// What an assignment would come to. Nothing is done yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssignmentPreviewOut {
    /// People it is for now.
    people: u32,
    /// Of these, so many would be enrolled.
    added: u32,
    /// So many are in the course already.
    already: u32,
    /// These cannot be enrolled.
    refused: Vec<AssignmentReason>,
}

/// Who is to learn what until when, and how that stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssignmentOut {
    /// Its id.
    id: AssignmentId,
    /// The course.
    course: CourseId,
    /// The course's title.
    title: String,
    /// Everybody in these groups.
    groups: Vec<AssignmentGroup>,
    /// So many people by name.
    people: u32,
    /// Due on this date.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_on: Option<Day>,
    /// Due so many days after somebody came under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_days: Option<u16>,
    /// Days before (negative) or after the date on which a reminder goes.
    reminders: Vec<i16>,
    /// Nobody is enrolled before this date.
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_on: Option<Day>,
    /// Whether it still takes people.
    is_active: bool,
    /// Whether everybody who is under it has had his turn once.
    is_settled: bool,
    /// People it enrolled.
    added: u32,
    /// People it found enrolled.
    already: u32,
    /// People it could not enrol.
    refused: u32,
    /// Of those enrolled, finished.
    completed: u32,
    /// Of those enrolled, late.
    overdue: u32,
    /// Since when.
    created_at: Timestamp,
}

/// A group of an assignment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssignmentGroup {
    /// Its id.
    id: GroupId,
    /// Its name.
    name: String,
}

pub(super) fn today(read: &Read<'_>) -> Result<Day> {
    let learning: Learning = settings::get(read)?;
    Ok(learning.boundary_in(Zone::utc()).date(read.now()))
}

impl AssignmentOut {
    fn of(read: &Read<'_>, a: Assignment) -> Result<Self> {
        let audience = store::audience(read, a.id)?;
        let groups = audience.groups.iter().map(|id| {
            let name = people::get_group(read, *id)?.name.to_string();
            Ok(AssignmentGroup { id: *id, name })
        });
        let (completed, overdue) = store::count_standing(read, a.id, today(read)?)?;
        let (due_on, due_days) = match a.due {
            Due::Never => (None, None),
            Due::On(day) => (Some(day), None),
            Due::After(days) => (None, Some(days)),
        };
        Ok(Self {
            id: a.id,
            course: a.course,
            title: courses::card(read, a.course).map(|card| card.title.to_string()).unwrap_or_default(),
            groups: groups.collect::<Result<_>>()?,
            people: u32::try_from(audience.people.len()).unwrap_or(u32::MAX),
            due_on,
            due_days,
            reminders: a.reminders,
            starts_on: a.starts_on,
            is_active: a.is_active,
            is_settled: a.ran_at.is_some(),
            added: a.added,
            already: a.already,
            refused: a.refused,
            completed,
            overdue,
            created_at: a.created_at,
        })
    }
}

/// Counts what an assignment would come to.
#[utoipa::path(post, path = "/assignments/preview", tag = "enrolments", request_body = AssignmentIn, responses((status = 200, body = AssignmentPreviewOut)))]
pub(super) async fn preview_assignment(g: Guard<Assign>, Body(body): Body<AssignmentIn>) -> Result<Json<AssignmentPreviewOut>> {
    let (wanted, shelf, can) = (body.parse()?, Shelf::of(&g.platform), g.can);
    wanted.check()?;
    let begin = UserId::from_raw(i64::MIN);
    let walk = g.db.read_in_steps(
        "enrolments.preview_assignment",
        Counted::default(),
        begin,
        move |read, after, counted| {
            can.may_assign(read, &wanted.audience)?;
            assign::count_chunk(read, &shelf, wanted.course, &wanted.audience, after, counted)
        },
    );
    let counted = walk.await?;
    let refused = counted.refused.into_iter().map(|(reason, count)| AssignmentReason {
        reason: reason.to_owned(),
        count,
    });
    Ok(Json(AssignmentPreviewOut {
        people: counted.people,
        added: counted.added,
        already: counted.already,
        refused: refused.collect(),
    }))
}

/// Makes an assignment; its people are enrolled in the background.
#[utoipa::path(
    post, path = "/assignments", tag = "enrolments", request_body = AssignmentIn,
    responses((status = 201, body = AssignmentOut), (status = 403, description = "`denied.group`: a group or a person that he does not manage."),
        (status = 409, description = "`course.archived` or `course.not_published`."))
)]
pub(super) async fn create_assignment(g: Guard<Assign>, Body(body): Body<AssignmentIn>) -> Result<(StatusCode, Json<AssignmentOut>)> {
    let (wanted, can) = (body.parse()?, g.can);
    let deed = g.db.write("enrolments.create_assignment", move |tx| {
        let id = assign::assign(tx, &can, &wanted)?;
        AssignmentOut::of(tx, store::get_assignment(tx, id)?)
    });
    Ok(created(deed.await?))
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AssignmentsQuery {
    /// Where the last page ended.
    cursor: Option<AssignmentId>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

/// Assignments, the newest first: all for admins, those of their groups for managers.
#[utoipa::path(get, path = "/assignments", tag = "enrolments", params(AssignmentsQuery), responses((status = 200, body = PageOut<AssignmentOut>)))]
pub(super) async fn list_assignments(g: Guard<Assign>, Query(query): Query<AssignmentsQuery>) -> Result<Json<PageOut<AssignmentOut>>> {
    let (can, limit) = (g.can, Limit::or_default(query.limit));
    let read = g.db.read_heavy("enrolments.assignments", move |read| {
        let rows = store::list_assignments(read, query.cursor, limit + 1)?;
        let page = Page::cut(rows, limit, |a| a.id.to_string());
        let mut items = Vec::new();
        for a in page.items {
            if can.may_assign(read, &store::audience(read, a.id)?).is_ok() {
                items.push(AssignmentOut::of(read, a)?);
            }
        }
        Ok(PageOut { items, next: page.next })
    });
    Ok(Json(read.await?))
}

/// One assignment.
#[utoipa::path(get, path = "/assignments/{assignment}", tag = "enrolments", params(("assignment" = AssignmentId, Path)), responses((status = 200, body = AssignmentOut)))]
pub(super) async fn get_assignment(g: Guard<OneAssignment>) -> Result<Json<AssignmentOut>> {
    let id = g.can.id();
    let read = g.db.read("enrolments.assignment", move |read| {
        AssignmentOut::of(read, store::get_assignment(read, id)?)
    });
    Ok(Json(read.await?))
}

/// Ends an assignment: it takes nobody more; who is enrolled stays so.
#[utoipa::path(post, path = "/assignments/{assignment}/end", tag = "enrolments", params(("assignment" = AssignmentId, Path)), responses((status = 200, body = AssignmentOut)))]
pub(super) async fn end_assignment(g: Guard<OneAssignment>) -> Result<Json<AssignmentOut>> {
    let can = g.can;
    let deed = g.db.write("enrolments.end_assignment", move |tx| {
        assign::end(tx, can.assign(), can.id())?;
        AssignmentOut::of(tx, store::get_assignment(tx, can.id())?)
    });
    Ok(Json(deed.await?))
}

/// A person under an assignment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssigneeOut {
    /// Who.
    user: UserId,
    /// His name.
    name: String,
    /// `active`, `completed`, `left`, or `refused`.
    state: String,
    /// Why he could not be enrolled.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Which time he takes the course.
    #[serde(skip_serializing_if = "Option::is_none")]
    cycle: Option<u32>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_on: Option<Day>,
    /// Whether he is late.
    is_overdue: bool,
    /// When he finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Timestamp>,
}

/// Which page of people.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AssigneesQuery {
    /// Where the last page ended.
    cursor: Option<UserId>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

/// The people under an assignment.
#[utoipa::path(get, path = "/assignments/{assignment}/people", tag = "enrolments", params(("assignment" = AssignmentId, Path), AssigneesQuery), responses((status = 200, body = PageOut<AssigneeOut>)))]
pub(super) async fn list_assignees(g: Guard<OneAssignment>, Query(query): Query<AssigneesQuery>) -> Result<Json<PageOut<AssigneeOut>>> {
    let (id, limit) = (g.can.id(), Limit::or_default(query.limit));
    let after = query.cursor.unwrap_or(UserId::from_raw(i64::MIN));
    let read = g.db.read("enrolments.assignees", move |read| {
        let page = Page::cut(store::list_dues(read, id, after, limit + 1)?, limit, |row| row.user.to_string());
        let ids: Vec<UserId> = page.items.iter().map(|row| row.user).collect();
        let names: std::collections::HashMap<_, _> = people::list_names(read, &ids)?.into_iter().collect();
        let today = today(read)?;
        Ok(page.map(|row| AssigneeOut {
            user: row.user,
            name: names.get(&row.user).map(ToString::to_string).unwrap_or_default(),
            is_overdue: row.state.as_deref() == Some("active") && row.due_on.is_some_and(|due| due < today),
            state: row.state.unwrap_or_else(|| "refused".to_owned()),
            reason: row.reason,
            cycle: row.cycle,
            due_on: row.due_on,
            completed_at: row.completed_at,
        }))
    });
    Ok(Json(read.await?.into()))
}

/// One cycle of what somebody learns.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserEnrolmentOut {
    /// Its id.
    id: EnrolmentId,
    /// The course.
    course: CourseId,
    /// Its title.
    title: String,
    /// 1 for the first time he takes the course, 2 for the second …
    cycle: u32,
    /// The number of the version he learns.
    version: u32,
    /// `active`, `completed` or `left`.
    state: crate::enrolments::State,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_on: Option<Day>,
    /// When he joined.
    started_at: Timestamp,
    /// When he finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Timestamp>,
}

/// Every cycle of everything that somebody learns or has learnt, for admins.
#[utoipa::path(get, path = "/users/{user}/enrolments", tag = "enrolments", params(("user" = UserId, Path)), responses((status = 200, body = Vec<UserEnrolmentOut>)))]
pub(super) async fn list_user_enrolments(g: Guard<ManageUser>) -> Result<Json<Vec<UserEnrolmentOut>>> {
    let user = g.can.user();
    let read = g.db.read("enrolments.of_user", move |read| {
        people::get_user(read, user)?;
        let all = store::list(read, user)?.into_iter().map(|e| {
            Ok(UserEnrolmentOut {
                title: courses::card(read, e.course).map(|card| card.title.to_string()).unwrap_or_default(),
                due_on: store::find_due(read, e.id)?,
                id: e.id,
                course: e.course,
                cycle: e.cycle,
                version: e.number,
                state: e.state,
                started_at: e.started_at,
                completed_at: e.completed_at,
            })
        });
        let mut all: Vec<UserEnrolmentOut> = all.collect::<Result<_>>()?;
        all.sort_by_key(|e| std::cmp::Reverse(e.started_at));
        Ok(all)
    });
    Ok(Json(read.await?))
}
