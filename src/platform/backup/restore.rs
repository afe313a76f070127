//! Puts a backup in place: unpacked and checked in a folder of its own first, then renamed.

use std::{
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    About, BackupError, Result, Unlock, Watch, beside,
    format::{FileName, Member},
    need_room, read,
    read::Taker,
    scan,
    snapshot::{Scratch, private_file},
    verify::{Have, Problem, media_folder, spill},
};
use crate::{
    kernel::time::Timestamp,
    platform::{
        crypto,
        db::{self, lock},
        module::AllFiles,
    },
};

/// The configuration file of a backup is not put where it would be used by itself.
pub const SETTINGS: &str = "momentum.toml.restored";

/// The folder of passing work.
const WORK: &str = "restore.work";

/// Where to.
#[derive(Debug, Clone)]
pub struct Target {
    /// The data folder.
    pub folder: PathBuf,
    /// Whether an instance that is there may be put aside.
    pub swap: bool,
    /// Where stored files beside the backup lie, if not where it says.
    pub media: Option<PathBuf>,
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// What the backup says about itself.
    pub about: About,
    /// Where the former instance is now.
    pub former: Option<PathBuf>,
    /// Migrations that the next start applies.
    pub pending: usize,
    /// Stored files that could not be restored.
    pub problems: Vec<Problem>,
    /// Stored files that were.
    pub files: u64,
}

/// How the new folder gets to its place.
enum Place {
    /// There is nothing: it is renamed there.
    Free,
    /// There is an empty folder, maybe a disk of its own: its insides are moved there.
    Empty,
    /// There is an instance: the two change places.
    Taken,
}

/// Restores a backup. Until everything is checked, nothing outside a passing folder changes.
///
/// # Errors
/// [`BackupError`]: a backup that is not sound, a folder that is in use or not empty.
pub fn restore(path: &Path, unlock: &Unlock, target: &Target, all: &Arc<AllFiles>, now: Timestamp, watch: &Watch) -> Result<Restored> {
    let folder = std::path::absolute(&target.folder).map_err(|e| BackupError::io(&target.folder, e))?;
    // A link is followed once and for all: the folder that it names is what is replaced.
    let folder = fs::canonicalize(&folder).unwrap_or(folder);
    let place = look(&folder, target.swap)?;
    let held = match place {
        Place::Free => None,
        Place::Empty | Place::Taken => Some(take(&folder)?),
    };
    let work = match place {
        Place::Empty => folder.join(WORK),
        Place::Free | Place::Taken => next_to(&folder, WORK)?,
    };
    let mut stage = Stage::new(&work, path, watch)?;
    let found = read::read(path, unlock, &mut stage, watch)?;
    let mut restored = stage.check(&found, unlock, target.media.as_deref(), all, now)?;
    give_to_owner(&stage.folder, &folder)?;
    sync_all(&stage.folder)?;
    watch.step("Putting it in place", 0, 0)?;
    match place {
        Place::Free => fs::rename(&stage.folder, &folder).map_err(|e| BackupError::io(&folder, e))?,
        Place::Empty => move_in(&stage.folder, &folder)?,
        Place::Taken => restored.former = Some(change_places(&stage.folder, &folder, now)?),
    }
    sync_all(&folder)?;
    drop(held);
    Ok(restored)
}

/// What is at the place now, and whether it may be replaced.
fn look(folder: &Path, swap: bool) -> Result<Place> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Place::Free),
        Err(error) => return Err(BackupError::io(folder, error)),
    };
    let passing = ["momentum.lock", WORK, "lost+found"];
    let is_empty = !entries
        .flatten()
        .any(|entry| !passing.iter().any(|name| entry.file_name() == *name));
    match (is_empty, swap) {
        (true, _) => Ok(Place::Empty),
        (false, true) => Ok(Place::Taken),
        (false, false) => Err(BackupError::Refused(format!(
            "{} is not empty; name an empty folder with --into, or add --swap to put what is there aside",
            folder.display()
        ))),
    }
}

fn take(folder: &Path) -> Result<lock::FolderLock> {
    lock::take(folder).map_err(|error| BackupError::Refused(error.to_string()))
}

