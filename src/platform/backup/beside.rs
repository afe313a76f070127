//! Stored files beside backups: a folder that all backups of an instance share.
//!
//! ```text
//! media/about.json      the form, and whom the files are encrypted to
//! media/AA/SHA256       a file by the SHA-256 of its bytes; `.age` at the end when encrypted
//! media/used-by/NAME    which files the backup NAME needs: its path, then a line for each
//! ```
//! A file that is there already is not copied again. One that no list names any more goes when
//! old backups do.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, BufRead as _, BufReader, BufWriter, Read, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    BackupError, Lock, Result, Unlock, Watch,
    format::{FileName, is_sha256},
    seal, snapshot,
    stream::Hashed,
};
use crate::platform::crypto::hex;

const ABOUT: &str = "about.json";
const LISTS: &str = "used-by";

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct AboutMedia {
    format: u32,
    recipients: Vec<String>,
}

/// The folder, ready to take files.
pub(super) struct Shared<'a> {
    folder: &'a Path,
    lock: &'a Lock,
}

impl<'a> Shared<'a> {
    /// Opens or makes it.
    pub(super) fn open(folder: &'a Path, lock: &'a Lock) -> Result<Self> {
        let recipients = match lock {
            Lock::Open => Vec::new(),
            Lock::Recipients(texts) => texts.clone(),
            Lock::Passphrase(_) => {
                return Err(BackupError::Refused(
                    "files beside a backup can be encrypted to recipients only, not with a passphrase; keep them inside, or use recipients"
                        .into(),
                ));
            }
        };
        let mut about = AboutMedia { format: 1, recipients };
        about.recipients.sort();
        let fail = |e| BackupError::io(folder, e);
        fs::create_dir_all(folder.join(LISTS)).map_err(fail)?;
        let file = folder.join(ABOUT);
        match fs::read(&file) {
            Ok(bytes) => {
                let found: AboutMedia = serde_json::from_slice(&bytes)
                    .map_err(|_| BackupError::Refused(format!("{} is not one of ours; use another folder", file.display())))?;
                if found != about {
                    return Err(BackupError::Refused(format!(
                        "the files in {} are encrypted to others than this backup would be; use a new folder",
                        folder.display()
                    )));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = serde_json::to_vec_pretty(&about).map_err(|e| BackupError::House(crate::kernel::error::Error::internal(e)))?;
                put(&file, &mut text.as_slice())?;
            }
            Err(error) => return Err(BackupError::io(&file, error)),
        }
        Ok(Self { folder, lock })
    }

    fn is_sealed(&self) -> bool {
        matches!(self.lock, Lock::Recipients(_))
    }

    /// Whether the file is there already. A plain one must have its size.
    pub(super) fn has(&self, sha256: &str, bytes: u64) -> bool {
        let path = path(self.folder, sha256, self.is_sealed());
        fs::metadata(path).is_ok_and(|m| m.is_file() && if self.is_sealed() { m.len() > bytes } else { m.len() == bytes })
    }

    /// Copies a file there; false when its bytes are not what its name says.
    pub(super) fn add(&self, sha256: &str, from: &mut dyn Read) -> Result<bool> {
        let path = path(self.folder, sha256, self.is_sealed());
        let mut source = Hashed::new(from);
        let part = begin(&path)?;
        let mut out = BufWriter::new(&part.file);
        match self.lock {
            Lock::Recipients(_) => seal::seal_into(self.lock, &mut source, &mut out)?,
            _ => drop(io::copy(&mut source, &mut out).map_err(|e| BackupError::io(&path, e))?),
        }
        out.flush().map_err(|e| BackupError::io(&path, e))?;
        drop(out);
        if hex(&source.digest()) != sha256 {
            return Ok(false);
        }
        part.finish(&path)?;
        Ok(true)
    }

    /// Says which files a backup needs.
    pub(super) fn list(&self, backup: &Path, files: &[FileName]) -> Result<()> {
        let name = backup.file_name().unwrap_or_default().to_string_lossy();
        let mut text = format!("{}\n", backup.display());
        let mut names: Vec<&str> = files.iter().map(|file| file.sha256.as_str()).collect();
        names.dedup();
        for name in names {
            text.push_str(name);
            text.push('\n');
        }
        put(&self.folder.join(LISTS).join(format!("{name}.txt")), &mut text.as_bytes())
    }
}

fn path(folder: &Path, sha256: &str, is_sealed: bool) -> PathBuf {
    let ending = if is_sealed { ".age" } else { "" };
    folder.join(sha256.get(..2).unwrap_or("__")).join(format!("{sha256}{ending}"))
}

/// A file under a passing name; gone when it is not finished.
struct Part {
    file: File,
    path: PathBuf,
}

fn begin(path: &Path) -> Result<Part> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|e| BackupError::io(folder, e))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    // One backup of an instance runs at a time: what is there was left by a killed process.
    let _left_over = fs::remove_file(&part);
    Ok(Part {
        file: snapshot::private_file(&part)?,
        path: part,
    })
}

