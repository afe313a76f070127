//! The nightly upkeep of the database file: what it found and did.

use std::time::Duration;

use rusqlite::Connection;

use super::{Database, fault};
use crate::kernel::{
    actor::Actor,
    error::{Error, Result},
};

/// How often the log is tried when a reader still needs it.
const TRIES: u32 = 10;
/// How long to wait between the tries; writes go on meanwhile.
const PAUSE: Duration = Duration::from_secs(1);

/// What a night's upkeep of the database found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Found {
    /// Whether the write-ahead log was folded into the file and is empty.
    pub is_folded: bool,
    /// Tables with rows that point nowhere, and how many such rows; empty when all is well.
    pub dangling: Vec<(String, i64)>,
}

/// Renews the planner's statistics, folds the log into the file, and looks for rows that point
/// nowhere. What is wrong is logged as an error.
///
/// # Errors
/// A database fault; the other parts are done all the same.
pub async fn run(database: &Database) -> Result<Found> {
    let optimized = database.upkeep(|conn| optimize(conn).map_err(fault)).await;
    let folded = fold(database).await;
    let dangling = dangling(database).await;
    optimized?;
    let found = Found {
        is_folded: folded?,
        dangling: dangling?,
    };
    if !found.is_folded {
        tracing::error!("the write-ahead log could not be folded into the database: some read has needed it all the time");
    }
    for (table, rows) in &found.dangling {
        tracing::error!(table, rows, "rows point nowhere: restore a backup or report this");
    }
    Ok(found)
}

fn optimize(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch("PRAGMA analysis_limit=1000; PRAGMA optimize;")
}

/// Tries until no reader is in the way.
async fn fold(database: &Database) -> Result<bool> {
    for n in 0..TRIES {
        if n > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        if database.upkeep(|conn| checkpoint(conn).map_err(fault)).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Folds the log into the file and empties it, if no reader needs it now. True when that was done.
///
/// # Errors
/// A database fault.
pub(super) fn checkpoint(conn: &Connection) -> rusqlite::Result<bool> {
    // Never wait here for a reader that needs the log: writes would wait, too.
    conn.busy_timeout(Duration::ZERO)?;
    let busy = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    conn.busy_timeout(Duration::from_secs(5))?;
    Ok(busy? == 0)
}

async fn dangling(database: &Database) -> Result<Vec<(String, i64)>> {
    let db = database.acting_as(Actor::System("upkeep"));
    let found = db.read_heavy("upkeep.dangling", |read| {
        read.list(
            "SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY 1 ORDER BY 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    });
    found.await.map_err(|error| match error {
        Error::Unavailable { code: "db.deadline", .. } => Error::internal("looking for rows that point nowhere took more than a minute"),
        other => other,
    })
}
