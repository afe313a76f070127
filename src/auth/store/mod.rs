//! All SQL over the tables of the ways in.

mod api_tokens;
mod credentials;
mod invites;
mod sessions;
mod tokens;
mod tries;

use crate::{
    kernel::{error::Result, id::UserId},
    platform::db::{Read, Tx},
};

pub use {api_tokens::TokenRow, tries::count_held_back};
pub(super) use {
    api_tokens::{NewToken, count_tokens, delete_token, find_live_token, insert_token, list_tokens, touch_token},
    credentials::{find_password, renew_password, set_password},
    invites::{
        Invite, NewInvite, delete_invite, delete_invites_to, find_invite, find_open_invite, insert_invite, list_invites, take_invite,
    },
    sessions::{
        NewSession, SessionRow, count_live_sessions, delete_other_sessions, delete_own_session, delete_session, delete_sessions,
        delete_sessions_until, delete_surplus_sessions, find_live_session, find_password_at, insert_session, is_known_place, list_sessions,
        note_password, session_end, sweep_sessions, touch_session,
    },
    tokens::{Link, NewLink, delete_links, find_link, find_pending_email, insert_link, sweep_links, take_link},
    tries::{clear_tries, count_try, refund_try},
};

/// Deletes everything this slice knows about a person.
pub(super) fn forget(tx: &Tx<'_>, user: UserId) -> Result<()> {
    delete_sessions(tx, user)?;
    tx.execute("DELETE FROM api_tokens WHERE user_id = ?1", [user])?;
    tx.execute("DELETE FROM auth_tokens WHERE user_id = ?1", [user])?;
    tx.execute("DELETE FROM credentials WHERE user_id = ?1", [user])?;
    tx.execute("UPDATE invites SET invited_by = NULL WHERE invited_by = ?1", [user])?;
    Ok(())
}

/// What this slice knows about a person. Nothing by which one could sign in.
pub(super) fn portray(read: &Read<'_>, user: UserId) -> Result<Vec<(&'static str, Vec<serde_json::Value>)>> {
    Ok(vec![
        (
            "sessions",
            read.objects(
                "SELECT id AS session_id, device, ip, created_at, last_seen_at, expires_at FROM sessions
                 WHERE user_id = ?1 AND impersonator_id IS NULL ORDER BY id",
                [user],
            )?,
        ),
        (
            "invitations",
            read.objects(
                "SELECT role, created_at, expires_at FROM invites WHERE invited_by = ?1 ORDER BY id",
                [user],
            )?,
        ),
    ])
}