impl Part {
    fn finish(self, path: &Path) -> Result<()> {
        let done = self.file.sync_all().and_then(|()| fs::rename(&self.path, path));
        done.map_err(|e| BackupError::io(path, e))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _gone_after_a_finish = fs::remove_file(&self.path);
    }
}

fn put(path: &Path, from: &mut impl Read) -> Result<()> {
    let part = begin(path)?;
    io::copy(from, &mut &part.file).map_err(|e| BackupError::io(path, e))?;
    part.finish(path)
}

/// Opens a stored file of a shared folder, or of a data folder's `blobs`.
pub(super) fn open(folder: &Path, name: &FileName, unlock: &Unlock) -> Result<Option<Box<dyn Read>>> {
    let plain = [
        path(folder, &name.sha256, false),
        path(&folder.join(&name.shelf), &name.sha256, false),
    ];
    for path in plain {
        match File::open(&path) {
            Ok(file) => return Ok(Some(Box::new(file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(BackupError::io(&path, error)),
        }
    }
    let sealed = path(folder, &name.sha256, true);
    match File::open(&sealed) {
        Ok(file) => Ok(Some(Box::new(seal::unseal(BufReader::new(file), unlock)?))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(BackupError::io(&sealed, error)),
    }
}

/// Reads a stored file to its end; the reason when it is not what its name says.
pub(super) fn carry(
    folder: &Path,
    name: &FileName,
    unlock: &Unlock,
    to: &mut dyn io::Write,
    watch: &Watch,
) -> Result<Option<&'static str>> {
    let Some(source) = open(folder, name, unlock)? else {
        return Ok(Some("missing"));
    };
    let mut source = Hashed::new(source);
    let mut piece = vec![0; 64 * 1024];
    loop {
        if watch.is_stopped() {
            return Err(BackupError::Stopped);
        }
        match source.read(&mut piece) {
            Ok(0) => break,
            Ok(n) => to
                .write_all(&piece[..n])
                .map_err(|e| BackupError::Io("writing a stored file".into(), e))?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Whatever the reason, this file cannot be had from here.
            Err(_) => return Ok(Some("damaged")),
        }
    }
    Ok((hex(&source.digest()) != name.sha256).then_some("damaged"))
}

/// Forgets the lists of backups of `backups` that are gone, and deletes files that no list names.
pub(super) fn prune(folder: &Path, backups: &Path) -> Result<()> {
    let lists = folder.join(LISTS);
    let Ok(entries) = fs::read_dir(&lists) else { return Ok(()) };
    let mut wanted = HashSet::new();
    for entry in entries {
        let path = entry.map_err(|e| BackupError::io(&lists, e))?.path();
        if path.extension().is_none_or(|ending| ending != "txt") {
            continue;
        }
        let mut lines = BufReader::new(File::open(&path).map_err(|e| BackupError::io(&path, e))?).lines();
        let backup = lines.next().transpose().map_err(|e| BackupError::io(&path, e))?;
        let backup = PathBuf::from(backup.unwrap_or_default());
        // Backups elsewhere are somebody else's: they may be on a disk that is not here now.
        if backup.parent() == Some(backups) && !backup.exists() {
            fs::remove_file(&path).map_err(|e| BackupError::io(&path, e))?;
            continue;
        }
        for line in lines {
            wanted.insert(line.map_err(|e| BackupError::io(&path, e))?);
        }
    }
    for entry in walkdir::WalkDir::new(folder).min_depth(2).max_depth(2) {
        let Ok(entry) = entry else { continue };
        let name = entry.file_name().to_string_lossy().into_owned();
        let sha256 = name.strip_suffix(".age").unwrap_or(&name);
        let is_unwanted = is_sha256(sha256) && !wanted.contains(sha256);
        if entry.file_type().is_file() && (is_unwanted || name.ends_with(".part")) {
            fs::remove_file(entry.path()).map_err(|e| BackupError::io(entry.path(), e))?;
        }
    }
    Ok(())
}
