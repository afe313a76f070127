//! How the members of a group learn, for those who manage it.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    courses::Shelf,
    enrolments,
    kernel::{
        error::Result,
        id::{GroupId, UserId},
        page::{Limit, Page},
        text::PersonName,
    },
    people::{self, ManageGroup},
    platform::web::{
        extract::{PageOut, Query},
        guard::Guard,
    },
    progress::views,
};

/// How a member learns.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TeamMemberOut {
    /// Who.
    id: UserId,
    /// His name.
    name: PersonName,
    /// Courses under way.
    learning: u32,
    /// Required lessons done of all courses under way, in percent; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<u8>,
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
#[utoipa::path(get, path = "/teams/{group}", tag = "progress", params(("group" = GroupId, Path), TeamQuery), responses((status = 200, body = PageOut<TeamMemberOut>)))]
pub(super) async fn list_team(g: Guard<ManageGroup>, Query(query): Query<TeamQuery>) -> Result<Json<PageOut<TeamMemberOut>>> {
    let (group, limit) = (g.can.group(), Limit::or_default(query.limit));
    let after = query.cursor.unwrap_or(UserId::from_raw(i64::MIN));
    let shelf = Shelf::of(&g.platform);
    let read = g.db.read("progress.team", move |read| {
        let ids = people::members_after(read, group, after, limit + 1)?;
        let page = Page::cut(people::list_names(read, &ids)?, limit, |(id, _)| id.to_string());
        let items = page.items.into_iter().map(|(id, name)| {
            let (learning, completed, overdue) = enrolments::standing_of(read, id)?;
            Ok(TeamMemberOut {
                percent: views::percent_under_way(read, &shelf, id)?,
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
