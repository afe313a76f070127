//! One-time links.

use rusqlite::Row;

use crate::{
    auth::model::TokenKind,
    kernel::{
        error::Result,
        id::UserId,
        text::{Email, PersonName},
    },
    platform::db::{Read, Tx},
};

/// A link about to be sent.
#[derive(Default)]
pub(in crate::auth) struct NewLink {
    /// Whose; nobody's for the set-up.
    pub(in crate::auth) user: Option<UserId>,
    /// The name typed in this registration.
    pub(in crate::auth) name: Option<PersonName>,
    /// The password typed in this registration.
    pub(in crate::auth) password_hash: Option<String>,
    /// The new address.
    pub(in crate::auth) email: Option<Email>,
}

/// A link that holds.
pub(in crate::auth) struct Link {
    pub(in crate::auth) user: Option<UserId>,
    pub(in crate::auth) name: Option<PersonName>,
    pub(in crate::auth) password_hash: Option<String>,
    pub(in crate::auth) email: Option<Email>,
}

fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    Ok(Link {
        user: row.get(0)?,
        name: row.get(1)?,
        password_hash: row.get(2)?,
        email: row.get(3)?,
    })
}

pub(in crate::auth) fn insert_link(tx: &Tx<'_>, kind: TokenKind, token_hash: &[u8; 32], new: &NewLink) -> Result<()> {
    tx.execute(
        "INSERT INTO auth_tokens (token_hash, kind, user_id, name, password_hash, email, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            token_hash,
            kind,
            new.user,
            &new.name,
            &new.password_hash,
            &new.email,
            tx.now(),
            tx.now().plus_millis(kind.life_ms()),
        ),
    )?;
    Ok(())
}

/// The link with this token, if it holds. Reading does not use it up.
pub(in crate::auth) fn find_link(read: &Read<'_>, kind: TokenKind, token_hash: &[u8; 32]) -> Result<Option<Link>> {
    read.find(
        "SELECT user_id, name, password_hash, email FROM auth_tokens WHERE token_hash = ?1 AND kind = ?2 AND expires_at > ?3",
        (token_hash, kind, read.now()),
        link,
    )
}

/// Uses a link up: of two that try at once, one gets it.
pub(in crate::auth) fn take_link(tx: &Tx<'_>, kind: TokenKind, token_hash: &[u8; 32]) -> Result<Option<Link>> {
    tx.returning(
        "DELETE FROM auth_tokens WHERE token_hash = ?1 AND kind = ?2 AND expires_at > ?3 RETURNING user_id, name, password_hash, email",
        (token_hash, kind, tx.now()),
        link,
    )
}

/// Voids every link of this kind, of a person or (for the set-up) of nobody.
pub(in crate::auth) fn delete_links(tx: &Tx<'_>, kind: TokenKind, user: Option<UserId>) -> Result<()> {
    tx.execute("DELETE FROM auth_tokens WHERE user_id IS ?1 AND kind = ?2", (user, kind))?;
    Ok(())
}

/// The address that a person asked to change to and has not proven yet.
pub(in crate::auth) fn find_pending_email(read: &Read<'_>, user: UserId) -> Result<Option<Email>> {
    let found = read.find(
        "SELECT email FROM auth_tokens WHERE user_id = ?1 AND kind = 'email' AND expires_at > ?2 ORDER BY created_at DESC LIMIT 1",
        (user, read.now()),
        |row| row.get(0),
    )?;
    Ok(found.flatten())
}

/// Removes some links that have expired: a few whenever one is made, so that none pile up.
pub(in crate::auth) fn sweep_links(tx: &Tx<'_>) -> Result<()> {
    tx.execute(
        "DELETE FROM auth_tokens WHERE token_hash IN (SELECT token_hash FROM auth_tokens WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 20)",
        [tx.now()],
    )?;
    Ok(())
}
