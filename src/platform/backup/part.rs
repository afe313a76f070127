//! The file of a backup while it is not finished.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use super::{BackupError, Result};

/// The unfinished file: under a passing name, locked by this process, gone unless it is finished.
pub(super) struct Part {
    pub(super) file: File,
    pub(super) path: PathBuf,
}

impl Part {
    pub(super) fn open(target: &Path) -> Result<Self> {
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let path = target.with_file_name(name);
        let nofollow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(nofollow)
            .open(&path);
        let file = opened.map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => BackupError::Refused(format!(
                "{} cannot be written: {error}. While the server runs, it writes the backup as its own user; choose a folder that is his",
                path.display()
            )),
            _ => BackupError::io(&path, error),
        })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(BackupError::Refused(format!(
                    "{} is being written by another process",
                    path.display()
                )));
            }
            // Some network file systems have no locks; then nobody else is looked for.
            Err(TryLockError::Error(error)) => tracing::debug!(%error, "the unfinished backup is not locked"),
        }
        let part = Self { file, path };
        let cleared = part
            .file
            .set_len(0)
            .and_then(|()| part.file.set_permissions(fs::Permissions::from_mode(0o600)));
        cleared.map_err(|e| BackupError::io(&part.path, e))?;
        Ok(part)
    }

    /// Makes it durable under its final name, never over another file.
    pub(super) fn finish(self, target: &Path) -> Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        self.file.sync_all().map_err(|e| BackupError::io(target, e))?;
        match renameat_with(CWD, &self.path, CWD, target, RenameFlags::NOREPLACE) {
            Ok(()) => {}
            Err(rustix::io::Errno::EXIST) => {
                return Err(BackupError::Refused(format!(
                    "{} appeared meanwhile; nothing was overwritten",
                    target.display()
                )));
            }
            // A file system without that flag: we looked for the file when we began.
            Err(_) => fs::rename(&self.path, target).map_err(|e| BackupError::io(target, e))?,
        }
        let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        // Some file systems cannot sync a folder; the file itself is safe.
        let _unsupported = synced.inspect_err(|error| tracing::debug!(%error, "the folder was not synced"));
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _gone_after_a_finish = fs::remove_file(&self.path);
    }
}

/// Unfinished backups that killed processes left in a folder.
pub(super) fn clear_left_overs(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_part = name.starts_with("momentum-") && name.contains(".backup") && name.ends_with(".part");
        if !is_part || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        // Who still writes it, holds its lock.
        let is_left = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
        if is_left && let Err(error) = fs::remove_file(entry.path()) {
            tracing::warn!(%error, %name, "an unfinished backup could not be removed");
        }
    }
}
