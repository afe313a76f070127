//! Lists of people that an admin keeps by name.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    kernel::{
        error::{Error, Result},
        id::ViewId,
        text::Label,
    },
    people::{
        policy::{ListUsers, OneView},
        store,
    },
    platform::web::{
        extract::{Body, created},
        guard::Guard,
    },
};

/// A list that is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ViewOut {
    /// Its id.
    id: ViewId,
    /// Its name.
    name: String,
    /// The query of its address: filters, order, columns.
    query: String,
    /// Whether every admin sees it.
    is_shared: bool,
    /// Whether the one who asks made it.
    is_own: bool,
}

/// A list to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ViewIn {
    /// Its name; the same name again replaces it.
    name: Label,
    /// The query of its address, at most 2000 characters.
    query: String,
    /// Whether every admin sees it.
    is_shared: bool,
}

/// The own lists, and those that other admins share.
#[utoipa::path(get, path = "/users/views", tag = "people", responses((status = 200, body = Vec<ViewOut>)))]
pub(super) async fn list_views(g: Guard<ListUsers>) -> Result<Json<Vec<ViewOut>>> {
    let me = g.actor.signed_in()?.id;
    let all = g.db.read("people.views", move |read| store::list_views(read, me)).await?;
    let out = all.into_iter().map(|view| ViewOut {
        is_own: view.owner == me,
        id: view.id,
        name: view.name,
        query: view.query,
        is_shared: view.is_shared,
    });
    Ok(Json(out.collect()))
}

/// Keeps a list.
#[utoipa::path(post, path = "/users/views", tag = "people", request_body = ViewIn, responses((status = 201, body = ViewOut)))]
pub(super) async fn save_view(g: Guard<ListUsers>, Body(body): Body<ViewIn>) -> Result<(StatusCode, Json<ViewOut>)> {
    let me = g.actor.signed_in()?.id;
    if body.query.len() > 2000 {
        return Err(Error::field("query", "text.too_long", "Use fewer filters."));
    }
    let deed = g.db.write("people.save_view", move |tx| {
        let id = store::save_view(tx, me, body.name.as_str(), &body.query, body.is_shared)?;
        Ok(ViewOut {
            id,
            name: body.name.into_string(),
            query: body.query,
            is_shared: body.is_shared,
            is_own: true,
        })
    });
    Ok(created(deed.await?))
}

/// Forgets one of the own lists.
#[utoipa::path(delete, path = "/users/views/{view}", tag = "people", params(("view" = ViewId, Path)), responses((status = 204)))]
pub(super) async fn delete_view(g: Guard<OneView>) -> Result<StatusCode> {
    let (me, id) = (g.actor.signed_in()?.id, g.can.id());
    let deed = g.db.write("people.delete_view", move |tx| {
        if store::delete_view(tx, me, id)? {
            Ok(())
        } else {
            Err(Error::NotFound("view"))
        }
    });
    deed.await?;
    Ok(StatusCode::NO_CONTENT)
}
