//! Turns session tokens into actors: implements the guard's [`Authenticate`].

use std::net::IpAddr;

use super::{model, store};
use crate::{
    kernel::{
        actor::{Actor, Person},
        error::Result,
        id::{SessionId, TokenId, UserId},
    },
    people,
    platform::{
        crypto,
        db::{Read, Tx},
        web::guard::{Authenticate, Authenticated, TokenHolder},
    },
};

/// Looks sessions up in the database at each request: two point reads of a couple of
/// microseconds, and nothing to keep in step when a session ends or a role changes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sessions;

/// 32 bytes in URL-safe base64: anything else is no token of ours.
const TOKEN_LENGTH: usize = 43;

impl Authenticate for Sessions {
    fn authenticate(&self, read: &Read<'_>, token: &str) -> Result<Option<Authenticated>> {
        if token.len() != TOKEN_LENGTH {
            return Ok(None);
        }
        let Some(session) = store::find_live_session(read, &crypto::token_hash(token))? else {
            return Ok(None);
        };
        let facts = people::actor_facts(read, session.user)?.filter(|facts| facts.is_active);
        Ok(facts.map(|facts| Authenticated {
            actor: Actor::Person(Person {
                id: session.user,
                session: session.id,
                role: facts.role,
                plan: facts.plan,
                zone: facts.zone,
                impersonator: session.impersonator,
                token: None,
                ip: None,
            }),
            is_stale: model::is_stale(session.last_seen_at, read.now()),
        }))
    }

    fn person(&self, read: &Read<'_>, user: UserId) -> Result<Option<Person>> {
        let facts = people::actor_facts(read, user)?.filter(|facts| facts.is_active);
        Ok(facts.map(|facts| Person::without_session(user, facts.role, facts.plan, facts.zone)))
    }

    fn token(&self, read: &Read<'_>, token: &str) -> Result<Option<TokenHolder>> {
        let Some(found) = store::find_live_token(read, &crypto::token_hash(token))? else {
            return Ok(None);
        };
        let person = self.person(read, found.user)?;
        Ok(person.map(|person| TokenHolder {
            person: Person {
                token: Some(found.id),
                ..person
            },
            scopes: found.scopes,
            is_stale: found.last_used_at.is_none_or(|at| model::is_stale(at, read.now())),
        }))
    }

    fn touch_token(&self, tx: &Tx<'_>, token: TokenId) -> Result<()> {
        store::touch_token(tx, token)
    }

    fn touch(&self, tx: &Tx<'_>, session: SessionId, ip: Option<IpAddr>) -> Result<()> {
        if let Some(user) = store::touch_session(tx, session, ip)? {
            people::note_seen(tx, user)?;
        }
        Ok(())
    }
}
