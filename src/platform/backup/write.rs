//! Makes the file: everything is copied, compressed, hashed and maybe encrypted in one pass.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufWriter, Read, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest as _, Sha256};

use super::{
    BackupError, Lock, Media, Plan, Result, Watch,
    beside::Shared,
    files_of,
    format::{self, About, FORMAT, FileName, MISSING, Member, sum_line},
    keep, need_room, scan,
    seal::{Door, Out},
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

/// The unfinished file: under a passing name, locked by this process, gone unless it is finished.
struct Part {
    file: File,
    path: PathBuf,
}

impl Part {
    fn open(target: &Path) -> Result<Self> {
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
    fn finish(self, target: &Path) -> Result<()> {
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
fn clear_left_overs(folder: &Path) {
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

type Body = zstd::Encoder<'static, Hashed<Door<Out>>>;

/// The container on its way out.
struct Pack {
    tar: tar::Builder<Body>,
    sums: Hashed<BufWriter<File>>,
    sums_path: PathBuf,
    now: Timestamp,
    done: u64,
    total: u64,
}

impl Pack {
    fn new(part: &Part, lock: &Lock, scratch: &Scratch, now: Timestamp) -> Result<Self> {
        let wrong = |e| BackupError::Io(part.path.display().to_string(), e);
        let file = part.file.try_clone().map_err(wrong)?;
        let out: Out = Hashed::new(BufWriter::with_capacity(256 * 1024, file));
        let mut inner = Hashed::new(Door::new(lock, out)?);
        inner.write_all(&format::head()).map_err(wrong)?;
        let mut body = zstd::Encoder::new(inner, 3).map_err(wrong)?;
        body.include_checksum(true).map_err(wrong)?;
        let sums_path = scratch.join("SHA256SUMS");
        Ok(Self {
            tar: tar::Builder::new(body),
            sums: Hashed::new(BufWriter::new(snapshot::private_file(&sums_path)?)),
            sums_path,
            now,
            done: 0,
            total: 0,
        })
    }

    fn add_bytes(&mut self, member: &Member, bytes: &[u8], watch: &Watch) -> Result<()> {
        self.add(member, bytes.len() as u64, &mut &*bytes, watch).map(drop)
    }

    /// Adds a member of exactly `size` bytes and says what their SHA-256 was. What cannot be read
    /// becomes zeros, so that one bad sector does not prevent the backup of everything else: the
    /// sum of a stored file then differs from its name, which every check tells.
    fn add(&mut self, member: &Member, size: u64, source: &mut dyn Read, watch: &Watch) -> Result<String> {
        let path = member.path();
        let mut header = tar::Header::new_ustar();
        let named = header.set_path(&path);
        named.map_err(|e| BackupError::Io(path.clone(), e))?;
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(self.now.millis() / 1000).unwrap_or(0));
        header.set_cksum();
        let mut fed = Fed {
            source: Some(source),
            left: size,
            hasher: Sha256::new(),
            watch,
            done: &mut self.done,
            total: self.total,
            was_stopped: false,
            broken: None,
        };
        let added = self.tar.append(&header, &mut fed);
        let (was_stopped, broken, sha256) = (fed.was_stopped, fed.broken.take(), hex(&fed.hasher.finalize()));
        if was_stopped {
            return Err(BackupError::Stopped);
        }
        added.map_err(|e| BackupError::Io("writing the backup".into(), e))?;
        if let Some(error) = broken {
            if !matches!(member, Member::File(_)) {
                return Err(BackupError::Io(path, error));
            }
            tracing::error!(%error, %path, "a stored file could not be read whole");
        }
        let line = sum_line(&sha256, &path);
        let summed = self.sums.write_all(line.as_bytes());
        summed.map_err(|e| BackupError::io(&self.sums_path, e))?;
        Ok(sha256)
    }

    /// Adds the sums and the tail; the bytes and the SHA-256 of the whole file.
    fn finish(mut self, watch: &Watch) -> Result<(u64, String)> {
        let size = self.sums.bytes;
        let wrong = |e| BackupError::Io("writing the backup".into(), e);
        self.sums.flush().map_err(wrong)?;
        let mut sums = self.sums.inner.get_ref().try_clone().map_err(wrong)?;
        sums.seek(SeekFrom::Start(0)).map_err(wrong)?;
        self.add(&Member::Sums, size, &mut sums, watch)?;
        watch.step("Writing it to disk", 0, 0)?;
        let body = self.tar.into_inner().map_err(wrong)?;
        let mut inner = body.finish().map_err(wrong)?;
        let tail = format::tail(&inner.digest());
        inner.write_all(&tail).map_err(wrong)?;
        let mut out = inner.inner.finish().map_err(wrong)?;
        out.flush().map_err(wrong)?;
        Ok((out.bytes, hex(&out.digest())))
    }
}

/// Exactly so many bytes of a source, hashed and told.
struct Fed<'a> {
    source: Option<&'a mut dyn Read>,
    left: u64,
    hasher: Sha256,
    watch: &'a Watch,
    done: &'a mut u64,
    total: u64,
    was_stopped: bool,
    broken: Option<io::Error>,
}

impl Read for Fed<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(out.len());
        if most == 0 {
            return Ok(0);
        }
        let read = match &mut self.source {
            Some(source) => source.read(&mut out[..most]),
            None => {
                out[..most].fill(0);
                Ok(most)
            }
        };
        let n = match read {
            Ok(0) => return self.give_up(io::ErrorKind::UnexpectedEof.into(), out),
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => return self.give_up(error, out),
        };
        self.left -= n as u64;
        self.hasher.update(&out[..n]);
        *self.done += n as u64;
        if self.watch.step("Writing the backup", *self.done, self.total).is_err() {
            self.was_stopped = true;
            return Err(io::Error::other("stopped"));
        }
        Ok(n)
    }
}

impl Fed<'_> {
    fn give_up(&mut self, error: io::Error, out: &mut [u8]) -> io::Result<usize> {
        self.source = None;
        self.broken = Some(error);
        self.read(out)
    }
}
