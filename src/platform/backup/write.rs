//! Makes the file: everything is copied, compressed, hashed and maybe encrypted in one pass.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    BackupError, Lock, Media, Plan, Result, Watch,
    beside::Shared,
    files_of,
    format::{About, FORMAT, FileName, MISSING, Member, sum_line},
    keep, need_room,
    pack::Pack,
    part::{Part, clear_left_overs},
    scan,
    snapshot::{self, Scratch},
    stream::Hashed,
};
use crate::{
    kernel::time::Timestamp,
    platform::{
        Platform,
        blobs::{Blobs, Hold},
        crypto::{self, hex},
        db,
        module::AllFiles,
    },
};

/// A backup that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// Where it is.
    pub file: PathBuf,
    /// Its bytes.
    pub bytes: u64,
    /// The SHA-256 of the whole file, as `sha256sum` says it.
    pub sha256: String,
    /// Whether it is encrypted.
    pub is_sealed: bool,
    /// What it says about itself.
    pub about: About,
    /// Stored files that are missing or damaged, and so they are in it: `shelf/sha256`.
    pub missing: Vec<String>,
    /// Files that were copied beside it now, and those that were there already.
    pub beside: Option<(u64, u64)>,
}

/// Everything that the work needs, taken from the instance before its thread begins.
pub(super) struct Work {
    plan: Plan,
    data: PathBuf,
    name: String,
    key: Option<[u8; 32]>,
    settings: Option<Vec<u8>>,
    blobs: Blobs,
    all: Arc<AllFiles>,
    hold: Hold,
    now: Timestamp,
}

/// A stored file that is there.
struct Present {
    name: FileName,
    bytes: u64,
}

impl Work {
    pub(super) fn new(platform: &Platform, plan: &Plan, now: Timestamp) -> Result<Self> {
        let hold = platform.blobs.hold().map_err(|error| match error.kind() {
            io::ErrorKind::ResourceBusy => BackupError::Refused("another backup is being made; wait until it is done".into()),
            _ => BackupError::Io("holding the stored files".into(), error),
        })?;
        let config = &platform.config;
        let (mut key, mut settings) = (None, None);
        if plan.with_key {
            key = Some(read_key(config)?);
            settings = config.file.as_ref().and_then(|file| {
                let read = fs::read(file);
                read.inspect_err(|error| tracing::warn!(%error, "the configuration file is not in the backup"))
                    .ok()
            });
        }
        Ok(Self {
            name: keep::file_name(&platform.keys, now, !matches!(plan.lock, Lock::Open)),
            plan: plan.clone(),
            data: config.data.clone(),
            key,
            settings,
            blobs: platform.blobs.clone(),
            all: files_of(platform),
            hold,
            now,
        })
    }

    pub(super) fn run(self, watch: &Watch) -> Result<Made> {
        let target = self.target()?;
        let part = Part::open(&target)?;
        let scratch = Scratch::new(self.data.join("backup.work"))?;
        let copy = scratch.join(db::FILE);
        snapshot::copy_database(&self.data.join(db::FILE), &copy, watch)?;
        let facts = scan::facts(&copy, &scratch, &self.all, self.now)?;
        let (mut present, mut missing) = self.look(facts.files);
        let beside = match &self.plan.media {
            Media::Beside(folder) => Some(self.copy_beside(folder, &target, &mut present, &mut missing, watch)?),
            Media::Inside => {
                let bytes: u64 = present.iter().map(|p| p.bytes).sum();
                // Media hardly shrinks, a database to a third or less.
                need_room(target.parent().unwrap_or(&target), bytes, "the backup")?;
                None
            }
            Media::None => {
                present.clear();
                missing.clear();
                None
            }
        };
        let (database_sha256, database_bytes) = hash_file(&copy, watch)?;
        let about = About {
            format: FORMAT,
            product: env!("CARGO_PKG_VERSION").into(),
            made_at: self.now,
            step: facts.step,
            database_bytes,
            database_sha256,
            has_key: self.key.is_some(),
            has_settings: self.settings.is_some(),
            media: match &self.plan.media {
                Media::Inside => "inside",
                Media::Beside(_) => "beside",
                Media::None => "none",
            }
            .into(),
            media_folder: match &self.plan.media {
                Media::Beside(folder) => Some(folder.display().to_string()),
                _ => None,
            },
            files: present.len() as u64,
            file_bytes: present.iter().map(|p| p.bytes).sum(),
            missing: missing.iter().take(MISSING).cloned().collect(),
            rows: facts.rows,
        };
        let (bytes, sha256) = self.pack(&part, &scratch, &about, &present, &mut missing, watch)?;
        part.finish(&target)?;
        Ok(Made {
            file: target,
            bytes,
            sha256,
            is_sealed: !matches!(self.plan.lock, Lock::Open),
            about,
            missing,
            beside,
        })
    }

    /// The final path. A folder is where a name is chosen.
    fn target(&self) -> Result<PathBuf> {
        let to = &self.plan.to;
        let is_folder = to.is_dir() || to.as_os_str().as_encoded_bytes().ends_with(b"/");
        if is_folder {
            fs::create_dir_all(to).map_err(|e| BackupError::io(to, e))?;
            clear_left_overs(to);
        }
        let target = if is_folder { to.join(&self.name) } else { to.clone() };
        if fs::symlink_metadata(&target).is_ok() {
            return Err(BackupError::Refused(format!(
                "{} exists already; name a new file, or a folder in which a name is chosen",
                target.display()
            )));
        }
        Ok(target)
    }

