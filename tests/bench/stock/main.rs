//! What `scripts/bench` and `scripts/crash-test` stand on: fills a data folder as a large school
//! would have filled it, and prepares, counts and checks for the measuring scripts. No part of
//! the product.
//!
//! ```text
//! stock fill FOLDER [--users 100000] [--seed 1]   courses, people and what they did, by seed
//! stock tasks FOLDER OUT                          sessions with known tokens, lists for the load
//! stock count FOLDER                              rows that a load changes, as JSON
//! stock check FOLDER [--people 2000]              numbers follow from facts, facts from deeds
//! stock crash FOLDER --binary PROGRAM             kill -9 and failing disks under load
//! stock enrol FOLDER [--people 2000]              enrols people in bulk, as a job would
//! ```

mod chance;
mod check;
mod crash;
mod enrol;
mod people;
mod rows;
mod school;
mod tasks;
mod words;

use std::{io::Write as _, path::PathBuf};

use clap::{Parser, Subcommand};
use momentum::{
    app::{App, Means},
    kernel::time::Timestamp,
    platform::{clock::FixedClock, config::Config, crypto::HashCost},
};

/// Midnight before which everything in a filled folder happened: 2026-10-01 UTC.
pub(crate) const BASE: Timestamp = Timestamp::from_millis(1_790_812_800_000);
/// A day in milliseconds.
pub(crate) const DAY: i64 = 24 * 3600 * 1000;
/// The password of everybody.
pub(crate) const PASSWORD: &str = "momentum-bench-2026";

#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Fills an empty folder.
    Fill {
        folder: PathBuf,
        #[arg(long, default_value_t = 100_000)]
        users: u32,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Opens sessions with known tokens and writes the lists that the load reads.
    Tasks {
        folder: PathBuf,
        out: PathBuf,
        #[arg(long, default_value_t = 30_000)]
        sessions: u32,
        #[arg(long, default_value_t = 600_000)]
        completions: u32,
    },
    /// Counts what a load changes.
    Count { folder: PathBuf },
    /// Checks that everything in the database fits together.
    Check {
        folder: PathBuf,
        #[arg(long, default_value_t = 2_000)]
        people: usize,
    },
    /// Kills a loaded server and lets its disk fail, and looks at what is left each time.
    Crash {
        folder: PathBuf,
        #[command(flatten)]
        args: crash::Torment,
    },
    /// Enrols people who have not joined a course yet, and says how long it took.
    Enrol {
        folder: PathBuf,
        #[arg(long, default_value_t = 2_000)]
        people: usize,
    },
}

/// An instance in this folder whose clock stands at an instant.
pub(crate) fn open(folder: &std::path::Path, clock: std::sync::Arc<FixedClock>, seed: u64) -> anyhow::Result<App> {
    let means = Means {
        clock,
        chance: std::sync::Arc::new(momentum::platform::clock::Random::seeded(seed)),
        cost: HashCost::Standard,
        may_migrate: true,
    };
    App::open(Config::at(folder.to_owned()), means)
}

/// One line for the script that asked.
pub(crate) fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Args::parse().what {
        What::Fill { folder, users, seed } => fill(&folder, users, seed).await,
        What::Tasks {
            folder,
            out,
            sessions,
            completions,
        } => tasks::write(&folder, &out, sessions, completions),
        What::Count { folder } => check::count(&folder),
        What::Check { folder, people } => check::check(&folder, people).await,
        What::Crash { folder, args } => crash::run(&folder, args).await,
        What::Enrol { folder, people } => enrol::enrol(&folder, people).await,
    }
}

async fn fill(folder: &std::path::Path, users: u32, seed: u64) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    anyhow::ensure!(
        !folder.join(momentum::platform::db::FILE).exists(),
        "{} has a database already",
        folder.display()
    );
    let clock = std::sync::Arc::new(FixedClock::at(BASE.plus_millis(-200 * DAY)));
    let app = open(folder, clock.clone(), seed)?;
    let courses = school::found(&app, seed, school::COURSES).await?;
    let joined = people::arrive(&app, &clock, &courses, users, seed).await?;
    clock.set(BASE);
    app.settle().await?;
    app.close().await;
    drop(app);
    rows::write(folder, &courses, &joined, seed)?;
    // Opened once more, so that the planner's statistics are of the full tables.
    let app = open(folder, clock, seed)?;
    app.settle().await?;
    app.close().await;
    Ok(())
}
