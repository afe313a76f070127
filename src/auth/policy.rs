//! Who may invite, and who may end which session.

use serde::Deserialize;

use crate::{
    kernel::{
        actor::{Actor, Person, Role},
        error::Result,
        id::{InviteId, SessionId, TokenId, UserId},
    },
    platform::{
        db::Read,
        web::guard::{NoKey, PathKey, Require},
    },
};

/// May invite people and see invitations: admins.
#[derive(Debug)]
pub(super) struct Invite(());

impl Require for Invite {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(()))
    }
}

/// `{invite}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct InvitePath {
    invite: InviteId,
}

/// May take this invitation back: admins.
#[derive(Debug)]
pub(super) struct OneInvite(InviteId);

impl OneInvite {
    /// Which.
    pub(super) fn id(&self) -> InviteId {
        self.0
    }
}

impl Require for OneInvite {
    type Key = PathKey<InvitePath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<InvitePath>) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(path.invite))
    }
}

/// May see and make tokens: admins.
#[derive(Debug)]
pub struct ManageTokens(());

impl ManageTokens {
    /// For the command line.
    #[must_use]
    pub fn as_system(reason: &'static str) -> Self {
        tracing::debug!(reason, "tokens are managed by the system");
        Self(())
    }
}

impl Require for ManageTokens {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(()))
    }
}

/// `{token}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct TokenPath {
    token: TokenId,
}

/// May take this token back: admins.
#[derive(Debug)]
pub struct OneToken(TokenId);

impl OneToken {
    /// Which.
    pub(super) fn id(&self) -> TokenId {
        self.0
    }

    /// For the command line.
    #[must_use]
    pub fn as_system(reason: &'static str, token: TokenId) -> Self {
        tracing::debug!(reason, "a token is managed by the system");
        Self(token)
    }
}

impl Require for OneToken {
    type Key = PathKey<TokenPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<TokenPath>) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(path.token))
    }
}

/// `{session}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct SessionPath {
    session: SessionId,
}

/// May end the session with this id if it is his own, which is asked where it ends.
#[derive(Debug)]
pub(super) struct EndSession {
    person: Person,
    session: SessionId,
}

impl EndSession {
    /// Whose session it must be.
    pub(super) fn person(&self) -> &Person {
        &self.person
    }

    /// Which.
    pub(super) fn session(&self) -> SessionId {
        self.session
    }
}

impl Require for EndSession {
    type Key = PathKey<SessionPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<SessionPath>) -> Result<Self> {
        Ok(Self {
            person: actor.signed_in()?.clone(),
            session: path.session,
        })
    }
}

/// `{user}` and `{session}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct UserSessionPath {
    user: UserId,
    session: SessionId,
}

/// May end a session of somebody: admins.
#[derive(Debug)]
pub(super) struct EndUserSession(UserSessionPath);

impl EndUserSession {
    /// Whose.
    pub(super) fn user(&self) -> UserId {
        self.0.user
    }

    /// Which.
    pub(super) fn session(&self) -> SessionId {
        self.0.session
    }
}

impl Require for EndUserSession {
    type Key = PathKey<UserSessionPath>;
    fn decide(_: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<UserSessionPath>) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(*path))
    }
}

/// May open accounts for others: the command line.
#[derive(Debug)]
pub struct OpenAccount(());

impl OpenAccount {
    /// For the command line and the demo.
    #[must_use]
    pub fn as_system(reason: &'static str) -> Self {
        tracing::debug!(reason, "accounts are opened by the system");
        Self(())
    }
}
