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

/// Whether something is wanted that he has not agreed to. Asked with each request: it reads no page.
pub(super) fn owes_consent(read: &Read<'_>, user: UserId) -> Result<bool> {
    read.exists(
        "SELECT 1 FROM wanted_consents w WHERE NOT EXISTS
            (SELECT 1 FROM consents c WHERE c.user_id = ?1 AND c.text = w.text AND c.version >= w.version)",
        [user],
    )
}

/// What everybody must have agreed to from now on.
pub(super) fn replace_wanted(tx: &Tx<'_>, wanted: &[(LegalPage, u32)]) -> Result<()> {
    tx.execute("DELETE FROM wanted_consents", [])?;
    for (page, version) in wanted {
        tx.execute("INSERT INTO wanted_consents (text, version) VALUES (?1, ?2)", (page, version))?;
    }
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
