//! A blob on its way into the store, and one that has arrived.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::Blobs;
use crate::platform::crypto::hex;

/// A blob that is being written. Dropped without [`Part::seal`], nothing is left of it.
#[derive(Debug)]
pub struct Part {
    pub(super) file: File,
    pub(super) path: PathBuf,
    pub(super) hasher: Sha256,
    pub(super) bytes: u64,
    pub(super) blobs: Blobs,
    /// Whether the file belongs to somebody else.
    pub(super) is_adopted: bool,
}

impl Part {
    /// Appends. Blocking.
    ///
    /// # Errors
    /// What the file system says, such as a full disk.
    pub fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece)?;
        self.hasher.update(piece);
        self.bytes += piece.len() as u64;
        Ok(())
    }

    /// The SHA-256 of what was written so far: lower-case hex.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&self.hasher.clone().finalize())
    }

    /// How much was written so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The unfinished file, to look at what is in it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the bytes durable under their own hash. When the store has them already, this copy
    /// is dropped. Blocking.
    ///
    /// # Errors
    /// What the file system says; nothing half-written is left.
    pub fn seal(mut self) -> io::Result<Sealed> {
        let sha256 = hex(&std::mem::take(&mut self.hasher).finalize());
        let path = self.blobs.path(&sha256);
        // From here on a sweep leaves the blob alone, whether it is new or old.
        let pin = Pin::new(&self.blobs, path.clone());
        if !has_size(&path, self.bytes) {
            self.file.sync_all()?;
            let folder = path.parent().unwrap_or(&self.blobs.folder);
            fs::create_dir_all(folder)?;
            if self.is_adopted {
                self.link(&path)?;
            } else {
                fs::rename(&self.path, &path)?;
            }
            File::open(folder)?.sync_all()?;
            File::open(&self.blobs.folder)?.sync_all()?;
        }
        Ok(Sealed {
            sha256,
            bytes: self.bytes,
            path,
            _pin: pin,
        })
    }
}

impl Part {
    /// Gives an adopted file a second name, or copies it where that cannot be.
    fn link(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            // A torn blob makes room.
            _ => {}
        }
        if fs::hard_link(&self.path, path).is_ok() {
            return Ok(());
        }
        let mut copy = self.blobs.begin()?;
        io::copy(&mut File::open(&self.path)?, &mut copy.file)?;
        copy.file.sync_all()?;
        fs::rename(&copy.path, path)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.is_adopted {
            return;
        }
        // After a seal it is gone already.
        let _gone = fs::remove_file(&self.path);
        self.blobs.live().parts.remove(&self.path);
    }
}

fn has_size(path: &Path, bytes: u64) -> bool {
    fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() == bytes)
}

/// A durable blob, held against sweeps until this is dropped.
#[derive(Debug)]
pub struct Sealed {
    /// Its name: lower-case hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Where it lies.
    pub path: PathBuf,
    _pin: Pin,
}

#[derive(Debug)]
struct Pin {
    blobs: Blobs,
    path: PathBuf,
}

impl Pin {
    fn new(blobs: &Blobs, path: PathBuf) -> Self {
        *blobs.live().pins.entry(path.clone()).or_default() += 1;
        Self {
            blobs: blobs.clone(),
            path,
        }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut live = self.blobs.live();
        if let Some(count) = live.pins.get_mut(&self.path) {
            *count -= 1;
            if *count == 0 {
                live.pins.remove(&self.path);
            }
        }
    }
}
