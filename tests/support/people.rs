//! Personas: people with accounts and sessions.

use std::net::IpAddr;

use momentum::{
    kernel::{
        actor::{Actor, Person, Plan, Role},
        error::Result,
        id::{Id, SessionId, UserId},
        time::Zone,
    },
    platform::{
        db::{Read, Tx},
        web::guard::{Authenticate, Authenticated},
    },
};

use super::{Client, TestApp};

impl TestApp {
    /// A learner on the free plan, in UTC.
    pub async fn learner(&self, name: &str) -> Client<'_> {
        self.person(name, Role::Learner, Plan::Free).await
    }

    /// An instructor.
    pub async fn instructor(&self, name: &str) -> Client<'_> {
        self.person(name, Role::Instructor, Plan::Free).await
    }

    /// An admin.
    pub async fn admin(&self, name: &str) -> Client<'_> {
        self.person(name, Role::Admin, Plan::Free).await
    }

    /// Anybody: the address is the name in lower case at `example.com`.
    pub async fn person(&self, name: &str, role: Role, plan: Plan) -> Client<'_> {
        let shown = name.to_owned();
        let db = self.system();
        let made = db.write("test.person", move |tx| {
            let user: UserId = tx.new_id();
            if tx.exists("SELECT 1 FROM sqlite_master WHERE name = 'users'", [])? {
                let email = format!("{}@example.com", shown.to_lowercase());
                tx.execute(
                    "INSERT INTO users (id, name, email, email_key, role, plan, is_active, is_verified, time_zone, language, created_at)
                     VALUES (?1, ?2, ?3, ?3, ?4, ?5, 1, 1, 'UTC', 'en', ?6)",
                    (user, shown, email, role, plan, tx.now()),
                )?;
            }
            Ok(user)
        });
        let user = made.await.expect("a person is made");
        let token = format!("{}.{}.{}", user.raw(), role.word(), plan.word());
        Client::person(self, user, token)
    }
}

/// Sessions whose token says who holds it, until the slice of accounts brings real ones.
pub struct StandIn;

impl Authenticate for StandIn {
    fn authenticate(&self, _: &Read<'_>, token: &str) -> Result<Option<Authenticated>> {
        let mut parts = token.split('.');
        let mut next = || parts.next().unwrap_or_default();
        let (user, role, plan) = (
            next().parse().ok().map(Id::from_raw),
            Role::from_word(next()),
            Plan::from_word(next()),
        );
        let (Some(id), Some(role), Some(plan)) = (user, role, plan) else {
            return Ok(None);
        };
        let actor = Actor::Person(Person {
            id,
            session: SessionId::from_raw(id.raw()),
            role,
            plan,
            zone: Zone::utc(),
        });
        Ok(Some(Authenticated { actor, is_stale: false }))
    }

    fn touch(&self, _: &Tx<'_>, _: SessionId, _: Option<IpAddr>) -> Result<()> {
        Ok(())
    }
}
