//! The settings of every connection, as measured: see ARCHITECTURE.md, "The write path".

use std::time::Duration;

use rusqlite::{
    Connection,
    config::DbConfig,
    trace::{TraceEvent, TraceEventCodes},
};

/// A read or statement that takes longer is named in the log.
pub(super) const SLOW: Duration = Duration::from_millis(100);

const EVERY: &str =
    "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;";

/// Plans that do not depend on the values that are asked for. Once there are statistics, SQLite
/// would else parse and plan a kept statement anew for each new value, which costs many times what
/// running it does.
fn keep_plans(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

pub(super) fn writer(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch("PRAGMA page_size=4096; PRAGMA journal_mode=WAL;")?;
    conn.execute_batch(EVERY)?;
    keep_plans(conn)?;
    conn.execute_batch(
        "PRAGMA synchronous=FULL; PRAGMA cache_size=-16384; PRAGMA busy_timeout=5000;
         PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=67108864; PRAGMA secure_delete=ON;",
    )?;
    conn.set_prepared_statement_cache_capacity(256);
    Ok(())
}

pub(super) fn reader(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(EVERY)?;
    keep_plans(conn)?;
    conn.execute_batch("PRAGMA query_only=ON; PRAGMA cache_size=-4096; PRAGMA busy_timeout=2000;")?;
    conn.set_prepared_statement_cache_capacity(256);
    Ok(())
}

/// Names slow statements in the log, without the values that were bound to them.
pub(super) fn watch(conn: &mut Connection) -> rusqlite::Result<()> {
    conn.trace_v2(
        TraceEventCodes::SQLITE_TRACE_PROFILE,
        Some(|event: TraceEvent<'_>| {
            if let TraceEvent::Profile(statement, took) = event
                && took > SLOW
            {
                tracing::warn!(ms = took.as_millis(), sql = %statement.sql(), "slow statement");
            }
        }),
    )
}
