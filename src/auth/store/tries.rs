//! Counted tries.

use crate::{
    auth::model::{Limit, TryKey},
    kernel::{
        error::{Error, Result},
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

struct Tries {
    count: u32,
    blocked_until: Timestamp,
}

fn find_tries(tx: &Tx<'_>, key: TryKey) -> Result<Option<Tries>> {
    tx.find(
        "SELECT count, blocked_until FROM auth_tries WHERE key = ?1 AND expires_at > ?2",
        (key.0, tx.now()),
        |row| {
            Ok(Tries {
                count: row.get(0)?,
                blocked_until: row.get(1)?,
            })
        },
    )
}

/// Counts a try before it is made, so that many at once are all counted.
///
/// # Errors
/// [`Error::Throttled`] while tries are held back; that one does not count.
pub(in crate::auth) fn count_try(tx: &Tx<'_>, key: TryKey, limit: Limit) -> Result<()> {
    let now = tx.now();
    let found = find_tries(tx, key)?;
    if let Some(tries) = found.as_ref().filter(|tries| tries.blocked_until > now) {
        let wait = (tries.blocked_until.millis() - now.millis() + 999) / 1000;
        return Err(Error::Throttled {
            retry_after: u32::try_from(wait).unwrap_or(1),
        });
    }
    let count = found.map_or(0, |tries| tries.count).saturating_add(1);
    tx.execute(
        "INSERT INTO auth_tries (key, count, blocked_until, expires_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (key) DO UPDATE SET count = excluded.count, blocked_until = excluded.blocked_until, expires_at = excluded.expires_at",
        (key.0, count, limit.blocked_until(count, now), now.plus_secs(limit.memory)),
    )?;
    sweep(tx)
}

/// How many are held back from trying passwords and one-time links. Who they are is not kept.
///
/// # Errors
/// A database fault.
pub fn count_held_back(read: &Read<'_>) -> Result<i64> {
    read.count("SELECT count(*) FROM auth_tries WHERE blocked_until > ?1", [read.now()])
}

/// Takes one try back, for it was no guess; a wait that it began ends with it.
pub(in crate::auth) fn refund_try(tx: &Tx<'_>, key: TryKey, limit: Limit) -> Result<()> {
    if let Some(tries) = find_tries(tx, key)? {
        let count = tries.count.saturating_sub(1);
        let blocked = if count <= limit.free {
            Timestamp::from_millis(0)
        } else {
            tries.blocked_until
        };
        tx.execute(
            "UPDATE auth_tries SET count = ?2, blocked_until = ?3 WHERE key = ?1",
            (key.0, count, blocked),
        )?;
    }
    Ok(())
}

/// Forgets the tries of a key.
pub(in crate::auth) fn clear_tries(tx: &Tx<'_>, key: TryKey) -> Result<()> {
    tx.execute("DELETE FROM auth_tries WHERE key = ?1", [key.0])?;
    Ok(())
}

/// Removes some counters that nobody remembers: a few at each count, so that none pile up.
fn sweep(tx: &Tx<'_>) -> Result<()> {
    tx.execute(
        "DELETE FROM auth_tries WHERE key IN (SELECT key FROM auth_tries WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 4)",
        [tx.now()],
    )?;
    Ok(())
}
