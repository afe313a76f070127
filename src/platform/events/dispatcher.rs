//! Carries events to reactions, each at its own pace.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use super::{Logged, Reaction, logged};
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
    db: Db,
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
    /// A database fault; a failing reaction is counted, logged and tried again.
    pub async fn run_once(&self) -> Result<bool> {
        let mut moved = false;
        loop {
            let Round { passed, heard } = self.look().await?;
            let mut goes_on = !passed.is_empty();
            if goes_on {
                self.pass(passed).await?;
            }
            for chunk in heard {
                goes_on |= self.step(chunk).await?;
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
                    Entry::Vacant(new) => new.insert(Arc::new(logged(read, seq, CHUNK)?)).clone(),
                };
                let Some(last) = chunk.last().map(|e| e.seq) else { continue };
                if chunk.iter().any(|e| reaction.hears(&e.kind)) {
                    let reaction = reaction.clone();
                    round.heard.push(Chunk { reaction, chunk, last });
                } else {
                    round.passed.push((reaction.name(), last));
                }
            }
            Ok(round)
        });
        read.await
    }

    /// Moves the cursors of reactions over events that they do not care for: one write for all.
    async fn pass(&self, passed: Vec<(&'static str, i64)>) -> Result<()> {
        let write = self.db.write_low("events.pass", move |tx| {
            // Another carrier may have been faster: a cursor never goes back here.
            passed
                .into_iter()
                .try_for_each(|(name, last)| settle(tx, name, last.max(cursor(tx, name)?)))
        });
        write.await
    }

    /// One chunk for one reaction. True when there may be more.
    async fn step(&self, chunk: Chunk) -> Result<bool> {
        let Chunk { reaction, chunk, last } = chunk;
        let carried = {
            let (reaction, chunk) = (reaction.clone(), chunk.clone());
            self.db
                .write_low("events.carry", move |tx| carry(tx, reaction.as_ref(), &chunk, last))
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
                carry(tx, worker.as_ref(), chunk.get(n..=n).unwrap_or_default(), seq)
            });
            if let Err(error) = one.await {
                if matches!(error, Error::Unavailable { .. }) {
                    return Ok(false); // The database's trouble, not the reaction's.
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

/// What is next for whom.
#[derive(Default)]
struct Round {
    /// Reactions that care for nothing of what is next, and where that ends.
    passed: Vec<(&'static str, i64)>,
    heard: Vec<Chunk>,
}

/// What is next for one reaction that cares for some of it.
struct Chunk {
    reaction: Arc<dyn Reaction>,
    chunk: Arc<Vec<Logged>>,
    last: i64,
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

fn set_cursor(tx: &Tx<'_>, name: &str, seq: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO reaction_cursors (reaction, seq) VALUES (?1, ?2) ON CONFLICT (reaction) DO UPDATE SET seq = excluded.seq",
        (name, seq),
    )?;
    Ok(())
}

fn carry(tx: &Tx<'_>, reaction: &dyn Reaction, events: &[Logged], last: i64) -> Result<()> {
    // Another carrier may have been faster: the cursor decides, inside this write.
    let from = cursor(tx, reaction.name())?;
    for logged in events.iter().filter(|e| e.seq > from && reaction.hears(&e.kind)) {
        reaction.react(tx, &logged.parse()?)?;
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
