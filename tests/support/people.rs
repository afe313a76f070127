//! Personas: people with accounts and sessions.

use momentum::{
    auth::{self, NewAccount},
    kernel::{
        actor::{Plan, Role},
        text::{Email, Language, PersonName},
        time::Zone,
    },
    platform::web::guard::Origin,
};

use super::{Client, TestApp};

/// The password of every persona.
pub const PASSWORD: &str = "orbit-lantern-cedar-42";

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

    /// Anybody: the address is the name in lower case at `example.com`, the password [`PASSWORD`].
    pub async fn person(&self, name: &str, role: Role, plan: Plan) -> Client<'_> {
        let hash = self.platform().passwords.hash(PASSWORD.into()).await.expect("a hash");
        let account = NewAccount {
            name: PersonName::parse(name).expect("a name"),
            email: Email::parse(&format!("{}@example.com", name.to_lowercase().replace(' ', "."))).expect("an address"),
            role,
            plan,
            time_zone: Zone::utc(),
            language: Language::english(),
            password_hash: Some(hash),
            is_verified: true,
            source: "test",
        };
        let system = self.system();
        let made = system.write("test.person", move |tx| {
            let user = auth::create_account(tx, account)?;
            Ok((user, auth::open_session(tx, user, &Origin::default())?))
        });
        let (user, token) = made.await.expect("a person is made");
        Client::person(self, user, token)
    }
}
