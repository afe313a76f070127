//! Is a backup good, to its last stored file? Reads it as a restore would and keeps nothing.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::Serialize;

use super::{
    About, BackupError, Result, Unlock, Watch, beside,
    format::{FileName, Member},
    need_room,
    read::{self, Found, Taker},
    scan,
    snapshot::{Scratch, private_file},
};
use crate::{
    kernel::time::Timestamp,
    platform::{db, module::AllFiles},
};

/// Something that is wrong with a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable code, such as `database.damaged`.
    pub code: &'static str,
    /// What, in words.
    pub message: String,
}

impl Problem {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Bytes of the file.
    pub bytes: u64,
    /// Whether it is encrypted.
    pub is_sealed: bool,
    /// What it says about itself.
    pub about: About,
    /// Migrations that a start on it would apply.
    pub pending: usize,
    /// Stored files that were read and fit their names.
    pub files: u64,
    /// Everything that is wrong. Empty: it can be restored whole.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }
}

/// The most problems of a kind that are told one by one.
const TOLD: usize = 20;

/// Reads a whole backup: checksums of every byte, the database by SQLite's own checks and this
/// program's migrations, every stored file. `media` is where files beside it lie, if not where it
/// says. Work passes through `work`, a folder that may not exist yet.
///
/// # Errors
/// [`BackupError`] when it is damaged, foreign, newer or closed; what is missing in a sound file
/// is in the report.
pub fn verify(
    path: &Path,
    unlock: &Unlock,
    media: Option<&Path>,
    work: PathBuf,
    all: &Arc<AllFiles>,
    now: Timestamp,
    watch: &Watch,
) -> Result<Report> {
    let scratch = Scratch::new(work)?;
    let mut taker = DatabaseOnly { scratch: &scratch };
    let found = read::read(path, unlock, &mut taker, watch)?;
    watch.step("Checking the database", 0, 0)?;
    let database = scratch.join(db::FILE);
    let mut problems = scan::check(&database)?;
    let facts = scan::facts(&database, &scratch, all, now)?;
    if facts.rows != found.about.rows || facts.step != found.about.step {
        problems.push(Problem::new("database.counts", "The database does not hold what the backup says."));
    }
    let mut have = Have::of(&found);
    if !found.beside.is_empty() {
        let folder = media_folder(path, media, &found.about)?;
        let total = found.beside.len() as u64;
        for (n, name) in found.beside.iter().enumerate() {
            watch.step("Checking files beside it", n as u64, total)?;
            if let Some(why) = beside::carry(&folder, name, unlock, &mut io::sink(), watch)? {
                have.bad.push((name.clone(), why));
                have.good.remove(name);
            }
        }
    }
    problems.extend(have.problems(&facts.files, &found.about));
    Ok(Report {
        bytes: found.bytes,
        is_sealed: found.is_sealed,
        about: found.about,
        pending: facts.pending,
        files: have.good.len() as u64,
        problems,
    })
}

/// Which stored files can be had, and which cannot.
pub(super) struct Have {
    pub(super) good: HashSet<FileName>,
    pub(super) bad: Vec<(FileName, &'static str)>,
}

impl Have {
    pub(super) fn of(found: &Found) -> Self {
        let mut good: HashSet<FileName> = found.inside.iter().chain(&found.beside).cloned().collect();
        let bad = found
            .rotten
            .iter()
            .map(|name| (name.clone(), "damaged already when the backup was made"));
        let bad: Vec<_> = bad.collect();
        for (name, _) in &bad {
            good.remove(name);
        }
        Self { good, bad }
    }

    /// What the database names and the backup does not have.
    pub(super) fn problems(&self, wanted: &[FileName], about: &About) -> Vec<Problem> {
        if about.media == "none" {
            return Vec::new();
        }
        let told = |name: &FileName| self.bad.iter().any(|(bad, _)| bad == name);
        let was_missing: HashSet<&str> = about.missing.iter().map(String::as_str).collect();
        let mut lines: Vec<Problem> = self
            .bad
            .iter()
            .map(|(name, why)| Problem::new("media.damaged", format!("The stored file {} is {why}.", name.short())))
            .collect();
        for name in wanted.iter().filter(|name| !self.good.contains(*name) && !told(name)) {
            let why = if was_missing.contains(name.short().as_str()) {
                "was missing already when the backup was made"
            } else {
                "is named by the database and not in the backup"
            };
            lines.push(Problem::new("media.missing", format!("The stored file {} {why}.", name.short())));
        }
        if lines.len() > TOLD {
            let more = lines.len() - TOLD;
            lines.truncate(TOLD);
            lines.push(Problem::new(
                "media.more",
                format!("{more} more stored files are missing or damaged."),
            ));
        }
        lines
    }
}

/// Where the files beside a backup lie: as told, else in the folder `media` next to it, else
/// where they were put when it was made.
pub(super) fn media_folder(backup: &Path, told: Option<&Path>, about: &About) -> Result<PathBuf> {
    let beside = backup.parent().map(super::keep::media_folder);
    let made = about.media_folder.as_ref().map(PathBuf::from);
    let found = match told {
        Some(told) => Some(told.to_owned()),
        None => beside.into_iter().chain(made).find(|folder| folder.is_dir()),
    };
    found.filter(|folder| folder.is_dir()).ok_or_else(|| {
        BackupError::Refused("the folder of stored files that belongs to this backup is not here; name it with --media-from".into())
    })
}

struct DatabaseOnly<'a> {
    scratch: &'a Scratch,
}

impl Taker for DatabaseOnly<'_> {
    fn about(&mut self, about: &About) -> Result<()> {
        let room = about.database_bytes.saturating_mul(2).saturating_add(16 << 20);
        need_room(self.scratch.path(), room, "the check (its folder is that of TMPDIR)")
    }

    fn take(&mut self, member: &Member, data: &mut dyn Read) -> Result<()> {
        match member {
            Member::Database => spill(data, &self.scratch.join(db::FILE)).map(drop),
            _ => Ok(()),
        }
    }
}

/// Writes a member into a new private file.
pub(super) fn spill(data: &mut dyn Read, path: &Path) -> Result<File> {
    let mut file = private_file(path)?;
    let mut piece = vec![0; 128 * 1024];
    loop {
        match data.read(&mut piece) {
            Ok(0) => return Ok(file),
            Ok(n) => file.write_all(&piece[..n]).map_err(|e| BackupError::io(path, e))?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(BackupError::of_source(error)),
        }
    }
}
