//! The database: readers in their lanes, and the one writer.
//!
//! [`Database`] is opened once by `app` and hands out [`Db`] handles that know who acts. A
//! handler gets its handle only from a guard, a job from its context.

mod disk;
pub mod lock;
pub mod migrate;
mod pragmas;
mod readers;
mod references;
mod stats;
mod tx;
pub mod upkeep;
mod values;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use rusqlite::Connection;

pub use references::count_references;
pub use stats::WriterStats;
pub(crate) use tx::fault;
pub use tx::{OnConflict, Read, STATEMENTS, Tx};
pub use writer::Bells;

use self::{
    readers::Lane,
    writer::{Means, WriteQueue},
};
use super::clock::{SharedChance, SharedClock};
use crate::kernel::{
    actor::Actor,
    error::{Error, Result},
    time::Timestamp,
};

/// The name of the database file in the data folder.
pub const FILE: &str = "momentum.db";

/// How long an ordinary read may take.
const READ_DEADLINE: Duration = Duration::from_secs(5);
/// How long a report or export may take.
const HEAVY_DEADLINE: Duration = Duration::from_secs(60);

/// The opened database of one data folder.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    writer: WriteQueue,
    readers: Lane,
    heavy: Lane,
    bells: Arc<Bells>,
    clock: SharedClock,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
}

impl Database {
    /// Opens a migrated database file: one writer, `max(4, 2 × cores)` readers, two heavy readers.
    ///
    /// # Errors
    /// When the file cannot be opened or the threads cannot be started.
    pub fn open(path: &Path, clock: SharedClock, chance: SharedChance) -> Result<Self> {
        let mut conn = Connection::open(path).map_err(fault)?;
        pragmas::writer(&conn).and_then(|()| pragmas::watch(&mut conn)).map_err(fault)?;
        Self::over(conn, path, clock, chance)
    }

    /// Opens a database file only to look at it: nothing of it is changed, and every write fails.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn look(path: &Path, clock: SharedClock, chance: SharedChance) -> Result<Self> {
        // The writer gets an empty database of its own, and may not write even there.
        let nowhere = Connection::open_in_memory().map_err(fault)?;
        nowhere.execute_batch("PRAGMA query_only=ON").map_err(fault)?;
        Self::over(nowhere, path, clock, chance)
    }

    fn over(conn: Connection, path: &Path, clock: SharedClock, chance: SharedChance) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let threads = (cores * 2).max(4);
        let bells = Arc::new(Bells::default());
        let means = Means {
            clock: clock.clone(),
            chance,
            bells: bells.clone(),
            last_id: 0,
        };
        let (writer, thread) = WriteQueue::start(conn, means)?;
        let pool = readers::pool(path, u32::try_from(threads + 2).unwrap_or(64))?;
        let readers = Lane::start("db-reader", &pool, threads, READ_DEADLINE, clock.clone())?;
        let heavy = Lane::start("db-heavy", &pool, 2, HEAVY_DEADLINE, clock.clone())?;
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                writer,
                readers,
                heavy,
                bells,
                clock,
                thread: Mutex::new(Some(thread)),
            }),
        })
    }

    /// A handle through which `actor` reads and writes. Only `app`, guards, jobs and the command
    /// line call this: see the architecture test.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Db {
        Db {
            database: self.clone(),
            actor,
        }
    }

    /// Rung after commits that gave the dispatcher or the runner work.
    #[must_use]
    pub fn bells(&self) -> &Arc<Bells> {
        &self.inner.bells
    }

    /// Counters of the writer.
    #[must_use]
    pub fn stats(&self) -> &WriterStats {
        &self.inner.writer.stats
    }

    /// Writes and reads that wait now.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        (
            self.inner.writer.waiting(),
            self.inner.readers.waiting() + self.inner.heavy.waiting(),
        )
    }

    /// The database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// The time of the house.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Runs `f` on the writing connection alone, outside any transaction: checkpoints, statistics.
    ///
    /// # Errors
    /// What `f` returns, or `Unavailable` after the writer ended.
    pub async fn upkeep<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        self.inner.writer.upkeep(f).await
    }

    /// Finishes what is queued, renews statistics, folds the log into the file and closes.
    pub fn close(&self) {
        self.inner.writer.stop();
        let thread = self.inner.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer ended by a panic");
        }
    }
}

