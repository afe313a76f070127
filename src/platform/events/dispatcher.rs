//! Carries events to reactions, each at its own pace.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

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
        loop {
            let Round { passed, heard } = self.look().await?;
            let mut goes_on = !passed.is_empty();
            if goes_on {
                self.pass(passed).await?;
            }
            let mut fault = None;
            for chunk in heard {
                match self.step(chunk).await {
                    Ok(any) => goes_on |= any,
                    Err(error) => fault = Some(error),
                }
            }
            if let Some(error) = fault {
                return Err(error);
            }
            if !goes_on {
                return Ok(moved);
            }
            moved = true;
        }
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

    /// What is next for each reaction, found in one read: the log is read once for those that
    /// stand at the same place, and parsed only for those that care.
    async fn look(&self) -> Result<Round> {
        let reactions = self.reactions.clone();
        let read = self.db.read("events.pending", move |read| {
            let mut round = Round::default();
            let mut chunks: BTreeMap<i64, Arc<Vec<Logged>>> = BTreeMap::new();
            for reaction in reactions.iter() {
                let seq = cursor(read, reaction.name())?;
                if rests(read, reaction.name(), seq)? {
                    continue;
                }
                let chunk = match chunks.entry(seq) {
                    Entry::Occupied(known) => known.get().clone(),
                    Entry::Vacant(new) => new.insert(Arc::new(logged_after(read, seq, CHUNK)?)).clone(),
                };
                let (Some(first), Some(last)) = (chunk.first().map(|e| e.seq), chunk.last().map(|e| e.seq)) else {
                    continue;
                };
                if chunk.iter().any(|e| reaction.hears(&e.kind)) {
                    let reaction = reaction.clone();
                    round.heard.push(Chunk {
                        reaction,
                        chunk,
                        first,
                        last,
                    });
                } else {
                    round.passed.push((reaction.name(), first, last));
                }
            }
            Ok(round)
        });
        read.await
    }

    /// Moves the cursors of reactions over events that they do not care for: one write for all.
    async fn pass(&self, passed: Vec<Passed>) -> Result<()> {
        let write = self.db.write_low("events.pass", move |tx| {
            // Another carrier may have been faster: a cursor never goes back here.
            passed.into_iter().try_for_each(|(name, first, last)| {
                let from = cursor(tx, name)?;
                // Or the log is being played anew, and what is passed has its turn later.
                if leaps(tx, from, first)? {
                    Ok(())
                } else {
                    settle(tx, name, last.max(from))
                }
            })
        });
        write.await
    }

    /// One chunk for one reaction. True when there may be more.
    async fn step(&self, chunk: Chunk) -> Result<bool> {
        let Chunk {
            reaction,
            chunk,
            first,
            last,
        } = chunk;
        let carried = {
            let (reaction, chunk) = (reaction.clone(), chunk.clone());
            self.db
                .write_low("events.carry", move |tx| carry(tx, reaction.as_ref(), &chunk, first, last))
                .await
        };
        match carried {
            Ok(()) => Ok(true),
            Err(error) => {
                tracing::warn!(reaction = reaction.name(), ?error, "a reaction failed; its events go one by one");
                self.one_by_one(reaction, &chunk).await
            }
        }
    }

    /// After a failure: each event in its own write, so that the bad one alone is counted.
    async fn one_by_one(&self, reaction: Arc<dyn Reaction>, chunk: &Arc<Vec<Logged>>) -> Result<bool> {
        let name = reaction.name();
        for (n, seq) in chunk.iter().map(|logged| logged.seq).enumerate() {
            let (worker, chunk) = (reaction.clone(), chunk.clone());
            let one = self.db.write_low("events.carry_one", move |tx| {
                carry(tx, worker.as_ref(), chunk.get(n..=n).unwrap_or_default(), seq, seq)
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

/// A reaction, and the first and last of the events that it does not care for.
type Passed = (&'static str, i64, i64);

/// What is next for whom.
#[derive(Default)]
struct Round {
    /// Reactions that care for nothing of what is next, and where that ends.
    passed: Vec<Passed>,
    heard: Vec<Chunk>,
}

/// What is next for one reaction that cares for some of it.
struct Chunk {
    reaction: Arc<dyn Reaction>,
    chunk: Arc<Vec<Logged>>,
    first: i64,
    last: i64,
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
    for logged in events.iter().filter(|e| e.seq > from) {
        tell(tx, reaction, logged)?;
    }
    settle(tx, reaction.name(), last.max(from))
}

/// A reaction has come this far.
fn settle(tx: &Tx<'_>, name: &str, seq: i64) -> Result<()> {
    // What failed before and has gone through now is no failure any more.
    tx.execute(
        "DELETE FROM parked_events WHERE reaction = ?1 AND seq <= ?2 AND is_parked = 0",
        (name, seq),
    )?;
    set_cursor(tx, name, seq)
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
