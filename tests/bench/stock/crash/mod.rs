//! What `scripts/crash-test` runs: the real server under load is killed, or its disk fails, again
//! and again; after each time everything that was acknowledged must be there, and nothing half.

mod round;
mod server;
mod writers;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use momentum::platform::{clock::FixedClock, db};
use serde_json::json;

use self::{
    round::{Tester, Trouble},
    writers::Seen,
};
use super::{BASE, chance::Dice};

/// What to do.
#[derive(clap::Args)]
pub(crate) struct Torment {
    /// The server's program.
    #[arg(long)]
    binary: PathBuf,
    /// How often it is killed.
    #[arg(long, default_value_t = 50)]
    rounds: u32,
    /// How often each way of a failing disk is tried.
    #[arg(long, default_value_t = 3)]
    faults: u32,
    /// Another number makes other moments.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A small file system that may fill up, for rounds with a full disk.
    #[arg(long)]
    small_disk: Option<PathBuf>,
}

/// Courses and people of the school that is tormented.
const COURSES: usize = 6;
const PEOPLE: u32 = 256;

/// Fills `folder` unless it is filled, and torments it.
pub(crate) async fn run(folder: &Path, args: Torment) -> anyhow::Result<()> {
    if !folder.join(db::FILE).exists() {
        prepare(folder, args.seed).await?;
    }
    let lists = folder.join("lists");
    super::tasks::write(folder, &lists, PEOPLE, 100_000)?;
    let mut tester = Tester::new(args.binary, folder.to_owned(), &lists)?;
    let mut dice = Dice::new(args.seed, 12, 0);
    for n in 0..args.rounds {
        let moment = 40 + dice.below(500) as u64;
        tester.round(&format!("kill {}", n + 1), &Trouble::Kill(moment)).await?;
    }
    for n in 0..args.faults {
        // Later each time: in the first writes, in the middle, around a checkpoint.
        let when = 20 + 60 * n;
        // A commit for many writes syncs once: a round has far fewer of these calls.
        let sync = 20 + 15 * n;
        for rule in [
            format!("fsync,fdatasync:error=EIO:when={sync}+"),
            format!("fsync,fdatasync:error=EIO:when={sync}..{}", sync + 3),
            format!("pwrite64:error=EIO:when={}+", when * 8),
            format!("pwrite64:error=ENOSPC:when={}+", when * 8),
            format!("pwrite64:error=ENOSPC:when={}..{}", when * 8, when * 8 + 40),
        ] {
            tester.round(&rule, &Trouble::Inject(rule.clone())).await?;
        }
    }
    if let Some(disk) = &args.small_disk {
        for n in 0..args.faults {
            tester.full_disk(&format!("full disk {}", n + 1), disk).await?;
        }
    }
    let Tester { seen, told, rounds, .. } = tester;
    let Seen { notes, completed } = &*seen.lock().await;
    anyhow::ensure!(
        notes.len() + completed.len() > rounds as usize * 20,
        "the load hardly wrote anything"
    );
    super::say(
        &json!({
            "rounds": rounds, "notes_acknowledged": notes.len(), "completions_acknowledged": completed.len(),
            "errors_told": told.load(std::sync::atomic::Ordering::Relaxed), "lost": 0, "half_written": 0,
        })
        .to_string(),
    )
}

async fn prepare(folder: &Path, seed: u64) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let clock = Arc::new(FixedClock::at(BASE));
    let app = super::open(folder, clock.clone(), seed)?;
    let courses = super::school::found(&app, seed, COURSES).await?;
    super::people::arrive(&app, &clock, &courses, PEOPLE, seed).await?;
    clock.set(BASE);
    app.settle().await?;
    app.close().await;
    Ok(())
}
