//! The content-addressed file store: a blob's name is the SHA-256 of its bytes.
//!
//! Bytes arrive piece by piece in a `*.part` file and are hashed on the way, so nothing is ever
//! whole in memory. [`Part::seal`] makes them durable (file, rename, folder) and hands out a
//! [`Sealed`] blob that stays pinned until it is dropped: a sweep that runs meanwhile leaves it
//! alone, so the caller can commit the row that names it without a race.
//!
//! One process owns the store (see [`super::db::lock`]); the pins are therefore in memory.

mod part;

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File, OpenOptions},
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub use part::{Part, Sealed};
use sha2::{Digest as _, Sha256};

crate::config_section! {
    /// Uploaded files.
    MediaConfig in "media" {
        /// Bytes of one uploaded file at most; told to clients before they send.
        max_upload_bytes: u64 = 2 * 1024 * 1024 * 1024;
        /// Bytes that the files of one instructor may come to, unfinished uploads included. 0: as much
        /// as the disk holds. Admins are not held to it.
        quota_bytes: u64 = 0;
    }
    check(this, refuse) {
        if this.max_upload_bytes < 1024 {
            refuse("max_upload_bytes", "expected at least 1024".into());
        }
    }
}

/// The file store of one data folder, or one shelf of it.
#[derive(Debug, Clone)]
pub struct Blobs {
    folder: PathBuf,
    live: Arc<Mutex<Live>>,
}

/// What must not be swept now.
#[derive(Debug, Default)]
struct Live {
    /// Blobs whose row may not be committed yet, and how many hold them.
    pins: HashMap<PathBuf, u32>,
    /// Files that are being written.
    parts: HashSet<PathBuf>,
    next: u64,
    /// Where swept blobs go while somebody copies the store.
    held: Option<PathBuf>,
}

/// The folder of blobs that were swept while the store was held. No shelf has such a name.
const HELD: &str = ".held";

/// Keeps swept blobs readable. See [`Blobs::hold`].
#[derive(Debug)]
pub(super) struct Hold {
    live: Arc<Mutex<Live>>,
    folder: PathBuf,
}

impl Hold {
    /// Opens a blob of a shelf, or what was swept of it since the hold began.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn open(&self, shelf: &Blobs, sha256: &str) -> io::Result<File> {
        match File::open(shelf.path(sha256)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => File::open(self.folder.join(sha256)),
            other => other,
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).held = None;
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, "swept files are still there; they go with the next backup");
        }
    }
}

