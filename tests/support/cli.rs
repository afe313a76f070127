//! Verbs of the command line, run on an instance without a process.

use std::path::Path;

use momentum::cli::{self, Exit, Out, out::Frame};
use serde_json::Value;
use tokio::sync::mpsc;

use super::TestApp;

/// What a verb said, and how it ended.
pub struct Said {
    pub exit: Exit,
    /// The standard output.
    pub out: String,
    /// The standard error output.
    pub notes: String,
}

impl Said {
    /// The answer under `--json`.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.notes))
    }

    /// Asserts how it ended.
    #[track_caller]
    pub fn expect(self, exit: Exit) -> Self {
        assert_eq!(self.exit, exit, "{}{}", self.out, self.notes);
        self
    }
}

/// Runs a verb, typed in `folder`; its questions are answered one after the other.
pub async fn run(app: &TestApp, folder: &Path, words: &[&str], answers: &[&str]) -> Said {
    let (frames, mut heard) = mpsc::unbounded_channel();
    let (answer, answered) = mpsc::channel(8);
    for text in answers {
        answer.send((*text).to_owned()).await.expect("an answer");
    }
    drop(answer);
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let mut out = Out::remote(cli::wants_json(&words), folder.to_owned(), frames, answered);
    let exit = match cli::run_words(app, words, &mut out).await {
        Ok(exit) => exit,
        Err(error) => out.fail(&error),
    };
    drop(out);
    let mut said = Said {
        exit,
        out: String::new(),
        notes: String::new(),
    };
    while let Some(frame) = heard.recv().await {
        match frame {
            Frame::Out(words) => said.out.push_str(&words),
            Frame::Note(words) => said.notes.push_str(&format!("{words}\n")),
            _ => {}
        }
    }
    said
}
