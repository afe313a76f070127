//! The one writer: a thread that owns the only writing connection and commits in groups.
//!
//! Each closure runs in a SAVEPOINT of a shared `BEGIN IMMEDIATE`; callers are answered after
//! COMMIT. The batch forms while the previous COMMIT waits for the disk, so there is no linger
//! timer. Three traps of sharing a commit are guarded: no deferrable foreign keys (a schema
//! test), a statement that ends the whole transaction (checked after every closure), and no
//! interrupts or deadlines on this connection. When the disk fails, writes are refused for a while
//! (see [`super::disk`]). A panic of the loop itself ends the process: a house that cannot write
//! is better restarted.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender};
use rusqlite::Connection;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};

use super::{
    disk::{self, Disk},
    stats::{Ticket, WriterStats},
    tx::{Read, Tx, Wakes, fault},
    upkeep,
};
use crate::{
    kernel::{
        actor::Actor,
        error::{Error, Result},
    },
    platform::clock::{SharedChance, SharedClock},
};

/// Writes that may wait before callers are told to come back.
const QUEUE: usize = 1024;
/// Low-priority writes that may wait: they never take the places of the others.
const LOW_QUEUE: usize = 256;
/// Closures in one commit.
const BATCH: usize = 256;
/// Low-priority closures in one commit.
const LOW_BATCH: usize = 32;
/// How long a batch may gather work.
const BATCH_TIME: Duration = Duration::from_millis(20);
/// How long a caller waits for a place in the queue.
const PATIENCE: Duration = Duration::from_secs(2);
/// After this long without a write the log is folded into the database file.
const IDLE: Duration = Duration::from_secs(30);

/// Called with `None` after COMMIT, with the error when the batch was lost.
type Finish = Box<dyn FnOnce(Option<Error>) + Send>;

/// Runs the closure; says how it went and how to answer its caller. Without a transaction it is
/// not run, and its caller gets the error.
type Deed = Box<dyn FnOnce(Result<&Tx<'_>>) -> (Verdict, Finish) + Send>;

/// How a closure went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Done,
    Failed,
    /// It met a full or failing disk.
    DiskFailed,
}

impl Verdict {
    fn of<T>(result: &Result<T>) -> Self {
        match result {
            Ok(_) => Self::Done,
            Err(error) if disk::is_to_blame(error) => Self::DiskFailed,
            Err(_) => Self::Failed,
        }
    }
}

struct WriteJob {
    label: &'static str,
    actor: Actor,
    run: Deed,
    ticket: Ticket,
    _slot: OwnedSemaphorePermit,
}

type Upkeep = Box<dyn FnOnce(&mut Connection) + Send>;

enum Message {
    Write(WriteJob),
    /// Runs alone, outside any transaction.
    Upkeep(Upkeep),
    Stop,
}

/// Wakes the dispatcher and the job runner after a commit that gave them work.
#[derive(Debug, Default)]
pub struct Bells {
    /// Rung when events were appended.
    pub events: Notify,
    /// Rung when jobs were enqueued.
    pub jobs: Notify,
}

#[derive(Clone)]
pub(super) struct WriteQueue {
    high: Sender<Message>,
    low: Sender<Message>,
    slots: Arc<Semaphore>,
    low_slots: Arc<Semaphore>,
    pub(super) stats: Arc<WriterStats>,
}

/// What the writer thread works with besides its connection.
pub(super) struct Means {
    pub(super) clock: SharedClock,
    pub(super) chance: SharedChance,
    pub(super) bells: Arc<Bells>,
    pub(super) last_id: i64,
}

impl WriteQueue {
    /// Starts the thread; joins on [`std::thread::JoinHandle`] after [`WriteQueue::stop`].
    pub(super) fn start(conn: Connection, means: Means) -> Result<(Self, std::thread::JoinHandle<()>)> {
        let (high, high_jobs) = crossbeam_channel::unbounded();
        let (low, low_jobs) = crossbeam_channel::unbounded();
        let stats = Arc::new(WriterStats::default());
        let writer = Writer {
            conn,
            last_id: Cell::new(means.last_id),
            means,
            stats: stats.clone(),
            disk: Disk::default(),
            high: high_jobs,
            low: low_jobs,
        };
        let thread = std::thread::Builder::new()
            .name("db-writer".into())
            .spawn(move || guarded(writer))
            .map_err(Error::internal)?;
        Ok((
            Self {
                high,
                low,
                slots: Arc::new(Semaphore::new(QUEUE)),
                low_slots: Arc::new(Semaphore::new(LOW_QUEUE)),
                stats,
            },
            thread,
        ))
    }

