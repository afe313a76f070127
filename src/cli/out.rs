//! What a verb says: lines for people, JSON for programs, a bar for long work.
//!
//! The same verb runs in this process or inside a running server; there its words travel as
//! [`Frame`]s through the control socket and are said here.

use std::{
    fmt::Display,
    io::{BufRead as _, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::kernel::error::Error;

/// How a verb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// Done.
    Done,
    /// Not done, or a check found something.
    Failed,
    /// Asked wrongly.
    Usage,
}

impl Exit {
    /// The exit code of the process: 0, 1 or 2.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
        }
    }
}

/// One thing said by a verb.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    /// For the standard output, as it is.
    Out(String),
    /// A line for the standard error output.
    Note(String),
    /// How far long work has come: what, how much of how much. The end is `done == total`.
    Bar(String, u64, u64),
    /// A question for a secret; one answer is awaited.
    Ask(String),
    /// A question whose answer may be seen; one answer is awaited.
    Confirm(String),
    /// The end.
    Exit(Exit),
}

enum Sink {
    Terminal(Terminal),
    Remote {
        frames: mpsc::UnboundedSender<Frame>,
        answers: mpsc::Receiver<String>,
    },
}

/// Where a verb says things.
pub struct Out {
    is_json: bool,
    folder: PathBuf,
    sink: Sink,
}

impl Out {
    /// Says things on this process's terminal.
    #[must_use]
    pub fn terminal(is_json: bool) -> Self {
        Self {
            is_json,
            folder: std::env::current_dir().unwrap_or_default(),
            sink: Sink::Terminal(Terminal::default()),
        }
    }

    /// Says things to whoever listens, who asked from `folder`.
    #[must_use]
    pub fn remote(is_json: bool, folder: PathBuf, frames: mpsc::UnboundedSender<Frame>, answers: mpsc::Receiver<String>) -> Self {
        Self {
            is_json,
            folder,
            sink: Sink::Remote { frames, answers },
        }
    }

    /// Whether a program reads the answer.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.is_json
    }

    /// A path as the person meant it who typed it: relative to where he stands.
    #[must_use]
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// A line for people; nothing under `--json`.
    pub fn line(&mut self, text: impl Display) {
        if !self.is_json {
            self.send(Frame::Out(format!("{text}\n")));
        }
    }

    /// The answer for programs, under `--json` only.
    pub fn json(&mut self, value: &impl Serialize) {
        if self.is_json {
            let text = serde_json::to_string_pretty(value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
            self.send(Frame::Out(format!("{text}\n")));
        }
    }

    /// Text for the standard output, as it is, whoever reads it.
    pub fn raw(&mut self, text: impl Into<String>) {
        self.send(Frame::Out(text.into()));
    }

    /// A remark beside the answer, on the standard error output.
    pub fn note(&mut self, text: impl Display) {
        self.send(Frame::Note(text.to_string()));
    }

    /// A bar for long work of `total` steps.
    pub fn bar(&mut self, label: impl Into<String>, total: u64) -> Bar<'_> {
        let mut bar = Bar {
            out: self,
            label: label.into(),
            done: 0,
            total: total.max(1),
            shown: None,
        };
        bar.show();
        bar
    }

    /// Asks for a secret without showing what is typed; from a pipe, reads one line.
    ///
    /// # Errors
    /// When nobody can answer.
    pub async fn ask_secret(&mut self, prompt: &str) -> anyhow::Result<String> {
        self.send(Frame::Ask(prompt.to_owned()));
        self.answer(prompt, true).await
    }

    /// Asks for a line that may be seen; from a pipe, reads one.
    ///
    /// # Errors
    /// When nobody can answer.
    pub async fn ask(&mut self, prompt: &str) -> anyhow::Result<String> {
        self.send(Frame::Confirm(prompt.to_owned()));
        self.answer(prompt, false).await
    }

    async fn answer(&mut self, prompt: &str, is_secret: bool) -> anyhow::Result<String> {
        match &mut self.sink {
            Sink::Terminal(_) => {
                let prompt = prompt.to_owned();
                tokio::task::spawn_blocking(move || read_line(&prompt, is_secret)).await?
            }
            Sink::Remote { answers, .. } => answers.recv().await.context("nobody answered"),
        }
    }

    /// Says what went wrong and how the process should end.
    pub fn fail(&mut self, error: &anyhow::Error) -> Exit {
        let (exit, code) = match error.downcast_ref::<Error>() {
            Some(Error::Invalid(_)) => (Exit::Usage, "input.invalid"),
            Some(Error::NotFound(_)) => (Exit::Failed, "not_found"),
            Some(Error::Conflict { code, .. } | Error::Unavailable { code, .. }) => (Exit::Failed, *code),
            _ => (Exit::Failed, "failed"),
        };
        let message = match error.downcast_ref::<Error>() {
            Some(Error::Conflict { message, .. }) => message.clone(),
            _ => format!("{error:#}"),
        };
        self.json(&serde_json::json!({ "error": { "code": code, "message": message } }));
        self.note(format!("error: {message}"));
        exit
    }

    /// Says something that was said elsewhere.
    pub fn send(&mut self, frame: Frame) {
        match &mut self.sink {
            Sink::Terminal(terminal) => terminal.show(&frame),
            // Whoever asked may have gone; the work goes on.
            Sink::Remote { frames, .. } => drop(frames.send(frame)),
        }
    }
}

