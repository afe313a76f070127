//! Background work: enqueued in the deed's transaction, claimed in a short write, run outside
//! any transaction, settled in a short write.
//!
//! Payloads carry ids, never contents, and every job is safe to run twice: outer calls carry the
//! job's id as their idempotency key. Kinds are never reused.

mod runner;
mod running;
mod store;

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    kernel::{error::Error, id::JobId},
    platform::{Platform, db::Db},
};

pub use runner::Runner;
pub use store::{
    JobRow, JobState, QueueCount, cancel_job, count_jobs, list_dead_kinds, list_jobs, oldest_due, oldest_lease, queues, retry_job,
};
pub(crate) use store::{insert, replan};

/// A queue with its own width, so that slow work never holds up mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Mail on its way out: 4 at once.
    Mail,
    /// Images and video: 1 at once.
    Media,
    /// Calls to AI providers: 2 at once.
    Ai,
    /// Calls to webhooks, which may be slow to answer: 4 at once.
    Hooks,
    /// Everything else: 4 at once.
    Default,
}
crate::text_enum!(Queue { Mail = "mail", Media = "media", Ai = "ai", Hooks = "hooks", Default = "default" });

impl Queue {
    /// Every queue.
    pub const ALL: [Self; 5] = [Self::Mail, Self::Media, Self::Ai, Self::Hooks, Self::Default];

    /// How many jobs of this queue run at once.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::Mail | Self::Hooks | Self::Default => 4,
            Self::Media => 1,
            Self::Ai => 2,
        }
    }
}

/// How a run ended without success.
#[derive(Debug)]
pub enum JobError {
    /// Try again, with back-off by the number of attempts.
    Retry(String),
    /// Try again after this long; the attempt does not count.
    Snooze(Duration),
    /// Never try again by itself: the job is dead until a person retries it.
    Fail(String),
}

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        Self::Retry(format!("{error:?}"))
    }
}

/// A kind of background work; the value is its payload.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// `slice.purpose`, fixed for ever.
    const KIND: &'static str;
    /// The queue it waits in.
    const QUEUE: Queue = Queue::Default;
    /// Attempts before it is dead.
    const ATTEMPTS: u32 = 8;
    /// How long one run may take; afterwards it is ended and tried again later. Never less than its
    /// lease.
    const LIMIT: Duration = if Self::LEASE.as_secs() > 120 {
        Self::LEASE
    } else {
        Duration::from_secs(120)
    };
    /// How long a claim holds without a sign of life. The runner gives one in each third of it, so
    /// that a long run keeps its claim and the run of a dead process loses it soon.
    const LEASE: Duration = Duration::from_secs(60);

    /// Whether an admin may end a run that is under way: only where nothing half-done stays behind.
    const MAY_END: bool = false;

    /// While a job with the same kind and key waits, another is not enqueued.
    fn dedupe_key(&self) -> Option<String> {
        None
    }

    /// Does the work.
    ///
    /// # Errors
    /// [`JobError`] says whether and when to try again.
    fn run(self, ctx: JobContext) -> impl Future<Output = Result<(), JobError>> + Send;
}

/// What a running job gets.
#[derive(Clone)]
pub struct JobContext {
    /// The job's id: the idempotency key of outer calls.
    pub id: JobId,
    /// 1 at the first run.
    pub attempt: u32,
    /// The database, acting as the system.
    pub db: Db,
    /// The mechanisms of the house.
    pub platform: Arc<Platform>,
}

type RunFn = Arc<dyn Fn(String, JobContext) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync>;

/// A registered kind: see [`kind`].
#[derive(Clone)]
pub struct JobKind {
    pub(crate) name: &'static str,
    pub(crate) queue: Queue,
    pub(crate) attempts: u32,
    pub(crate) limit: Duration,
    pub(crate) lease: Duration,
    pub(crate) may_end: bool,
    pub(crate) run: RunFn,
}

impl JobKind {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether an admin may end a run of it.
    #[must_use]
    pub fn may_end(&self) -> bool {
        self.may_end
    }
}

/// The kinds whose runs an admin may end. In the [`Services`](crate::platform::services::Services).
#[derive(Default)]
pub struct Endable(pub Vec<&'static str>);

/// Registers a kind in its slice's `module()`.
#[must_use]
pub fn kind<J: Job>() -> JobKind {
    let run: RunFn = Arc::new(|payload, ctx| {
        Box::pin(async move {
            let job: J = serde_json::from_str(&payload).map_err(|e| JobError::Fail(format!("payload: {e}")))?;
            job.run(ctx).await
        })
    });
    JobKind {
        name: J::KIND,
        queue: J::QUEUE,
        attempts: J::ATTEMPTS,
        limit: J::LIMIT,
        lease: J::LEASE,
        may_end: J::MAY_END,
        run,
    }
}
