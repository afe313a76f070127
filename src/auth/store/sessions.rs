//! Sessions.

use std::net::IpAddr;

use crate::{
    auth::model,
    kernel::{
        error::Result,
        id::{SessionId, UserId},
        time::Timestamp,
    },
    platform::{
        db::{Read, Tx},
        settings,
    },
};

/// A session about to begin.
pub(in crate::auth) struct NewSession {
    pub(in crate::auth) user: UserId,
    pub(in crate::auth) token_hash: [u8; 32],
    pub(in crate::auth) device: String,
    pub(in crate::auth) ip: Option<IpAddr>,
    pub(in crate::auth) expires_at: Timestamp,
    /// The admin who acts in it for its person.
    pub(in crate::auth) impersonator: Option<UserId>,
}

/// What the lookup of a token finds.
pub(in crate::auth) struct LiveSession {
    pub(in crate::auth) id: SessionId,
    pub(in crate::auth) user: UserId,
    pub(in crate::auth) last_seen_at: Timestamp,
    pub(in crate::auth) impersonator: Option<UserId>,
}

/// A session, as its person sees it.
pub(in crate::auth) struct SessionRow {
    pub(in crate::auth) id: SessionId,
    pub(in crate::auth) device: String,
    pub(in crate::auth) ip: Option<String>,
    pub(in crate::auth) created_at: Timestamp,
    pub(in crate::auth) last_seen_at: Timestamp,
}

pub(in crate::auth) fn insert_session(tx: &Tx<'_>, new: &NewSession) -> Result<SessionId> {
    let id: SessionId = tx.new_id();
    tx.execute(
        "INSERT INTO sessions (id, user_id, token_hash, device, ip, created_at, last_seen_at, expires_at, impersonator_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8)",
        (
            id,
            new.user,
            new.token_hash,
            &new.device,
            new.ip.map(|ip| ip.to_string()),
            tx.now(),
            new.expires_at,
            new.impersonator,
        ),
    )?;
    Ok(id)
}

pub(in crate::auth) fn find_live_session(read: &Read<'_>, token_hash: &[u8; 32]) -> Result<Option<LiveSession>> {
    read.find(
        "SELECT id, user_id, last_seen_at, impersonator_id FROM sessions WHERE token_hash = ?1 AND expires_at > ?2",
        (token_hash, read.now()),
        |row| {
            Ok(LiveSession {
                id: row.get(0)?,
                user: row.get(1)?,
                last_seen_at: row.get(2)?,
                impersonator: row.get(3)?,
            })
        },
    )
}

/// When a session ends.
pub(in crate::auth) fn session_end(read: &Read<'_>, id: SessionId) -> Result<Timestamp> {
    read.get("session", "SELECT expires_at FROM sessions WHERE id = ?1", [id], |row| row.get(0))
}

/// A person's sessions that have not ended, the last used first.
pub(in crate::auth) fn list_sessions(read: &Read<'_>, user: UserId) -> Result<Vec<SessionRow>> {
    read.list(
        "SELECT id, device, ip, created_at, last_seen_at FROM sessions
         WHERE user_id = ?1 AND expires_at > ?2 AND impersonator_id IS NULL ORDER BY last_seen_at DESC, id DESC",
        (user, read.now()),
        |row| {
            Ok(SessionRow {
                id: row.get(0)?,
                device: row.get(1)?,
                ip: row.get(2)?,
                created_at: row.get(3)?,
                last_seen_at: row.get(4)?,
            })
        },
    )
}

/// Whether a person has a session from this address.
pub(in crate::auth) fn is_known_place(read: &Read<'_>, user: UserId, ip: IpAddr) -> Result<bool> {
    read.exists(
        "SELECT 1 FROM sessions WHERE user_id = ?1 AND ip = ?2 AND expires_at > ?3",
        (user, ip.to_string(), read.now()),
    )
}