/// Reads a database file that is not this process's own, such as a copy of it.
///
/// # Errors
/// The closure's own error, or a database fault.
pub fn look<T>(path: &Path, now: Timestamp, f: impl FnOnce(&Read<'_>) -> Result<T>) -> Result<T> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(fault)?;
    pragmas::reader(&conn).map_err(fault)?;
    conn.execute_batch("BEGIN").map_err(fault)?;
    f(&Read::new(&conn, now))
}

/// How the database is doing.
#[derive(Debug, Clone, Copy)]
pub struct Pulse {
    /// Bytes of the database file.
    pub database_bytes: u64,
    /// Bytes of the write-ahead log.
    pub wal_bytes: u64,
    /// Commits since the start.
    pub commits: u64,
    /// Deeds since the start.
    pub writes: u64,
    /// Deeds that wait now.
    pub waiting_writes: usize,
    /// Reads that wait now.
    pub waiting_reads: usize,
    /// Whether the disk refused the last commit.
    pub is_refusing: bool,
}

/// A handle that knows who acts.
#[derive(Clone)]
pub struct Db {
    database: Database,
    actor: Actor,
}

impl Db {
    /// Runs a deed on the writer and answers after it is on disk. The closure is synchronous: no
    /// transaction can wait on the network, and a caller that goes away does not undo it.
    ///
    /// # Errors
    /// The closure's own error, or `Unavailable` when the queue is full or the disk refused.
    pub async fn write<T, F>(&self, label: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.database.inner.writer.write(false, label, self.actor.clone(), f).await
    }

    /// As [`Db::write`], behind everybody else: imports and background work, in chunks of at most 500 rows.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_low<T, F>(&self, label: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.database.inner.writer.write(true, label, self.actor.clone(), f).await
    }

    /// Reads one snapshot within 5 seconds.
    ///
    /// # Errors
    /// The closure's own error, or `Unavailable` when the lane is full or the deadline passed.
    pub async fn read<T, F>(&self, label: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Read<'_>) -> Result<T> + Send + 'static,
    {
        self.database.inner.readers.read(label, f).await
    }

    /// Reads one snapshot within 60 seconds, in the lane of reports and exports.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_heavy<T, F>(&self, label: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Read<'_>) -> Result<T> + Send + 'static,
    {
        self.database.inner.heavy.read(label, f).await
    }

    /// Goes through much in short reads on the lane of reports: a snapshot for each step, and others
    /// get their turn between two. A step says where the next one begins; none ends the walk.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_in_steps<S, P, F>(&self, label: &'static str, mut sum: S, mut at: P, step: F) -> Result<S>
    where
        S: Send + 'static,
        P: Send + 'static,
        F: Fn(&Read<'_>, P, &mut S) -> Result<Option<P>> + Send + Sync + 'static,
    {
        let step = Arc::new(step);
        loop {
            let step = step.clone();
            let read = self.read_heavy(label, move |read| {
                let next = step(read, at, &mut sum)?;
                Ok((sum, next))
            });
            let (so_far, next) = read.await?;
            sum = so_far;
            match next {
                Some(next) => at = next,
                None => return Ok(sum),
            }
        }
    }

    /// Does much in short writes that let others go first. A step says where the next one begins;
    /// none ends the walk.
    ///
    /// # Errors
    /// As [`Db::write_low`]; what earlier steps did stays.
    pub async fn write_in_steps<P, F>(&self, label: &'static str, mut at: P, step: F) -> Result<()>
    where
        P: Send + 'static,
        F: Fn(&Tx<'_>, P) -> Result<Option<P>> + Send + Sync + 'static,
    {
        let step = Arc::new(step);
        loop {
            let step = step.clone();
            match self.write_low(label, move |tx| step(tx, at)).await? {
                Some(next) => at = next,
                None => return Ok(()),
            }
        }
    }

    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The time of the house.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.database.now()
    }

    /// The file's and the log's sizes and what the writer has done: for the system page.
    #[must_use]
    pub fn pulse(&self) -> Pulse {
        let inner = &self.database.inner;
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |m| m.len());
        let stats = &inner.writer.stats;
        let (waiting_writes, waiting_reads) = self.database.waiting();
        Pulse {
            database_bytes: size(&inner.path),
            wal_bytes: size(&inner.path.with_extension("db-wal")),
            commits: stats.commits.load(std::sync::atomic::Ordering::Relaxed),
            writes: stats.writes.load(std::sync::atomic::Ordering::Relaxed),
            waiting_writes,
            waiting_reads,
            is_refusing: stats.refusing.load(std::sync::atomic::Ordering::Relaxed),
        }
    }

    /// The same database, for another actor: sign-in becomes a person, a job becomes the system.
    #[must_use]
    pub(crate) fn becoming(&self, actor: Actor) -> Self {
        Self {
            database: self.database.clone(),
            actor,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        fault(error)
    }
}

/// The version of the database engine.
#[must_use]
pub fn engine_version() -> &'static str {
    rusqlite::version()
}
