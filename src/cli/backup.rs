//! `momentum backup`: makes backups, checks them, lists how they went.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use tokio_util::sync::CancellationToken;

use super::{Common, Exit, Out, Verb};
use crate::{
    app::{self, App},
    kernel::actor::Actor,
    platform::{
        audit,
        backup::{self, BackupError, Lock, Made, Media, Plan, Progress, Report, Trigger, Unlock, megabytes},
        clock::{Clock as _, SystemClock},
        config::Secret,
    },
};

/// Makes backups, checks and lists them.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Backup {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    make: Make,
}

/// One file that holds the whole instance, made while it runs.
#[derive(Debug, Args)]
struct Make {
    /// A new file, or a folder in which a name is chosen [default: backup.folder of the configuration, else `backups` in the data folder].
    #[arg(long, value_name = "FILE|FOLDER")]
    to: Option<PathBuf>,
    /// Leaves out the key and the configuration file: sealed settings (such as the mail password) cannot be opened after a restore, and signed links end.
    #[arg(long)]
    without_key: bool,
    /// Leaves out uploaded files.
    #[arg(long, conflicts_with = "media_to")]
    without_media: bool,
    /// Keeps uploaded files beside the backup in this folder, where each is copied only once.
    #[arg(long, value_name = "FOLDER")]
    media_to: Option<PathBuf>,
    /// Encrypts to an age recipient (age1…); may be repeated.
    #[arg(long = "recipient", value_name = "AGE1…", conflicts_with_all = ["passphrase", "passphrase_file"])]
    recipients: Vec<String>,
    /// Encrypts with a passphrase that is asked for.
    #[arg(long, conflicts_with = "passphrase_file")]
    passphrase: bool,
    /// Encrypts with the passphrase in this file.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Does not encrypt, even if the configuration names recipients or a passphrase.
    #[arg(long, conflicts_with_all = ["recipients", "passphrase", "passphrase_file"])]
    plain: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Reads a backup to its last byte and says whether it can be restored whole.
    Verify(Verify),
    /// Lists how backups went, newest first.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
    },
}

#[derive(Debug, Args)]
struct Verify {
    /// The backup.
    file: PathBuf,
    #[command(flatten)]
    open: Opening,
}

/// How a backup is opened.
#[derive(Debug, Args)]
pub(super) struct Opening {
    /// A file with age identities (AGE-SECRET-KEY-1…), for an encrypted backup; may be repeated.
    #[arg(long = "identity", value_name = "FILE")]
    identities: Vec<PathBuf>,
    /// The file with the passphrase of an encrypted backup; without it, it is asked for.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The folder of uploaded files that lie beside the backup [default: `media` next to it, else where they were put].
    #[arg(long, value_name = "FOLDER")]
    pub(super) media_from: Option<PathBuf>,
}

impl Verb for Backup {
    fn needs_none(&self) -> bool {
        matches!(self.what, Some(What::Verify(_)))
    }

    async fn run_without(self, _: &Common, out: &mut Out) -> anyhow::Result<Exit> {
        match self.what {
            Some(What::Verify(verify)) => verify.run(out).await,
            _ => anyhow::bail!("this verb needs an instance"),
        }
    }

    async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        match self.what {
            None => self.make.run(app, out).await,
            Some(What::List { limit }) => list(app, out, limit).await,
            Some(What::Verify(_)) => anyhow::bail!("a backup is not checked inside the server"),
        }
    }
}

impl Make {
    async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        let plan = match self.plan(app, out).await? {
            Ok(plan) => plan,
            Err(exit) => return Ok(exit),
        };
        let db = app.db(Actor::Cli);
        let made = {
            let mut teller = Teller::new(out);
            backup::make(app.platform(), &db, &plan, Trigger::Cli, &mut |progress| teller.tell(progress)).await
        };
        let made = match made {
            Ok(made) => made,
            Err(error) => return Ok(fail(&error, out)),
        };
        let file = made.file.display().to_string();
        db.write("backup.audit", move |tx| {
            audit::record(tx, "backup.make", &file, None::<&()>, None::<&()>)
        })
        .await?;
        say_made(&made, &plan, out);
        Ok(if made.missing.is_empty() { Exit::Done } else { Exit::Failed })
    }

    async fn plan(&self, app: &App, out: &mut Out) -> anyhow::Result<Result<Plan, Exit>> {
        let config = &app.platform().config;
        let to = match &self.to {
            Some(to) => {
                let path = out.path(to);
                let parent = path.parent().is_none_or(|parent| parent.as_os_str().is_empty() || parent.is_dir());
                if !parent && !path.is_dir() {
                    return Ok(Err(usage(
                        &format!("the folder of {} does not exist; make it first", path.display()),
                        out,
                    )));
                }
                path
            }
            None => {
                let mut folder = out.path(&backup::usual_folder(config)).into_os_string();
                folder.push("/");
                folder.into()
            }
        };
        let mut plan = Plan::of(&config.backup, to);
        plan.with_key &= !self.without_key;
        if self.without_media {
            plan.media = Media::None;
        } else if let Some(folder) = &self.media_to {
            plan.media = Media::Beside(out.path(folder));
        } else if self.to.is_some() {
            // What the configuration keeps beside its own backups is not for this place.
            plan.media = Media::Inside;
        }
        if !self.recipients.is_empty() {
            if let Err(wrong) = backup::parse_recipients(&self.recipients) {
                return Ok(Err(usage(&wrong, out)));
            }
            plan.lock = Lock::Recipients(self.recipients.clone());
        } else if self.passphrase || self.passphrase_file.is_some() {
            match self.new_passphrase(out).await? {
                Ok(passphrase) => plan.lock = Lock::Passphrase(passphrase),
                Err(exit) => return Ok(Err(exit)),
            }
        } else if self.plain {
            plan.lock = Lock::Open;
        }
        Ok(Ok(plan))
    }

    async fn new_passphrase(&self, out: &mut Out) -> anyhow::Result<Result<Secret, Exit>> {
        if let Some(file) = &self.passphrase_file {
            return Ok(Ok(read_passphrase(&out.path(file))?));
        }
        let first = out.ask_secret("Passphrase").await?;
        let second = out.ask_secret("The same again").await?;
        if first.is_empty() || first != second {
            return Ok(Err(usage("the two are not the same, or empty; nothing was done", out)));
        }
        Ok(Ok(Secret::new(first)))
    }
}