    pub(super) async fn write<T, F>(&self, low: bool, label: &'static str, actor: Actor, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        let busy = || Error::Unavailable {
            code: "db.busy",
            retry_after: 1,
        };
        let ticket = Ticket::now();
        let slots = if low { &self.low_slots } else { &self.slots };
        let slot = tokio::time::timeout(PATIENCE, slots.clone().acquire_owned())
            .await
            .map_err(|_| busy())?
            .map_err(|_| busy())?;
        let (reply, answer) = oneshot::channel();
        let run = Box::new(move |tx: Result<&Tx<'_>>| {
            let result = tx.and_then(f);
            let verdict = Verdict::of(&result);
            let finish: Finish = Box::new(move |lost| {
                // A caller that has gone away still had its write: nobody is left to tell.
                let _gone = reply.send(match lost {
                    Some(error) if verdict == Verdict::Done => Err(error),
                    _ => result,
                });
            });
            (verdict, finish)
        });
        let job = Message::Write(WriteJob {
            label,
            actor,
            run,
            ticket,
            _slot: slot,
        });
        let queue = if low { &self.low } else { &self.high };
        queue.send(job).map_err(|_| Error::Unavailable {
            code: "db.closed",
            retry_after: 5,
        })?;
        answer
            .await
            .map_err(|_| Error::internal(format!("write {label} panicked or was lost")))?
    }

    pub(super) async fn upkeep<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let upkeep: Upkeep = Box::new(move |conn| {
            let _gone = reply.send(f(conn));
        });
        self.high.send(Message::Upkeep(upkeep)).map_err(|_| Error::Unavailable {
            code: "db.closed",
            retry_after: 5,
        })?;
        answer.await.map_err(|_| Error::internal("upkeep panicked"))?
    }

    /// Writes that wait now.
    pub(super) fn waiting(&self) -> usize {
        self.high.len() + self.low.len()
    }

    /// Lets the thread finish what is queued and end.
    pub(super) fn stop(&self) {
        let _ended = self.high.send(Message::Stop);
    }
}

/// Ends the process when the loop itself breaks: nobody could write any more.
fn guarded(writer: Writer) {
    if catch_unwind(AssertUnwindSafe(|| writer.serve())).is_err() {
        tracing::error!("the writer broke; the process ends so that it is started anew");
        std::process::abort();
    }
}

/// What callers of a lost batch are told.
fn again() -> Error {
    Error::Unavailable {
        code: "db.write_failed",
        retry_after: 2,
    }
}

/// Answers a caller. What a dropped answer does in its destructor must not hurt the loop.
fn answer(finish: Finish, lost: Option<Error>) {
    if catch_unwind(AssertUnwindSafe(|| finish(lost))).is_err() {
        tracing::error!("an answer that nobody waited for panicked when it was dropped");
    }
}

struct Writer {
    conn: Connection,
    means: Means,
    stats: Arc<WriterStats>,
    disk: Disk,
    last_id: Cell<i64>,
    high: Receiver<Message>,
    low: Receiver<Message>,
}

impl Writer {
    fn serve(mut self) {
        let mut folded = true;
        loop {
            let idle = if self.disk.is_closed() { disk::PAUSE } else { IDLE };
            let first = crossbeam_channel::select_biased! {
                recv(self.high) -> message => message,
                recv(self.low) -> message => message,
                default(idle) => {
                    let is_open = self.disk.admit(&self.conn, self.means.clock.now(), &self.stats).is_ok();
                    if is_open && !folded {
                        folded = self.fold();
                    }
                    continue;
                }
            };
            match first {
                Ok(Message::Write(job)) => {
                    folded = false;
                    if self.batch(job) {
                        break;
                    }
                }
                Ok(Message::Upkeep(upkeep)) => self.look_after(upkeep),
                Ok(Message::Stop) | Err(_) => break,
            }
        }
        self.drain();
        if let Err(error) = self.conn.execute_batch("PRAGMA analysis_limit=1000; PRAGMA optimize;") {
            tracing::warn!(%error, "the planner's statistics were not renewed");
        }
        self.fold();
    }

    /// Writes that were queued before the stop still happen.
    fn drain(&mut self) {
        while let Ok(message) = self.high.try_recv().or_else(|_| self.low.try_recv()) {
            match message {
                Message::Write(job) => drop(self.batch(job)),
                Message::Upkeep(_) | Message::Stop => {}
            }
        }
    }

    /// Folds the log into the file. False when a reader still needs it: next time.
    fn fold(&self) -> bool {
        upkeep::checkpoint(&self.conn).unwrap_or_else(|error| {
            tracing::warn!(%error, "checkpoint failed");
            false
        })
    }

    /// Runs one commit, begun by `first`. True when a stop was met on the way.
    fn batch(&mut self, first: WriteJob) -> bool {
        if let Err(refusal) = self.disk.admit(&self.conn, self.means.clock.now(), &self.stats) {
            answer((first.run)(Err(refusal)).1, None);
            return false;
        }
        let began = Instant::now();
        let mut met = Met::default();
        let outcome = match self.conn.execute_batch("BEGIN IMMEDIATE") {
            Ok(()) => self.run(first, &mut met).and_then(|()| self.gather(began, &mut met)),
            Err(error) => {
                met.finishes.push((first.run)(Err(again())).1);
                Err(fault(error))
            }
        };
        let outcome = outcome.and_then(|()| self.commit());
        self.settle(outcome, &mut met);
        if let Some(upkeep) = met.upkeep {
            self.look_after(upkeep);
        }
        met.stop
    }

