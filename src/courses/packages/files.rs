//! The files of a package: from a folder, a zip, or memory; written to a folder or a zip.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Problem, zipped};

/// The most files of a package.
pub(super) const MAX_FILES: usize = 3_000;
/// The largest text file, in bytes.
const MAX_TEXT: u64 = 2_000_000;

/// Where a file's bytes are.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// On disk.
    Disk(PathBuf),
    /// In memory.
    Memory(Cow<'static, [u8]>),
}

/// The files of a package, by their names relative to it.
#[derive(Debug, Clone, Default)]
pub struct Files {
    all: BTreeMap<String, Source>,
    /// The folder that a zip was unpacked into, until nobody needs it any more.
    unpacked: Option<Arc<tempfile::TempDir>>,
}

impl Files {
    /// The files of a folder or zip.
    ///
    /// # Errors
    /// Problems of names, links, sizes; or that the path cannot be read.
    pub fn open(path: &Path) -> Result<Self, Vec<Problem>> {
        let about = fs::metadata(path).map_err(|error| vec![Problem::file("", format!("it cannot be read: {error}"))])?;
        if about.is_dir() {
            return Self::of_folder(path);
        }
        let unpacked = zipped::unpack(path)?;
        let mut files = Self::of_folder(unpacked.path())?;
        files.lift();
        files.unpacked = Some(Arc::new(unpacked));
        Ok(files)
    }

