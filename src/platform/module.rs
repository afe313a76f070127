//! What a slice hands to `app`: its routes, jobs, reactions and tables.

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use super::{db::Read, events::Reaction, jobs::JobKind, web::guard::Web};
use crate::kernel::{actor::Actor, error::Result, id::AssetId};

/// Whether an actor may read an asset because of the use a slice makes of it. `Ok(None)`: the
/// slice does not use this asset; `Some(false)`: it does, but not for this actor.
pub type AssetGate = fn(&Read<'_>, &Actor, AssetId) -> Result<Option<bool>>;

/// Runs when a person is to be forgotten: deletes the slice's rows about him.
pub type Forget = fn(&super::db::Tx<'_>, crate::kernel::id::UserId) -> Result<()>;

/// A slice, as `app` sees it.
pub struct Module {
    /// The slice's folder name.
    pub name: &'static str,
    /// Its tables: nobody else may name them in SQL.
    pub tables: &'static [&'static str],
    /// Its operations, under `/api/v1`.
    pub routes: OpenApiRouter<Web>,
    /// Its kinds of background work.
    pub jobs: Vec<JobKind>,
    /// What it listens to.
    pub reactions: Vec<Arc<dyn Reaction>>,
    /// Its answers to "may this actor read this asset?".
    pub asset_gates: Vec<AssetGate>,
    /// What it deletes when a person is forgotten, in the transaction of that deed.
    pub forget: Option<Forget>,
}

impl Module {
    /// A module with nothing in it yet.
    #[must_use]
    pub fn new(name: &'static str, tables: &'static [&'static str]) -> Self {
        Self {
            name,
            tables,
            routes: OpenApiRouter::new(),
            jobs: Vec::new(),
            reactions: Vec::new(),
            asset_gates: Vec::new(),
            forget: None,
        }
    }
}
