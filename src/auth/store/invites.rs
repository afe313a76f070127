//! Invitations.

use rusqlite::Row;

use crate::{
    auth::model::INVITE_LIFE_MS,
    kernel::{
        actor::Role,
        error::{Error, Result},
        id::{InviteId, UserId},
        page::Page,
        text::{Email, PersonName},
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

/// An invitation about to be sent.
pub(in crate::auth) struct NewInvite {
    pub(in crate::auth) email: Email,
    pub(in crate::auth) name: Option<PersonName>,
    pub(in crate::auth) role: Role,
    pub(in crate::auth) invited_by: Option<UserId>,
}

/// An invitation.
pub(in crate::auth) struct Invite {
    pub(in crate::auth) id: InviteId,
    pub(in crate::auth) email: Email,
    pub(in crate::auth) name: Option<PersonName>,
    pub(in crate::auth) role: Role,
    pub(in crate::auth) invited_by: Option<UserId>,
    pub(in crate::auth) created_at: Timestamp,
    pub(in crate::auth) expires_at: Timestamp,
}

const COLUMNS: &str = "id, email, name, role, invited_by, created_at, expires_at";

fn invite(row: &Row<'_>) -> rusqlite::Result<Invite> {
    Ok(Invite {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
        invited_by: row.get(4)?,
        created_at: row.get(5)?,
        expires_at: row.get(6)?,
    })
}

/// Adds an invitation; a former one to the same address is void.
pub(in crate::auth) fn insert_invite(tx: &Tx<'_>, token_hash: &[u8; 32], new: &NewInvite) -> Result<InviteId> {
    delete_invites_to(tx, &new.email)?;
    let id: InviteId = tx.new_id();
    tx.execute(
        "INSERT INTO invites (id, token_hash, email, email_key, name, role, invited_by, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            id,
            token_hash,
            &new.email,
            new.email.key(),
            &new.name,
            new.role,
            new.invited_by,
            tx.now(),
            tx.now().plus_millis(INVITE_LIFE_MS),
        ),
    )?;
    Ok(id)
}

/// Invitations that were not accepted, newest first; expired ones too, so that they can be sent anew.
pub(in crate::auth) fn list_invites(read: &Read<'_>, before: Option<InviteId>, limit: u32) -> Result<Page<Invite>> {
    let rows = read.list(
        &format!("SELECT {COLUMNS} FROM invites WHERE id < ?1 ORDER BY id DESC LIMIT ?2"),
        (before.unwrap_or(InviteId::from_raw(i64::MAX)), limit + 1),
        invite,
    )?;
    Ok(Page::cut(rows, limit, |row| row.id.to_string()))
}

/// The invitation with this id.
pub(in crate::auth) fn find_invite(read: &Read<'_>, id: InviteId) -> Result<Invite> {
    read.get("invite", &format!("SELECT {COLUMNS} FROM invites WHERE id = ?1"), [id], invite)
}

/// The invitation with this token, if it holds. Reading does not use it up.
pub(in crate::auth) fn find_open_invite(read: &Read<'_>, token_hash: &[u8; 32]) -> Result<Option<Invite>> {
    read.find(
        &format!("SELECT {COLUMNS} FROM invites WHERE token_hash = ?1 AND expires_at > ?2"),
        (token_hash, read.now()),
        invite,
    )
}

/// Uses an invitation up: of two that try at once, one gets it.
pub(in crate::auth) fn take_invite(tx: &Tx<'_>, token_hash: &[u8; 32]) -> Result<Option<Invite>> {
    tx.returning(
        &format!("DELETE FROM invites WHERE token_hash = ?1 AND expires_at > ?2 RETURNING {COLUMNS}"),
        (token_hash, tx.now()),
        invite,
    )
}

/// Takes an invitation back.
pub(in crate::auth) fn delete_invite(tx: &Tx<'_>, id: InviteId) -> Result<()> {
    let deleted = tx.execute("DELETE FROM invites WHERE id = ?1", [id])?;
    if deleted == 0 { Err(Error::NotFound("invite")) } else { Ok(()) }
}

/// Voids an invitation to an address.
pub(in crate::auth) fn delete_invites_to(tx: &Tx<'_>, email: &Email) -> Result<()> {
    tx.execute("DELETE FROM invites WHERE email_key = ?1", [email.key()])?;
    Ok(())
}
