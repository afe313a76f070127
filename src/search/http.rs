//! The operations under `/api/v1/search`.

use axum::Json;

use super::{
    actions, index_of,
    model::{SearchOut, SearchQuery, SuggestOut, SuggestQuery},
};
use crate::{
    courses::{BrowseCatalogue, Shelf},
    kernel::error::Result,
    platform::web::{extract::Query, guard::Ask},
};

/// Finds courses and lessons by their words: as typed, by their beginnings, mistyped. The text of
/// a lesson is searched for those who may read it.
#[utoipa::path(get, path = "/search", tag = "search", params(SearchQuery), responses((status = 200, body = SearchOut)))]
pub(super) async fn search(ask: Ask<BrowseCatalogue>, query: Result<Query<SearchQuery>>) -> Result<Json<SearchOut>> {
    let (index, shelf) = (index_of(&ask.platform)?, Shelf::of(&ask.platform));
    let found = ask.read("search.search", move |read, _, actor| {
        actions::search(read, actor, &index, &shelf, &query?.0)
    });
    found.await.map(Json)
}

/// Suggests courses and lessons by what has been typed so far of their titles.
#[utoipa::path(get, path = "/search/suggest", tag = "search", params(SuggestQuery), responses((status = 200, body = SuggestOut)))]
pub(super) async fn suggest(ask: Ask<BrowseCatalogue>, query: Result<Query<SuggestQuery>>) -> Result<Json<SuggestOut>> {
    let (index, shelf) = (index_of(&ask.platform)?, Shelf::of(&ask.platform));
    let found = ask.read("search.suggest", move |read, _, actor| {
        actions::suggest(read, actor, &index, &shelf, &query?.0.q)
    });
    found.await.map(Json)
}
