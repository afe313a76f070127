//! Generations of the index on disk, and which of them serves.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Names the generation that serves.
const CURRENT: &str = "CURRENT";

/// The generation that serves, if there is one.
pub(super) fn current(folder: &Path) -> Option<PathBuf> {
    let name = fs::read_to_string(folder.join(CURRENT)).ok()?;
    let number: u64 = name.trim().strip_prefix('g')?.parse().ok()?;
    let path = folder.join(format!("g{number}"));
    path.is_dir().then_some(path)
}

/// An empty folder for the next generation.
pub(super) fn next(folder: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let number = generations(folder).into_iter().map(|(n, _)| n).max().unwrap_or(0) + 1;
    let path = folder.join(format!("g{number}"));
    fs::create_dir(&path)?;
    Ok(path)
}

/// Lets a generation serve from now on, by one rename.
pub(super) fn adopt(folder: &Path, generation: &Path) -> io::Result<()> {
    let name = generation.file_name().unwrap_or_default().to_string_lossy();
    let part = folder.join("CURRENT.part");
    let mut file = File::create(&part)?;
    file.write_all(name.as_bytes())?;
    file.sync_all()?;
    fs::rename(part, folder.join(CURRENT))?;
    File::open(folder)?.sync_all()
}

/// Removes generations that do not serve, and indexes of other schemas. What is still mapped by a
/// search that runs stays readable to it.
pub(super) fn tidy(folder: &Path) {
    let serving = current(folder);
    let old = generations(folder).into_iter().map(|(_, path)| path);
    let mut doomed: Vec<PathBuf> = old.filter(|path| Some(path) != serving.as_ref()).collect();
    if let Some(data) = folder.parent() {
        let others = fs::read_dir(data).into_iter().flatten().flatten().map(|entry| entry.path());
        doomed.extend(others.filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("index-v") && path != folder && path.is_dir()
        }));
    }
    for path in doomed {
        if let Err(error) = fs::remove_dir_all(&path) {
            tracing::warn!(%error, path = %path.display(), "an old search index could not be removed");
        }
    }
}

fn generations(folder: &Path) -> Vec<(u64, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.strip_prefix('g')?.parse().ok()?;
            Some((number, entry.path()))
        })
        .collect()
}
