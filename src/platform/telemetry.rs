//! Logs: set up once by the command line, and what may stand in them.
//!
//! Every line of a request carries its id, every line of a job the job's id, on whichever thread
//! it is logged: the span of the asker goes along to the database's threads. Lines hold no
//! personal data: no names, no query strings, no tokens, paths only as far as they are words of
//! the house, addresses of clients only when `log.addresses` says so. What a mail server or a
//! library says may still hold an e-mail address, so every line is masked on its way out.

use std::{
    fmt,
    io::{self, Write},
    str::FromStr,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use tracing::Span;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking};
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt::MakeWriter, layer::SubscriberExt as _, reload, util::SubscriberInitExt as _};

use crate::kernel::{
    error::{Error, Result},
    id::JobId,
};

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
    /// What is logged, and how. Logs go to the standard error output, without personal data.
    LogConfig in "log" {
        /// The least severe lines that are kept, as `error`, `warn`, `info`, `debug` or `trace`; also for
        /// parts, such as "info,momentum::platform::db=debug". `momentum log level` changes it until
        /// the next start. At `debug` and `trace` libraries may log addresses.
        level: String = "info".into();
        /// How lines look: "text" for people, "json" for machines.
        format: LogFormat = LogFormat::Text;
        /// Whether every request has a line.
        access: bool = true;
        /// Whether those lines tell the client's IP address, which is personal data.
        addresses: bool = false;
    }
    check(this, refuse) {
        if let Err(error) = filter(&this.level) {
            refuse("level", error);
        }
    }
}

/// Spans that carry ids have this target, so that no level hides them: a line is kept or not by
/// its own level, but a kept line always tells whose it is.
const SPANS: &str = "spans";

/// Around everything that is done for a request.
#[must_use]
pub fn request_span(id: &str) -> Span {
    tracing::error_span!(target: SPANS, "request", request.id = id)
}

/// Around a run of a job.
#[must_use]
pub fn job_span(id: JobId, kind: &str) -> Span {
    tracing::error_span!(target: SPANS, "job", job.id = %id, job.kind = kind)
}

fn filter(level: &str) -> Result<EnvFilter, String> {
    let filter = EnvFilter::builder().parse(level).map_err(|error| error.to_string())?;
    let spans = format!("{SPANS}=error").parse().map_err(|error| format!("{error}"))?;
    Ok(filter.add_directive(spans))
}

/// Logs are written by a thread of their own; this waits for it at the end.
#[must_use = "the last lines are lost without it"]
pub struct Telemetry {
    handle: Arc<Handle>,
    _rest: tracing_appender::non_blocking::WorkerGuard,
}

/// What can be asked of a log that is written.
struct Handle {
    filter: reload::Handle<EnvFilter, Registry>,
    level: Mutex<String>,
    lost: ErrorCounter,
}

/// The log of this process. Empty until [`Logs::attach`]: commands that run without a server
/// write none that outlives them.
#[derive(Default)]
pub struct Logs(OnceLock<Arc<Handle>>);

impl Logs {
    /// Takes the log that was started. A second call changes nothing.
    pub fn attach(&self, telemetry: &Telemetry) {
        let _was_there = self.0.set(telemetry.handle.clone());
    }

