//! `momentum upgrade --check`: what the pending migrations would do, tried on a copy.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::{
    Alone, Common, Exit, Out,
    backup::{Teller, stop_on_ctrl_c},
};
use crate::platform::{
    backup::{self, BackupError, megabytes},
    clock::{Clock as _, SystemClock},
    db::{
        self, lock,
        migrate::{self, Rehearsal},
    },
};

/// Rehearses what a new version would do to the database.
#[derive(Debug, Args)]
pub struct Upgrade {
    /// Copies the database (a running server goes on), applies what is pending to the copy and tells times and rows. Nothing else changes; the upgrade itself happens when the new version starts.
    #[arg(long, required = true)]
    check: bool,
}

/// A rehearsal, and whether the real thing has room.
struct Checked {
    rehearsal: Rehearsal,
    bytes: u64,
    needed: u64,
    free: Option<u64>,
}

impl Alone for Upgrade {
    async fn run(self, common: &Common, out: &mut Out) -> anyhow::Result<Exit> {
        debug_assert!(self.check, "it is required");
        let data = out.path(&common.load(&[])?.data);
        let file = data.join(db::FILE);
        anyhow::ensure!(
            file.is_file(),
            "there is no instance in {}; name its folder with --data or its configuration with --config",
            data.display()
        );
        let standing = migrate::standing(&file)?;
        if standing.pending == 0 {
            out.json(&serde_json::json!({ "from": standing.step, "to": standing.step, "steps": [], "is_good": true }));
            out.line(format!(
                "The database is at step {}, as this version wants it. Nothing is pending.",
                standing.step
            ));
            return Ok(Exit::Done);
        }
        let checked = rehearse(&data, &file, out).await?;
        Ok(say(&checked, out))
    }
}

/// A folder of passing work that is held while it is used, and gone afterwards.
struct Work(PathBuf, Option<lock::FolderLock>);

impl Work {
    fn new(data: &Path) -> anyhow::Result<Self> {
        let folder = data.join("upgrade.work");
        let held = lock::take(&folder).context("another check may be running")?;
        let work = Self(folder, Some(held));
        for entry in std::fs::read_dir(&work.0)?.flatten() {
            if entry.file_name() != "momentum.lock" {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(work)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.1 = None;
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "a folder of passing work could not be removed");
        }
    }
}

async fn rehearse(data: &Path, file: &Path, out: &mut Out) -> anyhow::Result<Checked> {
    let work = Work::new(data)?;
    let (from, copy) = (file.to_owned(), work.0.join("copy.db"));
    let stop = stop_on_ctrl_c();
    let now = SystemClock.now();
    let mut teller = Teller::new(out);
    let mut tell = |progress| teller.tell(progress);
    let rehearsed = backup::apart(&stop, &mut tell, move |watch| {
        backup::copy_database(&from, &copy, watch)?;
        let mut is_stopped = false;
        let done = migrate::rehearse(&copy, now, &mut |step| {
            is_stopped |= watch.step("Rehearsing migrations", u64::from(step.number), 0).is_err();
        });
        if is_stopped {
            return Err(BackupError::Stopped);
        }
        done.map_err(|error| BackupError::Refused(format!("the upgrade would fail, and change nothing: {error}")))
    });
    let rehearsal = rehearsed.await?;
    let (needed, free) = migrate::room_for_copy(file);
    Ok(Checked {
        rehearsal,
        bytes: std::fs::metadata(file)?.len(),
        needed,
        free,
    })
}

fn say(checked: &Checked, out: &mut Out) -> Exit {
    let Checked {
        rehearsal,
        bytes,
        needed,
        free,
    } = checked;
    let has_room = free.is_none_or(|free| free >= *needed);
    let total: u64 = rehearsal.steps.iter().map(|step| step.ms).sum::<u64>() + rehearsal.optimize_ms;
    out.json(&serde_json::json!({
        "from": rehearsal.from, "to": rehearsal.to, "steps": rehearsal.steps, "ms": total,
        "database_bytes": bytes, "copy_needs_bytes": needed, "free_bytes": free, "is_good": has_room,
    }));
    out.line(format!(
        "The database ({}) goes from step {} to step {}:",
        megabytes(*bytes),
        rehearsal.from,
        rehearsal.to
    ));
    for step in &rehearsal.steps {
        let rows: Vec<String> = step.rows.iter().map(|(name, (was, is))| format!("{name} {was} → {is}")).collect();
        out.line(format!("  {:28} {:>7} ms  {}", step.name, step.ms, rows.join(", ")));
    }
    out.line(format!(
        "{total} ms in all, besides the safety copy, which needs up to {} beside the database.",
        megabytes(*needed)
    ));
    if has_room {
        out.line("The upgrade would succeed. Stop the server, replace the binary, start it.");
        Exit::Done
    } else {
        out.line(format!(
            "✗ Only {} are free there: the start would refuse to migrate. Make room first.",
            megabytes(free.unwrap_or(0))
        ));
        Exit::Failed
    }
}
