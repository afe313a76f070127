//! The operations under `/api/v1/search`.

use axum::Json;

use super::{
    actions, index_of,
    model::{SearchOut, SearchQuery, SuggestOut, SuggestQuery},
};
use crate::{
    courses::{BrowseCatalogue, Shelf},
    kernel::error::Result,
    platform::web::{extract::Query, guard::Guard},
};

/// Finds courses and lessons by their words: as typed, by their beginnings, mistyped. The text of
/// a lesson is searched for those who may read it.
#[utoipa::path(get, path = "/search", tag = "search", params(SearchQuery), responses((status = 200, body = SearchOut)))]
pub(super) async fn search(g: Guard<BrowseCatalogue>, Query(query): Query<SearchQuery>) -> Result<Json<SearchOut>> {
    let (index, shelf) = (index_of(&g.platform)?, Shelf::of(&g.platform));
    let found =
        g.db.read("search.search", move |read| actions::search(read, &g.actor, &index, &shelf, &query));
    found.await.map(Json)
}

/// Suggests courses and lessons by what has been typed so far of their titles.
#[utoipa::path(get, path = "/search/suggest", tag = "search", params(SuggestQuery), responses((status = 200, body = SuggestOut)))]
pub(super) async fn suggest(g: Guard<BrowseCatalogue>, Query(query): Query<SuggestQuery>) -> Result<Json<SuggestOut>> {
    let (index, shelf) = (index_of(&g.platform)?, Shelf::of(&g.platform));
    let found = g.db.read("search.suggest", move |read| {
        actions::suggest(read, &g.actor, &index, &shelf, &query.q)
    });
    found.await.map(Json)
}
