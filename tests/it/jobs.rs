//! Background work: claimed once, tried again, given up, given back.

use std::time::Duration;

use momentum::{
    kernel::{
        error::{Error, Result},
        id::JobId,
        time::Timestamp,
    },
    platform::{
        db::Db,
        jobs::{self, Job, JobContext, JobError, JobRow, JobState, Runner},
    },
};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::TestApp;

/// Fails as often as it is told.
#[derive(Serialize, Deserialize)]
struct Fails {
    times: u32,
}

impl Job for Fails {
    const KIND: &'static str = "test.fails";
    const ATTEMPTS: u32 = 3;
    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        note(&ctx).await?;
        if ctx.attempt <= self.times {
            return Err(JobError::Retry(format!("failure {}", ctx.attempt)));
        }
        Ok(())
    }
}

/// Runs until the gate is opened, however long that takes.
#[derive(Serialize, Deserialize)]
struct Long {
    key: Option<String>,
}

impl Job for Long {
    const KIND: &'static str = "test.long";
    const ATTEMPTS: u32 = 3;
    const LIMIT: Duration = Duration::from_secs(3600);
    const LEASE: Duration = Duration::from_millis(90);
    fn dedupe_key(&self) -> Option<String> {
        self.key.clone()
    }
    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        note(&ctx).await?;
        while ctx.db.read("test.gate", |read| read.count("SELECT is_open FROM gate", [])).await? == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

/// Takes longer than it may.
#[derive(Serialize, Deserialize)]
struct Late {}

impl Job for Late {
    const KIND: &'static str = "test.late";
    const LIMIT: Duration = Duration::from_millis(20);
    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        note(&ctx).await?;
        std::future::pending().await
    }
}

#[derive(Serialize, Deserialize)]
struct Panics {}

impl Job for Panics {
    const KIND: &'static str = "test.panics";
    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        note(&ctx).await?;
        panic!("on purpose")
    }
}

/// Waits without being blamed for it, then gives up for good.
#[derive(Serialize, Deserialize)]
struct Snoozes {
    until: i64,
}

impl Job for Snoozes {
    const KIND: &'static str = "test.snoozes";
    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        note(&ctx).await?;
        if ctx.db.now().millis() < self.until {
            Err(JobError::Snooze(Duration::from_secs(60)))
        } else {
            Err(JobError::Fail("no use".into()))
        }
    }
}

async fn note(ctx: &JobContext) -> Result<(), Error> {
    let (id, attempt) = (ctx.id, ctx.attempt);
    ctx.db
        .write("test.note", move |tx| {
            tx.execute("INSERT INTO ran (job, attempt) VALUES (?1, ?2)", (id, attempt))
                .map(drop)
        })
        .await
}

async fn stand() -> TestApp {
    let app = TestApp::start().await;
    let made = app.database().upkeep(|conn| {
        conn.execute_batch(
            "CREATE TABLE ran (n INTEGER PRIMARY KEY, job INTEGER NOT NULL, attempt INTEGER NOT NULL) STRICT;
             CREATE TABLE gate (is_open INTEGER NOT NULL) STRICT; INSERT INTO gate VALUES (0);",
        )
        .map_err(Error::internal)
    });
    made.await.expect("tables");
    app
}

/// A runner, as a process has one.
fn runner(app: &TestApp) -> Runner {
    let kinds = vec![
        jobs::kind::<Fails>(),
        jobs::kind::<Long>(),
        jobs::kind::<Late>(),
        jobs::kind::<Panics>(),
        jobs::kind::<Snoozes>(),
    ];
    Runner::new(app.database(), app.platform().clone(), kinds)
}

struct Served {
    stop: CancellationToken,
    hurry: CancellationToken,
    ended: JoinHandle<()>,
}

fn serve(runner: &Runner) -> Served {
    let (stop, hurry) = (CancellationToken::new(), CancellationToken::new());
    let ended = tokio::spawn(runner.clone().serve(stop.clone(), hurry.clone()));
    Served { stop, hurry, ended }
}

async fn enqueue<J: Job>(app: &TestApp, job: J) -> JobId {
    app.system()
        .write("test.enqueue", move |tx| tx.enqueue(&job))
        .await
        .expect("enqueued")
}

async fn all(app: &TestApp, state: Option<JobState>) -> Vec<JobRow> {
    let page = app
        .system()
        .read("test.jobs", move |read| jobs::list_jobs(read, state, None, None, 100))
        .await;
    page.expect("a list").items
}