fn usage(message: &str, out: &mut Out) -> Exit {
    out.json(&serde_json::json!({ "error": { "code": "input.invalid", "message": message } }));
    out.note(format!("error: {message}"));
    Exit::Usage
}

/// Says what went wrong with a backup.
pub(super) fn fail(error: &BackupError, out: &mut Out) -> Exit {
    let code = match error {
        BackupError::Refused(_) => "backup.refused",
        BackupError::Damaged(_) => "backup.damaged",
        BackupError::Foreign(_) => "backup.foreign",
        BackupError::Newer { .. } => "backup.newer",
        BackupError::Closed(_) => "backup.closed",
        BackupError::Stopped => "backup.stopped",
        BackupError::Io(..) => "backup.io",
        BackupError::Database(..) => "backup.database",
        BackupError::House(_) => "failed",
    };
    out.json(&serde_json::json!({ "error": { "code": code, "message": error.to_string() } }));
    out.note(format!("error: {error}"));
    Exit::Failed
}

fn read_passphrase(path: &std::path::Path) -> anyhow::Result<Secret> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
    let text = text.trim_end_matches(['\r', '\n']);
    anyhow::ensure!(!text.is_empty(), "{}: there is no passphrase in it", path.display());
    Ok(Secret::new(text.to_owned()))
}

fn say_made(made: &Made, plan: &Plan, out: &mut Out) {
    let about = &made.about;
    out.json(&serde_json::json!({
        "file": made.file, "bytes": made.bytes, "sha256": made.sha256, "encrypted": made.is_sealed,
        "has_key": about.has_key, "media": about.media, "files": about.files, "file_bytes": about.file_bytes,
        "database_bytes": about.database_bytes, "step": about.step, "missing": made.missing,
        "copied_beside": made.beside.map(|(copied, _)| copied),
    }));
    out.line(format!("{}  {}", made.file.display(), megabytes(made.bytes)));
    out.line(format!("SHA-256 {}", made.sha256));
    let media = match (about.media.as_str(), made.beside) {
        ("none", _) => "no uploaded files: copy the folder blobs/ yourself, or they are lost".to_owned(),
        (_, Some((copied, known))) => format!(
            "{} uploaded files beside it ({copied} copied now, {known} there already)",
            about.files
        ),
        _ => format!("{} uploaded files ({})", about.files, megabytes(about.file_bytes)),
    };
    out.line(format!("It holds the database ({}) and {media}.", megabytes(about.database_bytes)));
    if !about.has_key {
        out.line("It does not hold the key: without the file `key`, sealed settings such as the mail password cannot be opened after a restore, and links that were signed before it end. Keep the key elsewhere.");
    } else if !made.is_sealed {
        out.line("It holds the key and is not encrypted: keep it where only you can read it.");
    }
    if made.is_sealed && matches!(plan.lock, Lock::Passphrase(_)) {
        out.line("Without the passphrase nobody can open it.");
    }
    for name in &made.missing {
        out.note(format!("missing or damaged, and so it is in the backup: {name}"));
    }
}

async fn list(app: &App, out: &mut Out, limit: u32) -> anyhow::Result<Exit> {
    let outcomes = app
        .db(Actor::Cli)
        .read("backup.list", move |read| backup::list(read, limit))
        .await?;
    out.json(&outcomes);
    for outcome in &outcomes {
        let how = outcome.error.clone().unwrap_or_else(|| megabytes(outcome.bytes));
        out.line(format!("{}  {:8}  {}  {how}", outcome.started_at, outcome.trigger, outcome.file));
    }
    if outcomes.is_empty() {
        out.line("No backup was made yet.");
    }
    Ok(Exit::Done)
}

