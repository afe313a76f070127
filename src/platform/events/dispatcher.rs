//! Carries events to reactions, each at its own pace.

use std::sync::Arc;

use super::{Logged, Reaction, logged_after};
use crate::{
    kernel::{
        actor::Actor,
        error::{Error, Result},
    },
    platform::db::{Database, Db, Read, Tx},
};

/// Events that one write carries to one reaction.
const CHUNK: u32 = 100;
/// Failures after which an event is parked for a reaction.
const TRIES: i64 = 5;

/// Carries events to reactions.
#[derive(Clone)]
pub struct Dispatcher {
    pub(super) db: Db,
    reactions: Arc<Vec<Arc<dyn Reaction>>>,
}

impl Dispatcher {
    /// A dispatcher for these reactions.
    #[must_use]
    pub fn new(database: &Database, reactions: Vec<Arc<dyn Reaction>>) -> Self {
        Self {
            db: database.acting_as(Actor::System("events")),
            reactions: Arc::new(reactions),
        }
    }

    /// The reactions, in the order of `app`.
    #[must_use]
    pub fn reactions(&self) -> &[Arc<dyn Reaction>] {
        &self.reactions
    }

    /// Carries everything that is in the log now. True when anything was carried.
    ///
    /// # Errors
    /// A database fault, after the other reactions had their turn; a failing reaction is counted,
    /// logged and tried again.
    pub async fn run_once(&self) -> Result<bool> {
        let mut moved = false;
        let mut fault = None;
        for reaction in self.reactions.iter() {
            match self.carry_all(reaction).await {
                Ok(any) => moved |= any,
                Err(error) => fault = Some(error),
            }
        }
        fault.map_or(Ok(moved), Err)
    }

    async fn carry_all(&self, reaction: &Arc<dyn Reaction>) -> Result<bool> {
        let mut moved = false;
        while self.step(reaction.clone()).await? {
            moved = true;
        }
        Ok(moved)
    }

    /// Runs until `stop` is cancelled, woken by commits that told something.
    pub async fn serve(self, database: Database, stop: tokio_util::sync::CancellationToken) {
        loop {
            if let Err(error) = self.run_once().await {
                tracing::error!(?error, "events could not be carried");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = database.bells().events.notified() => {}
                () = tokio::time::sleep(std::time::Duration::from_secs(5)) => {}
            }
        }
    }

    /// One chunk for one reaction. True when there may be more.
    async fn step(&self, reaction: Arc<dyn Reaction>) -> Result<bool> {
        let name = reaction.name();
        let pending = self.db.read("events.pending", move |read| {
            let seq = cursor(read, name)?;
            if rests(read, name, seq)? {
                return Ok(Vec::new());
            }
            logged_after(read, seq, CHUNK)
        });
        let events = pending.await?;
        let Some(last) = events.last().map(|e| e.seq) else {
            return Ok(false);
        };
        let first = events[0].seq;
        let carried = {
            let reaction = reaction.clone();
            self.db
                .write_low("events.carry", move |tx| carry(tx, reaction.as_ref(), &events, first, last))
                .await
        };
        match carried {
            Ok(()) => Ok(true),
            Err(error) => {
                tracing::warn!(reaction = name, ?error, "a reaction failed; its events go one by one");
                self.one_by_one(reaction, first, last).await
            }
        }
    }

    /// After a failure: each event in its own write, so that the bad one alone is counted.
    async fn one_by_one(&self, reaction: Arc<dyn Reaction>, first: i64, last: i64) -> Result<bool> {
        let name = reaction.name();
        let chunk = self
            .db
            .read("events.chunk", move |read| logged_after(read, first - 1, CHUNK))
            .await?;
        for recorded in chunk.into_iter().filter(|r| r.seq <= last) {
            let seq = recorded.seq;
            let worker = reaction.clone();
            let one = self.db.write_low("events.carry_one", move |tx| {
                carry(tx, worker.as_ref(), std::slice::from_ref(&recorded), seq, seq)
            });
            if let Err(error) = one.await {
                if is_the_databases(&error) {
                    return Ok(false); // Its trouble, not the reaction's.
                }
                let parked = self
                    .db
                    .write_low("events.count_failure", move |tx| {
                        count_failure(tx, name, seq, &format!("{error:?}"))
                    })
                    .await?;
                if !parked {
                    return Ok(false); // Tried again at the next round, in order.
                }
                tracing::error!(reaction = name, seq, "an event was parked after repeated failures");
            }
        }
        Ok(true)
    }
}