async fn one(app: &TestApp) -> JobRow {
    let mut rows = all(app, None).await;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

async fn count(db: &Db, sql: &'static str) -> i64 {
    db.read("test.count", move |read| read.count(sql, [])).await.expect("a count")
}

async fn runs(app: &TestApp) -> i64 {
    count(&app.system(), "SELECT count(*) FROM ran").await
}

async fn until_count(app: &TestApp, sql: &'static str, wanted: impl Fn(i64) -> bool) {
    let db = app.system();
    for _ in 0..3000 {
        if wanted(count(&db, sql).await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to pass: {sql}");
}

async fn open_gate(app: &TestApp) {
    let opened = app
        .system()
        .write("test.open", |tx| tx.execute("UPDATE gate SET is_open = 1", []))
        .await;
    opened.expect("opened");
}

/// As a process leaves a job that was killed in the middle of it.
async fn left_running(app: &TestApp, id: JobId, attempts: u32, lease: Timestamp) {
    let db = app.system();
    let left = db.write("test.left", move |tx| {
        tx.execute(
            "UPDATE jobs SET state = 'running', attempts = ?2, lease_until = ?3 WHERE id = ?1",
            (id, attempts, lease),
        )
    });
    assert_eq!(left.await.expect("a deed"), 1);
}

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_are_tried_again_later_then_kept_for_a_person() {
    let app = stand().await;
    let runner = runner(&app);
    let id = enqueue(&app, Fails { times: 4 }).await;
    for (attempt, wait) in [(1, 5), (2, 20)] {
        assert!(runner.run_due().await.expect("ran"));
        let row = one(&app).await;
        assert_eq!((row.state.as_str(), row.attempts), ("waiting", attempt));
        assert_eq!(row.last_error, Some(format!("failure {attempt}")));
        app.clock.advance(secs(wait) - Duration::from_millis(1));
        assert!(!runner.run_due().await.expect("nothing is due"));
        app.clock.advance(Duration::from_millis(1));
    }
    assert!(runner.run_due().await.expect("ran"));
    app.clock.advance(secs(365 * 24 * 3600));
    assert!(!runner.run_due().await.expect("it is dead"));
    let dead = all(&app, Some(JobState::Dead)).await;
    assert_eq!(
        (dead.len(), dead[0].attempts, dead[0].last_error.as_deref()),
        (1, 3, Some("failure 3"))
    );
    // A person lets it run again: from the first attempt on, at once.
    let db = app.system();
    let retry = || db.write("test.retry", move |tx| jobs::retry_job(tx, id));
    retry().await.expect("retried");
    assert!(runner.run_due().await.expect("ran"));
    assert_eq!(one(&app).await.attempts, 1);
    app.clock.advance(secs(5));
    assert!(runner.run_due().await.expect("ran"));
    app.clock.advance(secs(20));
    assert!(runner.run_due().await.expect("ran"));
    assert_eq!(one(&app).await.state, "dead");
    let gone = app.system().write("test.clear", |tx| tx.execute("DELETE FROM jobs", [])).await;
    gone.expect("cleared");
    assert!(matches!(retry().await, Err(Error::NotFound("job"))));
    assert_eq!(runs(&app).await, 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panics_and_late_runs_are_failures_and_a_snooze_is_none() {
    let app = stand().await;
    let runner = runner(&app);
    enqueue(&app, Panics {}).await;
    enqueue(&app, Late {}).await;
    enqueue(
        &app,
        Snoozes {
            until: app.system().now().plus_secs(90).millis(),
        },
    )
    .await;
    assert!(runner.run_due().await.expect("ran"));
    let rows = all(&app, Some(JobState::Waiting)).await;
    let find = |kind: &str| rows.iter().find(|row| row.kind == kind).expect("it waits");
    let said = |kind: &str| find(kind).last_error.clone().unwrap_or_default();
    assert!(said("test.panics").starts_with("panicked"), "{}", said("test.panics"));
    assert!(said("test.late").contains("took longer"), "{}", said("test.late"));
    assert_eq!((find("test.snoozes").attempts, find("test.late").attempts), (0, 1));
    app.system()
        .write("test.clear", |tx| tx.execute("DELETE FROM jobs WHERE kind <> 'test.snoozes'", []))
        .await
        .expect("cleared");
    app.clock.advance(secs(60));
    assert!(runner.run_due().await.expect("ran"));
    app.clock.advance(secs(60));
    assert!(runner.run_due().await.expect("ran"));
    let dead = one(&app).await;
    assert_eq!(
        (dead.state.as_str(), dead.attempts, dead.last_error.as_deref()),
        ("dead", 1, Some("no use"))
    );
    app.system()
        .write("test.clear", |tx| tx.execute("DELETE FROM jobs", []))
        .await
        .expect("cleared");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_longer_than_its_lease_is_not_begun_twice() {
    let app = stand().await;
    let runner = runner(&app);
    let served = serve(&runner);
    enqueue(&app, Long { key: None }).await;
    until_count(&app, "SELECT count(*) FROM ran", |n| n == 1).await;
    for _ in 0..3 {
        // The clock leaps far past the lease; the same process knows that the job lives.
        app.clock.advance(secs(3600));
        assert!(!runner.run_due().await.expect("nothing is due"));
        // Any other would see it by the lease, which is renewed while the job runs.
        let now = app.system().now();
        for n in 0.. {
            let db = app.system();
            let renewed = db.read("test.lease", move |read| {
                read.exists("SELECT 1 FROM jobs WHERE lease_until > ?1", [now])
            });
            if renewed.await.expect("a lease") {
                break;
            }
            assert!(n < 3000, "the lease was never renewed");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(!self::runner(&app).run_due().await.expect("nothing is due"));
    }
    open_gate(&app).await;
    until_count(&app, "SELECT count(*) FROM jobs", |n| n == 0).await;
    assert_eq!(runs(&app).await, 1);
    served.stop.cancel();
    served.ended.await.expect("ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_job_of_a_dead_process_runs_again_when_its_lease_has_ended() {
    let app = stand().await;
    let runner = runner(&app);
    let id = enqueue(&app, Fails { times: 0 }).await;
    left_running(&app, id, 1, app.system().now().plus_secs(60)).await;
    assert!(!runner.run_due().await.expect("it is leased"));
    app.clock.advance(secs(61));
    assert!(runner.run_due().await.expect("ran"));
    assert_eq!(count(&app.system(), "SELECT attempt FROM ran").await, 2);
    assert!(all(&app, None).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_takes_back_what_the_former_process_left() {
    let app = stand().await;
    let far = app.system().now().plus_secs(3600);
    let id = enqueue(&app, Fails { times: 0 }).await;
    left_running(&app, id, 1, far).await;
    // This one has taken its process with it each time.
    let poison = enqueue(&app, Fails { times: 0 }).await;
    left_running(&app, poison, 3, far).await;
    let served = serve(&runner(&app));
    until_count(&app, "SELECT count(*) FROM ran", |n| n == 1).await;
    until_count(&app, "SELECT count(*) FROM jobs WHERE state <> 'dead'", |n| n == 0).await;
    served.stop.cancel();
    served.ended.await.expect("ended");
    let dead = one(&app).await;
    assert_eq!((dead.id, dead.state.as_str()), (poison, "dead"));
    assert!(
        dead.last_error.as_deref().is_some_and(|said| said.contains("cut off")),
        "{:?}",
        dead.last_error
    );
    app.system()
        .write("test.clear", |tx| tx.execute("DELETE FROM jobs", []))
        .await
        .expect("cleared");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_work_waits_once() {
    let app = stand().await;
    let key = |key: &str| Long { key: Some(key.into()) };
    let first = enqueue(&app, key("a")).await;
    assert_eq!(enqueue(&app, key("a")).await, first);
    assert_ne!(enqueue(&app, key("b")).await, first);
    assert_ne!(enqueue(&app, Long { key: None }).await, enqueue(&app, Long { key: None }).await);
    let served = serve(&runner(&app));
    until_count(&app, "SELECT count(*) FROM ran", |n| n == 4).await;
    // While it runs, what changed meanwhile is work of its own.
    let again = enqueue(&app, key("a")).await;
    assert_ne!(again, first);
    assert_eq!(enqueue(&app, key("a")).await, again);
    // At the stop the one that runs gives way to its twin.
    served.stop.cancel();
    served.hurry.cancel();
    served.ended.await.expect("ended");
    let left = all(&app, None).await;
    assert_eq!(left.iter().filter(|row| row.state == "waiting").count(), left.len());
    assert_eq!(left.len(), 4, "a, b and the two without a key");
    assert!(left.iter().any(|row| row.id == again) && left.iter().all(|row| row.id != first));
    open_gate(&app).await;
    assert!(runner(&app).run_due().await.expect("ran"));
    assert!(all(&app, None).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_lets_jobs_finish_or_gives_them_back() {
    let app = stand().await;
    // One that finishes in time.
    let first = runner(&app);
    let served = serve(&first);
    enqueue(&app, Long { key: None }).await;
    until_count(&app, "SELECT count(*) FROM ran", |n| n == 1).await;
    served.stop.cancel();
    open_gate(&app).await;
    served.ended.await.expect("ended");
    assert!(all(&app, None).await.is_empty());
    // One that does not: it waits for the next start, and this run does not count.
    let closed = app
        .system()
        .write("test.close", |tx| tx.execute("UPDATE gate SET is_open = 0", []))
        .await;
    closed.expect("closed");
    let second = runner(&app);
    let served = serve(&second);
    enqueue(&app, Long { key: None }).await;
    until_count(&app, "SELECT count(*) FROM ran", |n| n == 2).await;
    served.stop.cancel();
    served.hurry.cancel();
    served.ended.await.expect("ended");
    let row = one(&app).await;
    assert_eq!((row.state.as_str(), row.attempts), ("waiting", 0));
    assert!(!second.run_due().await.expect("nothing is begun after the stop"));
    open_gate(&app).await;
    assert!(runner(&app).run_due().await.expect("ran"));
    assert_eq!((runs(&app).await, all(&app, None).await.len()), (3, 0));
}
