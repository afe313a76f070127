//! Where uploads lie while they come in, and who writes to which of them.
//!
//! One request writes to an upload at a time. A second one is told to wait, unless the first has
//! not heard from its sender for some seconds: then its connection is most likely dead, though
//! nobody has told us, and it gives way to the one that lives.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, SeekFrom},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::kernel::id::UploadId;

/// How long a sender may be silent before another request of his takes over.
const SILENCE: Duration = Duration::from_secs(5);
/// How long the one that takes over waits for the other to let go.
const PATIENCE: Duration = Duration::from_secs(10);

/// The folder of uploads, and who writes to them. In the platform's services.
#[derive(Debug)]
pub(super) struct Desk {
    folder: PathBuf,
    holders: Mutex<HashMap<UploadId, Holder>>,
}

#[derive(Debug, Clone)]
struct Holder {
    heard_at: Instant,
    /// Cancelled when another wants to write.
    stop: CancellationToken,
    /// Cancelled when this one has let go.
    gone: CancellationToken,
}

/// The right to write to one upload. Dropped, it is free again.
#[derive(Debug)]
pub(super) struct Hold {
    desk: Arc<Desk>,
    id: UploadId,
    stop: CancellationToken,
    gone: CancellationToken,
}

/// Somebody else is writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken;

impl Desk {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            holders: Mutex::default(),
        }
    }

    /// The right to write to this upload, perhaps after one that has fallen silent gave way.
    pub(super) async fn take(self: &Arc<Self>, id: UploadId) -> Result<Hold, Taken> {
        self.take_after(id, SILENCE).await
    }

    /// The right to write, whoever has it now: for the end of an upload.
    pub(super) async fn take_away(self: &Arc<Self>, id: UploadId) -> Result<Hold, Taken> {
        self.take_after(id, Duration::ZERO).await
    }

    async fn take_after(self: &Arc<Self>, id: UploadId, silence: Duration) -> Result<Hold, Taken> {
        let holder = match self.try_take(id) {
            Ok(hold) => return Ok(hold),
            Err(holder) => holder,
        };
        if holder.heard_at.elapsed() < silence {
            return Err(Taken);
        }
        holder.stop.cancel();
        let gone = tokio::time::timeout(PATIENCE, holder.gone.cancelled()).await;
        gone.map_err(|_| Taken)?;
        self.try_take(id).map_err(|_| Taken)
    }

    fn try_take(self: &Arc<Self>, id: UploadId) -> Result<Hold, Holder> {
        let mut holders = self.holders();
        if let Some(holder) = holders.get(&id) {
            return Err(holder.clone());
        }
        let holder = Holder {
            heard_at: Instant::now(),
            stop: CancellationToken::new(),
            gone: CancellationToken::new(),
        };
        holders.insert(id, holder.clone());
        Ok(Hold {
            desk: self.clone(),
            id,
            stop: holder.stop,
            gone: holder.gone,
        })
    }

    /// Whether somebody is writing to it.
    pub(super) fn is_held(&self, id: UploadId) -> bool {
        self.holders().contains_key(&id)
    }

    /// Where the bytes of an upload lie.
    pub(super) fn path(&self, id: UploadId) -> PathBuf {
        self.folder.join(format!("{id}.part"))
    }

    /// How much of an upload has come. Blocking.
    pub(super) fn length(&self, id: UploadId) -> io::Result<u64> {
        fs::metadata(self.path(id)).map(|file| file.len())
    }

    /// Makes the file of a new upload, durable with its folder. Blocking.
    pub(super) fn create(&self, id: UploadId) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        OpenOptions::new().write(true).create_new(true).open(self.path(id))?.sync_all()?;
        File::open(&self.folder)?.sync_all()
    }

    /// The file, ready to write where it ends. What lies beyond `proven` is cut off. Blocking.
    pub(super) fn open(&self, id: UploadId, proven: Option<u64>) -> io::Result<(File, u64)> {
        let mut file = OpenOptions::new().read(true).write(true).open(self.path(id))?;
        if let Some(proven) = proven
            && file.metadata()?.len() > proven
        {
            file.set_len(proven)?;
            file.sync_all()?;
        }
        let end = file.seek(SeekFrom::End(0))?;
        Ok((file, end))
    }

    /// Deletes the file of an upload, if there is one. Blocking.
    pub(super) fn remove(&self, id: UploadId) -> io::Result<()> {
        match fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The uploads that have a file. Blocking.
    pub(super) fn list(&self) -> io::Result<Vec<UploadId>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            found.extend(name.to_str().and_then(|name| name.strip_suffix(".part")?.parse::<UploadId>().ok()));
        }
        Ok(found)
    }

    fn holders(&self) -> MutexGuard<'_, HashMap<UploadId, Holder>> {
        self.holders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold {
    /// Something came from the sender.
    pub(super) fn heard(&self) {
        if let Some(holder) = self.desk.holders().get_mut(&self.id) {
            holder.heard_at = Instant::now();
        }
    }

    /// Cancelled when another wants to write.
    pub(super) fn stop(&self) -> &CancellationToken {
        &self.stop
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.desk.holders().remove(&self.id);
        self.gone.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_writes_at_a_time_and_the_silent_give_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Arc::new(Desk::new(folder.path().to_owned()));
        let id = UploadId::from_raw(1);
        let first = desk.take(id).await.expect("free");
        assert_eq!(desk.take(id).await.map(drop), Err(Taken), "it has just been heard");
        assert!(!first.stop().is_cancelled());
        // To whoever waits no longer, a moment is silence enough.
        let desk_of_second = desk.clone();
        let second = tokio::spawn(async move { desk_of_second.take_away(id).await });
        first.stop().cancelled().await;
        drop(first);
        let second = second.await.expect("no panic").expect("it gave way");
        assert!(desk.is_held(id) && !second.stop().is_cancelled());
        drop(second);
        assert!(!desk.is_held(id));
    }
}
