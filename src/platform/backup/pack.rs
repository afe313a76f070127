//! The container that a backup is: members, their sums, the tail.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
};

use sha2::{Digest as _, Sha256};

use super::{
    BackupError, Lock, Result, Watch,
    format::{self, Member, sum_line},
    part::Part,
    seal::{Door, Out},
    snapshot::{self, Scratch},
    stream::Hashed,
};
use crate::{kernel::time::Timestamp, platform::crypto::hex};

type Body = zstd::Encoder<'static, Hashed<Door<Out>>>;

/// The container on its way out.
pub(super) struct Pack {
    tar: tar::Builder<Body>,
    sums: Hashed<BufWriter<File>>,
    sums_path: PathBuf,
    now: Timestamp,
    done: u64,
    /// Bytes that there are to be written in all, for who waits.
    pub(super) total: u64,
}

impl Pack {
    pub(super) fn new(part: &Part, lock: &Lock, scratch: &Scratch, now: Timestamp) -> Result<Self> {
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

    pub(super) fn add_bytes(&mut self, member: &Member, bytes: &[u8], watch: &Watch) -> Result<()> {
        self.add(member, bytes.len() as u64, &mut &*bytes, watch).map(drop)
    }

    /// Adds a member of exactly `size` bytes and says what their SHA-256 was. What cannot be read
    /// becomes zeros, so that one bad sector does not prevent the backup of everything else: the
    /// sum of a stored file then differs from its name, which every check tells.
    pub(super) fn add(&mut self, member: &Member, size: u64, source: &mut dyn Read, watch: &Watch) -> Result<String> {
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
    pub(super) fn finish(mut self, watch: &Watch) -> Result<(u64, String)> {
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
