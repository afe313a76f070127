//! The event log and its dispatcher: what slices tell, and how others hear it.
//!
//! [`Tx::tell`] appends in the deed's transaction. Each [`Reaction`] has a cursor; its effect and
//! its cursor move in one write, hence exactly once. A reaction may write its own tables or
//! enqueue jobs, nothing else. What it fails on five times is parked for it and can be tried again
//! by hand; a reaction that only builds rows can be played the whole log anew.

mod dispatcher;
mod mend;

use crate::{
    kernel::{
        error::{Error, Result},
        event::Event,
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

pub use dispatcher::Dispatcher;
pub use mend::{ParkedEvent, Retried, parked};

/// An event as the log keeps it.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its place in the log.
    pub seq: i64,
    /// What happened.
    pub event: Event,
    /// Who did it: `usr_…`, `cli` or `system:reason`.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// Whether a reaction may be played again from the beginning of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// It only builds rows of its own: its cursor may go back to 0.
    Rebuilds,
    /// It sends things to people or other systems: its cursor only moves forward.
    Sends,
}

/// Something that listens.
pub trait Reaction: Send + Sync + 'static {
    /// `slice.purpose`, fixed for ever: the cursor's name.
    fn name(&self) -> &'static str;
    /// Whether it may be replayed.
    fn replay(&self) -> Replay;
    /// Whether it cares for this kind of event; others are skipped without a call.
    fn hears(&self, kind: &str) -> bool;
    /// Clears what it has built, before the log is played to it from the beginning. Called only
    /// for those that rebuild; nothing to do for those whose rows a second playing leaves as they are.
    ///
    /// # Errors
    /// A database fault; the cursor then stays where it is.
    fn reset(&self, tx: &Tx<'_>) -> Result<()> {
        let _nothing_to_clear = tx;
        Ok(())
    }
    /// Reacts inside a write that also moves the cursor.
    ///
    /// # Errors
    /// After five failures the event is parked for this reaction and the log goes on.
    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()>;
}

/// The serialised kind and body of an event.
fn split(event: &Event) -> Result<(String, String)> {
    let value = serde_json::to_value(event).map_err(Error::internal)?;
    let kind = value.get("kind").and_then(|k| k.as_str()).unwrap_or_default().to_owned();
    let body = value.get("body").map_or_else(|| "{}".to_owned(), ToString::to_string);
    Ok((kind, body))
}

pub(super) fn append(tx: &Tx<'_>, event: &Event) -> Result<()> {
    let (kind, body) = split(event)?;
    tx.execute(
        "INSERT INTO events (kind, body, actor, at) VALUES (?1, ?2, ?3, ?4)",
        (kind, body, tx.actor().label(), tx.now()),
    )?;
    Ok(())
}

/// An event as it stands in the log, not yet understood: a body that an older version wrote, or a
/// hand, may say nothing to this one, and that concerns only those who hear its kind.
#[derive(Debug)]
struct Logged {
    seq: i64,
    kind: String,
    body: String,
    actor: String,
    at: Timestamp,
}

impl Logged {
    /// From `seq, kind, body, actor, at`.
    fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            kind: row.get(1)?,
            body: row.get(2)?,
            actor: row.get(3)?,
            at: row.get(4)?,
        })
    }

    fn understand(&self) -> Result<Recorded> {
        let kind = serde_json::Value::String(self.kind.clone());
        let text = format!(r#"{{"kind":{kind},"body":{}}}"#, self.body);
        let event = serde_json::from_str(&text)
            .map_err(|error| Error::internal(format!("the event {} cannot be understood: {error}", self.kind)))?;
        Ok(Recorded {
            seq: self.seq,
            event,
            actor: self.actor.clone(),
            at: self.at,
        })
    }
}

/// Events after `seq`, oldest first, at most `limit`.
///
/// # Errors
/// A database fault, or an event that this version does not understand.
pub fn after(read: &Read<'_>, seq: i64, limit: u32) -> Result<Vec<Recorded>> {
    logged_after(read, seq, limit)?.iter().map(Logged::understand).collect()
}

fn logged_after(read: &Read<'_>, seq: i64, limit: u32) -> Result<Vec<Logged>> {
    read.list(
        "SELECT seq, kind, body, actor, at FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        (seq, limit),
        Logged::of,
    )
}

/// The last place of the log; 0 when it is empty.
///
/// # Errors
/// A database fault.
pub fn head(read: &Read<'_>) -> Result<i64> {
    read.count("SELECT max(seq) FROM events", [])
}

/// How far a reaction has come.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct ReactionStatus {
    /// The reaction's name.
    pub name: String,
    /// Events it has not heard yet.
    pub behind: i64,
    /// Events that were parked for it after repeated failures.
    pub parked: i64,
}

/// How far each reaction has come that has heard anything yet.
///
/// # Errors
/// A database fault.
pub fn statuses(read: &Read<'_>) -> Result<Vec<ReactionStatus>> {
    let head = head(read)?;
    read.list(
        "SELECT c.reaction, ?1 - c.seq, (SELECT count(*) FROM parked_events p WHERE p.reaction = c.reaction AND p.is_parked = 1)
         FROM reaction_cursors c ORDER BY c.reaction",
        [head],
        |row| {
            Ok(ReactionStatus {
                name: row.get(0)?,
                behind: row.get(1)?,
                parked: row.get(2)?,
            })
        },
    )
}

/// When the newest event was told.
///
/// # Errors
/// A database fault.
pub fn newest(read: &Read<'_>) -> Result<Option<Timestamp>> {
    Ok(read.find("SELECT max(at) FROM events", [], |row| row.get(0))?.flatten())
}

/// When the oldest event was told that some reaction has not heard yet.
///
/// # Errors
/// A database fault.
pub fn oldest_unheard(read: &Read<'_>) -> Result<Option<Timestamp>> {
    read.find(
        "SELECT at FROM events WHERE seq > (SELECT min(seq) FROM reaction_cursors) ORDER BY seq LIMIT 1",
        [],
        |row| row.get(0),
    )
}

/// The reactions that have parked events, each with the newest error.
///
/// # Errors
/// A database fault.
pub fn last_parked(read: &Read<'_>) -> Result<Vec<(String, String)>> {
    read.list(
        "SELECT reaction, last_error, max(seq) FROM parked_events WHERE is_parked = 1 GROUP BY reaction ORDER BY reaction",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// An event as pages show it: its kind and body as they stand in the log.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its place in the log.
    pub seq: i64,
    /// Its kind.
    pub kind: String,
    /// Its body, JSON.
    pub body: String,
    /// Who did it.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// The newest events of these kinds among the last `within` of the log, newest first.
///
/// # Errors
/// A database fault.
pub fn newest_of(read: &Read<'_>, kinds: &[&str], within: i64, limit: usize) -> Result<Vec<Told>> {
    let rows = read.list(
        "SELECT seq, kind, body, actor, at FROM events WHERE seq > (SELECT max(seq) FROM events) - ?1 ORDER BY seq DESC",
        [within],
        Logged::of,
    )?;
    let wanted = rows.into_iter().filter(|row| kinds.contains(&row.kind.as_str()));
    let told = wanted.map(|row| Told {
        seq: row.seq,
        kind: row.kind,
        body: row.body,
        actor: row.actor,
        at: row.at,
    });
    Ok(told.take(limit).collect())
}
