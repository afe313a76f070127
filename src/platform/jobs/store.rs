//! The job table: insert, claim, settle.

use std::time::Duration;

use serde::Serialize;

use super::{Job, JobError, JobKind, Queue};
use crate::{
    kernel::{
        error::{Error, Result},
        id::JobId,
        page::Page,
        time::Timestamp,
    },
    platform::db::{OnConflict as _, Read, Tx},
};

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Waits for its time.
    Waiting,
    /// Runs under a lease.
    Running,
    /// Gave up; a person may retry it.
    Dead,
}
crate::text_enum!(JobState { Waiting = "waiting", Running = "running", Dead = "dead" });

/// A job as admins see it.
#[derive(Debug, Clone, Serialize)]
pub struct JobRow {
    /// Its id.
    pub id: JobId,
    /// Its kind.
    pub kind: String,
    /// Its queue.
    pub queue: String,
    /// `waiting`, `running` or `dead`.
    pub state: String,
    /// Runs so far.
    pub attempts: u32,
    /// When it runs next, or ran last.
    pub run_at: Timestamp,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was enqueued.
    pub created_at: Timestamp,
}

pub(crate) fn insert<J: Job>(tx: &Tx<'_>, job: &J, at: Timestamp) -> Result<JobId> {
    let key = job.dedupe_key();
    if let Some(key) = &key {
        let waiting = tx.find(
            "SELECT id FROM jobs WHERE kind = ?1 AND dedupe_key = ?2 AND state = 'waiting'",
            (J::KIND, key),
            |row| row.get(0),
        )?;
        if let Some(id) = waiting {
            return Ok(id);
        }
    }
    let id = tx.new_id();
    let payload = serde_json::to_string(job).map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO jobs (id, kind, queue, payload, state, attempts, run_at, dedupe_key, created_at) VALUES (?1, ?2, ?3, ?4, 'waiting', 0, ?5, ?6, ?7)",
        (id, J::KIND, J::QUEUE, payload, at, key, tx.now()),
    )?;
    Ok(id)
}

/// Sees to it that of the jobs of a kind that were planned ahead exactly this one waits, or none.
/// What is due, runs, or is tried again stays.
pub(crate) fn replan<J: Job>(tx: &Tx<'_>, wanted: Option<(J, Timestamp)>) -> Result<()> {
    let key = wanted.as_ref().and_then(|(job, _)| job.dedupe_key());
    tx.execute(
        "DELETE FROM jobs WHERE kind = ?1 AND state = 'waiting' AND attempts = 0 AND run_at > ?2 AND dedupe_key IS NOT ?3",
        (J::KIND, tx.now(), key),
    )?;
    if let Some((job, at)) = wanted {
        tx.enqueue_at(&job, at)?;
    }
    Ok(())
}

/// A job taken under a lease.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) id: JobId,
    pub(super) kind: String,
    pub(super) payload: String,
    pub(super) attempt: u32,
}

/// Takes up to `room` due jobs of a queue.
pub(super) fn claim(tx: &Tx<'_>, queue: Queue, room: u32, kinds: &[JobKind]) -> Result<Vec<Claimed>> {
    let due = tx.list(
        "SELECT id, kind, payload, attempts FROM jobs WHERE state = 'waiting' AND queue = ?1 AND run_at <= ?2 ORDER BY run_at, id LIMIT ?3",
        (queue, tx.now(), room),
        |row| {
            Ok(Claimed {
                id: row.get(0)?,
                kind: row.get(1)?,
                payload: row.get(2)?,
                attempt: row.get::<_, u32>(3)? + 1,
            })
        },
    )?;
    for job in &due {
        let lease = kinds.iter().find(|k| k.name == job.kind).map_or(LEASE, |k| k.lease);
        tx.execute(
            "UPDATE jobs SET state = 'running', attempts = ?2, lease_until = ?3 WHERE id = ?1",
            (job.id, job.attempt, lease_end(tx, lease)),
        )?;
    }
    Ok(due)
}

/// The lease of a kind that nobody knows any more.
const LEASE: Duration = Duration::from_secs(60);

fn lease_end(tx: &Tx<'_>, lease: Duration) -> Timestamp {
    tx.now().plus_millis(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX))
}

/// A sign of life: the claim holds for another lease. False when the run has lost it.
pub(super) fn renew(tx: &Tx<'_>, id: JobId, attempt: u32, lease: Duration) -> Result<bool> {
    let renewed = tx.execute(
        "UPDATE jobs SET lease_until = ?3 WHERE id = ?1 AND state = 'running' AND attempts = ?2",
        (id, attempt, lease_end(tx, lease)),
    )?;
    Ok(renewed == 1)
}