/// Long work on its way.
pub struct Bar<'a> {
    out: &'a mut Out,
    label: String,
    done: u64,
    total: u64,
    shown: Option<Instant>,
}

impl Bar<'_> {
    /// One step more is done.
    pub fn step(&mut self) {
        self.set(self.done + 1);
    }

    /// So many steps are done.
    pub fn set(&mut self, done: u64) {
        self.done = done.min(self.total);
        let is_due = self.shown.is_none_or(|at| at.elapsed() > Duration::from_millis(100));
        if is_due || self.done == self.total {
            self.show();
        }
    }

    /// A line for people, between the steps; nothing under `--json`.
    pub fn line(&mut self, text: impl Display) {
        self.out.line(text);
    }

    /// So many steps of so many are done.
    pub fn set_of(&mut self, done: u64, total: u64) {
        self.total = total.max(1);
        self.set(done);
    }

    /// A remark between the steps.
    pub fn note(&mut self, text: impl Display) {
        self.out.note(text);
    }

    fn show(&mut self) {
        self.shown = Some(Instant::now());
        if !self.out.is_json {
            self.out.send(Frame::Bar(self.label.clone(), self.done, self.total));
        }
    }
}

impl Drop for Bar<'_> {
    fn drop(&mut self) {
        if self.done < self.total {
            self.done = self.total;
            self.show();
        }
    }
}

/// The terminal of this process, with its one bar.
#[derive(Default)]
struct Terminal {
    bar: Option<ProgressBar>,
}

impl Terminal {
    fn show(&mut self, frame: &Frame) {
        match frame {
            // A reader that closed the pipe has seen enough: no reason to fail.
            Frame::Out(text) => self.beside_bar(|| drop(std::io::stdout().lock().write_all(text.as_bytes()))),
            Frame::Note(text) => self.beside_bar(|| drop(writeln!(std::io::stderr().lock(), "{text}"))),
            Frame::Bar(label, done, total) => self.progress(label, *done, *total),
            Frame::Ask(_) | Frame::Confirm(_) | Frame::Exit(_) => {}
        }
    }

    fn beside_bar(&self, say: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    fn progress(&mut self, label: &str, done: u64, total: u64) {
        if !std::io::stderr().is_terminal() {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{msg:24} {bar:32} {pos}/{len} {eta}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        bar.set_length(total);
        bar.set_message(label.to_owned());
        bar.set_position(done);
        if done >= total {
            bar.finish_and_clear();
            self.bar = None;
        }
    }
}

/// Reads a line from the terminal, a secret without echo, or plainly from a pipe.
pub(super) fn read_line(prompt: &str, is_secret: bool) -> anyhow::Result<String> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let stdin = std::io::stdin();
    let mut line = String::new();
    if stdin.is_terminal() {
        write!(std::io::stderr(), "{prompt}: ")?;
        std::io::stderr().flush()?;
        let before = tcgetattr(&stdin)?;
        if is_secret {
            let mut silent = before.clone();
            silent.local_modes.remove(LocalModes::ECHO);
            silent.local_modes.insert(LocalModes::ECHONL);
            tcsetattr(&stdin, OptionalActions::Flush, &silent)?;
        }
        let read = stdin.lock().read_line(&mut line);
        tcsetattr(&stdin, OptionalActions::Flush, &before)?;
        read?;
    } else {
        stdin.lock().read_line(&mut line)?;
    }
    anyhow::ensure!(!line.is_empty(), "{prompt}: nothing was typed");
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
