//! Who acts: a person through a session, the command line, or the system itself.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{
    error::{Error, Result},
    id::{SessionId, TokenId, UserId},
    time::Zone,
};

/// What a person may do, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Learns.
    Learner,
    /// Learns, writes courses and grades.
    Instructor,
    /// Runs the instance.
    Admin,
}

/// What a person has paid for or been granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// The free plan.
    Free,
    /// Premium courses included.
    Premium,
}

/// A signed-in person, as the session lookup found him.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// The session that speaks.
    pub session: SessionId,
    /// His role at this moment.
    pub role: Role,
    /// His plan at this moment.
    pub plan: Plan,
    /// Where his days begin and end.
    pub zone: Zone,
    /// The admin who acts for him in this session; `None` when he is here himself.
    pub impersonator: Option<UserId>,
    /// The token that speaks for him, when it is a program.
    pub token: Option<TokenId>,
    /// The network address that the request came from.
    pub ip: Option<IpAddr>,
}

impl Person {
    /// A person for whom something is done without a session: by a token, a job, an operator.
    #[must_use]
    pub fn without_session(id: UserId, role: Role, plan: Plan, zone: Zone) -> Self {
        Self {
            id,
            session: SessionId::from_raw(0),
            role,
            plan,
            zone,
            impersonator: None,
            token: None,
            ip: None,
        }
    }
}

/// Who acts.
#[derive(Debug, Clone)]
pub enum Actor {
    /// Nobody is signed in.
    Anonymous,
    /// A person.
    Person(Person),
    /// An operator at the command line.
    Cli,
    /// The system itself, with the reason (a job kind, a reaction).
    System(&'static str),
}

impl Actor {
    /// The person, if one is signed in.
    #[must_use]
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            _ => None,
        }
    }

    /// The id of the person, if one is signed in.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.person().map(|p| p.id)
    }

    /// The signed-in person, who must be here himself: what nobody may do in another's place.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], or `Denied("impersonated")` in a session on somebody's behalf.
    pub fn in_person(&self) -> Result<&Person> {
        let person = self.signed_in()?;
        match person.impersonator {
            None => Ok(person),
            Some(_) => Err(Error::Denied("impersonated")),
        }
    }

    /// # Errors
    /// [`Error::Unauthenticated`] when nobody is signed in.
    pub fn signed_in(&self) -> Result<&Person> {
        self.person().ok_or(Error::Unauthenticated)
    }

    /// Whether the actor has at least this role. The command line and the system have every role.
    #[must_use]
    pub fn is_at_least(&self, role: Role) -> bool {
        match self {
            Self::Anonymous => false,
            Self::Person(person) => person.role >= role,
            Self::Cli | Self::System(_) => true,
        }
    }

    /// # Errors
    /// [`Error::Unauthenticated`] or [`Error::Denied`].
    pub fn require(&self, role: Role) -> Result<()> {
        match self {
            Self::Anonymous => Err(Error::Unauthenticated),
            actor if actor.is_at_least(role) => Ok(()),
            _ => Err(Error::Denied("role")),
        }
    }

    /// How rows name the actor: `usr_…`, `usr_… as usr_…` for an admin in somebody's place, `cli`
    /// or `system:reason`.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".into(),
            Self::Person(person) => match person.impersonator {
                Some(admin) => format!("{admin} as {}", person.id),
                None => person.id.to_string(),
            },
            Self::Cli => "cli".into(),
            Self::System(reason) => format!("system:{reason}"),
        }
    }
}