impl Opening {
    /// What opens this backup; asks for a passphrase when it needs one.
    pub(super) async fn unlock(&self, file: &std::path::Path, out: &mut Out) -> anyhow::Result<Result<Unlock, BackupError>> {
        let mut unlock = Unlock::default();
        for identity in &self.identities {
            if let Err(error) = unlock.add_file(&out.path(identity)) {
                return Ok(Err(error));
            }
        }
        if let Some(path) = &self.passphrase_file {
            unlock.passphrase = Some(read_passphrase(&out.path(path))?);
        }
        match backup::locked_by(file) {
            Ok(Some(true)) if unlock.passphrase.is_none() => {
                unlock.passphrase = Some(Secret::new(out.ask_secret("Passphrase of the backup").await?));
            }
            Ok(_) => {}
            Err(error) => return Ok(Err(error)),
        }
        Ok(Ok(unlock))
    }
}

/// Where a backup is unpacked to be looked at: among what is temporary, else beside the backup, since a
/// tree with nothing but the program has no `/tmp`.
fn scratch(file: &Path) -> std::io::Result<tempfile::TempDir> {
    let mut named = tempfile::Builder::new();
    named.prefix("momentum-verify-");
    named
        .tempdir()
        .or_else(|missing| file.parent().map_or(Err(missing), |beside| named.tempdir_in(beside)))
}

impl Verify {
    async fn run(self, out: &mut Out) -> anyhow::Result<Exit> {
        let file = out.path(&self.file);
        let unlock = match self.open.unlock(&file, out).await? {
            Ok(unlock) => unlock,
            Err(error) => return Ok(fail(&error, out)),
        };
        let media = self.open.media_from.as_ref().map(|folder| out.path(folder));
        let all = Arc::new(app::stored_files(&app::modules()));
        let work = scratch(&file)?;
        let scratch = work.path().join("work");
        let stop = stop_on_ctrl_c();
        let checked = {
            let mut teller = Teller::new(out);
            let now = SystemClock.now();
            let check = move |watch: &backup::Watch| backup::verify(&file, &unlock, media.as_deref(), scratch, &all, now, watch);
            backup::apart(&stop, &mut |progress| teller.tell(progress), check).await
        };
        match checked {
            Ok(report) => Ok(say_report(&report, out)),
            Err(error) => Ok(fail(&error, out)),
        }
    }
}

/// A token that Ctrl-C cancels, so that long work ends cleanly.
pub(super) fn stop_on_ctrl_c() -> CancellationToken {
    let stop = CancellationToken::new();
    let pressed = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            pressed.cancel();
        }
    });
    stop
}

fn say_report(report: &Report, out: &mut Out) -> Exit {
    let about = &report.about;
    let mut json = serde_json::to_value(report).unwrap_or_default();
    json["is_good"] = report.is_good().into();
    out.json(&json);
    out.line(format!(
        "Made by Momentum {} at {}, {}{}.",
        about.product,
        about.made_at,
        megabytes(report.bytes),
        if report.is_sealed { ", encrypted" } else { "" }
    ));
    out.line(format!(
        "Database: {}, step {}, {} rows. Uploaded files: {} ({}). Key: {}.",
        megabytes(about.database_bytes),
        about.step,
        about.rows.values().sum::<i64>(),
        if about.media == "none" {
            "left out".into()
        } else {
            report.files.to_string()
        },
        about.media,
        if about.has_key { "in it" } else { "not in it" }
    ));
    if report.pending > 0 {
        out.line(format!("{} migrations run when a server starts on it.", report.pending));
    }
    for problem in &report.problems {
        out.line(format!("✗ {}", problem.message));
    }
    if report.is_good() {
        out.line("Every byte is as it was written, and it can be restored whole.");
        Exit::Done
    } else {
        out.line(format!("{} things are wrong with it.", report.problems.len()));
        Exit::Failed
    }
}

/// Shows how far work has come: a bar for what has an end.
pub(super) struct Teller<'a> {
    out: &'a mut Out,
    shown: Option<Progress>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(out: &'a mut Out) -> Self {
        Self { out, shown: None }
    }

    pub(super) fn tell(&mut self, progress: Progress) {
        if self.out.is_json() || progress.total == 0 {
            return;
        }
        // Bytes are told in megabytes, files one by one.
        let unit = if progress.total > 10_000_000 { 1_000_000 } else { 1 };
        let (done, total) = (progress.done / unit, (progress.total / unit).max(1));
        let same = self.shown.is_some_and(|shown| shown.what == progress.what && shown.done == done);
        if !same {
            self.out.send(super::out::Frame::Bar(progress.what.into(), done, total));
            self.shown = Some(Progress { done, total, ..progress });
        }
    }
}

impl Drop for Teller<'_> {
    fn drop(&mut self) {
        if let Some(shown) = self.shown.filter(|shown| shown.done < shown.total) {
            self.out.send(super::out::Frame::Bar(shown.what.into(), shown.total, shown.total));
        }
    }
}
