//! `momentum progress`: the numbers of learning, counted anew from the facts.

use std::sync::Arc;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Exit, Out, Verb};
use crate::{
    app::App,
    courses::Shelf,
    kernel::{actor::Actor, id::UserId},
    people,
    platform::{audit, db::Db},
    progress::{self, RebuildProgress, Walked},
};

/// How many differences are shown; all of them are counted.
const SHOWN: usize = 50;

/// Counts progress anew.
#[derive(Debug, Args)]
pub struct Progress {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Counts everything anew from the facts and puts right what differs.
    Rebuild {
        /// Changes nothing; exit code 1 if anything differs.
        #[arg(long)]
        check: bool,
    },
}

/// What was found, and whether it was put right.
#[derive(Debug, Default, Serialize)]
struct Report {
    people: usize,
    differences: usize,
    is_mended: bool,
    /// The first of the differences.
    shown: Vec<String>,
}

impl Report {
    fn add(&mut self, walked: Walked) {
        self.people += walked.people;
        self.differences += walked.differences.len();
        let room = SHOWN.saturating_sub(self.shown.len());
        self.shown.extend(walked.differences.into_iter().take(room));
    }
}

impl Verb for Progress {
    async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        let What::Rebuild { check } = self.what;
        let report = walk(app, out, check).await?;
        out.json(&report);
        for difference in &report.shown {
            out.line(difference);
        }
        if report.differences > report.shown.len() {
            out.line(format!("… and {} more.", report.differences - report.shown.len()));
        }
        let outcome = match (report.differences, check) {
            (0, _) => "every number follows from the facts".to_owned(),
            (n, true) => format!("{n} numbers differ; run it without --check to put them right"),
            (n, false) => format!("{n} numbers differed and were put right"),
        };
        out.line(format!("{} people: {outcome}.", report.people));
        Ok(if check && report.differences > 0 {
            Exit::Failed
        } else {
            Exit::Done
        })
    }
}

async fn walk(app: &App, out: &mut Out, check: bool) -> anyhow::Result<Report> {
    let db = app.db(Actor::Cli);
    let shelf = Shelf::of(app.platform());
    let total = db.read("progress.people", people::count_users).await?.unsigned_abs();
    let mut report = Report {
        is_mended: !check,
        ..Report::default()
    };
    let mut bar = out.bar("Counting", total);
    let mut after = UserId::from_raw(0);
    loop {
        let walked = step(&db, shelf.clone(), after, check).await?;
        let Some(last) = walked.last else { break };
        after = last;
        report.add(walked);
        bar.set((report.people as u64).min(total));
    }
    if !check && report.differences > 0 {
        let count = report.differences;
        db.write("progress.rebuilt", move |tx| {
            audit::record(tx, "progress.rebuild", "progress", None::<&()>, Some(&count))
        })
        .await?;
    }
    Ok(report)
}

async fn step(db: &Db, shelf: Arc<Shelf>, after: UserId, check: bool) -> crate::kernel::error::Result<Walked> {
    let can = RebuildProgress::as_system("cli");
    if check {
        db.read_heavy("progress.check", move |read| progress::check(read, &can, &shelf, after))
            .await
    } else {
        db.write_low("progress.rebuild", move |tx| progress::rebuild(tx, &can, &shelf, after))
            .await
    }
}
