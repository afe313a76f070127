//! `momentum search`: the search index.

use clap::{Args, Subcommand};

use super::{Exit, Out, Verb};
use crate::{app::App, kernel::actor::Actor, platform::audit, search};

/// Looks after the search index.
#[derive(Debug, Args)]
pub struct Search {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Builds the index anew; people can search meanwhile. It mends itself, so this is seldom needed.
    Reindex,
}

impl Verb for Search {
    async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        let What::Reindex = self.what;
        let db = app.db(Actor::Cli);
        let total = db.read("search.count", crate::courses::ever_published).await?.len() as u64;
        let mut bar = out.bar("Indexing courses", total);
        let documents = search::rebuild(app.platform(), &db, &mut |done, _| bar.set(done)).await?;
        drop(bar);
        db.write("search.reindex", move |tx| {
            audit::record(
                tx,
                "search.reindex",
                "search",
                None::<&()>,
                Some(&serde_json::json!({ "documents": documents })),
            )
        })
        .await?;
        out.json(&serde_json::json!({ "documents": documents }));
        out.line(format!("The search index has {documents} documents."));
        Ok(Exit::Done)
    }
}
