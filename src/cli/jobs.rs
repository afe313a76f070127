//! `momentum jobs`: background work that waits, runs or gave up.

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::{Exit, Out, Verb};
use crate::{
    app::App,
    kernel::{actor::Actor, id::JobId},
    platform::{
        audit,
        jobs::{self, JobState},
    },
};

/// Lists and retries background jobs.
#[derive(Debug, Args)]
pub struct Jobs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists jobs, newest first.
    List {
        /// Only jobs in this state: waiting, running or dead.
        #[arg(long, value_parser = state)]
        state: Option<JobState>,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Lets a dead or waiting job run now.
    Retry {
        /// Its id, such as job_01h8….
        #[arg(required_unless_present = "all_dead")]
        job: Option<JobId>,
        /// Every dead job.
        #[arg(long, conflicts_with = "job")]
        all_dead: bool,
    },
}

fn state(text: &str) -> Result<JobState, String> {
    JobState::from_word(text).ok_or_else(|| "expected waiting, running or dead".into())
}

impl Verb for Jobs {
    async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        match self.what {
            What::List { state, limit } => list(app, out, state, limit).await,
            What::Retry { job, .. } => retry(app, out, job).await,
        }
    }
}

async fn list(app: &App, out: &mut Out, state: Option<JobState>, limit: u32) -> anyhow::Result<Exit> {
    let db = app.db(Actor::Cli);
    let page = db
        .read("jobs.list", move |read| jobs::list_jobs(read, state, None, None, limit))
        .await?;
    out.json(&page);
    for job in &page.items {
        let error = job.last_error.as_deref().map_or_else(String::new, |error| format!("  {error}"));
        out.line(format!(
            "{}  {:7}  {:24}  tries {}  {}{error}",
            job.id, job.state, job.kind, job.attempts, job.run_at
        ));
    }
    if page.items.is_empty() {
        out.line("No jobs.");
    }
    if page.next.is_some() {
        out.line("There are more; ask with a higher --limit.");
    }
    Ok(Exit::Done)
}

async fn retry(app: &App, out: &mut Out, job: Option<JobId>) -> anyhow::Result<Exit> {
    let db = app.db(Actor::Cli);
    let retried: Vec<JobId> = db
        .write("jobs.retry", move |tx| {
            let ids = match job {
                Some(id) => vec![id],
                None => {
                    let dead = jobs::list_jobs(tx, Some(JobState::Dead), None, None, 500)?;
                    dead.items.into_iter().map(|job| job.id).collect()
                }
            };
            for id in &ids {
                jobs::retry_job(tx, *id)?;
                audit::record(tx, "jobs.retry", &id.to_string(), None::<&()>, None::<&()>)?;
            }
            Ok(ids)
        })
        .await
        .context("nothing was retried")?;
    out.json(&serde_json::json!({ "retried": retried }));
    out.line(format!("{} jobs wait to run again.", retried.len()));
    Ok(Exit::Done)
}
