//! How the members of a group learn, for those who manage it.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::assignments::today;
use crate::{
    enrolments::store,
    kernel::{
        error::Result,
        id::{GroupId, UserId},
        page::{Limit, Page},
        text::{GroupName, PersonName},
    },
    people::{self, ManageGroup},
    platform::web::{
        extract::{PageOut, Query},
        guard::{Guard, SignedIn},
    },
};

/// A group that somebody manages.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TeamOut {
    /// Its id.
    id: GroupId,
    /// Its name.
    name: GroupName,
}

/// The groups that the signed-in person manages; empty for most.
#[utoipa::path(get, path = "/me/teams", tag = "enrolments", responses((status = 200, body = Vec<TeamOut>)))]
pub(super) async fn list_my_teams(g: Guard<SignedIn>) -> Result<Json<Vec<TeamOut>>> {
    let id = g.can.user();
    let read = g.db.read("enrolments.teams", move |read| {
        let groups = people::managed_by(read, id)?.into_iter().map(|group| {
            let group = people::get_group(read, group)?;
            Ok(TeamOut {
                id: group.id,
                name: group.name,
            })
        });
        groups.collect::<Result<_>>()
    });
    Ok(Json(read.await?))
}

/// How a member learns.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TeamMemberOut {
    /// Who.
    id: UserId,
    /// His name.
    name: PersonName,
    /// Courses under way.
    learning: u32,
    /// Courses finished.
    completed: u32,
    /// Courses under way that were due before today.
    overdue: u32,
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TeamQuery {
    /// Where the last page ended.
    cursor: Option<UserId>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

/// The members of a group and how they learn: for admins and its managers.
#[utoipa::path(get, path = "/teams/{group}", tag = "enrolments", params(("group" = GroupId, Path), TeamQuery), responses((status = 200, body = PageOut<TeamMemberOut>)))]
pub(super) async fn list_team(g: Guard<ManageGroup>, Query(query): Query<TeamQuery>) -> Result<Json<PageOut<TeamMemberOut>>> {
    let (group, limit) = (g.can.group(), Limit::or_default(query.limit));
    let after = query.cursor.unwrap_or(UserId::from_raw(i64::MIN));
    let read = g.db.read("enrolments.team", move |read| {
        let ids = people::members_after(read, group, after, limit + 1)?;
        let page = Page::cut(people::list_names(read, &ids)?, limit, |(id, _)| id.to_string());
        let today = today(read)?;
        let items = page.items.into_iter().map(|(id, name)| {
            let (learning, completed, overdue) = store::count_of_person(read, id, today)?;
            Ok(TeamMemberOut {
                id,
                name,
                learning,
                completed,
                overdue,
            })
        });
        Ok(PageOut {
            items: items.collect::<Result<_>>()?,
            next: page.next,
        })
    });
    Ok(Json(read.await?))
}
