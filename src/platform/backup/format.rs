//! What a backup's file consists of.
//!
//! ```text
//! head      a skippable frame of zstd (RFC 8878 §3.1.2) that says in words what this is
//! body      one zstd frame with its checksum, in it a tar of
//!             about.json     version, times, counts: see [`About`]
//!             momentum.db    the database, quick-checked, without a log
//!             key            32 bytes, unless left out
//!             momentum.toml  the configuration file, if there was one and the key is not left out
//!             blobs/SHELF/AA/SHA256 …  stored files in the order of their names, or
//!             media.txt      their list, when they lie beside the backup
//!             SHA256SUMS     of every member above, in order
//! tail      a skippable frame: `MOMENTUM` and the SHA-256 of every byte before this frame
//! ```
//!
//! Encrypted, all of that is inside one age file. Both unpack without this program:
//! `age -d FILE | zstd -dc | tar -xf -`, then `sha256sum -c SHA256SUMS`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kernel::time::Timestamp;

/// The version of the form: raised when an older program could no longer read it.
pub const FORMAT: u32 = 1;

/// Missing files that a backup names.
pub const MISSING: usize = 1000;

/// How an age file begins.
pub(super) const AGE: &[u8] = b"age-encryption.org/v1";

pub(super) const TAIL_LEN: usize = 48;
const TAIL_MAGIC: [u8; 4] = 0x184D_2A5E_u32.to_le_bytes();
const TAIL_WORD: &[u8; 8] = b"MOMENTUM";

/// The first bytes of every backup.
pub(super) fn head() -> Vec<u8> {
    let text = b"Momentum backup 1. To unpack by hand: zstd -dc FILE | tar -xf -\n";
    let mut head = 0x184D_2A50_u32.to_le_bytes().to_vec();
    head.extend((text.len() as u32).to_le_bytes());
    head.extend(text);
    head
}

/// The last bytes of every backup: they hold the SHA-256 of all others.
pub(super) fn tail(digest: &[u8; 32]) -> [u8; TAIL_LEN] {
    let mut tail = [0; TAIL_LEN];
    tail[..4].copy_from_slice(&TAIL_MAGIC);
    tail[4..8].copy_from_slice(&40_u32.to_le_bytes());
    tail[8..16].copy_from_slice(TAIL_WORD);
    tail[16..].copy_from_slice(digest);
    tail
}

/// What a backup says about itself, in its first member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// See [`FORMAT`].
    pub format: u32,
    /// The version of the program that made it.
    pub product: String,
    /// When the database was as it is in here.
    pub made_at: Timestamp,
    /// The last migration of the database.
    pub step: u32,
    /// Bytes of the database.
    pub database_bytes: u64,
    /// SHA-256 of the database.
    pub database_sha256: String,
    /// Whether the instance's key is in it.
    pub has_key: bool,
    /// Whether the configuration file is in it.
    pub has_settings: bool,
    /// Where stored files are: `inside`, `beside` or `none`.
    pub media: String,
    /// Where those beside it were kept when it was made.
    pub media_folder: Option<String>,
    /// How many stored files belong to it.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Stored files that were missing already when it was made: `shelf/sha256`, the first
    /// [`MISSING`] of them.
    pub missing: Vec<String>,
    /// Rows of every table.
    pub rows: BTreeMap<String, i64>,
}

/// A stored file: its shelf and its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName {
    /// The shelf it lies on.
    pub shelf: String,
    /// Its name: lower-case hex.
    pub sha256: String,
}

impl FileName {
    /// `blobs/shelf/aa/sha256`, as in the data folder.
    #[must_use]
    pub fn path(&self) -> String {
        format!("blobs/{}/{}/{}", self.shelf, self.sha256.get(..2).unwrap_or("__"), self.sha256)
    }

    /// The file that such a path names; `None` for every other path.
    pub(super) fn parse(path: &str) -> Option<Self> {
        let mut parts = path.split('/');
        let (blobs, shelf, pair, sha256) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_shelf = !shelf.is_empty() && shelf.len() <= 24 && shelf.bytes().all(|b| b.is_ascii_lowercase());
        let fits = blobs == "blobs" && is_shelf && is_sha256(sha256) && sha256.get(..2) == Some(pair) && parts.next().is_none();
        fits.then(|| Self {
            shelf: shelf.into(),
            sha256: sha256.into(),
        })
    }

    /// `shelf/sha256`, for reports.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}/{}", self.shelf, self.sha256)
    }
}

/// Whether a text is 64 lower-case hexadecimal digits.
pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// A member of the container. Members come in the order of this enumeration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Member {
    About,
    Database,
    Key,
    Settings,
    File(FileName),
    Media,
    Sums,
}

impl Member {
    /// Its path in the container.
    pub(super) fn path(&self) -> String {
        match self {
            Self::About => "about.json".into(),
            Self::Database => crate::platform::db::FILE.into(),
            Self::Key => "key".into(),
            Self::Settings => "momentum.toml".into(),
            Self::File(name) => name.path(),
            Self::Media => "media.txt".into(),
            Self::Sums => "SHA256SUMS".into(),
        }
    }

    /// The member at a path; `None` for every path that no backup has, such as one that leads out
    /// of the folder it is unpacked into.
    pub(super) fn parse(path: &str) -> Option<Self> {
        let fixed = [Self::About, Self::Database, Self::Key, Self::Settings, Self::Media, Self::Sums];
        let known = fixed.into_iter().find(|member| member.path() == path);
        known.or_else(|| FileName::parse(path).map(Self::File))
    }
}

/// A line of `SHA256SUMS` and of `media.txt`.
pub(super) fn sum_line(sha256: &str, path: &str) -> String {
    format!("{sha256}  {path}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_a_backup_are_members() {
        let sha = "ab".repeat(32);
        let file = format!("blobs/media/ab/{sha}");
        assert_eq!(Member::parse(&file).map(|m| m.path()), Some(file.clone()));
        assert_eq!(Member::parse("key"), Some(Member::Key));
        let upper = sha.to_uppercase();
        for path in [
            "../key",
            "/key",
            "./key",
            "key/",
            "momentum.db-wal",
            "blobs/media/ab/../../../etc/passwd",
            "blobs/../ab/x",
            &format!("blobs/media/cd/{sha}"),
            &format!("blobs/me.dia/ab/{sha}"),
            &format!("blobs/media/AB/{upper}"),
            &format!("{file}/x"),
            "",
        ] {
            assert_eq!(Member::parse(path), None, "{path}");
        }
    }

    #[test]
    fn members_have_an_order() {
        assert!(Member::About < Member::Database && Member::Settings < Member::Media && Member::Media < Member::Sums);
    }
}
