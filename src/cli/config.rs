//! `momentum config`: what holds, where it came from, whether it is valid.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Alone, Common, Exit, Out};
use crate::platform::config::{self, ConfigError};

/// Checks and shows the configuration.
#[derive(Debug, Args)]
pub struct ConfigVerb {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Says what is wrong with the configuration, if anything is.
    Check,
    /// Shows every value and where it came from; secrets are masked.
    Show,
    /// Prints an example file: every key with its meaning and default.
    Example,
}

#[derive(Serialize)]
struct Row {
    key: String,
    value: Option<toml::Value>,
    origin: String,
}

impl Alone for ConfigVerb {
    async fn run(self, common: &Common, out: &mut Out) -> anyhow::Result<Exit> {
        if matches!(self.what, What::Example) {
            out.raw(config::example());
            return Ok(Exit::Done);
        }
        let sources = common.sources(&[]);
        let shown = match config::load(&sources) {
            Ok((_, shown)) => shown,
            Err(ConfigError(problems)) => {
                out.json(&serde_json::json!({ "valid": false, "problems": problems }));
                for problem in problems {
                    out.note(format!("error: {problem}"));
                }
                return Ok(Exit::Failed);
            }
        };
        match self.what {
            What::Show => show(shown, out),
            _ => {
                out.json(&serde_json::json!({ "valid": true, "problems": [] }));
                let file = sources.file.map_or_else(|| "no file".into(), |file| file.display().to_string());
                out.line(format!("The configuration is valid ({file})."));
            }
        }
        Ok(Exit::Done)
    }
}

fn show(shown: Vec<config::Shown>, out: &mut Out) {
    let rows: Vec<Row> = shown
        .into_iter()
        .map(|one| Row {
            key: one.path,
            value: one.value,
            origin: one.origin.to_string(),
        })
        .collect();
    out.json(&rows);
    let values: Vec<String> = rows
        .iter()
        .map(|row| row.value.as_ref().map_or("(unset)".into(), config::line))
        .collect();
    let wide = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0).min(48);
    let keys = wide(&mut rows.iter().map(|row| row.key.len()));
    let width = wide(&mut values.iter().map(String::len));
    for (row, value) in rows.iter().zip(&values) {
        out.line(format!("{:keys$}  {value:width$}  {}", row.key, row.origin));
    }
}
