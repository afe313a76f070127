//! Claims due jobs, runs them outside any transaction, settles them.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument as _;

use super::{
    JobContext, JobError, JobKind, Queue,
    store::{self, Claimed},
};
use crate::{
    kernel::{actor::Actor, error::Result},
    platform::{
        Platform,
        db::{Database, Db},
        metrics::Outcome,
        telemetry,
    },
};

/// How long running jobs may finish at shutdown before their lease is given back.
const DRAIN: Duration = Duration::from_secs(10);

/// Runs background jobs.
#[derive(Clone)]
pub struct Runner {
    database: Database,
    db: Db,
    platform: Arc<Platform>,
    kinds: Arc<Vec<JobKind>>,
}

impl Runner {
    /// A runner for these kinds.
    #[must_use]
    pub fn new(database: &Database, platform: Arc<Platform>, kinds: Vec<JobKind>) -> Self {
        Self {
            database: database.clone(),
            db: database.acting_as(Actor::System("jobs")),
            platform,
            kinds: Arc::new(kinds),
        }
    }

    /// Runs every job that is due now, one after another, until none is left: for tests and the
    /// command line. True when anything ran.
    ///
    /// # Errors
    /// A database fault.
    pub async fn run_due(&self) -> Result<bool> {
        let mut ran = false;
        for queue in Queue::ALL {
            loop {
                let claimed = self.claim(queue, 1).await?;
                let Some(job) = claimed.into_iter().next() else { break };
                self.run_one(job).await;
                ran = true;
            }
        }
        Ok(ran)
    }

    /// Runs until `stop` is cancelled, then lets running jobs finish for a while.
    pub async fn serve(self, stop: CancellationToken) {
        if let Err(error) = self.db.write("jobs.return_all", |tx| store::return_expired(tx, true)).await {
            tracing::error!(?error, "jobs of the former process could not be returned");
        }
        let tracker = TaskTracker::new();
        let rooms: Vec<_> = Queue::ALL.iter().map(|q| (*q, Arc::new(Semaphore::new(q.width())))).collect();
        loop {
            for (queue, room) in &rooms {
                if let Err(error) = self.fill(*queue, room, &tracker).await {
                    tracing::error!(?error, queue = queue.word(), "jobs could not be claimed");
                }
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.database.bells().jobs.notified() => {}
                () = tokio::time::sleep(self.until_due().await) => {}
            }
        }
        tracker.close();
        if tokio::time::timeout(DRAIN, tracker.wait()).await.is_err() {
            tracing::warn!("some jobs were still running; they run again at the next start");
        }
    }

    async fn until_due(&self) -> Duration {
        let due = self.db.read("jobs.next_due", store::next_due).await.ok().flatten();
        let wait = due.map_or(60_000, |at| at.millis() - self.db.now().millis());
        // Never busy-wait: a due job without a free place is claimed when a place frees.
        Duration::from_millis(u64::try_from(wait.clamp(200, 30_000)).unwrap_or(200))
    }

    async fn fill(&self, queue: Queue, room: &Arc<Semaphore>, tracker: &TaskTracker) -> Result<()> {
        let free = u32::try_from(room.available_permits()).unwrap_or(0);
        if free == 0 || !self.has_due(queue).await? {
            return Ok(());
        }
        for job in self.claim(queue, free).await? {
            let (runner, room, database) = (self.clone(), room.clone(), self.database.clone());
            let Ok(place) = room.try_acquire_owned() else { break };
            tracker.spawn(async move {
                runner.run_one(job).await;
                drop(place);
                database.bells().jobs.notify_one();
            });
        }
        Ok(())
    }

    async fn has_due(&self, queue: Queue) -> Result<bool> {
        self.db
            .read("jobs.has_due", move |read| {
                read.exists(
                    "SELECT 1 FROM jobs WHERE (state = 'waiting' AND queue = ?1 AND run_at <= ?2) OR (state = 'running' AND lease_until < ?2) LIMIT 1",
                    (queue, read.now()),
                )
            })
            .await
    }

    async fn claim(&self, queue: Queue, room: u32) -> Result<Vec<Claimed>> {
        let kinds = self.kinds.clone();
        self.db
            .write("jobs.claim", move |tx| {
                store::return_expired(tx, false)?;
                store::claim(tx, queue, room, &kinds)
            })
            .await
    }

    async fn run_one(&self, job: Claimed) {
        // Whatever the run logs, on whichever thread, carries the job's id.
        let span = telemetry::job_span(job.id, &job.kind);
        self.run_and_settle(job).instrument(span).await;
    }

    async fn run_and_settle(&self, job: Claimed) {
        let (id, attempt, began) = (job.id, job.attempt, std::time::Instant::now());
        let kind = self.kinds.iter().find(|k| k.name == job.kind);
        let attempts = kind.map_or(1, |k| k.attempts);
        let result = match kind {
            None => Err(JobError::Fail(format!("no such kind: {}", job.kind))),
            Some(kind) => self.run_kind(kind, job).await,
        };
        if let Err(error) = &result {
            tracing::warn!(attempt, ?error, "a job did not finish");
        }
        let queue = kind.map_or(Queue::Default, |kind| kind.queue);
        let outcome = Outcome::of(&result, attempt >= attempts);
        self.platform.metrics.jobs.ran(queue, outcome, began.elapsed());
        if let Err(error) = self
            .db
            .write("jobs.settle", move |tx| store::settle(tx, id, attempt, attempts, result))
            .await
        {
            tracing::error!(?error, "a job could not be settled; its lease will end");
        }
    }

    async fn run_kind(&self, kind: &JobKind, job: Claimed) -> Result<(), JobError> {
        let ctx = JobContext {
            id: job.id,
            attempt: job.attempt,
            db: self.db.becoming(Actor::System(kind.name)),
            platform: self.platform.clone(),
        };
        let run = tokio::spawn((kind.run)(job.payload, ctx).in_current_span());
        let abort = run.abort_handle();
        match tokio::time::timeout(kind.lease, run).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(JobError::Retry(format!("panicked: {panic}"))),
            Err(_) => {
                abort.abort();
                Err(JobError::Retry("took longer than its lease".into()))
            }
        }
    }
}
