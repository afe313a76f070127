//! Passwords.

use crate::{
    kernel::{error::Result, id::UserId},
    platform::db::{Read, Tx},
};

/// The PHC string of a person's password, if he has one.
pub(in crate::auth) fn find_password(read: &Read<'_>, user: UserId) -> Result<Option<String>> {
    let found = read.find("SELECT password_hash FROM credentials WHERE user_id = ?1", [user], |row| row.get(0))?;
    Ok(found.flatten())
}

/// Another hash of the same password: for the person nothing changed.
pub(in crate::auth) fn renew_password(tx: &Tx<'_>, user: UserId, hash: &str) -> Result<()> {
    tx.execute("UPDATE credentials SET password_hash = ?2 WHERE user_id = ?1", (user, hash))?;
    Ok(())
}

/// Sets a person's password, or takes it away.
pub(in crate::auth) fn set_password(tx: &Tx<'_>, user: UserId, hash: Option<&str>) -> Result<()> {
    tx.execute(
        "INSERT INTO credentials (user_id, password_hash, changed_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at",
        (user, hash, tx.now()),
    )?;
    Ok(())
}