/// Notes the use of a session and moves its end; gives its person.
pub(in crate::auth) fn touch_session(tx: &Tx<'_>, id: SessionId, ip: Option<IpAddr>) -> Result<Option<UserId>> {
    let found = tx.find(
        "SELECT user_id, created_at, impersonator_id FROM sessions WHERE id = ?1",
        [id],
        |row| {
            Ok((
                row.get::<_, UserId>(0)?,
                row.get::<_, Timestamp>(1)?,
                row.get::<_, Option<UserId>>(2)?,
            ))
        },
    )?;
    let Some((user, created, impersonator)) = found else {
        return Ok(None);
    };
    if impersonator.is_some() {
        // Its end stands, and its person was not here.
        tx.execute("UPDATE sessions SET last_seen_at = ?2 WHERE id = ?1", (id, tx.now()))?;
        return Ok(None);
    }
    tx.execute(
        "UPDATE sessions SET last_seen_at = ?2, expires_at = ?3, ip = coalesce(?4, ip) WHERE id = ?1",
        (
            id,
            tx.now(),
            model::session_end(&settings::get(tx)?, created, tx.now()),
            ip.map(|ip| ip.to_string()),
        ),
    )?;
    Ok(Some(user))
}

pub(in crate::auth) fn delete_session(tx: &Tx<'_>, id: SessionId) -> Result<()> {
    tx.execute("DELETE FROM sessions WHERE id = ?1", [id])?;
    Ok(())
}

/// Ends a session if it is this person's; false when it is not.
pub(in crate::auth) fn delete_own_session(tx: &Tx<'_>, user: UserId, id: SessionId) -> Result<bool> {
    Ok(tx.execute("DELETE FROM sessions WHERE id = ?1 AND user_id = ?2", (id, user))? > 0)
}

pub(in crate::auth) fn delete_sessions(tx: &Tx<'_>, user: UserId) -> Result<()> {
    tx.execute("DELETE FROM sessions WHERE user_id = ?1", [user])?;
    Ok(())
}

/// Ends the sessions of a person that began at or before an instant.
pub(in crate::auth) fn delete_sessions_until(tx: &Tx<'_>, user: UserId, at: Timestamp) -> Result<()> {
    tx.execute("DELETE FROM sessions WHERE user_id = ?1 AND created_at <= ?2", (user, at))?;
    Ok(())
}

pub(in crate::auth) fn delete_other_sessions(tx: &Tx<'_>, user: UserId, kept: SessionId) -> Result<()> {
    tx.execute("DELETE FROM sessions WHERE user_id = ?1 AND id <> ?2", (user, kept))?;
    Ok(())
}

/// Ends the longest unused sessions of a person beyond `most`.
pub(in crate::auth) fn delete_surplus_sessions(tx: &Tx<'_>, user: UserId, most: u32) -> Result<()> {
    tx.execute(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = ?1 ORDER BY last_seen_at DESC, id DESC LIMIT -1 OFFSET ?2)",
        (user, most),
    )?;
    Ok(())
}

/// Removes some sessions that have ended: a few at each beginning, so that none pile up.
pub(in crate::auth) fn sweep_sessions(tx: &Tx<'_>) -> Result<()> {
    tx.execute(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 20)",
        [tx.now()],
    )?;
    Ok(())
}

/// Sessions that have not ended: a walk along one index.
pub(in crate::auth) fn count_live_sessions(read: &Read<'_>) -> Result<i64> {
    read.count("SELECT count(*) FROM sessions WHERE expires_at > ?1", [read.now()])
}

/// Notes that the person of this session has just typed his password.
pub(in crate::auth) fn note_password(tx: &Tx<'_>, id: SessionId) -> Result<()> {
    tx.execute("UPDATE sessions SET password_at = ?2 WHERE id = ?1", (id, tx.now()))?;
    Ok(())
}

/// When the person of this session last typed his password; every session begins with it.
pub(in crate::auth) fn find_password_at(read: &Read<'_>, id: SessionId) -> Result<Option<Timestamp>> {
    read.find(
        "SELECT coalesce(password_at, created_at) FROM sessions WHERE id = ?1",
        [id],
        |row| row.get(0),
    )
}
