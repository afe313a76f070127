//! Who agreed to what.

use super::model::LegalPage;
use crate::{
    kernel::{error::Result, id::UserId},
    platform::db::{Read, Tx},
};

pub(super) fn insert_consent(tx: &Tx<'_>, user: UserId, page: LegalPage, version: u32) -> Result<()> {
    tx.execute(
        "INSERT INTO consents (user_id, text, version, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        (user, page, version, tx.now()),
    )?;
    Ok(())
}

/// Whether he agreed to this version or a later one.
pub(super) fn has_consented(read: &Read<'_>, user: UserId, page: LegalPage, version: u32) -> Result<bool> {
    read.exists(
        "SELECT 1 FROM consents WHERE user_id = ?1 AND text = ?2 AND version >= ?3",
        (user, page, version),
    )
}

pub(super) fn count_consents(read: &Read<'_>, page: LegalPage, version: u32) -> Result<i64> {
    read.count("SELECT count(*) FROM consents WHERE text = ?1 AND version = ?2", (page, version))
}

pub(super) fn forget(tx: &Tx<'_>, user: UserId) -> Result<()> {
    tx.execute("DELETE FROM consents WHERE user_id = ?1", [user])?;
    Ok(())
}
