//! `momentum events`: how far each reaction has come, and mending what it could not hear.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Exit, Out, Verb};
use crate::{
    app::App,
    kernel::actor::Actor,
    platform::{audit, events},
};

/// Shows what listens to the event log, tries parked events again, plays the log anew.
#[derive(Debug, Args)]
pub struct Events {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists the reactions, and the events that were parked after failing five times.
    List {
        /// At most so many parked events.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Tries the parked events of a reaction again.
    Retry {
        /// Its name, such as search.changes.
        reaction: String,
    },
    /// Plays the whole log to a reaction anew, so that what it builds grows again. Refused for
    /// reactions that send things.
    Replay {
        /// Its name, such as search.changes.
        reaction: String,
    },
}

impl Verb for Events {
    async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        match self.what {
            What::List { limit } => list(app, out, limit).await,
            What::Retry { reaction } => retry(app, out, reaction).await,
            What::Replay { reaction } => replay(app, out, reaction).await,
        }
    }
}

async fn list(app: &App, out: &mut Out, limit: u32) -> anyhow::Result<Exit> {
    let db = app.db(Actor::Cli);
    let (statuses, parked) = db
        .read("events.list", move |read| {
            Ok((events::statuses(read)?, events::parked(read, limit)?))
        })
        .await?;
    out.json(&json!({ "reactions": statuses, "parked": parked }));
    for status in &statuses {
        out.line(format!("{:28}  {} behind, {} parked", status.name, status.behind, status.parked));
    }
    if statuses.is_empty() {
        out.line("Nothing was heard yet.");
    }
    for event in &parked {
        out.line(format!(
            "parked  {}  {} {}  {}  {}",
            event.reaction, event.kind, event.seq, event.at, event.last_error
        ));
    }
    Ok(Exit::Done)
}

async fn retry(app: &App, out: &mut Out, reaction: String) -> anyhow::Result<Exit> {
    let retried = app.dispatcher().retry_parked(&reaction).await?;
    app.db(Actor::Cli)
        .write("events.note_retry", move |tx| {
            audit::record(tx, "events.retry", &reaction, None::<&()>, Some(&retried))
        })
        .await?;
    out.json(&retried);
    out.line(format!(
        "{} events have gone through, {} failed again.",
        retried.done, retried.failed
    ));
    Ok(if retried.failed == 0 { Exit::Done } else { Exit::Failed })
}

async fn replay(app: &App, out: &mut Out, reaction: String) -> anyhow::Result<Exit> {
    let subject = reaction.clone();
    app.dispatcher()
        .replay(&app.db(Actor::Cli), &reaction, move |tx| {
            audit::record(tx, "events.replay", &subject, None::<&()>, None::<&()>)
        })
        .await?;
    // In a running server its own dispatcher may be at it already; either carries each event once.
    app.dispatcher().run_once().await?;
    out.json(&json!({ "replayed": reaction }));
    out.line(format!("{reaction} has heard the whole log anew."));
    Ok(Exit::Done)
}
