//! Coming in: what every way in ends with.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::sessions;
use crate::{
    auth::{model::DevicePass, store},
    kernel::{
        actor::{Actor, Person},
        error::{Error, Result},
        event::Event,
        id::UserId,
        text::{Email, PersonName},
        time::Timestamp,
    },
    people::{self, Profile, User},
    platform::{
        db::{Read, Tx},
        web::guard::Origin,
    },
};

/// A person, as he sees himself.
pub(in crate::auth) struct Me {
    pub(in crate::auth) user: User,
    pub(in crate::auth) profile: Profile,
    /// The address that he asked to change to and has not proven yet.
    pub(in crate::auth) pending_email: Option<Email>,
    /// Whether he manages a group.
    pub(in crate::auth) leads: bool,
    /// The admin who is in his place, and until when.
    pub(in crate::auth) impersonated: Option<(PersonName, Timestamp)>,
}

/// A person who is in now.
pub(in crate::auth) struct Entry {
    /// The session's token.
    pub(in crate::auth) token: String,
    /// By which this device is known again.
    pub(in crate::auth) pass: DevicePass,
    pub(in crate::auth) me: Me,
}

/// Looks at oneself.
pub(in crate::auth) fn me(read: &Read<'_>, user: UserId) -> Result<Me> {
    Ok(Me {
        user: people::get_user(read, user)?,
        profile: people::find_profile(read, user)?.ok_or(Error::NotFound("user"))?,
        pending_email: store::find_pending_email(read, user)?,
        leads: !people::managed_by(read, user)?.is_empty(),
        impersonated: None,
    })
}

/// The same, for the session that speaks.
pub(in crate::auth) fn me_here(read: &Read<'_>, person: &Person) -> Result<Me> {
    let me = me(read, person.id)?;
    let Some(admin) = person.impersonator else { return Ok(me) };
    let impersonated = (people::get_user(read, admin)?.name, store::session_end(read, person.session)?);
    Ok(Me {
        impersonated: Some(impersonated),
        ..me
    })
}

/// Lets a person in who has proven himself. A session that this browser had ends: its token is
/// worth nothing afterwards.
pub(super) fn enter(tx: &Tx<'_>, user: UserId, origin: &Origin) -> Result<Entry> {
    if let Actor::Person(former) = tx.actor() {
        store::delete_session(tx, former.session)?;
    }
    let token = sessions::open_session(tx, user, origin)?;
    people::note_seen(tx, user)?;
    tx.tell(&Event::UserSignedIn { user })?;
    Ok(Entry {
        token,
        pass: pass(tx, user),
        me: me(tx, user)?,
    })
}

/// A pass for the device on which the person has just proven himself.
pub(super) fn pass(tx: &Tx<'_>, user: UserId) -> DevicePass {
    let mark = URL_SAFE_NO_PAD.encode(&tx.random_bytes()[..12]);
    DevicePass::issue(user, mark, tx.now())
}
