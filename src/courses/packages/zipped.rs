//! Unpacks a zip into a folder of its own, under limits: a zip is somebody else's word.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use zip::ZipArchive;

use super::{
    Problem,
    files::{MAX_FILES, check_names, is_litter},
};

/// The most bytes that a zip may hold, unpacked: 4 GB.
const MAX_BYTES: u64 = 4_000_000_000;
/// How many times larger than itself an entry may become, beyond the first megabyte.
const MAX_RATIO: u64 = 200;

/// Unpacks a zip; the folder goes when the value does.
pub(super) fn unpack(path: &Path) -> Result<tempfile::TempDir, Vec<Problem>> {
    let bad = |message: String| vec![Problem::file("", message)];
    let file = fs::File::open(path).map_err(|e| bad(format!("it cannot be read: {e}")))?;
    let mut archive = ZipArchive::new(file).map_err(|e| bad(format!("it is neither a folder nor a zip: {e}")))?;
    if archive.len() > MAX_FILES * 2 {
        return Err(bad(format!("it has more than {} entries: this is not a package", MAX_FILES * 2)));
    }
    let names = survey(&mut archive)?;
    let folder = tempfile::tempdir().map_err(|e| bad(format!("no room to unpack it: {e}")))?;
    let mut left = MAX_BYTES;
    for (index, name) in names {
        let mut entry = archive.by_index(index).map_err(|e| vec![Problem::file(&name, e.to_string())])?;
        let most = (1_000_000 + entry.compressed_size().saturating_mul(MAX_RATIO)).min(left);
        let to = folder.path().join(&name);
        let written = write(&mut entry, &to, most).map_err(|e| vec![Problem::file(&name, format!("cannot be unpacked: {e}"))])?;
        left = left.saturating_sub(written);
    }
    Ok(folder)
}

/// The files of a zip, after a look at all of their names and kinds.
fn survey(archive: &mut ZipArchive<fs::File>) -> Result<Vec<(usize, String)>, Vec<Problem>> {
    let (mut names, mut problems) = (Vec::new(), Vec::new());
    for index in 0..archive.len() {
        let entry = match archive.by_index_raw(index) {
            Ok(entry) => entry,
            Err(error) => return Err(vec![Problem::file("", format!("the zip is damaged: {error}"))]),
        };
        let name = match entry.name() {
            Ok(name) => name.to_string(),
            Err(_) => {
                problems.push(Problem::file("", "a file of the zip has a name that is not UTF-8: rename it"));
                continue;
            }
        };
        if entry.is_symlink() {
            problems.push(Problem::file(&name, "is a link: put the file itself here"));
        } else if entry.encrypted() {
            problems.push(Problem::file(&name, "is encrypted: zip it without a password"));
        } else if !entry.is_dir() && !is_litter(&name) {
            names.push((index, name));
        }
    }
    problems.extend(check_names(names.iter().map(|(_, name)| name.as_str())));
    if problems.is_empty() { Ok(names) } else { Err(problems) }
}

fn write(entry: &mut impl io::Read, to: &Path, most: u64) -> io::Result<u64> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut out = fs::File::create_new(to)?;
    let written = io::copy(&mut entry.take(most + 1), &mut out)?;
    if written > most {
        return Err(io::Error::other("it becomes far larger than a course needs"));
    }
    Ok(written)
}
