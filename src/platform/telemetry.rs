//! Logs: set up once by the command line.

use std::{fmt, str::FromStr};

use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl FromStr for LogFormat {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

crate::text_value! { LogFormat: "text or json" }

crate::config_section! {
    /// What is logged, and how. Logs go to the standard error output.
    LogConfig in "log" {
        /// The least severe lines that are kept, as `error`, `warn`, `info`, `debug` or `trace`; also for
        /// parts, such as "info,momentum::platform::db=debug".
        level: String = "info".into();
        /// How lines look: "text" for people, "json" for machines.
        format: LogFormat = LogFormat::Text;
        /// Whether every request has a line.
        access: bool = true;
    }
    check(this, refuse) {
        if let Err(error) = EnvFilter::builder().parse(&this.level) {
            refuse("level", format!("{error}"));
        }
    }
}

/// Logs are written by a thread of their own; this waits for it at the end.
#[must_use = "the last lines are lost without it"]
pub struct Telemetry(#[expect(dead_code, reason = "its drop writes what is left")] tracing_appender::non_blocking::WorkerGuard);

/// Starts logging to the standard error output. A second call changes nothing.
pub fn start(config: &LogConfig) -> Telemetry {
    let (writer, guard) = tracing_appender::non_blocking(std::io::stderr());
    let level = EnvFilter::try_new(&config.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(level).with_writer(writer);
    let done = match config.format {
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
        LogFormat::Text => {
            use std::io::IsTerminal as _;
            lines.with_ansi(std::io::stderr().is_terminal()).try_init()
        }
    };
    if done.is_err() {
        tracing::debug!("logging had been started before");
    }
    Telemetry(guard)
}