/// A path next to a folder, on the same disk.
fn next_to(folder: &Path, ending: &str) -> Result<PathBuf> {
    let name = folder.file_name().and_then(|name| name.to_str());
    let (Some(name), Some(parent)) = (name, folder.parent()) else {
        return Err(BackupError::Refused(format!("{} cannot be replaced", folder.display())));
    };
    fs::create_dir_all(parent).map_err(|e| BackupError::io(parent, e))?;
    Ok(parent.join(format!("{name}.{ending}")))
}

/// The new data folder while it is being filled.
struct Stage<'a> {
    scratch: Scratch,
    folder: PathBuf,
    backup: PathBuf,
    watch: &'a Watch,
    /// Whoever starts a server on the folder the moment it is in place waits for us.
    _held: lock::FolderLock,
}

impl<'a> Stage<'a> {
    fn new(work: &Path, backup: &Path, watch: &'a Watch) -> Result<Self> {
        let backup = fs::canonicalize(backup).map_err(|e| BackupError::io(backup, e))?;
        if backup.starts_with(work) {
            return Err(BackupError::Refused(format!(
                "the backup lies in {}, which is for passing work; move it elsewhere",
                work.display()
            )));
        }
        let folder = work.join("data");
        if folder.exists() {
            // Left by a killed process, unless it is held.
            take(&folder).map(drop)?;
        }
        let scratch = Scratch::new(work.to_owned())?;
        let held = take(&folder)?;
        Ok(Self {
            scratch,
            folder,
            backup,
            watch,
            _held: held,
        })
    }

    fn file(&self, name: &FileName) -> Result<PathBuf> {
        let path = self.folder.join(name.path());
        make_folder(path.parent().unwrap_or(&self.folder))?;
        Ok(path)
    }

    /// Judges what was unpacked, and fetches stored files that are not inside the backup.
    fn check(&mut self, found: &read::Found, unlock: &Unlock, media: Option<&Path>, all: &AllFiles, now: Timestamp) -> Result<Restored> {
        self.watch.step("Checking the database", 0, 0)?;
        let database = self.folder.join(db::FILE);
        if let Some(problem) = scan::check(&database)?.into_iter().next() {
            return Err(BackupError::Damaged(problem.message));
        }
        let facts = scan::facts(&database, &self.scratch, all, now)?;
        let mut have = Have::of(found);
        for name in &found.rotten {
            let path = self.folder.join(name.path());
            fs::remove_file(&path).map_err(|e| BackupError::io(&path, e))?;
        }
        let is_without = found.about.media == "none";
        if !found.beside.is_empty() {
            let from = media_folder(&self.backup, media, &found.about)?;
            self.fetch(&from, &found.beside, unlock, &mut have)?;
        } else if is_without && let Some(from) = media {
            self.fetch(from, &facts.files, unlock, &mut have)?;
        }
        let mut problems = have.problems(&facts.files, &found.about);
        let lost = facts.files.iter().filter(|name| !have.good.contains(*name)).count();
        if is_without && lost > 0 {
            problems.push(Problem::new(
                "media.left_out",
                format!("{lost} stored files are not in this backup; name a folder that has them with --media-from, or put them into blobs/ yourself."),
            ));
        }
        Ok(Restored {
            about: found.about.clone(),
            former: None,
            pending: facts.pending,
            problems,
            files: have.good.len() as u64,
        })
    }

    fn fetch(&self, from: &Path, names: &[FileName], unlock: &Unlock, have: &mut Have) -> Result<()> {
        let total = names.len() as u64;
        for (n, name) in names.iter().enumerate() {
            self.watch.step("Fetching stored files", n as u64, total)?;
            let path = self.file(name)?;
            let mut file = private_file(&path)?;
            match beside::carry(from, name, unlock, &mut file, self.watch)? {
                None => drop(have.good.insert(name.clone())),
                Some(why) => {
                    fs::remove_file(&path).map_err(|e| BackupError::io(&path, e))?;
                    have.good.remove(name);
                    have.bad.push((name.clone(), why));
                }
            }
        }
        Ok(())
    }
}