    fn commit(&self) -> Result<()> {
        let began = Instant::now();
        let done = self.conn.execute_batch("COMMIT").map_err(fault);
        self.stats.commit.observe(began.elapsed());
        done
    }

    fn look_after(&mut self, upkeep: Upkeep) {
        if catch_unwind(AssertUnwindSafe(|| upkeep(&mut self.conn))).is_err() {
            tracing::error!("database upkeep panicked");
        }
        if !self.conn.is_autocommit() {
            tracing::error!("database upkeep left a transaction open");
            self.roll_back();
        }
    }

    fn gather(&self, began: Instant, met: &mut Met) -> Result<()> {
        let mut low = 0;
        while met.runs < BATCH && began.elapsed() < BATCH_TIME {
            let message = self.high.try_recv().or_else(|e| {
                if low < LOW_BATCH {
                    low += 1;
                    self.low.try_recv()
                } else {
                    Err(e)
                }
            });
            match message {
                Ok(Message::Write(job)) => self.run(job, met)?,
                Ok(Message::Upkeep(upkeep)) => {
                    met.upkeep = Some(upkeep);
                    break;
                }
                Ok(Message::Stop) => {
                    met.stop = true;
                    break;
                }
                Err(_) => break,
            }
        }
        Ok(())
    }

    /// Runs one closure in its savepoint. An error means that the whole batch is lost.
    fn run(&self, job: WriteJob, met: &mut Met) -> Result<()> {
        let turn = job.ticket.called(&self.stats.wait);
        met.runs += 1;
        if let Err(error) = self.cached("SAVEPOINT deed") {
            met.finishes.push((job.run)(Err(again())).1);
            return Err(error);
        }
        let wakes = Cell::new(met.wakes);
        let read = Read::new(&self.conn, self.means.clock.now());
        let tx = Tx::new(read, &job.actor, self.means.chance.as_ref(), &self.last_id, &wakes);
        let result = catch_unwind(AssertUnwindSafe(|| (job.run)(Ok(&tx))));
        let verdict = match result {
            Ok((verdict, finish)) => {
                met.finishes.push(finish);
                verdict
            }
            Err(_) => {
                tracing::error!(label = job.label, "a write panicked; its changes were rolled back");
                Verdict::Failed
            }
        };
        met.disk_failed |= verdict == Verdict::DiskFailed;
        if self.conn.is_autocommit() {
            // Some statement ended the transaction: every deed in it is gone.
            return Err(Error::internal(format!("write {} ended the shared transaction", job.label)));
        }
        if verdict == Verdict::Done {
            met.wakes = wakes.get();
            met.done += 1;
        } else {
            self.stats.rolled_back.fetch_add(1, Ordering::Relaxed);
            self.cached("ROLLBACK TO deed")?;
        }
        self.cached("RELEASE deed")?;
        let took = turn.done(&self.stats.run);
        if took > BATCH_TIME {
            self.stats.slow.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(label = job.label, ms = took.as_millis(), "slow write");
        }
        Ok(())
    }

    fn cached(&self, sql: &str) -> Result<()> {
        self.conn.prepare_cached(sql).and_then(|mut s| s.execute([])).map_err(fault)?;
        Ok(())
    }

    fn roll_back(&self) {
        if !self.conn.is_autocommit()
            && let Err(error) = self.conn.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "rollback failed");
        }
    }

    fn settle(&mut self, outcome: Result<()>, met: &mut Met) {
        let finishes = std::mem::take(&mut met.finishes);
        match outcome {
            Ok(()) => {
                self.stats.commits.fetch_add(1, Ordering::Relaxed);
                self.stats.writes.fetch_add(met.done, Ordering::Relaxed);
                self.stats.batch.observe_number(finishes.len());
                if met.disk_failed {
                    self.disk.close(&disk::full(), self.means.clock.now(), &self.stats);
                }
                finishes.into_iter().for_each(|finish| answer(finish, None));
                if met.wakes.events {
                    self.means.bells.events.notify_one();
                }
                if met.wakes.jobs {
                    self.means.bells.jobs.notify_one();
                }
            }
            Err(error) => {
                tracing::error!(error = ?error, lost = finishes.len(), "a batch of writes was lost; its callers are told to try again");
                self.stats.lost.fetch_add(1, Ordering::Relaxed);
                self.roll_back();
                if met.disk_failed || disk::is_to_blame(&error) {
                    self.disk.close(&error, self.means.clock.now(), &self.stats);
                }
                finishes.into_iter().for_each(|finish| answer(finish, Some(again())));
            }
        }
    }
}

/// What a batch met on its way.
#[derive(Default)]
struct Met {
    finishes: Vec<Finish>,
    wakes: Wakes,
    /// Closures that were run.
    runs: usize,
    /// Closures that succeeded.
    done: u64,
    disk_failed: bool,
    stop: bool,
    upkeep: Option<Upkeep>,
}
