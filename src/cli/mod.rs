//! The command line: every verb works while the server runs.
//!
//! A verb on an instance implements [`Verb`] in a file of its own and has one line in the list
//! below. When a server owns the data folder, the verb's words are sent to it through the
//! control socket and it runs there; otherwise the folder is opened here, under its lock.

pub mod backup;
pub mod config;
pub mod control;
pub mod courses;
pub mod demo;
pub mod doctor;
pub mod events;
pub mod jobs;
pub mod log;
pub mod man;
pub mod media;
pub mod openapi;
pub mod out;
pub mod progress;
pub mod restore;
pub mod search;
pub mod serve;
pub mod tokens;
pub mod upgrade;
pub mod users;

use std::{ffi::OsString, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, CommandFactory as _, Parser, Subcommand};

use crate::{
    app::{App, Means},
    platform::{
        config::{self as configuration, Config, Sources},
        telemetry,
    },
};
pub use out::{Exit, Out};

/// Something that can be done with an instance.
pub trait Verb: Send + Sized {
    /// Whether these very words need no instance: then [`Verb::run_without`] does it, in this
    /// process even while a server runs.
    fn needs_none(&self) -> bool {
        false
    }

    /// Does it without an instance.
    ///
    /// # Errors
    /// As [`Verb::run`].
    fn run_without(self, _common: &Common, _out: &mut Out) -> impl Future<Output = anyhow::Result<Exit>> {
        async { anyhow::bail!("this verb needs an instance") }
    }

    /// Does it. Words go to `out`; paths that a person typed go through [`Out::path`].
    ///
    /// # Errors
    /// Shown to the person; [`crate::kernel::error::Error::Invalid`] ends with code 2, all others with 1.
    fn run(self, app: &App, out: &mut Out) -> impl Future<Output = anyhow::Result<Exit>> + Send;
}

/// Something that brings its own instance, or needs none.
pub trait Alone {
    /// Does it.
    ///
    /// # Errors
    /// As [`Verb::run`].
    fn run(self, common: &Common, out: &mut Out) -> impl Future<Output = anyhow::Result<Exit>>;
}

