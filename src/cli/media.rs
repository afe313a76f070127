//! `momentum media`: stored files.

use clap::{Args, Subcommand};

use super::{Exit, Out, Verb};
use crate::{
    app::App,
    kernel::actor::Actor,
    media::{self, SweepMedia, SweepReport},
    platform::audit,
};

/// Looks after stored files.
#[derive(Debug, Args)]
pub struct Media {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Finds files that nothing has used for a day; with --apply deletes them.
    Gc {
        /// Deletes what was found.
        #[arg(long)]
        apply: bool,
    },
}

impl Verb for Media {
    async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        let What::Gc { apply } = self.what;
        let db = app.db(Actor::Cli);
        let report = media::sweep(app.platform(), &db, &SweepMedia::as_system("cli"), apply).await?;
        if apply {
            let after = report.clone();
            db.write("media.gc", move |tx| {
                audit::record(tx, "media.gc", "media", None::<&()>, Some(&after))
            })
            .await?;
        }
        out.json(&report);
        say(&report, out);
        Ok(if report.missing.is_empty() { Exit::Done } else { Exit::Failed })
    }
}

fn say(report: &SweepReport, out: &mut Out) {
    let verb = if report.applied { "Deleted" } else { "Would delete" };
    out.line(format!(
        "{verb} {} unused assets: {} files, {}.",
        report.assets,
        report.blobs,
        megabytes(report.bytes)
    ));
    if report.strays + report.leftovers > 0 {
        out.line(format!(
            "{verb} {} files that belong to nothing ({}) and {} unfinished ones.",
            report.strays,
            megabytes(report.stray_bytes),
            report.leftovers
        ));
    }
    for name in &report.missing {
        out.line(format!("Missing or damaged: {name}. Restore it from a backup."));
    }
    if !report.applied {
        out.line("Nothing was deleted. Add --apply to delete.");
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}