impl Taker for Stage<'_> {
    fn about(&mut self, about: &About) -> Result<()> {
        let room = about.database_bytes.saturating_add(about.file_bytes).saturating_add(16 << 20);
        need_room(&self.folder, room, "the restored instance")
    }

    fn take(&mut self, member: &Member, data: &mut dyn Read) -> Result<()> {
        let path = match member {
            Member::Database => self.folder.join(db::FILE),
            Member::Key => self.folder.join(crypto::KEY_FILE),
            Member::Settings => self.folder.join(SETTINGS),
            Member::File(name) => self.file(name)?,
            Member::About | Member::Media | Member::Sums => return Ok(()),
        };
        spill(data, &path).map(drop)
    }
}

fn make_folder(path: &Path) -> Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|e| BackupError::io(path, e))
}

/// Restored by root for a service that runs as somebody else: everything belongs to whoever owns
/// the folder that is replaced, else the one above it.
fn give_to_owner(new: &Path, folder: &Path) -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(folder);
    let owner = fs::metadata(folder)
        .or_else(|_| fs::metadata(parent))
        .map_err(|e| BackupError::io(parent, e))?;
    let (uid, gid) = (owner.uid(), owner.gid());
    if uid == 0 {
        return Ok(());
    }
    for entry in walkdir::WalkDir::new(new) {
        let entry = entry.map_err(|e| BackupError::Io(new.display().to_string(), e.into()))?;
        std::os::unix::fs::lchown(entry.path(), Some(uid), Some(gid)).map_err(|e| BackupError::io(entry.path(), e))?;
    }
    Ok(())
}

/// Everything that was written to the disk of this folder is there, names included.
fn sync_all(folder: &Path) -> Result<()> {
    let opened = File::open(folder).map_err(|e| BackupError::io(folder, e))?;
    rustix::fs::syncfs(&opened).map_err(|e| BackupError::io(folder, e.into()))
}

/// Moves the insides of one folder into another that is empty, the database last: a folder
/// without it is no instance yet.
fn move_in(new: &Path, folder: &Path) -> Result<()> {
    let entries = fs::read_dir(new).map_err(|e| BackupError::io(new, e))?;
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    names.retain(|name| name != "momentum.lock");
    names.sort_by_key(|name| name == db::FILE);
    let mut moved = Vec::new();
    for name in names {
        if let Err(error) = fs::rename(new.join(&name), folder.join(&name)) {
            for name in moved {
                let _back = fs::rename(folder.join(&name), new.join(&name));
            }
            return Err(BackupError::io(&folder.join(&name), error));
        }
        moved.push(name);
    }
    Ok(())
}

/// Puts the new folder in the place of the old one; where the old one is now.
fn change_places(new: &Path, folder: &Path, now: Timestamp) -> Result<PathBuf> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    let stamp: String = now.to_string().chars().take(19).filter(|c| !matches!(c, '-' | ':')).collect();
    let former = next_to(folder, &format!("before-restore-{stamp}Z"))?;
    if fs::symlink_metadata(&former).is_ok() {
        return Err(BackupError::Refused(format!(
            "{} is there already; try again in a second",
            former.display()
        )));
    }
    // The new one waits under the name that the old one will have: then one exchange does it, and
    // no moment is without an instance in its place.
    fs::rename(new, &former).map_err(|e| BackupError::io(&former, e))?;
    let exchanged = match renameat_with(CWD, &former, CWD, folder, RenameFlags::EXCHANGE) {
        // A file system that cannot exchange.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => in_two_steps(&former, folder),
        other => other.map_err(Into::into),
    };
    if let Err(error) = exchanged {
        let _back = fs::rename(&former, new);
        return Err(match error.kind() {
            io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices => BackupError::Refused(format!(
                "{} is a mount point and cannot be renamed; restore into an empty folder or volume and use that",
                folder.display()
            )),
            _ => BackupError::io(folder, error),
        });
    }
    Ok(former)
}

fn in_two_steps(new: &Path, folder: &Path) -> io::Result<()> {
    let mut aside = new.as_os_str().to_owned();
    aside.push(".old");
    fs::rename(folder, &aside)?;
    if let Err(error) = fs::rename(new, folder) {
        fs::rename(&aside, folder)?;
        return Err(error);
    }
    fs::rename(&aside, new)
}
