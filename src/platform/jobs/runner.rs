//! Claims due jobs, runs them outside any transaction, settles them.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};
use tracing::Instrument as _;

use super::{
    JobContext, JobError, JobKind, Queue,
    running::{Mark, Running},
    store::{self, Claimed},
};
use crate::{
    kernel::{actor::Actor, error::Result, id::JobId},
    platform::{
        Platform,
        db::{Database, Db},
        metrics::Outcome,
        telemetry,
    },
};

/// How long running jobs may finish at shutdown before their lease is given back.
const DRAIN: Duration = Duration::from_secs(10);

/// How long to wait after jobs could not be claimed, for instance because the disk is full.
const AGAIN: Duration = Duration::from_secs(5);

/// Runs background jobs.
#[derive(Clone)]
pub struct Runner {
    database: Database,
    db: Db,
    platform: Arc<Platform>,
    kinds: Arc<Vec<JobKind>>,
    running: Running,
    /// Cancelled when runs must end now and give their leases back.
    cut: CancellationToken,
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
            running: Running::default(),
            cut: CancellationToken::new(),
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
            // After the stop nothing new is begun.
            while !self.cut.is_cancelled() {
                let claimed = self.claim(queue, 1).await?;
                let Some((job, mark)) = claimed.into_iter().next() else { break };
                self.run_one(job, mark).await;
                ran = true;
            }
        }
        Ok(ran)
    }

    /// Runs until `stop` is cancelled, then lets running jobs finish for a while, unless `hurry`
    /// comes first. What still runs then is ended and waits for the next start.
    pub async fn serve(self, stop: CancellationToken, hurry: CancellationToken) {
        let (kinds, alive) = (self.kinds.clone(), self.running.list());
        let returned = self
            .db
            .write("jobs.return_all", move |tx| store::return_expired(tx, true, &alive, &kinds))
            .await;
        if let Err(error) = returned {
            tracing::error!(?error, "jobs of the former process could not be returned");
        }
        let tracker = TaskTracker::new();
        let rooms: Vec<_> = Queue::ALL.iter().map(|q| (*q, Arc::new(Semaphore::new(q.width())))).collect();
        loop {
            let mut has_failed = false;
            for (queue, room) in &rooms {
                if let Err(error) = self.fill(*queue, room, &tracker).await {
                    has_failed = true;
                    tracing::error!(?error, queue = queue.word(), "jobs could not be claimed");
                }
            }
            let wait = if has_failed { AGAIN } else { self.until_due().await };
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.database.bells().jobs.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        tracker.close();
        tokio::select! {
            () = tracker.wait() => return,
            () = hurry.cancelled() => {}
            () = tokio::time::sleep(DRAIN) => {}
        }
        let jobs = self.running.list().len();
        tracing::warn!(jobs, "some jobs were still running; they run again at the next start");
        self.cut.cancel();
        tracker.wait().await;
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
        for (job, mark) in self.claim(queue, free).await? {
            let (runner, room, database) = (self.clone(), room.clone(), self.database.clone());
            // Only this loop takes places, so there are as many as were counted.
            let place = room.try_acquire_owned().ok();
            tracker.spawn(async move {
                runner.run_one(job, mark).await;
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

    async fn claim(&self, queue: Queue, room: u32) -> Result<Vec<(Claimed, Mark)>> {
        let (kinds, running) = (self.kinds.clone(), self.running.clone());
        self.db
            .write("jobs.claim", move |tx| {
                store::return_expired(tx, false, &running.list(), &kinds)?;
                let claimed = store::claim(tx, queue, room, &kinds)?;
                // Marked here, or another claim might come between. A lost batch drops the marks.
                Ok(claimed
                    .into_iter()
                    .map(|job| {
                        let mark = running.mark(job.id);
                        (job, mark)
                    })
                    .collect())
            })
            .await
    }

    async fn run_one(&self, job: Claimed, _running: Mark) {
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
        let (id, attempt) = (job.id, job.attempt);
        // When whoever asked for this run goes away, so does the run: its mark goes, too.
        let mut run = AbortOnDropHandle::new(tokio::spawn((kind.run)(job.payload, ctx).in_current_span()));
        let ended = tokio::select! {
            ended = &mut run => return ended.unwrap_or_else(|panic| Err(JobError::Retry(format!("panicked: {panic}")))),
            () = tokio::time::sleep(kind.limit) => JobError::Retry(format!("took longer than {:?}", kind.limit)),
            // It is not the job's fault: the try does not count.
            () = self.cut.cancelled() => JobError::Snooze(Duration::ZERO),
            () = self.hold(id, attempt, kind.lease) => JobError::Retry("lost its lease".into()),
        };
        run.abort();
        // Gone before it is settled, or its next run might meet it.
        drop(run.await);
        Err(ended)
    }

    /// Gives signs of life; comes back when the lease is lost.
    async fn hold(&self, id: JobId, attempt: u32, lease: Duration) {
        loop {
            tokio::time::sleep(lease / 3).await;
            match self.db.write("jobs.renew", move |tx| store::renew(tx, id, attempt, lease)).await {
                Ok(true) => {}
                Ok(false) => return,
                // A disk that refuses writes refuses other claims, too.
                Err(error) => tracing::warn!(?error, job.id = %id, "a job's lease could not be renewed"),
            }
        }
    }
}