    /// The least severe lines that are kept, as the configuration writes it; `None` without a log.
    #[must_use]
    pub fn level(&self) -> Option<String> {
        let handle = self.0.get()?;
        Some(handle.level.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Keeps more or fewer lines from now on, until the next start. What was kept before.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no level, [`Error::Conflict`] without a log.
    pub fn set_level(&self, level: &str) -> Result<String> {
        let none = || Error::conflict("log.not_running", "This server keeps no log whose level could be changed.");
        let filter = filter(level).map_err(|wrong| {
            Error::field(
                "level",
                "log.level",
                format!("{wrong}; expected error, warn, info, debug or trace, or a list such as info,momentum::platform::db=debug"),
            )
        })?;
        let handle = self.0.get().ok_or_else(none)?;
        let mut kept = handle.level.lock().unwrap_or_else(PoisonError::into_inner);
        handle.filter.reload(filter).map_err(|_| none())?;
        Ok(std::mem::replace(&mut kept, level.to_owned()))
    }

    /// Lines that were dropped because writing them was too slow.
    #[must_use]
    pub fn lost(&self) -> usize {
        self.0.get().map_or(0, |handle| handle.lost.dropped_lines())
    }
}

/// Starts logging to the standard error output. A second call changes nothing.
pub fn start(config: &LogConfig) -> Telemetry {
    use std::io::IsTerminal as _;
    let (writer, rest) = tracing_appender::non_blocking(std::io::stderr());
    let lost = writer.error_counter();
    let level = filter(&config.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let (level, reload) = reload::Layer::new(level);
    let lines = tracing_subscriber::fmt::layer().with_writer(Masked(writer));
    let lines = match config.format {
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
    };
    match tracing_subscriber::registry().with(level).with(lines).try_init() {
        Ok(()) => std::panic::set_hook(Box::new(tell_panic)),
        Err(_) => tracing::debug!("logging had been started before"),
    }
    Telemetry {
        handle: Arc::new(Handle {
            filter: reload,
            level: Mutex::new(config.level.clone()),
            lost,
        }),
        _rest: rest,
    }
}

/// A panic is a line like any other: of the same form, masked, with the id of its request.
fn tell_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    let trace = std::backtrace::Backtrace::capture();
    let trace = (trace.status() == std::backtrace::BacktraceStatus::Captured).then_some(&trace);
    let said = panic.payload_as_str().unwrap_or("no message");
    tracing::error!(place, backtrace = trace.map(tracing::field::display), "panicked: {said}");
}

/// Masks e-mail addresses in what goes through.
struct Masked<W>(W);

impl<'w> MakeWriter<'w> for Masked<NonBlocking> {
    type Writer = Masked<NonBlocking>;
    fn make_writer(&'w self) -> Self::Writer {
        Masked(self.0.clone())
    }
}

impl<W: Write> Write for Masked<W> {
    /// Takes whole lines, as the subscriber writes them.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if line.contains(&b'@') {
            self.0.write_all(&masked(line))?;
        } else {
            self.0.write_all(line)?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The line with every `local@domain` replaced. Addresses beyond ASCII are found, too.
fn masked(line: &[u8]) -> Vec<u8> {
    let is_local = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80 || b"._+-%'!#$&*=?^`|~".contains(b);
    let is_domain = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80 || b".-[]:".contains(b);
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.iter().position(|b| *b == b'@') {
        let start = rest[..at].iter().rposition(|b| !is_local(b)).map_or(0, |n| n + 1);
        let end = rest[at + 1..].iter().position(|b| !is_domain(b)).map_or(rest.len(), |n| at + 1 + n);
        if start < at && end > at + 1 {
            out.extend_from_slice(&rest[..start]);
            out.extend_from_slice(b"(e-mail)");
        } else {
            out.extend_from_slice(&rest[..end]);
        }
        rest = &rest[end..];
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_do_not_get_through() {
        let mask = |line: &str| {
            let mut out = Vec::new();
            Masked(&mut out).write_all(line.as_bytes()).expect("written");
            String::from_utf8(out).expect("text")
        };
        assert_eq!(mask("nothing to hide\n"), "nothing to hide\n");
        assert_eq!(mask("550 <ana.b+c@mail.example.com>: no\n"), "550 <(e-mail)>: no\n");
        assert_eq!(
            mask(r#"{"error":"\"ana@example.com\" and bo@b.c"}"#),
            r#"{"error":"\"(e-mail)\" and (e-mail)"}"#
        );
        assert_eq!(mask("jörg@bücher.example"), "(e-mail)");
        assert_eq!(mask("a@[192.0.2.1] b"), "(e-mail) b");
        assert_eq!(mask("@ at the edge @"), "@ at the edge @");
        assert_eq!(mask("a@b@c@"), "(e-mail)@c@");
    }

    #[test]
    fn levels_are_checked_and_ids_are_never_hidden() {
        assert!(filter("momentum=loud").is_err());
        for level in ["error", "off", "momentum::platform::db=debug", ""] {
            assert!(filter(level).expect("a level").to_string().contains("spans=error"), "{level}");
        }
        let logs = Logs::default();
        assert_eq!((logs.level(), logs.lost()), (None, 0));
        assert!(matches!(logs.set_level("info"), Err(Error::Conflict { .. })));
        assert!(matches!(logs.set_level("a=b=c"), Err(Error::Invalid(_))));
    }
}
