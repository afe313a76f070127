//! The groups that somebody manages. How their members learn is told by `progress`.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    kernel::{error::Result, id::GroupId, text::GroupName},
    people,
    platform::web::guard::{Guard, SignedIn},
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
