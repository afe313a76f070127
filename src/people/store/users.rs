//! People: found, added, changed.

use rusqlite::Row;

use crate::{
    kernel::{
        actor::Role,
        error::{Error, Result},
        id::UserId,
        text::{Email, Language, PersonName},
        time::Zone,
    },
    people::model::{self, Access, ActorFacts, NewUser, User},
    platform::db::{OnConflict as _, Read, Tx},
};

const USER: &str = "SELECT id, name, email, role, plan, is_active, is_verified, time_zone, language, created_at, last_seen_at, completion, \
                    source FROM users";

pub(super) fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        role: row.get(3)?,
        plan: row.get(4)?,
        is_active: row.get(5)?,
        is_verified: row.get(6)?,
        time_zone: row.get(7)?,
        language: row.get(8)?,
        created_at: row.get(9)?,
        last_seen_at: row.get(10)?,
        completion: row.get(11)?,
        source: row.get(12)?,
    })
}

/// The person with this id, if he has an account.
///
/// # Errors
/// A database fault.
pub fn find_user(read: &Read<'_>, id: UserId) -> Result<Option<User>> {
    read.find(&format!("{USER} WHERE id = ?1"), [id], user)
}

/// The person with this id.
///
/// # Errors
/// [`Error::NotFound`] or a database fault.
pub fn get_user(read: &Read<'_>, id: UserId) -> Result<User> {
    find_user(read, id)?.ok_or(Error::NotFound("user"))
}

/// The next people, by id: for work that goes through everybody.
pub(in crate::people) fn users_after(read: &Read<'_>, after: UserId, limit: u32) -> Result<Vec<User>> {
    read.list(&format!("{USER} WHERE id > ?1 ORDER BY id LIMIT ?2"), (after, limit), user)
}

/// Active people with this role who proved their address: the next ones by id.
///
/// # Errors
/// A database fault.
pub fn list_by_role(read: &Read<'_>, role: Role, after: UserId, limit: u32) -> Result<Vec<UserId>> {
    read.list(
        "SELECT id FROM users WHERE role = ?1 AND id > ?2 AND is_active = 1 AND is_verified = 1 ORDER BY id LIMIT ?3",
        (role, after, limit),
        |row| row.get(0),
    )
}

/// Folds the names of the next people anew; gives the last of them, `None` at the end.
pub(in crate::people) fn refold(tx: &Tx<'_>, after: UserId, limit: u32) -> Result<Option<UserId>> {
    let users = users_after(tx, after, limit)?;
    for user in &users {
        tx.execute(
            "UPDATE users SET name_key = ?2, fold = ?3 WHERE id = ?1 AND (name_key <> ?2 OR fold <> ?3)",
            (user.id, model::name_key(&user.name), model::fold(&user.name, &user.email)),
        )?;
    }
    Ok(users.last().map(|user| user.id))
}

/// The person with this address, however it is written.
///
/// # Errors
/// A database fault.
pub fn find_by_email(read: &Read<'_>, email: &Email) -> Result<Option<User>> {
    read.find(&format!("{USER} WHERE email_key = ?1"), [email.key()], user)
}

/// What a request of this person needs to know; `None` when the account is gone.
///
/// # Errors
/// A database fault.
pub fn actor_facts(read: &Read<'_>, id: UserId) -> Result<Option<ActorFacts>> {
    read.find("SELECT role, plan, is_active, time_zone FROM users WHERE id = ?1", [id], |row| {
        Ok(ActorFacts {
            role: row.get(0)?,
            plan: row.get(1)?,
            is_active: row.get(2)?,
            zone: row.get(3)?,
        })
    })
}

/// Whether there is another admin than this person who can sign in.
pub(in crate::people) fn has_other_admin(read: &Read<'_>, id: UserId) -> Result<bool> {
    read.exists(
        "SELECT 1 FROM users WHERE role = 'admin' AND is_active = 1 AND is_verified = 1 AND id <> ?1 LIMIT 1",
        [id],
    )
}

/// Everybody who can run the instance: active admins who proved their address.
pub(in crate::people) fn list_running_admins(read: &Read<'_>) -> Result<Vec<UserId>> {
    read.list(
        "SELECT id FROM users WHERE role = 'admin' AND is_active = 1 AND is_verified = 1",
        [],
        |row| row.get(0),
    )
}

/// Whether somebody runs this instance.
///
/// # Errors
/// A database fault.
pub fn has_admin(read: &Read<'_>) -> Result<bool> {
    read.exists("SELECT 1 FROM users WHERE role = 'admin' AND is_active = 1 LIMIT 1", [])
}

/// How many people have accounts: for the admin's pages, not for hot paths.
///
/// # Errors
/// A database fault.
pub fn count_users(read: &Read<'_>) -> Result<i64> {
    read.count("SELECT count(*) FROM users", [])
}

