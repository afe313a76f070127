//! Logs: set up once by the command line.

use std::{fmt, str::FromStr};

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
        if let Err(error) = tracing_subscriber::EnvFilter::builder().parse(&this.level) {
            refuse("level", format!("{error}"));
        }
    }
}
