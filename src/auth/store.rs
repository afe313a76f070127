//! All SQL over the tables of the ways in.

use std::net::IpAddr;

use super::model;
use crate::{
    kernel::{
        error::Result,
        id::{SessionId, UserId},
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

/// A session about to begin.
pub(super) struct NewSession {
    pub(super) user: UserId,
    pub(super) token_hash: [u8; 32],
    pub(super) device: String,
    pub(super) ip: Option<IpAddr>,
    pub(super) expires_at: Timestamp,
}

/// What the lookup of a token finds.
pub(super) struct LiveSession {
    pub(super) id: SessionId,
    pub(super) user: UserId,
    pub(super) last_seen_at: Timestamp,
}

pub(super) fn insert_session(tx: &Tx<'_>, new: &NewSession) -> Result<SessionId> {
    let id: SessionId = tx.new_id();
    tx.execute(
        "INSERT INTO sessions (id, user_id, token_hash, device, ip, created_at, last_seen_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)",
        (
            id,
            new.user,
            new.token_hash,
            &new.device,
            new.ip.map(|ip| ip.to_string()),
            tx.now(),
            new.expires_at,
        ),
    )?;
    Ok(id)
}

/// Ends the longest unused sessions of a person beyond `most`.
pub(super) fn delete_surplus_sessions(tx: &Tx<'_>, user: UserId, most: u32) -> Result<()> {
    tx.execute(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = ?1 ORDER BY last_seen_at DESC, id DESC LIMIT -1 OFFSET ?2)",
        (user, most),
    )?;
    Ok(())
}

pub(super) fn find_live_session(read: &Read<'_>, token_hash: &[u8; 32]) -> Result<Option<LiveSession>> {
    read.find(
        "SELECT id, user_id, last_seen_at FROM sessions WHERE token_hash = ?1 AND expires_at > ?2",
        (token_hash, read.now()),
        |row| {
            Ok(LiveSession {
                id: row.get(0)?,
                user: row.get(1)?,
                last_seen_at: row.get(2)?,
            })
        },
    )
}

/// Notes the use of a session and moves its end; gives its person.
pub(super) fn touch_session(tx: &Tx<'_>, id: SessionId, ip: Option<IpAddr>) -> Result<Option<UserId>> {
    let found = tx.find("SELECT user_id, created_at FROM sessions WHERE id = ?1", [id], |row| {
        Ok((row.get::<_, UserId>(0)?, row.get::<_, Timestamp>(1)?))
    })?;
    let Some((user, created)) = found else { return Ok(None) };
    tx.execute(
        "UPDATE sessions SET last_seen_at = ?2, expires_at = ?3, ip = coalesce(?4, ip) WHERE id = ?1",
        (id, tx.now(), model::session_end(created, tx.now()), ip.map(|ip| ip.to_string())),
    )?;
    Ok(Some(user))
}

/// Sets a person's password, or takes it away.
pub(super) fn set_password(tx: &Tx<'_>, user: UserId, hash: Option<&str>) -> Result<()> {
    tx.execute(
        "INSERT INTO credentials (user_id, password_hash, changed_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at",
        (user, hash, tx.now()),
    )?;
    Ok(())
}

/// Deletes everything this slice knows about a person.
pub(super) fn forget(tx: &Tx<'_>, user: UserId) -> Result<()> {
    tx.execute("DELETE FROM sessions WHERE user_id = ?1", [user])?;
    tx.execute("DELETE FROM auth_tokens WHERE user_id = ?1", [user])?;
    tx.execute("DELETE FROM credentials WHERE user_id = ?1", [user])?;
    tx.execute("UPDATE invites SET invited_by = NULL WHERE invited_by = ?1", [user])?;
    Ok(())
}
