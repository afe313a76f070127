//! Categories.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::catalogue::shown_to;
use crate::{
    courses::{
        actions,
        model::Category,
        policy::{BrowseCatalogue, ManageCategories, ManageCategory},
        store,
    },
    kernel::{
        error::{Error, Result},
        id::CategoryId,
        text::{Label, Slug},
    },
    platform::web::{
        extract::{Body, created, not_null},
        guard::Guard,
    },
};

/// A category with the number of its courses.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::courses) struct CategoryOut {
    id: CategoryId,
    /// Its address.
    slug: Slug,
    /// Its name.
    name: String,
    /// Published courses in it.
    course_count: u32,
}

impl CategoryOut {
    fn of(category: Category, course_count: u32) -> Self {
        Self {
            id: category.id,
            slug: category.slug,
            name: category.name,
            course_count,
        }
    }
}

/// A category to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct CategoryIn {
    name: Label,
}

/// What changes of a category.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct CategoryPatch {
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    name: Option<Label>,
    /// Smaller numbers stand first.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, maximum = 100_000)]
    position: Option<u32>,
}

/// Every category in its order.
#[utoipa::path(get, path = "/categories", tag = "courses", responses((status = 200, body = Vec<CategoryOut>)))]
pub(in crate::courses) async fn list_categories(g: Guard<BrowseCatalogue>) -> Result<Json<Vec<CategoryOut>>> {
    let found = g.db.read("courses.categories", move |read| {
        store::categories::list(read, shown_to(read, &g.actor)?.as_deref())
    });
    Ok(Json(
        found.await?.into_iter().map(|(category, n)| CategoryOut::of(category, n)).collect(),
    ))
}

/// Adds a category.
#[utoipa::path(post, path = "/categories", tag = "courses", request_body = CategoryIn,
    responses((status = 201, body = CategoryOut), (status = 409, description = "There is one of this name.")))]
pub(in crate::courses) async fn add_category(
    g: Guard<ManageCategories>,
    Body(body): Body<CategoryIn>,
) -> Result<(StatusCode, Json<CategoryOut>)> {
    let made = g.db.write("courses.add_category", move |tx| {
        let id = actions::add_category(tx, &g.can, &body.name)?;
        store::categories::find(tx, id)?.ok_or(Error::NotFound("category"))
    });
    Ok(created(CategoryOut::of(made.await?, 0)))
}

/// Renames or moves a category; its address stays.
#[utoipa::path(patch, path = "/categories/{category}", tag = "courses", params(("category" = CategoryId, Path)),
    request_body = CategoryPatch, responses((status = 200, body = CategoryOut)))]
pub(in crate::courses) async fn change_category(g: Guard<ManageCategory>, Body(body): Body<CategoryPatch>) -> Result<Json<CategoryOut>> {
    let changed = g.db.write("courses.change_category", move |tx| {
        let category = actions::change_category(tx, &g.can, body.name.as_ref(), body.position)?;
        let count = store::categories::count_courses(tx, category.id)?;
        Ok((category, count))
    });
    let (category, n) = changed.await?;
    Ok(Json(CategoryOut::of(category, n)))
}

/// Removes a category that no course uses.
#[utoipa::path(delete, path = "/categories/{category}", tag = "courses", params(("category" = CategoryId, Path)),
    responses((status = 204), (status = 409, description = "A course uses it.")))]
pub(in crate::courses) async fn remove_category(g: Guard<ManageCategory>) -> Result<StatusCode> {
    let removed =
        g.db.write("courses.remove_category", move |tx| actions::remove_category(tx, &g.can));
    removed.await?;
    Ok(StatusCode::NO_CONTENT)
}
