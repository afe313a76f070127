//! The permissions that no slice owns: everybody, who is signed in, who is here himself.

use super::guard::{NoKey, Require};
use crate::{
    kernel::{
        actor::{Actor, Person},
        error::Result,
        id::UserId,
    },
    platform::db::Read,
};

/// Everybody, signed in or not. Its use is visible in a diff.
#[derive(Debug)]
pub struct Anyone(());

impl Require for Anyone {
    type Key = NoKey;
    const IS_UNBOUND: bool = true;
    fn decide(_: &Read<'_>, _: &Actor, _: &NoKey) -> Result<Self> {
        Ok(Self(()))
    }
}

/// Anyone who is signed in, for what belongs to himself.
#[derive(Debug)]
pub struct SignedIn {
    person: Person,
}

impl SignedIn {
    /// The person.
    #[must_use]
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// The person's id.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.person.id
    }
}

impl Require for SignedIn {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        Ok(Self {
            person: actor.signed_in()?.clone(),
        })
    }
}

/// Anyone who is signed in and here himself: for what nobody may do in another's place, such as
/// changing the password or leaving.
#[derive(Debug)]
pub struct Oneself(SignedIn);

impl std::ops::Deref for Oneself {
    type Target = SignedIn;
    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

impl Require for Oneself {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        let person = actor.in_person()?.clone();
        Ok(Self(SignedIn { person }))
    }
}

/// The same permission, also for who has yet to do what comes before everything else here: for
/// that itself, for looking at oneself, and for going away with what is one's own.
#[derive(Debug)]
pub struct Unbound<R>(R);

impl<R> std::ops::Deref for Unbound<R> {
    type Target = R;
    fn deref(&self) -> &R {
        &self.0
    }
}

impl<R: Require> Require for Unbound<R> {
    type Key = R::Key;
    const IS_UNBOUND: bool = true;
    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        R::decide(read, actor, key).map(Self)
    }
}