/// The names of these people, in their order; those without an account are left out.
///
/// # Errors
/// A database fault.
pub fn list_names(read: &Read<'_>, ids: &[UserId]) -> Result<Vec<(UserId, PersonName)>> {
    let found = ids.iter().map(|id| {
        let name = read.find("SELECT name FROM users WHERE id = ?1", [id], |row| row.get(0))?;
        Ok(name.map(|name| (*id, name)))
    });
    found.filter_map(Result::transpose).collect()
}

/// Adds a person with an empty profile. Accounts are opened by `auth::create_account`.
///
/// # Errors
/// [`Error::Conflict`] `user.email_taken`, or a database fault.
pub fn insert_user(tx: &Tx<'_>, new: &NewUser) -> Result<UserId> {
    let id: UserId = tx.new_id();
    tx.execute(
        "INSERT INTO users (id, name, email, email_key, role, plan, is_active, is_verified, time_zone, language, created_at, source, name_key, fold)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        (
            id,
            &new.name,
            &new.email,
            new.email.key(),
            new.role,
            new.plan,
            new.is_verified,
            &new.time_zone,
            &new.language,
            tx.now(),
            new.source,
            model::name_key(&new.name),
            model::fold(&new.name, &new.email),
        ),
    )
    .on_conflict("user.email_taken", "Somebody with this e-mail address has an account already.")?;
    tx.execute("INSERT INTO profiles (user_id) VALUES (?1)", [id])?;
    Ok(id)
}

/// Changes a person's name.
///
/// # Errors
/// [`Error::NotFound`] or a database fault.
pub fn rename(tx: &Tx<'_>, id: UserId, name: &PersonName) -> Result<()> {
    let current = get_user(tx, id)?;
    if current.name != *name {
        tx.execute(
            "UPDATE users SET name = ?2, name_key = ?3, fold = ?4 WHERE id = ?1",
            (id, name, model::name_key(name), model::fold(name, &current.email)),
        )?;
    }
    Ok(())
}

/// Changes where a person's days begin and in which language he reads.
///
/// # Errors
/// A database fault.
pub fn set_place(tx: &Tx<'_>, id: UserId, zone: &Zone, language: &Language) -> Result<()> {
    tx.execute("UPDATE users SET time_zone = ?2, language = ?3 WHERE id = ?1", (id, zone, language))?;
    Ok(())
}

/// Gives a person this role unless he has a higher one.
///
/// # Errors
/// [`Error::NotFound`] or a database fault.
pub fn grant_role(tx: &Tx<'_>, id: UserId, role: Role) -> Result<()> {
    let role = role.max(get_user(tx, id)?.role);
    tx.execute("UPDATE users SET role = ?2 WHERE id = ?1", (id, role))?;
    Ok(())
}

pub(in crate::people) fn update_access(tx: &Tx<'_>, id: UserId, access: Access) -> Result<()> {
    tx.execute(
        "UPDATE users SET role = ?2, plan = ?3, is_active = ?4 WHERE id = ?1",
        (id, access.role, access.plan, access.is_active),
    )?;
    Ok(())
}

/// Gives a person another, proven address.
///
/// # Errors
/// [`Error::Conflict`] `user.email_taken`, [`Error::NotFound`], or a database fault.
pub fn set_email(tx: &Tx<'_>, id: UserId, email: &Email) -> Result<()> {
    let current = get_user(tx, id)?;
    tx.execute(
        "UPDATE users SET email = ?2, email_key = ?3, is_verified = 1, fold = ?4 WHERE id = ?1",
        (id, email, email.key(), model::fold(&current.name, email)),
    )
    .on_conflict("user.email_taken", "Somebody with this e-mail address has an account already.")?;
    Ok(())
}

/// Keeps how much of a person's profile is filled in.
pub(in crate::people) fn set_completion(tx: &Tx<'_>, id: UserId, percent: u8) -> Result<()> {
    tx.execute("UPDATE users SET completion = ?2 WHERE id = ?1 AND completion <> ?2", (id, percent))?;
    Ok(())
}

/// Notes that a person proved his address.
///
/// # Errors
/// A database fault.
pub fn mark_verified(tx: &Tx<'_>, id: UserId) -> Result<()> {
    tx.execute("UPDATE users SET is_verified = 1 WHERE id = ?1", [id])?;
    Ok(())
}

/// Notes that a person is here.
///
/// # Errors
/// A database fault.
pub fn note_seen(tx: &Tx<'_>, id: UserId) -> Result<()> {
    tx.execute("UPDATE users SET last_seen_at = ?2 WHERE id = ?1", (id, tx.now()))?;
    Ok(())
}

/// Deletes everything this slice knows about a person.
pub(in crate::people) fn delete_user(tx: &Tx<'_>, id: UserId) -> Result<()> {
    tx.execute("DELETE FROM users WHERE id = ?1", [id])?;
    Ok(())
}

/// People who were here since an instant.
///
/// # Errors
/// A database fault.
pub(in crate::people) fn count_seen_since(read: &Read<'_>, since: crate::kernel::time::Timestamp) -> Result<i64> {
    read.count("SELECT count(*) FROM users WHERE last_seen_at >= ?1", [since])
}
