//! Mending by hand: trying parked events again, and playing the whole log anew.

use std::sync::Arc;

use serde::Serialize;

use super::{
    Dispatcher, Logged, Reaction, Replay,
    dispatcher::{is_the_databases, set_cursor, tell},
};
use crate::{
    kernel::{
        error::{Error, Result},
        time::Timestamp,
    },
    platform::db::{Db, Read, Tx},
};

/// An event that a reaction failed on and that was set aside for it.
#[derive(Debug, Clone, Serialize)]
pub struct ParkedEvent {
    /// The reaction's name.
    pub reaction: String,
    /// The event's place in the log.
    pub seq: i64,
    /// What happened.
    pub kind: String,
    /// What went wrong last.
    pub last_error: String,
    /// When it was tried last.
    pub at: Timestamp,
}

/// What became of parked events that were tried again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Retried {
    /// Events that have gone through.
    pub done: u64,
    /// Events that failed again and stay parked.
    pub failed: u64,
}

/// Events that are parked, oldest first, at most `limit`.
///
/// # Errors
/// A database fault.
pub fn parked(read: &Read<'_>, limit: u32) -> Result<Vec<ParkedEvent>> {
    read.list(
        "SELECT p.reaction, p.seq, e.kind, p.last_error, p.at FROM parked_events p JOIN events e ON e.seq = p.seq
         WHERE p.is_parked = 1 ORDER BY p.seq, p.reaction LIMIT ?1",
        [limit],
        |row| {
            Ok(ParkedEvent {
                reaction: row.get(0)?,
                seq: row.get(1)?,
                kind: row.get(2)?,
                last_error: row.get(3)?,
                at: row.get(4)?,
            })
        },
    )
}

impl Dispatcher {
    fn reaction(&self, name: &str) -> Result<Arc<dyn Reaction>> {
        let found = self.reactions().iter().find(|reaction| reaction.name() == name);
        found.cloned().ok_or(Error::NotFound("reaction"))
    }

    /// Puts a reaction back to the beginning of the log, so that what it builds grows anew. What it
    /// failed on before is tried again on the way. `note` is written in the same deed.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown name, [`Error::Conflict`] for a reaction that sends: people
    /// would get everything a second time.
    pub async fn replay(&self, by: &Db, name: &str, note: impl FnOnce(&Tx<'_>) -> Result<()> + Send + 'static) -> Result<()> {
        let reaction = self.reaction(name)?;
        if reaction.replay() == Replay::Sends {
            return Err(Error::conflict(
                "reaction.sends",
                format!("{name} sends things to people or other systems; playing the log again would send them a second time"),
            ));
        }
        by.write("events.replay", move |tx| {
            reaction.reset(tx)?;
            tx.execute("DELETE FROM parked_events WHERE reaction = ?1", [reaction.name()])?;
            set_cursor(tx, reaction.name(), 0)?;
            tx.ring_events();
            note(tx)
        })
        .await
    }

    /// Tries the parked events of a reaction again, each in a deed of its own, oldest first. The
    /// cursor stays where it is.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown name, or a database fault.
    pub async fn retry_parked(&self, name: &str) -> Result<Retried> {
        let reaction = self.reaction(name)?;
        let known = reaction.name();
        let all = self.db.read("events.parked", move |read| parked_for(read, known)).await?;
        let mut retried = Retried::default();
        for logged in all {
            let (reaction, seq) = (reaction.clone(), logged.seq);
            let one = self.db.write_low("events.retry", move |tx| {
                // Whoever came first has removed the row, and with it the reason to try.
                let removed = tx.execute(
                    "DELETE FROM parked_events WHERE reaction = ?1 AND seq = ?2 AND is_parked = 1",
                    (known, seq),
                )?;
                if removed == 1 {
                    tell(tx, reaction.as_ref(), &logged)
                } else {
                    Ok(())
                }
            });
            match one.await {
                Ok(()) => retried.done += 1,
                Err(error) if is_the_databases(&error) => return Err(error),
                Err(error) => {
                    tracing::warn!(reaction = known, seq, ?error, "a parked event failed again");
                    self.db
                        .write_low("events.note_failure", move |tx| note_failure(tx, known, seq, &error))
                        .await?;
                    retried.failed += 1;
                }
            }
        }
        Ok(retried)
    }
}

fn parked_for(read: &Read<'_>, name: &str) -> Result<Vec<Logged>> {
    read.list(
        "SELECT e.seq, e.kind, e.body, e.actor, e.at FROM parked_events p JOIN events e ON e.seq = p.seq
         WHERE p.reaction = ?1 AND p.is_parked = 1 ORDER BY p.seq",
        [name],
        Logged::of,
    )
}

fn note_failure(tx: &Tx<'_>, name: &str, seq: i64, error: &Error) -> Result<()> {
    let text: String = format!("{error:?}").chars().take(500).collect();
    tx.execute(
        "UPDATE parked_events SET failures = failures + 1, last_error = ?3, at = ?4 WHERE reaction = ?1 AND seq = ?2",
        (name, seq, text, tx.now()),
    )?;
    Ok(())
}
