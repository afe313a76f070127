//! Full-text search over courses and lessons.
//!
//! The index is a cache of the database: a reaction notes which courses changed, the follower
//! brings the index up to date, and when it is missing, damaged or of another schema it is built
//! anew. Of each lesson there are two documents: title and summary for everybody who may see the
//! course, and the whole text for those who may read it. What a viewer may find is computed from
//! the database in the snapshot that answers him, counts and facets included; every result is
//! looked up again before it is shown.
//!
//! Tables: `search_outbox`. Tells: nothing. Hears: `course.published`, `course.archived`,
//! `course.restored`, `course.deleted`, `category.changed`.

mod actions;
mod checks;
mod collect;
mod feed;
mod http;
mod index;
mod model;
mod query;
mod reactions;
mod schema;
mod scope;
mod snippet;
mod store;
mod words;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use index::Index;

use crate::{
    kernel::error::{Error, Result},
    platform::{
        Platform,
        db::{Db, Read},
        metrics::Set,
        module::Module,
    },
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: OpenApiRouter::new().routes(routes!(http::search)).routes(routes!(http::suggest)),
        reactions: vec![Arc::new(reactions::Changes)],
        provide: Some(|config, services| Ok(services.with(Arc::new(Index::new(&config.data))))),
        follow: Some(follow),
        figures: Some(figures),
        collect: Some(collect),
        checks: checks::checks(),
        ready: Some(ready),
        ..Module::new("search", &["search_outbox"])
    }
}

fn index_of(platform: &Platform) -> Result<Arc<Index>> {
    platform.services.find().ok_or_else(|| Error::internal("there is no search index"))
}

fn follow(db: Db, platform: Arc<Platform>) -> BoxFuture<'static, Result<bool>> {
    Box::pin(async move { feed::follow(&db, &index_of(&platform)?).await })
}

/// For `/readyz`: which never waits, and tells strangers nothing else.
fn ready(platform: &Platform) -> std::result::Result<(), String> {
    match index_of(platform) {
        Ok(index) if index.is_ready() => Ok(()),
        _ => Err("the search index is being built or mended".into()),
    }
}

/// For the system page.
fn figures(read: &Read<'_>, platform: &Platform) -> Result<Vec<(&'static str, i64)>> {
    let head = store::reach(read)?.head;
    let live = index_of(platform)?.live();
    let (documents, seq) = live.map_or((0, 0), |live| (live.documents(), live.seq));
    Ok(vec![
        ("documents", i64::try_from(documents).unwrap_or(i64::MAX)),
        ("behind", head - seq),
        ("schema", i64::from(schema::SCHEMA)),
    ])
}

/// For a monitor.
fn collect(read: &Read<'_>, platform: &Platform, set: &mut Set) -> Result<()> {
    let index = index_of(platform)?;
    let live = index.live();
    let (documents, seq) = live.as_ref().map_or((0, 0), |live| (live.documents(), live.seq));
    let (behind, since) = store::waiting_after(read, seq)?;
    let late = since.map_or(0, |since| (read.now().millis() - since.millis()).max(0));
    set.gauge("momentum_search_ready", "1 while the index can be searched", &[], live.is_some());
    set.gauge("momentum_search_documents", "Documents in the index", &[], documents);
    set.gauge("momentum_search_index_bytes", "Size of the index on disk", &[], index.bytes());
    set.gauge("momentum_search_behind", "Changes that the index does not hold yet", &[], behind);
    let help = "How long the oldest change that the index does not hold has waited";
    set.gauge("momentum_search_behind_seconds", help, &[], late as f64 / 1000.0);
    set.histogram(
        "momentum_search_query_seconds",
        "Time of one query in the index",
        &[],
        &index.queries,
    );
    Ok(())
}

/// Builds the index anew beside the one that serves; people can search meanwhile. `progress` hears
/// how many courses of how many are in. The number of documents.
///
/// # Errors
/// A fault of the database or the disk; the former index then serves on.
pub async fn rebuild(platform: &Platform, db: &Db, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<u64> {
    feed::rebuild(db, &index_of(platform)?, progress).await
}