/// Whether the database is in trouble. What else may be unavailable is the reaction's affair.
pub(super) fn is_the_databases(error: &Error) -> bool {
    matches!(error, Error::Unavailable { code, .. } if code.starts_with("db."))
}

fn cursor(read: &Read<'_>, name: &str) -> Result<i64> {
    read.count("SELECT seq FROM reaction_cursors WHERE reaction = ?1", [name])
}

/// Whether the next event failed a moment ago: 1, 4, 9, 16 seconds are left between the tries.
fn rests(read: &Read<'_>, name: &str, seq: i64) -> Result<bool> {
    read.exists(
        "SELECT 1 FROM parked_events WHERE reaction = ?1 AND seq > ?2 AND is_parked = 0 AND at + 1000 * failures * failures > ?3",
        (name, seq, read.now()),
    )
}

/// Whether there are events between the cursor and this one.
fn leaps(read: &Read<'_>, from: i64, to: i64) -> Result<bool> {
    Ok(from + 1 < to && read.exists("SELECT 1 FROM events WHERE seq > ?1 AND seq < ?2", (from, to))?)
}

pub(super) fn set_cursor(tx: &Tx<'_>, name: &str, seq: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO reaction_cursors (reaction, seq) VALUES (?1, ?2) ON CONFLICT (reaction) DO UPDATE SET seq = excluded.seq",
        (name, seq),
    )?;
    Ok(())
}

/// One event to one reaction, if it hears its kind.
pub(super) fn tell(tx: &Tx<'_>, reaction: &dyn Reaction, logged: &Logged) -> Result<()> {
    if reaction.hears(&logged.kind) {
        reaction.react(tx, &logged.understand()?)?;
    }
    Ok(())
}

fn carry(tx: &Tx<'_>, reaction: &dyn Reaction, events: &[Logged], first: i64, last: i64) -> Result<()> {
    // Another carrier may have been faster: the cursor decides, inside this write.
    let from = cursor(tx, reaction.name())?;
    if leaps(tx, from, first)? {
        return Ok(()); // The log is being played anew: begin again from there.
    }
    for logged in events.iter().filter(|r| r.seq > from) {
        tell(tx, reaction, logged)?;
    }
    // What failed before and has gone through now is no failure any more.
    tx.execute(
        "DELETE FROM parked_events WHERE reaction = ?1 AND seq <= ?2 AND is_parked = 0",
        (reaction.name(), last.max(from)),
    )?;
    set_cursor(tx, reaction.name(), last.max(from))
}

/// Counts a failure; at the fifth the event is parked and the cursor passes it. True when parked.
fn count_failure(tx: &Tx<'_>, name: &'static str, seq: i64, error: &str) -> Result<bool> {
    if leaps(tx, cursor(tx, name)?, seq)? {
        return Ok(false); // The log is being played anew, and this event has its turn later.
    }
    tx.execute(
        "INSERT INTO parked_events (reaction, seq, failures, last_error, at, is_parked) VALUES (?1, ?2, 1, ?3, ?4, 0)
         ON CONFLICT (reaction, seq) DO UPDATE SET failures = failures + 1, last_error = excluded.last_error, at = excluded.at",
        (name, seq, error.chars().take(500).collect::<String>(), tx.now()),
    )?;
    let failures = tx.count("SELECT failures FROM parked_events WHERE reaction = ?1 AND seq = ?2", (name, seq))?;
    if failures < TRIES {
        return Ok(false);
    }
    tx.execute(
        "UPDATE parked_events SET is_parked = 1 WHERE reaction = ?1 AND seq = ?2",
        (name, seq),
    )?;
    set_cursor(tx, name, seq)?;
    Ok(true)
}