    /// Which of the named files are there.
    fn look(&self, files: Vec<FileName>) -> (Vec<Present>, Vec<String>) {
        let (mut present, mut missing) = (Vec::new(), Vec::new());
        for name in files {
            match self.open(&name).and_then(|file| file.metadata()) {
                Ok(metadata) => present.push(Present {
                    bytes: metadata.len(),
                    name,
                }),
                Err(_) => missing.push(name.short()),
            }
        }
        (present, missing)
    }

    fn open(&self, name: &FileName) -> io::Result<File> {
        self.hold.open(&self.blobs.folder_of(&name.shelf), &name.sha256)
    }

    fn copy_beside(
        &self,
        folder: &Path,
        target: &Path,
        present: &mut Vec<Present>,
        missing: &mut Vec<String>,
        watch: &Watch,
    ) -> Result<(u64, u64)> {
        let shared = Shared::open(folder, &self.plan.lock)?;
        let total: u64 = present.iter().map(|p| p.bytes).sum();
        let fresh = present
            .iter()
            .filter(|p| !shared.has(&p.name.sha256, p.bytes))
            .map(|p| p.bytes)
            .sum();
        need_room(folder, fresh, "the new files beside the backup")?;
        let (mut copied, mut known, mut done) = (0, 0, 0);
        let mut whole = Vec::with_capacity(present.len());
        for file in std::mem::take(present) {
            watch.step("Copying files", done, total)?;
            done += file.bytes;
            if shared.has(&file.name.sha256, file.bytes) {
                known += 1;
            } else {
                let mut source = self.open(&file.name).map_err(|e| BackupError::Io(file.name.short(), e))?;
                if !shared.add(&file.name.sha256, &mut source)? {
                    missing.push(file.name.short());
                    continue;
                }
                copied += 1;
            }
            whole.push(file);
        }
        *present = whole;
        let names: Vec<FileName> = present.iter().map(|p| p.name.clone()).collect();
        let absolute = std::path::absolute(target).map_err(|e| BackupError::io(target, e))?;
        shared.list(&absolute, &names)?;
        Ok((copied, known))
    }

    fn pack(
        &self,
        part: &Part,
        scratch: &Scratch,
        about: &About,
        present: &[Present],
        missing: &mut Vec<String>,
        watch: &Watch,
    ) -> Result<(u64, String)> {
        let mut pack = Pack::new(part, &self.plan.lock, scratch, self.now)?;
        let text = serde_json::to_vec_pretty(about).map_err(|e| BackupError::House(crate::kernel::error::Error::internal(e)))?;
        pack.add_bytes(&Member::About, &text, watch)?;
        let mut copy = File::open(scratch.join(db::FILE)).map_err(|e| BackupError::Io("the copy of the database".into(), e))?;
        pack.total = about.database_bytes + if self.plan.media == Media::Inside { about.file_bytes } else { 0 };
        pack.add(&Member::Database, about.database_bytes, &mut copy, watch)?;
        if let Some(key) = &self.key {
            pack.add_bytes(&Member::Key, key, watch)?;
        }
        if let Some(settings) = &self.settings {
            pack.add_bytes(&Member::Settings, settings, watch)?;
        }
        match &self.plan.media {
            Media::Inside => {
                for file in present {
                    let mut source = self.open(&file.name).map_err(|e| BackupError::Io(file.name.short(), e))?;
                    let sha256 = pack.add(&Member::File(file.name.clone()), file.bytes, &mut source, watch)?;
                    if sha256 != file.name.sha256 {
                        missing.push(file.name.short());
                    }
                }
            }
            Media::Beside(_) => {
                let lines: String = present.iter().map(|p| sum_line(&p.name.sha256, &p.name.path())).collect();
                pack.add_bytes(&Member::Media, lines.as_bytes(), watch)?;
            }
            Media::None => {}
        }
        pack.finish(watch)
    }
}

/// The instance's key: from the configuration, else its file.
fn read_key(config: &crate::platform::config::Config) -> Result<[u8; 32]> {
    if let Some(key) = config.key.as_ref().and_then(|key| crypto::unhex(key.reveal())) {
        return Ok(key);
    }
    let path = config.data.join(crypto::KEY_FILE);
    let bytes = fs::read(&path).map_err(|e| BackupError::io(&path, e))?;
    bytes
        .try_into()
        .map_err(|_| BackupError::Refused(format!("{} is not a key of 32 bytes", path.display())))
}

fn hash_file(path: &Path, watch: &Watch) -> Result<(String, u64)> {
    let mut source = Hashed::new(File::open(path).map_err(|e| BackupError::io(path, e))?);
    let mut piece = vec![0; 256 * 1024];
    while source.read(&mut piece).map_err(|e| BackupError::io(path, e))? > 0 {
        watch.step("Hashing the database", source.bytes, 0)?;
    }
    Ok((hex(&source.digest()), source.bytes))
}
