//! Backups: one file that holds a whole instance, made while it runs; checked and restored.
//!
//! [`make`] copies the database by SQLite's online backup inside one read transaction, so that the
//! copy is one instant and a storm of writes cannot make it begin anew; holds the file store, so
//! that nothing the copy names is swept meanwhile; and writes both through the form that
//! the module `format` tells. [`verify()`] reads such a file to its last byte; [`restore()`] does the same into
//! a folder of its own and puts that in place only when all of it is sound.
//!
//! All of it runs on a thread of its own with low priority, in bounded memory.
//!
//! Tables: `backups`, the outcome of each.

mod beside;
mod config;
pub mod format;
mod job;
mod keep;
mod pack;
mod part;
mod read;
mod restore;
mod scan;
mod seal;
mod snapshot;
mod store;
mod stream;
mod verify;
mod watch;
mod write;

use std::{
    io,
    path::{Path, PathBuf},
};

pub use config::{BackupConfig, MediaChoice, TimeOfDay};
pub use format::About;
pub use job::{BackupNow, Current, MakeBackup, Stored, schedule, stored};
pub use keep::{Keep, file_name, is_ours, prune};
pub use restore::{Restored, SETTINGS, Target, restore};
pub use seal::{Lock, Unlock, locked_by, parse_recipients};
pub use snapshot::copy_database;
pub use store::{Outcome, Standing, Trigger, last, list};
pub use verify::{Problem, Report, verify};
pub use watch::{Progress, Watch, apart};
pub use write::Made;

use super::{
    Platform,
    config::Config,
    db::{Db, lock},
    module::AllFiles,
};
use crate::kernel::error::Error;

/// Why a backup was not made, is not good, or was not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Asked wrongly, or not possible now. The sentence says the mend.
    #[error("{0}")]
    Refused(String),
    /// The file is not as it was written.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
    /// It is no backup of ours.
    #[error("this is not a Momentum backup: {0}")]
    Foreign(String),
    /// A newer program made it.
    #[error("the backup was made by Momentum {product}, which is newer than this one: {why}; install that version or a newer one")]
    Newer {
        /// The version that made it.
        product: String,
        /// What this program does not know.
        why: String,
    },
    /// It is encrypted, and what was given does not open it.
    #[error("the backup cannot be opened: {0}")]
    Closed(String),
    /// The person who asked has gone, or the process ends.
    #[error("the work was stopped; nothing of it is left")]
    Stopped,
    /// The file system said no.
    #[error("{0}: {1}")]
    Io(String, #[source] io::Error),
    /// SQLite said no.
    #[error("{0}: {1}")]
    Database(String, #[source] rusqlite::Error),
    /// A fault of ours.
    #[error("{0}")]
    House(#[source] Error),
}

/// Short for results that fail with [`BackupError`].
pub type Result<T, E = BackupError> = std::result::Result<T, E>;

impl BackupError {
    fn io(path: &Path, source: io::Error) -> Self {
        Self::Io(path.display().to_string(), source)
    }

    fn database(what: &str, source: rusqlite::Error) -> Self {
        Self::Database(what.into(), source)
    }

    /// What went wrong while a backup was read: a fault of the disk, or of what is written there.
    fn of_source(error: io::Error) -> Self {
        match error.raw_os_error() {
            Some(_) => Self::Io("reading the backup".into(), error),
            None => Self::Damaged(match error.kind() {
                io::ErrorKind::UnexpectedEof => "it ends too early".into(),
                _ => "its bytes are not as they were written".into(),
            }),
        }
    }

    /// Whether trying again later could help: a folder that is away, a full disk.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Io(..) | Self::Database(..) | Self::House(_) | Self::Stopped)
    }
}

impl From<Error> for BackupError {
    fn from(error: Error) -> Self {
        Self::House(error)
    }
}

/// What is to be made.
#[derive(Debug, Clone)]
pub struct Plan {
    /// A file that does not exist yet, or a folder in which a name is chosen.
    pub to: PathBuf,
    /// What becomes of stored files.
    pub media: Media,
    /// Whether the key and the configuration file are in it.
    pub with_key: bool,
    /// How it is encrypted.
    pub lock: Lock,
}

/// What becomes of stored files, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Media {
    /// They are in the file.
    Inside,
    /// They are copied into this folder, unless they are there already.
    Beside(PathBuf),
    /// They are left out.
    None,
}

impl Plan {
    /// As the configuration says, to this place.
    #[must_use]
    pub fn of(config: &BackupConfig, to: PathBuf) -> Self {
        let lock = match &config.passphrase {
            Some(passphrase) => Lock::Passphrase(passphrase.clone()),
            None if config.recipients.is_empty() => Lock::Open,
            None => Lock::Recipients(config.recipients.clone()),
        };
        let media = match config.media {
            MediaChoice::Inside => Media::Inside,
            MediaChoice::Beside => Media::Beside(keep::media_folder(&to)),
            MediaChoice::None => Media::None,
        };
        Self {
            to,
            media,
            with_key: config.with_key,
            lock,
        }
    }
}

/// The folder of backups that the configuration names, else one in the data folder.
#[must_use]
pub fn usual_folder(config: &Config) -> PathBuf {
    config.backup.folder.clone().unwrap_or_else(|| config.data.join("backups"))
}

/// Makes a backup and records the outcome. `tell` hears how far it has come. When this future is
/// dropped, the work stops and leaves nothing behind.
///
/// # Errors
/// [`BackupError`]; nothing is left under the final name.
pub async fn make(platform: &Platform, db: &Db, plan: &Plan, trigger: Trigger, tell: &mut (dyn FnMut(Progress) + Send)) -> Result<Made> {
    let started = db.now();
    let made = match write::Work::new(platform, plan, started) {
        Ok(work) => apart(&watch::never(), tell, move |watch| work.run(watch)).await,
        Err(error) => Err(error),
    };
    let outcome = match &made {
        Ok(made) => Outcome::made(started, trigger, made),
        Err(error) => Outcome::failed(started, trigger, &plan.to, error),
    };
    let recorded = db.write_low("backup.record", move |tx| store::insert(tx, &outcome)).await;
    match (made, recorded) {
        (Ok(made), Err(error)) => {
            tracing::error!(?error, "a backup was made, but its outcome could not be recorded");
            Ok(made)
        }
        (made, _) => made,
    }
}

/// The stored files that slices name, for checks of a backup.
#[must_use]
pub fn files_of(platform: &Platform) -> std::sync::Arc<AllFiles> {
    platform.services.find().unwrap_or_default()
}

/// Refuses work for which the disk has no room.
fn need_room(folder: &Path, bytes: u64, what: &str) -> Result<()> {
    match lock::free_bytes(folder) {
        Some(free) if free < bytes => Err(BackupError::Refused(format!(
            "{what} needs {} and {} has {} free; make room there",
            megabytes(bytes),
            folder.display(),
            megabytes(free)
        ))),
        _ => Ok(()),
    }
}

/// Bytes for people.
#[must_use]
pub fn megabytes(bytes: u64) -> String {
    if bytes < 1_000_000 {
        return format!("{} KB", bytes.div_ceil(1000));
    }
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}
