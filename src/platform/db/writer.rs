//! The one writer: a thread that owns the only writing connection and commits in groups.
//!
//! Each closure runs in a SAVEPOINT of a shared `BEGIN IMMEDIATE`; callers are answered after
//! COMMIT. The batch forms while the previous COMMIT waits for the disk, so there is no linger
//! timer. Three traps of sharing a commit are guarded: no deferrable foreign keys (a schema
//! test), a statement that ends the whole transaction (checked after every closure), and no
//! interrupts or deadlines on this connection.

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
    stats::{Ticket, WriterStats},
    tx::{Read, Tx, Wakes, fault},
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

/// Runs the closure; says whether it succeeded and how to answer its caller. Without a
/// transaction it is not run and counts as lost.
type Deed = Box<dyn FnOnce(Option<&Tx<'_>>) -> (bool, Finish) + Send>;

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
            high: high_jobs,
            low: low_jobs,
        };
        let thread = std::thread::Builder::new()
            .name("db-writer".into())
            .spawn(move || writer.serve())
            .map_err(Error::internal)?;
        Ok((
            Self {
                high,
                low,
                slots: Arc::new(Semaphore::new(QUEUE)),
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
        let slot = tokio::time::timeout(PATIENCE, self.slots.clone().acquire_owned())
            .await
            .map_err(|_| busy())?
            .map_err(|_| busy())?;
        let (reply, answer) = oneshot::channel();
        let run = Box::new(move |tx: Option<&Tx<'_>>| {
            let result = tx.map_or_else(
                || {
                    Err(Error::Unavailable {
                        code: "db.write_failed",
                        retry_after: 2,
                    })
                },
                f,
            );
            let ok = result.is_ok();
            let finish: Finish = Box::new(move |lost| {
                // A caller that has gone away still had its write: nobody is left to tell.
                let _gone = reply.send(match lost {
                    Some(error) if ok => Err(error),
                    _ => result,
                });
            });
            (ok, finish)
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

struct Writer {
    conn: Connection,
    means: Means,
    stats: Arc<WriterStats>,
    last_id: Cell<i64>,
    high: Receiver<Message>,
    low: Receiver<Message>,
}

impl Writer {
    fn serve(mut self) {
        let mut folded = true;
        loop {
            let first = crossbeam_channel::select_biased! {
                recv(self.high) -> message => message,
                recv(self.low) -> message => message,
                default(IDLE) => {
                    if !folded {
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
                Ok(Message::Upkeep(upkeep)) => {
                    if catch_unwind(AssertUnwindSafe(|| upkeep(&mut self.conn))).is_err() {
                        tracing::error!("database upkeep panicked");
                    }
                }
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

    fn fold(&self) -> bool {
        // Never wait here for a reader that needs the log: writes would wait, too.
        let result = self.conn.busy_timeout(Duration::ZERO).and_then(|()| {
            let done = self
                .conn
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
            self.conn.busy_timeout(Duration::from_secs(5)).and(done)
        });
        match result {
            Ok(0) => true,
            Ok(_) => false, // A reader still needs the log: next time.
            Err(error) => {
                tracing::warn!(%error, "checkpoint failed");
                false
            }
        }
    }

    /// Runs one commit, begun by `first`. True when a stop was met on the way.
    fn batch(&mut self, first: WriteJob) -> bool {
        let began = Instant::now();
        let wakes = Cell::new(Wakes::default());
        let mut finishes: Vec<Finish> = Vec::new();
        let mut met = After::default();
        let outcome = match self.conn.execute_batch("BEGIN IMMEDIATE") {
            Ok(()) => self
                .run(first, &wakes, &mut finishes)
                .and_then(|()| self.gather(began, &wakes, &mut finishes, &mut met)),
            Err(error) => {
                finishes.push((first.run)(None).1);
                Err(fault(error))
            }
        };
        let outcome = outcome.and_then(|()| self.commit());
        self.settle(outcome, finishes, wakes.get());
        if let Some(upkeep) = met.upkeep
            && catch_unwind(AssertUnwindSafe(|| upkeep(&mut self.conn))).is_err()
        {
            tracing::error!("database upkeep panicked");
        }
        met.stop
    }

    fn commit(&self) -> Result<()> {
        let began = Instant::now();
        let done = self.conn.execute_batch("COMMIT").map_err(fault);
        self.stats.commit.observe(began.elapsed());
        done
    }

    fn gather(&self, began: Instant, wakes: &Cell<Wakes>, finishes: &mut Vec<Finish>, met: &mut After) -> Result<()> {
        let mut low = 0;
        while finishes.len() < BATCH && began.elapsed() < BATCH_TIME {
            let message = self.high.try_recv().or_else(|e| {
                if low < LOW_BATCH {
                    low += 1;
                    self.low.try_recv()
                } else {
                    Err(e)
                }
            });
            match message {
                Ok(Message::Write(job)) => self.run(job, wakes, finishes)?,
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
    fn run(&self, job: WriteJob, wakes: &Cell<Wakes>, finishes: &mut Vec<Finish>) -> Result<()> {
        let turn = job.ticket.called(&self.stats.wait);
        self.conn
            .prepare_cached("SAVEPOINT deed")
            .and_then(|mut s| s.execute([]))
            .map_err(fault)?;
        let before = wakes.get();
        let read = Read::new(&self.conn, self.means.clock.now());
        let tx = Tx::new(read, &job.actor, self.means.chance.as_ref(), &self.last_id, wakes);
        let result = catch_unwind(AssertUnwindSafe(|| (job.run)(Some(&tx))));
        if self.conn.is_autocommit() {
            // Some statement ended the transaction: every deed in it is gone.
            if let Ok((_, finish)) = result {
                finishes.push(finish);
            }
            return Err(Error::internal(format!("write {} ended the shared transaction", job.label)));
        }
        let ok = matches!(&result, Ok((true, _)));
        if !ok {
            self.stats.rolled_back.fetch_add(1, Ordering::Relaxed);
            wakes.set(before);
            self.conn
                .prepare_cached("ROLLBACK TO deed")
                .and_then(|mut s| s.execute([]))
                .map_err(fault)?;
        }
        self.conn
            .prepare_cached("RELEASE deed")
            .and_then(|mut s| s.execute([]))
            .map_err(fault)?;
        match result {
            Ok((_, finish)) => finishes.push(finish),
            Err(_) => tracing::error!(label = job.label, "a write panicked; its changes were rolled back"),
        }
        let took = turn.done(&self.stats.run);
        if took > BATCH_TIME {
            self.stats.slow.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(label = job.label, ms = took.as_millis(), "slow write");
        }
        Ok(())
    }

    fn settle(&self, outcome: Result<()>, finishes: Vec<Finish>, wakes: Wakes) {
        match outcome {
            Ok(()) => {
                self.stats.commits.fetch_add(1, Ordering::Relaxed);
                self.stats.writes.fetch_add(finishes.len() as u64, Ordering::Relaxed);
                self.stats.batch.observe_number(finishes.len());
                self.stats.refusing.store(false, Ordering::Relaxed);
                finishes.into_iter().for_each(|finish| finish(None));
                if wakes.events {
                    self.means.bells.events.notify_one();
                }
                if wakes.jobs {
                    self.means.bells.jobs.notify_one();
                }
            }
            Err(error) => {
                tracing::error!(error = ?error, lost = finishes.len(), "a batch of writes was lost; its callers are told to try again");
                self.stats.lost.fetch_add(1, Ordering::Relaxed);
                self.stats.refusing.store(true, Ordering::Relaxed);
                if !self.conn.is_autocommit()
                    && let Err(error) = self.conn.execute_batch("ROLLBACK")
                {
                    tracing::error!(%error, "rollback failed");
                }
                for finish in finishes {
                    finish(Some(Error::Unavailable {
                        code: "db.write_failed",
                        retry_after: 2,
                    }));
                }
            }
        }
    }
}

#[derive(Default)]
struct After {
    stop: bool,
    upkeep: Option<Upkeep>,
}