impl Blobs {
    /// The store in this folder.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            live: Arc::default(),
        }
    }

    /// A part of the store with its own folder: each slice keeps and sweeps only its own shelf.
    #[must_use]
    pub fn shelf(&self, name: &'static str) -> Self {
        Self {
            folder: self.folder.join(name),
            live: self.live.clone(),
        }
    }

    /// The shelf of this name, for whoever has its name from a database.
    #[must_use]
    pub(super) fn folder_of(&self, shelf: &str) -> Self {
        Self {
            folder: self.folder.join(shelf),
            live: self.live.clone(),
        }
    }

    /// Until the hold is dropped, what a sweep takes away can still be read through it: whoever
    /// copies the store finds everything that a row named when he began.
    ///
    /// # Errors
    /// [`io::ErrorKind::ResourceBusy`] while there is another, or what the file system says.
    pub(super) fn hold(&self) -> io::Result<Hold> {
        let folder = self.folder.join(HELD);
        let mut live = self.live();
        if live.held.is_some() {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        // Left by a former process.
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(&folder)?,
        }
        live.held = Some(folder.clone());
        Ok(Hold {
            live: self.live.clone(),
            folder,
        })
    }

    /// Where the blob with this SHA-256 (lower-case hex) lies.
    #[must_use]
    pub fn path(&self, sha256: &str) -> PathBuf {
        self.folder.join(sha256.get(..2).unwrap_or("__")).join(sha256)
    }

    /// A file to write a new blob into. Blocking.
    ///
    /// # Errors
    /// What the file system says.
    pub fn begin(&self) -> io::Result<Part> {
        fs::create_dir_all(&self.folder)?;
        loop {
            let path = {
                let mut live = self.live();
                live.next += 1;
                let path = self.folder.join(format!("{:08x}.part", live.next));
                live.parts.insert(path.clone());
                path
            };
            match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Ok(file) => {
                    return Ok(Part {
                        file,
                        path,
                        hasher: Sha256::new(),
                        bytes: 0,
                        blobs: self.clone(),
                        is_adopted: false,
                    });
                }
                // Left by a former process.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    self.live().parts.remove(&path);
                }
                Err(error) => {
                    self.live().parts.remove(&path);
                    return Err(error);
                }
            }
        }
    }

    /// A whole file that lies elsewhere, read once to be hashed. It stays where it is, whatever
    /// becomes of the part: whoever owns it deletes it. Blocking.
    ///
    /// # Errors
    /// What the file system says.
    pub fn adopt(&self, path: &Path) -> io::Result<Part> {
        let mut file = File::open(path)?;
        let (mut hasher, mut bytes) = (Sha256::new(), 0);
        let mut piece = vec![0; 256 * 1024];
        loop {
            let read = file.read(&mut piece)?;
            if read == 0 {
                break;
            }
            hasher.update(piece.get(..read).unwrap_or_default());
            bytes += read as u64;
        }
        Ok(Part {
            file,
            path: path.to_owned(),
            hasher,
            bytes,
            blobs: self.clone(),
            is_adopted: true,
        })
    }

    /// Stores these bytes. Blocking.
    ///
    /// # Errors
    /// What the file system says.
    pub fn put(&self, bytes: &[u8]) -> io::Result<Sealed> {
        let mut part = self.begin()?;
        part.write(bytes)?;
        part.seal()
    }

    /// Deletes a blob unless it is pinned or `is_wanted` says that a row names it; true when it is
    /// gone. Blocking; the pins stay locked while `is_wanted` is asked.
    ///
    /// # Errors
    /// What `is_wanted` or the file system says.
    pub fn sweep<E: From<io::Error>>(&self, sha256: &str, is_wanted: impl FnOnce() -> Result<bool, E>) -> Result<bool, E> {
        let path = self.path(sha256);
        let live = self.live();
        if live.pins.contains_key(&path) || is_wanted()? {
            return Ok(false);
        }
        let removed = match &live.held {
            Some(held) => fs::rename(&path, held.join(sha256)),
            None => fs::remove_file(&path),
        };
        match removed {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Every blob on this shelf (SHA-256 and size), and the unfinished files nobody writes any more.
    /// Blocking.
    ///
    /// # Errors
    /// What the file system says.
    pub fn walk(&self) -> io::Result<Found> {
        let mut found = Found::default();
        if !self.folder.exists() {
            return Ok(found);
        }
        for entry in walkdir::WalkDir::new(&self.folder).min_depth(1).max_depth(2) {
            let entry = entry?;
            if !entry.file_type().is_file() {
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let bytes = entry.metadata()?.len();
            if entry.depth() == 2 && name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit()) {
                found.blobs.push((name, bytes));
            } else if entry.depth() == 1 && name.ends_with(".part") && !self.live().parts.contains(entry.path()) {
                found.leftovers.push((entry.into_path(), bytes));
            }
        }
        Ok(found)
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What lies on a shelf.
#[derive(Debug, Default)]
pub struct Found {
    /// SHA-256 and size of every blob.
    pub blobs: Vec<(String, u64)>,
    /// Unfinished files of a former process, and their sizes.
    pub leftovers: Vec<(PathBuf, u64)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Blobs) {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::new(folder.path().join("blobs")).shelf("media");
        (folder, blobs)
    }

    #[test]
    fn the_same_bytes_are_kept_once_and_nothing_unfinished_stays() -> io::Result<()> {
        let (_folder, blobs) = store();
        let one = blobs.put(b"hello")?;
        let two = blobs.put(b"hello")?;
        assert_eq!(one.sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        assert_eq!(one.path, two.path);
        let mut cut_off = blobs.begin()?;
        cut_off.write(b"hal")?;
        assert_eq!(blobs.walk()?.leftovers, vec![], "a live part is nobody's leftover");
        drop(cut_off);
        let found = blobs.walk()?;
        assert_eq!((found.blobs.len(), found.leftovers.len()), (1, 0));
        assert_eq!(fs::read(&one.path)?, b"hello");
        Ok(())
    }

    #[test]
    fn a_pinned_or_wanted_blob_is_not_swept() -> io::Result<()> {
        let (_folder, blobs) = store();
        let sealed = blobs.put(b"x")?;
        let name = sealed.sha256.clone();
        assert!(!blobs.sweep::<io::Error>(&name, || Ok(false))?, "pinned");
        drop(sealed);
        assert!(!blobs.sweep::<io::Error>(&name, || Ok(true))?, "wanted");
        assert!(blobs.sweep::<io::Error>(&name, || Ok(false))?);
        assert!(!blobs.path(&name).exists());
        Ok(())
    }

    #[test]
    fn what_is_swept_while_the_store_is_held_can_still_be_read() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let store = Blobs::new(folder.path().join("blobs"));
        let shelf = store.shelf("media");
        let name = shelf.put(b"x")?.sha256.clone();
        let hold = store.hold()?;
        assert_eq!(store.hold().map(drop).map_err(|e| e.kind()), Err(io::ErrorKind::ResourceBusy));
        assert!(shelf.sweep::<io::Error>(&name, || Ok(false))?);
        assert!(!shelf.path(&name).exists() && shelf.walk()?.blobs.is_empty());
        assert_eq!(io::read_to_string(hold.open(&store.folder_of("media"), &name)?)?, "x");
        drop(hold);
        assert!(!store.folder.join(HELD).exists());
        let again = store.hold()?;
        assert!(again.open(&shelf, &name).is_err());
        Ok(())
    }

    #[test]
    fn an_adopted_file_stays_its_owners() -> io::Result<()> {
        let (folder, blobs) = store();
        let own = folder.path().join("upload");
        fs::write(&own, b"hello")?;
        let refused = blobs.adopt(&own)?;
        assert_eq!((refused.bytes(), refused.path()), (5, own.as_path()));
        drop(refused);
        let sealed = blobs.adopt(&own)?.seal()?;
        assert_eq!(sealed.sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        assert_eq!(fs::read(&own)?, b"hello");
        fs::remove_file(&own)?;
        assert_eq!(fs::read(&sealed.path)?, b"hello");
        Ok(())
    }

    #[test]
    fn a_torn_blob_is_replaced_and_leftovers_are_found() -> io::Result<()> {
        let (_folder, blobs) = store();
        let sealed = blobs.put(b"whole")?;
        fs::write(&sealed.path, b"wh")?;
        blobs.put(b"whole")?;
        assert_eq!(fs::read(&sealed.path)?, b"whole");
        fs::write(blobs.folder.join("00000009.part"), b"old")?;
        assert_eq!(blobs.walk()?.leftovers.len(), 1);
        Ok(())
    }
}
