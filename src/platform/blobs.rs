//! The content-addressed file store: a blob's name is the SHA-256 of its bytes.

use std::path::PathBuf;

/// The file store of one data folder.
#[derive(Debug, Clone)]
pub struct Blobs {
    folder: PathBuf,
}

impl Blobs {
    /// The store in this folder.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where the blob with this SHA-256 (lower-case hex) lies.
    #[must_use]
    pub fn path(&self, sha256: &str) -> PathBuf {
        self.folder.join(sha256.get(..2).unwrap_or("__")).join(sha256)
    }
}