/// When the next waiting job of any queue is due.
pub(super) fn next_due(read: &Read<'_>) -> Result<Option<Timestamp>> {
    Ok(read
        .find("SELECT min(run_at) FROM jobs WHERE state = 'waiting'", [], |row| row.get(0))?
        .flatten())
}

/// Jobs whose lease ended wait again: their runner is gone or stuck. Those that run in this process
/// (`alive`) are left alone, whatever the clock says. One whose twin waits already is not needed any
/// more, and one that has taken its runner with it each time is dead. `all`: the leases of a former
/// process, whether they ended or not.
pub(super) fn return_expired(tx: &Tx<'_>, all: bool, alive: &[JobId], kinds: &[JobKind]) -> Result<usize> {
    let expired = tx.list(
        "SELECT id, kind, attempts FROM jobs WHERE state = 'running' AND (?2 OR lease_until < ?1)",
        (tx.now(), all),
        |row| Ok((row.get::<_, JobId>(0)?, row.get::<_, String>(1)?, row.get::<_, u32>(2)?)),
    )?;
    let mut returned = 0;
    for (id, kind, attempts) in expired {
        if alive.contains(&id) {
            continue;
        }
        let most = kinds.iter().find(|k| k.name == kind).map_or(1, |k| k.attempts);
        if attempts >= most {
            let error = format!("its run was cut off each time, {attempts} times");
            settle(tx, id, attempts, most, Err(JobError::Fail(error)))?;
        } else if has_twin(tx, id)? {
            tx.execute("DELETE FROM jobs WHERE id = ?1", [id])?;
        } else {
            tx.execute("UPDATE jobs SET state = 'waiting', lease_until = NULL WHERE id = ?1", [id])?;
            returned += 1;
        }
    }
    Ok(returned)
}

/// While a job ran, a twin with the same key may have been enqueued: it will do the work.
fn has_twin(tx: &Tx<'_>, id: JobId) -> Result<bool> {
    tx.exists(
        "SELECT 1 FROM jobs a JOIN jobs b ON b.kind = a.kind AND b.dedupe_key = a.dedupe_key AND b.state = 'waiting' WHERE a.id = ?1",
        [id],
    )
}

pub(super) fn settle(tx: &Tx<'_>, id: JobId, attempt: u32, attempts: u32, result: Result<(), JobError>) -> Result<()> {
    // A run whose lease ended has no say any more: another run of the same job may be under way.
    if !tx.exists(
        "SELECT 1 FROM jobs WHERE id = ?1 AND state = 'running' AND attempts = ?2",
        (id, attempt),
    )? {
        return Ok(());
    }
    if matches!(&result, Err(JobError::Snooze(_) | JobError::Retry(_))) && has_twin(tx, id)? {
        tx.execute("DELETE FROM jobs WHERE id = ?1", [id])?;
        return Ok(());
    }
    let dead = |error: String| {
        tx.execute(
            "UPDATE jobs SET state = 'dead', lease_until = NULL, last_error = ?2, run_at = ?3 WHERE id = ?1",
            (id, brief(&error), tx.now()),
        )
    };
    match result {
        Ok(()) => tx.execute("DELETE FROM jobs WHERE id = ?1", [id])?,
        Err(JobError::Snooze(wait)) => {
            let at = tx.now().plus_millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
            tx.execute(
                "UPDATE jobs SET state = 'waiting', lease_until = NULL, attempts = attempts - 1, run_at = ?2 WHERE id = ?1",
                (id, at),
            )?
        }
        Err(JobError::Fail(error)) => dead(error)?,
        Err(JobError::Retry(error)) if attempt >= attempts => dead(error)?,
        Err(JobError::Retry(error)) => tx.execute(
            "UPDATE jobs SET state = 'waiting', lease_until = NULL, last_error = ?2, run_at = ?3 WHERE id = ?1",
            (id, brief(&error), tx.now().plus_secs(back_off(attempt))),
        )?,
    };
    Ok(())
}

/// 5 s, 20 s, 45 s … up to an hour: quadratic, so that a short outage is bridged quickly.
fn back_off(attempt: u32) -> i64 {
    (5 * i64::from(attempt) * i64::from(attempt)).min(3600)
}

fn brief(error: &str) -> String {
    error.chars().take(1000).collect()
}

/// How many jobs wait, run and are dead.
///
/// # Errors
/// A database fault.
pub fn count_jobs(read: &Read<'_>) -> Result<[i64; 3]> {
    let count = |state: JobState| read.count("SELECT count(*) FROM jobs WHERE state = ?1", [state]);
    Ok([count(JobState::Waiting)?, count(JobState::Running)?, count(JobState::Dead)?])
}

/// What a queue holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueCount {
    /// Which.
    pub queue: Queue,
    /// Jobs that wait, for their time or for a place.
    pub waiting: i64,
    /// Jobs that run.
    pub running: i64,
    /// Jobs that gave up.
    pub dead: i64,
    /// Since when the oldest job that is due waits.
    pub due: Option<Timestamp>,
}