macro_rules! verbs {
    (
        alone { $( $(#[$alone_doc:meta])* $alone:ident => $alone_type:ty, )* }
        on_an_instance { $( $(#[$doc:meta])* $verb:ident => $type:ty, )* }
    ) => {
        /// Every verb.
        #[derive(Debug, Subcommand)]
        enum Command {
            $( $(#[$alone_doc])* $alone($alone_type), )*
            $( $(#[$doc])* $verb($type), )*
        }

        impl Command {
            fn is_alone(&self) -> bool {
                match self {
                    $( Self::$alone(_) => true, )*
                    $( Self::$verb(verb) => verb.needs_none(), )*
                }
            }

            async fn run_alone(self, common: &Common, out: &mut Out) -> anyhow::Result<Exit> {
                match self {
                    $( Self::$alone(verb) => verb.run(common, out).await, )*
                    $( Self::$verb(verb) => verb.run_without(common, out).await, )*
                }
            }

            async fn run_on(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
                match self {
                    $( Self::$alone(_) => anyhow::bail!("this verb cannot run inside a server"), )*
                    $( Self::$verb(verb) => verb.run(app, out).await, )*
                }
            }
        }
    };
}

verbs! {
    alone {
        /// Runs the server.
        Serve => serve::Serve,
        /// Serves a school that is full of courses and people, to look around in.
        Demo => demo::Demo,
        /// Checks and shows the configuration.
        Config => config::ConfigVerb,
        /// Prints the API's OpenAPI document.
        Openapi => openapi::Openapi,
        /// Puts a backup in place: into an empty folder, or in exchange for what is there.
        Restore => restore::Restore,
        /// Rehearses what a new version would do to the database.
        Upgrade => upgrade::Upgrade,
        /// Prints completions for a shell.
        Completions => Completions,
        /// Prints the manual page, or writes one for every verb.
        Man => man::Man,
    }
    on_an_instance {
        /// Makes backups, checks and lists them.
        Backup => backup::Backup,
        /// Imports, exports and lists courses.
        Courses => courses::Courses,
        /// Looks at everything that can go wrong, and says how to mend it.
        Doctor => doctor::Doctor,
        /// Shows and mends what listens to the event log.
        Events => events::Events,
        /// Lists and retries background jobs.
        Jobs => jobs::Jobs,
        /// Shows and changes what the running server logs.
        Log => log::Log,
        /// Looks after stored files.
        Media => media::Media,
        /// Counts progress anew.
        Progress => progress::Progress,
        /// Looks after the search index.
        Search => search::Search,
        /// Makes, lists and takes back API tokens.
        Token => tokens::Token,
        /// Imports, exports and lists people, opens and closes accounts.
        Users => users::Users,
    }
}

/// A self-hosted learning platform.
#[derive(Debug, Parser)]
#[command(
    name = "momentum",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
struct Line {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every verb understands.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    /// The configuration file [default: momentum.toml here, else /etc/momentum/momentum.toml, if there is one].
    #[arg(long, global = true, env = "MOMENTUM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data folder.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Sets any key of the configuration; may be repeated.
    #[arg(long = "set", global = true, value_name = "SECTION.KEY=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// Answers in JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected section.key=value")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

impl Common {
    /// Where the configuration comes from, with these flags above all.
    #[must_use]
    pub fn sources(&self, more: &[(&str, Option<String>)]) -> Sources {
        let usual = ["momentum.toml", "/etc/momentum/momentum.toml"].into_iter().map(PathBuf::from);
        let mut flags: Vec<(String, String, String)> = self
            .set
            .iter()
            .map(|(key, value)| (key.clone(), value.clone(), "--set".into()))
            .collect();
        let data = self.data.as_ref().map(|path| path.display().to_string());
        for (key, value) in [("data", data)].iter().chain(more) {
            if let Some(value) = value {
                let flag = key.rsplit('.').next().unwrap_or(key).replace('_', "-");
                flags.push(((*key).to_owned(), value.clone(), format!("--{flag}")));
            }
        }
        Sources {
            file: self.config.clone().or_else(|| usual.into_iter().find(|path| path.is_file())),
            env: std::env::vars().collect(),
            flags,
        }
    }

    /// The configuration, with these flags above all.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(&self, more: &[(&str, Option<String>)]) -> anyhow::Result<Config> {
        Ok(configuration::load(&self.sources(more))?.0)
    }
}

/// Prints completions for a shell.
#[derive(Debug, Args)]
struct Completions {
    /// Which shell.
    shell: clap_complete::Shell,
}

impl Alone for Completions {
    async fn run(self, _: &Common, out: &mut Out) -> anyhow::Result<Exit> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut line(), "momentum", &mut text);
        out.raw(String::from_utf8_lossy(&text));
        Ok(Exit::Done)
    }
}

/// What the command line understands: for manuals and completions.
#[must_use]
pub fn line() -> clap::Command {
    Line::command()
}

/// Understands the arguments, does it, and says how the process should end.
pub async fn main(args: Vec<OsString>) -> Exit {
    let line = match Line::try_parse_from(&args) {
        Ok(line) => line,
        Err(error) => {
            // Help and version are answers; everything else is a wrong question.
            drop(error.print());
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    let mut out = Out::terminal(line.common.json);
    let words = args.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    match run(line, words, &mut out).await {
        Ok(exit) => exit,
        Err(error) => out.fail(&error),
    }
}

async fn run(line: Line, words: Vec<String>, out: &mut Out) -> anyhow::Result<Exit> {
    let Line { common, command } = line;
    if command.is_alone() {
        return command.run_alone(&common, out).await;
    }
    let config = common.load(&[])?;
    // A verb's own words are its answer; the log only says what went wrong.
    let _telemetry = telemetry::start(&telemetry::LogConfig {
        level: "warn".into(),
        ..config.log.clone()
    });
    if let Some(exit) = control::ask(&config.data, words, out).await? {
        return Ok(exit);
    }
    anyhow::ensure!(
        config.data.join(crate::platform::db::FILE).exists() || common.data.is_some() || common.config.is_some(),
        "there is no instance in {}; name its folder with --data or its configuration with --config",
        config.data.display()
    );
    if let Command::Doctor(doctor) = command {
        return doctor.at_rest(config, out).await;
    }
    let app = App::open(config, Means::system())?;
    let exit = command.run_on(&app, out).await;
    app.close().await;
    exit
}

/// Runs words that came through the control socket, on the instance that runs.
///
/// # Errors
/// As [`Verb::run`].
pub async fn run_words(app: &App, words: Vec<String>, out: &mut Out) -> anyhow::Result<Exit> {
    let words = std::iter::once("momentum".to_owned()).chain(words);
    let line = Line::try_parse_from(words).context("the running server does not know this verb; it may be of another version")?;
    line.command.run_on(app, out).await
}

/// Whether words that came through the control socket ask for JSON.
#[must_use]
pub fn wants_json(words: &[String]) -> bool {
    words.iter().any(|word| word == "--json")
}
