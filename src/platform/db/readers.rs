//! Reader threads: each job borrows a read-only connection from the r2d2 pool.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, TrySendError};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use super::{
    pragmas,
    stats::{LaneStats, Ticket},
    tx::Read,
};
use crate::{
    kernel::error::{Error, Result},
    platform::clock::SharedClock,
};

/// Opens read-only connections for r2d2 with every setting in one place.
#[derive(Debug)]
struct ReadConnections(PathBuf);

impl r2d2::ManageConnection for ReadConnections {
    type Connection = Connection;
    type Error = rusqlite::Error;

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut conn = Connection::open_with_flags(&self.0, flags)?;
        pragmas::reader(&conn)?;
        pragmas::watch(&mut conn)?;
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Connection) -> rusqlite::Result<()> {
        conn.query_row("SELECT 1", [], |_| Ok(()))
    }

    fn has_broken(&self, conn: &mut Connection) -> bool {
        // A job that panicked may have left its transaction open.
        !conn.is_autocommit()
    }
}

/// Without a connection it only answers that there is none.
type ReadJob = Box<dyn FnOnce(Option<&mut Connection>) + Send>;

/// A queue of reads with its own threads and deadline.
#[derive(Clone)]
pub(super) struct Lane {
    queue: Sender<ReadJob>,
    clock: SharedClock,
    deadline: Duration,
    pub(super) stats: Arc<LaneStats>,
}

/// How many reads may wait in a lane before callers are told to come back.
const LANE_CAPACITY: usize = 4096;

pub(super) fn pool(
    path: &Path,
    size: u32,
) -> Result<r2d2::Pool<impl r2d2::ManageConnection<Connection = Connection, Error = rusqlite::Error>>> {
    r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .test_on_check_out(false)
        .connection_timeout(Duration::from_secs(5))
        .build(ReadConnections(path.to_owned()))
        .map_err(Error::internal)
}

impl Lane {
    /// Starts `threads` threads that share one queue.
    pub(super) fn start<M>(name: &str, pool: &r2d2::Pool<M>, threads: usize, deadline: Duration, clock: SharedClock) -> Result<Self>
    where
        M: r2d2::ManageConnection<Connection = Connection>,
    {
        let (queue, jobs) = crossbeam_channel::bounded::<ReadJob>(LANE_CAPACITY);
        for n in 0..threads {
            let (jobs, pool) = (jobs.clone(), pool.clone());
            std::thread::Builder::new()
                .name(format!("{name}-{n}"))
                .spawn(move || serve(&jobs, &pool))
                .map_err(Error::internal)?;
        }
        Ok(Self {
            queue,
            clock,
            deadline,
            stats: Arc::default(),
        })
    }

    pub(super) async fn read<T, F>(&self, label: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Read<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let (clock, deadline, stats, ticket) = (self.clock.clone(), self.deadline, self.stats.clone(), Ticket::now());
        let job: ReadJob = Box::new(move |conn| {
            if reply.is_closed() {
                return; // The caller has gone: nobody reads the answer.
            }
            let turn = ticket.called(&stats.wait);
            let result = match conn {
                Some(conn) => snapshot(conn, clock.now(), deadline, f),
                None => Err(Error::Unavailable {
                    code: "db.no_reader",
                    retry_after: 2,
                }),
            };
            let took = turn.done(&stats.run);
            if took > deadline && result.is_err() {
                stats.late.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(label, ms = took.as_millis(), "a read was ended by its deadline");
            } else if took > pragmas::SLOW {
                tracing::warn!(label, ms = took.as_millis(), "slow read");
            }
            // The receiver may have gone meanwhile, which is no fault.
            let _gone = reply.send(result);
        });
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Unavailable {
                code: "db.busy",
                retry_after: 1,
            },
            TrySendError::Disconnected(_) => Error::Unavailable {
                code: "db.closed",
                retry_after: 5,
            },
        })?;
        answer.await.map_err(|_| Error::internal(format!("read {label} panicked")))?
    }

    /// Reads that wait now.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }
}

fn snapshot<T>(
    conn: &mut Connection,
    now: crate::kernel::time::Timestamp,
    deadline: Duration,
    f: impl FnOnce(&Read<'_>) -> Result<T>,
) -> Result<T> {
    let ends = Instant::now() + deadline;
    conn.progress_handler(1000, Some(move || Instant::now() > ends))
        .map_err(super::tx::fault)?;
    run(conn, "BEGIN")?;
    let result = f(&Read::new(conn, now));
    run(conn, "COMMIT")?;
    result
}

/// Runs a statement that is the same every time: parsed once for each connection.
fn run(conn: &Connection, sql: &str) -> Result<()> {
    conn.prepare_cached(sql).and_then(|mut s| s.execute([])).map_err(super::tx::fault)?;
    Ok(())
}

fn serve<M: r2d2::ManageConnection<Connection = Connection>>(jobs: &Receiver<ReadJob>, pool: &r2d2::Pool<M>) {
    for job in jobs {
        match pool.get() {
            Ok(mut conn) => {
                let run = std::panic::AssertUnwindSafe(|| job(Some(&mut conn)));
                if std::panic::catch_unwind(run).is_err() {
                    tracing::error!("a read panicked");
                }
            }
            Err(error) => {
                tracing::error!(%error, "no read connection");
                job(None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kernel::time::Timestamp, platform::clock::FixedClock};

    #[tokio::test]
    async fn a_read_that_never_ends_is_ended_and_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("test.db");
        Connection::open(&path)
            .and_then(|conn| conn.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (x)"))
            .expect("a database");
        let clock = Arc::new(FixedClock::at(Timestamp::from_millis(0)));
        let pool = pool(&path, 2).expect("a pool");
        let lane = Lane::start("test", &pool, 1, Duration::from_millis(20), clock).expect("a lane");
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
        let ended = lane.read("test.endless", move |read| read.count(endless, [])).await;
        assert!(matches!(ended, Err(Error::Unavailable { code: "db.deadline", .. })), "{ended:?}");
        let short = lane.read("test.short", |read| read.count("SELECT 7", [])).await;
        assert_eq!(short.expect("a number"), 7);
        assert_eq!(lane.stats.late.load(Ordering::Relaxed), 1);
        assert_eq!((lane.stats.wait.tally().count, lane.stats.run.tally().count), (2, 2));
    }
}