/// What every queue holds, the empty ones too. Reads the whole table once.
///
/// # Errors
/// A database fault.
pub fn queues(read: &Read<'_>) -> Result<Vec<QueueCount>> {
    let rows = read.list(
        "SELECT queue, sum(state = 'waiting'), sum(state = 'running'), sum(state = 'dead'),
                min(CASE WHEN state = 'waiting' AND run_at <= ?1 THEN run_at END)
         FROM jobs GROUP BY queue",
        [read.now()],
        |row| {
            Ok(QueueCount {
                queue: row.get(0)?,
                waiting: row.get(1)?,
                running: row.get(2)?,
                dead: row.get(3)?,
                due: row.get(4)?,
            })
        },
    )?;
    let none = |queue| QueueCount {
        queue,
        waiting: 0,
        running: 0,
        dead: 0,
        due: None,
    };
    let of = |queue: Queue| rows.iter().copied().find(|row| row.queue == queue).unwrap_or_else(|| none(queue));
    Ok(Queue::ALL.into_iter().map(of).collect())
}

/// The kinds of dead jobs, how many of each, and the newest error of each.
///
/// # Errors
/// A database fault.
pub fn list_dead_kinds(read: &Read<'_>) -> Result<Vec<(String, i64, Option<String>)>> {
    read.list(
        // With a bare max(), SQLite takes the other columns from that row.
        "SELECT kind, count(*), last_error, max(id) FROM jobs WHERE state = 'dead' GROUP BY kind ORDER BY kind",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// Since when the oldest job is due that waits, if one is.
///
/// # Errors
/// A database fault.
pub fn oldest_due(read: &Read<'_>) -> Result<Option<Timestamp>> {
    Ok(next_due(read)?.filter(|due| *due <= read.now()))
}

/// When the first of the leases ended that have ended while their job still counts as running.
///
/// # Errors
/// A database fault.
pub fn oldest_lease(read: &Read<'_>) -> Result<Option<Timestamp>> {
    let ended = read.find("SELECT min(lease_until) FROM jobs WHERE state = 'running'", [], |row| {
        row.get::<_, Option<Timestamp>>(0)
    })?;
    Ok(ended.flatten().filter(|ended| *ended < read.now()))
}

/// Jobs in a state and of a queue (or all), newest first.
///
/// # Errors
/// A database fault.
pub fn list_jobs(
    read: &Read<'_>,
    state: Option<JobState>,
    queue: Option<Queue>,
    before: Option<JobId>,
    limit: u32,
) -> Result<Page<JobRow>> {
    let rows = read.list(
        "SELECT id, kind, queue, state, attempts, run_at, last_error, created_at FROM jobs
         WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR queue = ?2) AND (?3 IS NULL OR id < ?3) ORDER BY id DESC LIMIT ?4",
        (state, queue, before, limit + 1),
        |row| {
            Ok(JobRow {
                id: row.get(0)?,
                kind: row.get(1)?,
                queue: row.get(2)?,
                state: row.get(3)?,
                attempts: row.get(4)?,
                run_at: row.get(5)?,
                last_error: row.get(6)?,
                created_at: row.get(7)?,
            })
        },
    )?;
    Ok(Page::cut(rows, limit, |row| row.id.to_string()))
}

/// Lets a dead or waiting job run now.
///
/// # Errors
/// [`Error::NotFound`] when there is no such job, or it runs already.
pub fn retry_job(tx: &Tx<'_>, id: JobId) -> Result<()> {
    let changed = tx
        .execute(
            "UPDATE jobs SET state = 'waiting', attempts = 0, run_at = ?2 WHERE id = ?1 AND state <> 'running'",
            (id, tx.now()),
        )
        .on_conflict("job.twin_waits", "The same work waits already.")?;
    if changed == 0 {
        return Err(Error::NotFound("job"));
    }
    tx.ring_jobs();
    Ok(())
}

/// Takes a job off the list. One that runs is ended within a third of its lease, if its kind allows it.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Conflict`] for a run that must not be ended.
pub fn cancel_job(tx: &Tx<'_>, id: JobId, may_end: impl Fn(&str) -> bool) -> Result<String> {
    let found = tx.find("SELECT kind, state FROM jobs WHERE id = ?1", [id], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, JobState>(1)?))
    })?;
    let (kind, state) = found.ok_or(Error::NotFound("job"))?;
    if state == JobState::Running && !may_end(&kind) {
        return Err(Error::conflict(
            "job.runs",
            "It runs already, and work of this kind is not broken off. Wait until it ends.",
        ));
    }
    tx.execute("DELETE FROM jobs WHERE id = ?1", [id])?;
    Ok(kind)
}
