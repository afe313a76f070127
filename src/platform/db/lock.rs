//! One process owns one data folder: an advisory lock on a file in it.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::Path,
};

/// Held for as long as the process owns the folder.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// Why a folder cannot be owned.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process owns it.
    #[error("the data folder {folder} is in use by another Momentum process{holder}; stop that one first")]
    Held {
        /// The folder.
        folder: String,
        /// ` (process 4711)` when it is known.
        holder: String,
    },
    /// SQLite's locks do not hold on network file systems.
    #[error(
        "the data folder {folder} is on a network file system ({kind}), where SQLite's locks do not hold and data can be lost; use a local disk"
    )]
    Network {
        /// The folder.
        folder: String,
        /// The file system's name.
        kind: &'static str,
    },
    /// The lock file could not be opened or written.
    #[error("the data folder {folder} cannot be used: {source}")]
    Io {
        /// The folder.
        folder: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Takes the folder for this process, creating it if it is missing.
///
/// # Errors
/// [`LockError`] when it is held, on a network file system, or not writable.
pub fn take(folder: &Path) -> Result<FolderLock, LockError> {
    let shown = folder.display().to_string();
    let io = |source| LockError::Io {
        folder: shown.clone(),
        source,
    };
    // A folder that we make is nobody else's business; one that is there keeps its owner's choice.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io)?;
    if let Some(kind) = network_kind(folder) {
        return Err(LockError::Network { folder: shown, kind });
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join("momentum.lock"))
        .map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let holder = match file.read_to_string(&mut pid) {
                Ok(n) if n > 0 => format!(" (process {})", pid.trim()),
                _ => String::new(),
            };
            return Err(LockError::Held { folder: shown, holder });
        }
        Err(TryLockError::Error(source)) => return Err(io(source)),
    }
    let pid = std::process::id().to_string();
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| file.write_all(pid.as_bytes()))
        .map_err(io)?;
    Ok(FolderLock { _file: file })
}

/// Whether a process owns the folder now. Asks by taking a shared lock for an instant; changes nothing.
#[must_use]
pub fn is_held(folder: &Path) -> bool {
    let Ok(file) = File::open(folder.join("momentum.lock")) else {
        return false;
    };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// The name of the network file system that holds `folder`, if it is one.
#[must_use]
pub fn network_kind(folder: &Path) -> Option<&'static str> {
    let magic = rustix::fs::statfs(folder).ok()?.f_type;
    kind_of(u64::try_from(magic).unwrap_or_default())
}

/// The name of a network file system by the magic number that statfs(2) tells.
#[must_use]
pub fn kind_of(magic: u64) -> Option<&'static str> {
    // From linux/magic.h and, for those outside the kernel, their own sources.
    const KINDS: [(u64, &str); 13] = [
        (0x6969, "NFS"),
        (0x517B, "SMB"),
        (0xFF53_4D42, "CIFS"),
        (0xFE53_4D42, "SMB2"),
        (0x5346_414F, "AFS"),
        (0x00C3_6400, "Ceph"),
        (0x0BD0_0BD0, "Lustre"),
        (0x0102_1997, "9p"),
        (0x4750_4653, "GPFS"),
        (0x6B41_4653, "AFS"),
        (0x7375_7245, "Coda"),
        (0x1983_0326, "BeeGFS"),
        (0x786F_4256, "VirtualBox shared folder"),
    ];
    KINDS
        .iter()
        .find(|(number, _)| *number == magic & 0xFFFF_FFFF)
        .map(|(_, name)| *name)
}

/// Bytes that may still be written to the file system of this path, unless that is not known.
#[must_use]
pub fn free_bytes(path: &Path) -> Option<u64> {
    let known = rustix::fs::statvfs(path).ok()?;
    Some(known.f_bavail.saturating_mul(known.f_frsize))
}
