//! `momentum log`: what a running server logs.

use clap::{Args, Subcommand};

use super::{Exit, Out, Verb};
use crate::app::App;

/// Shows and changes what the running server logs.
#[derive(Debug, Args)]
pub struct Log {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Shows the level, or changes it until the next start.
    Level {
        /// `error`, `warn`, `info`, `debug` or `trace`; also for parts, such as info,momentum::platform::db=debug.
        level: Option<String>,
    },
}

impl Verb for Log {
    async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        let What::Level { level } = self.what;
        let logs = &app.platform().logs;
        let Some(now) = logs.level() else {
            anyhow::bail!("no server runs here; the level that it starts with is log.level in the configuration");
        };
        let Some(level) = level else {
            out.json(&serde_json::json!({ "level": now }));
            out.line(format!("The log level is {now}."));
            return Ok(Exit::Done);
        };
        let before = logs.set_level(&level)?;
        tracing::warn!(level, before, "the log level was changed");
        out.json(&serde_json::json!({ "level": level, "before": before }));
        out.line(format!("The log level is {level} until the next start; it was {before}."));
        Ok(Exit::Done)
    }
}
