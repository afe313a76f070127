//! API tokens.

use rusqlite::Row;

use crate::{
    kernel::{
        error::{Error, Result},
        id::{TokenId, UserId},
        scope::Scope,
        text::Label,
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

/// A token about to be made.
pub(in crate::auth) struct NewToken {
    pub(in crate::auth) user: UserId,
    pub(in crate::auth) name: Label,
    /// How the secret begins, so that people find it again.
    pub(in crate::auth) prefix: String,
    pub(in crate::auth) token_hash: [u8; 32],
    pub(in crate::auth) scopes: Vec<Scope>,
    pub(in crate::auth) expires_at: Option<Timestamp>,
}

/// What the lookup of a secret finds.
pub(in crate::auth) struct LiveToken {
    pub(in crate::auth) id: TokenId,
    pub(in crate::auth) user: UserId,
    pub(in crate::auth) scopes: Vec<Scope>,
    pub(in crate::auth) last_used_at: Option<Timestamp>,
}

/// A token as admins see it.
#[derive(Debug, Clone)]
pub struct TokenRow {
    /// Its id.
    pub id: TokenId,
    /// For whom it speaks.
    pub user: UserId,
    /// What it is for.
    pub name: String,
    /// How its secret begins.
    pub prefix: String,
    /// How far it goes.
    pub scopes: Vec<Scope>,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when; for ever when absent.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to five minutes.
    pub last_used_at: Option<Timestamp>,
}

pub(in crate::auth) fn insert_token(tx: &Tx<'_>, new: &NewToken) -> Result<TokenId> {
    let id: TokenId = tx.new_id();
    let scopes = serde_json::to_string(&new.scopes).map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO api_tokens (id, user_id, name, prefix, token_hash, scopes, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            id,
            new.user,
            &new.name,
            &new.prefix,
            new.token_hash,
            scopes,
            tx.now(),
            new.expires_at,
        ),
    )?;
    Ok(id)
}

/// The scopes that this version knows; others let nobody in.
fn scopes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<Scope>> {
    let text: String = row.get(column)?;
    let words: Vec<String> = serde_json::from_str(&text).unwrap_or_default();
    Ok(words.iter().filter_map(|word| word.parse().ok()).collect())
}

pub(in crate::auth) fn find_live_token(read: &Read<'_>, token_hash: &[u8; 32]) -> Result<Option<LiveToken>> {
    read.find(
        "SELECT id, user_id, scopes, last_used_at FROM api_tokens WHERE token_hash = ?1 AND (expires_at IS NULL OR expires_at > ?2)",
        (token_hash, read.now()),
        |row| {
            Ok(LiveToken {
                id: row.get(0)?,
                user: row.get(1)?,
                scopes: scopes(row, 2)?,
                last_used_at: row.get(3)?,
            })
        },
    )
}

/// Every token, the newest first.
pub(in crate::auth) fn list_tokens(read: &Read<'_>) -> Result<Vec<TokenRow>> {
    read.list(
        "SELECT id, user_id, name, prefix, scopes, created_at, expires_at, last_used_at FROM api_tokens ORDER BY id DESC",
        [],
        |row| {
            Ok(TokenRow {
                id: row.get(0)?,
                user: row.get(1)?,
                name: row.get(2)?,
                prefix: row.get(3)?,
                scopes: scopes(row, 4)?,
                created_at: row.get(5)?,
                expires_at: row.get(6)?,
                last_used_at: row.get(7)?,
            })
        },
    )
}

pub(in crate::auth) fn count_tokens(read: &Read<'_>, user: UserId) -> Result<i64> {
    read.count("SELECT count(*) FROM api_tokens WHERE user_id = ?1", [user])
}

/// Ends a token for good; false when there is none.
pub(in crate::auth) fn delete_token(tx: &Tx<'_>, id: TokenId) -> Result<bool> {
    Ok(tx.execute("DELETE FROM api_tokens WHERE id = ?1", [id])? > 0)
}

pub(in crate::auth) fn touch_token(tx: &Tx<'_>, id: TokenId) -> Result<()> {
    tx.execute("UPDATE api_tokens SET last_used_at = ?2 WHERE id = ?1", (id, tx.now()))?;
    Ok(())
}