    /// Files that are in memory.
    pub fn in_memory(files: impl IntoIterator<Item = (String, Cow<'static, [u8]>)>) -> Self {
        let all = files.into_iter().map(|(name, bytes)| (name, Source::Memory(bytes)));
        Self {
            all: all.collect(),
            unpacked: None,
        }
    }

    fn of_folder(folder: &Path) -> Result<Self, Vec<Problem>> {
        let (mut files, mut problems) = (Self::default(), Vec::new());
        for entry in walkdir::WalkDir::new(folder).min_depth(1).sort_by_file_name() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    problems.push(Problem::file("", format!("it cannot be read: {error}")));
                    continue;
                }
            };
            let name = entry
                .path()
                .strip_prefix(folder)
                .unwrap_or(entry.path())
                .to_string_lossy()
                .replace('\\', "/");
            if entry.file_type().is_symlink() {
                problems.push(Problem::file(&name, "is a link: put the file itself here"));
            } else if entry.file_type().is_file() && !is_litter(&name) {
                files.all.insert(name, Source::Disk(entry.into_path()));
            }
            if files.all.len() > MAX_FILES {
                return Err(vec![Problem::file(
                    "",
                    format!("more than {MAX_FILES} files: this is not a package"),
                )]);
            }
        }
        problems.extend(check_names(files.all.keys().map(String::as_str)));
        if problems.is_empty() { Ok(files) } else { Err(problems) }
    }

    /// Leaves out a single outer folder, as zips of a folder have it.
    fn lift(&mut self) {
        if self.all.contains_key("course.toml") {
            return;
        }
        let outer = self
            .all
            .keys()
            .find_map(|name| name.strip_suffix("/course.toml").filter(|o| !o.contains('/')));
        let Some(outer) = outer.map(|outer| format!("{outer}/")) else {
            return;
        };
        if self.all.keys().all(|name| name.starts_with(&outer)) {
            let all = std::mem::take(&mut self.all).into_iter();
            self.all = all.map(|(name, source)| (name[outer.len()..].to_owned(), source)).collect();
        }
    }

    /// The names of all files, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.all.contains_key(name)
    }

    pub(super) fn source(&self, name: &str) -> Option<&Source> {
        self.all.get(name)
    }

    /// A text file, with `\n` alone at its line ends.
    pub(super) fn text(&self, name: &str) -> Result<String, Problem> {
        let bad = |message: String| Problem::file(name, message);
        let bytes = match self.all.get(name) {
            None => return Err(bad("is missing".into())),
            Some(Source::Memory(bytes)) => bytes.to_vec(),
            Some(Source::Disk(path)) => {
                let size = fs::metadata(path).map_err(|e| bad(format!("cannot be read: {e}")))?.len();
                if size > MAX_TEXT {
                    return Err(bad("is over two megabytes: split it".into()));
                }
                fs::read(path).map_err(|e| bad(format!("cannot be read: {e}")))?
            }
        };
        let text = String::from_utf8(bytes).map_err(|_| bad("is not UTF-8: save it as UTF-8".into()))?;
        Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
    }

    pub(super) fn put_text(&mut self, name: &str, text: String) {
        self.all.insert(name.into(), Source::Memory(Cow::Owned(text.into_bytes())));
    }

    pub(super) fn put_file(&mut self, name: &str, path: PathBuf) {
        self.all.insert(name.into(), Source::Disk(path));
    }

    /// Every file with its bytes, in order.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read_all(&self) -> io::Result<Vec<(String, Vec<u8>)>> {
        let read = |source: &Source| match source {
            Source::Memory(bytes) => Ok(bytes.to_vec()),
            Source::Disk(path) => fs::read(path),
        };
        self.all.iter().map(|(name, source)| Ok((name.clone(), read(source)?))).collect()
    }

    /// Writes the files into a folder that does not exist yet or is empty.
    ///
    /// # Errors
    /// When the folder holds something, or the disk refuses.
    pub fn write_folder(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        if fs::read_dir(folder)?.next().is_some() {
            let message = format!("{} is not empty: name a new folder", folder.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        for (name, source) in &self.all {
            let to = folder.join(name);
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            match source {
                Source::Memory(bytes) => fs::write(&to, bytes)?,
                Source::Disk(path) => drop(fs::copy(path, &to)?),
            }
        }
        Ok(())
    }

    /// Writes the files as a zip; the same files give the same bytes.
    ///
    /// # Errors
    /// When the file exists or the disk refuses.
    pub fn write_zip(&self, file: &Path) -> io::Result<()> {
        let options = zip::write::SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        let mut out = zip::ZipWriter::new(fs::File::create_new(file)?);
        for (name, source) in &self.all {
            out.start_file(name.as_str(), options).map_err(io::Error::other)?;
            match source {
                Source::Memory(bytes) => out.write_all(bytes)?,
                Source::Disk(path) => drop(io::copy(&mut fs::File::open(path)?, &mut out)?),
            }
        }
        out.finish().map_err(io::Error::other)?.sync_all()
    }
}

/// What systems leave behind in folders and zips.
pub(super) fn is_litter(name: &str) -> bool {
    name.starts_with("__MACOSX/")
        || name
            .split('/')
            .any(|part| part.starts_with('.') && part != "." && part != ".." || part == "Thumbs.db")
}

/// Problems of names: what one system or another could not write, or would read as elsewhere.
pub(super) fn check_names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Problem> {
    let mut seen = HashSet::new();
    let mut problems = Vec::new();
    for name in names {
        if let Some(message) = fault_of(name) {
            problems.push(Problem::file(name, message));
        } else if !seen.insert(name.to_lowercase()) {
            problems.push(Problem::file(name, "differs from another file by capital letters only: rename one"));
        }
    }
    problems
}

fn fault_of(name: &str) -> Option<&'static str> {
    const RESERVED: [&str; 22] = [
        "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4",
        "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
    ];
    if name.starts_with('/') || name.contains(':') {
        return Some("has an absolute name: names are relative to the package");
    }
    if name.len() > 240 {
        return Some("has a name of more than 240 bytes: shorten it");
    }
    name.split('/').find_map(|part| {
        let stem = part.split('.').next().unwrap_or_default().to_lowercase();
        if part.is_empty() || part == "." || part == ".." {
            Some("has a name that leads out of the package")
        } else if part.chars().any(|c| c.is_control() || "\\<>\"|?*".contains(c)) {
            Some("has a character in its name that not every system can write: rename it")
        } else if part.ends_with(['.', ' ']) {
            Some("has a name that ends with a dot or space: rename it")
        } else if RESERVED.contains(&stem.as_str()) {
            Some("has a name that some systems keep for themselves: rename it")
        } else {
            None
        }
    })
}
