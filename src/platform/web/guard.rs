//! The only door to the database: a handler gets its handle from a [`Guard`], and a guard only
//! from a proof that the actor may do what the handler does.
//!
//! `R: Require` decides and yields the proof, whose constructor is private to the slice's
//! `policy.rs`; verbs demand it. What you may not see is 404, not 403.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use serde::{Deserialize, de::DeserializeOwned};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument as _;

pub use super::{
    credential::{COOKIE, TOKEN_PREFIX},
    permits::{Anyone, Oneself, SignedIn, Unbound},
};
use super::{
    credential::{Credential, credential},
    scopes::Scopes,
    throttle::Throttle,
};
use crate::{
    kernel::{
        actor::{Actor, Person},
        error::{Error, Result},
        id::{SessionId, TokenId, UserId},
        scope::Scope,
    },
    platform::{
        Platform,
        db::{Database, Db, Read, Tx},
        module::Before,
    },
};

/// The state of every route. The database is private to this file.
#[derive(Clone)]
pub struct Web {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    platform: Arc<Platform>,
    authenticate: Arc<dyn Authenticate>,
    tracker: TaskTracker,
    throttle: Arc<Throttle>,
    scopes: Scopes,
    befores: Vec<Before>,
    stop: CancellationToken,
}

/// Turns a session token into an actor. The `auth` slice implements it; `app` puts it here.
pub trait Authenticate: Send + Sync + 'static {
    /// Who holds this token now; `None` when it is unknown or has ended.
    ///
    /// # Errors
    /// A database fault.
    fn authenticate(&self, read: &Read<'_>, token: &str) -> Result<Option<Authenticated>>;

    /// The person with this id as he may act now, without a session: for links that were signed
    /// for him. `None` when he is gone or deactivated.
    ///
    /// # Errors
    /// A database fault.
    fn person(&self, read: &Read<'_>, user: UserId) -> Result<Option<Person>> {
        let _nobody = (read, user);
        Ok(None)
    }

    /// Whom this API token lets in, and how far; `None` when it is unknown, has expired, or its owner
    /// may not sign in any more.
    ///
    /// # Errors
    /// A database fault.
    fn token(&self, read: &Read<'_>, token: &str) -> Result<Option<TokenHolder>> {
        let _nobody = (read, token);
        Ok(None)
    }

    /// Notes that the token was used; called at most when [`Authenticated::is_stale`].
    ///
    /// # Errors
    /// A database fault.
    fn touch_token(&self, tx: &Tx<'_>, token: TokenId) -> Result<()> {
        let _nothing = (tx, token);
        Ok(())
    }

    /// Notes that the session was used; called at most when [`Authenticated::is_stale`].
    ///
    /// # Errors
    /// A database fault.
    fn touch(&self, tx: &Tx<'_>, session: SessionId, ip: Option<IpAddr>) -> Result<()>;
}

/// A session that holds.
#[derive(Debug)]
pub struct Authenticated {
    /// Its person.
    pub actor: Actor,
    /// Whether its last use was noted so long ago that it should be noted again.
    pub is_stale: bool,
}

/// A token that holds.
#[derive(Debug)]
pub struct TokenHolder {
    /// Its owner.
    pub person: Person,
    /// How far it goes.
    pub scopes: Vec<Scope>,
    /// Whether its last use was noted so long ago that it should be noted again.
    pub is_stale: bool,
}

impl Web {
    /// Built once by `app`. `scopes` says what each operation wants of an API token.
    #[must_use]
    pub fn new(
        database: Database,
        platform: Arc<Platform>,
        authenticate: Arc<dyn Authenticate>,
        tracker: TaskTracker,
        scopes: Scopes,
        befores: Vec<Before>,
    ) -> Self {
        let throttle = platform.services.find::<Throttle>();
        let throttle = throttle.unwrap_or_else(|| Arc::new(Throttle::new(&platform.config.throttle)));
        Self {
            inner: Arc::new(Inner {
                database,
                platform,
                authenticate,
                tracker,
                throttle,
                scopes,
                befores,
                stop: CancellationToken::new(),
            }),
        }
    }

    /// The mechanisms of the house.
    #[must_use]
    pub fn platform(&self) -> &Arc<Platform> {
        &self.inner.platform
    }

    /// Who people are: for keys that name a person, such as signed links.
    #[must_use]
    pub fn authenticate(&self) -> &Arc<dyn Authenticate> {
        &self.inner.authenticate
    }

    /// Spawns work that a graceful stop waits for.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.inner.tracker.spawn(work.in_current_span());
    }

    /// Cancelled when the server stops: live streams end then, so that requests can.
    #[must_use]
    pub fn stop(&self) -> &CancellationToken {
        &self.inner.stop
    }

    /// Whether the server stops.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.inner.stop.is_cancelled()
    }

    pub(in crate::platform::web) fn throttle(&self) -> &Arc<Throttle> {
        &self.inner.throttle
    }

    /// For `/readyz` and metrics: never for answers to people.
    pub(in crate::platform::web) fn database(&self) -> &Database {
        &self.inner.database
    }
}

/// What a guard decides about, taken from the request before anything is decided.
pub trait FromAsk: Sized + Send + 'static {
    /// Takes the key from the path, the query or headers.
    ///
    /// # Errors
    /// `NotFound` when the path names nothing of this kind.
    fn from_ask(parts: &mut Parts, web: &Web) -> impl Future<Output = Result<Self>> + Send;
}

/// For guards that decide about nothing in particular.
#[derive(Debug, Clone, Copy)]
pub struct NoKey;

impl FromAsk for NoKey {
    async fn from_ask(_: &mut Parts, _: &Web) -> Result<Self> {
        Ok(Self)
    }
}

/// Path parameters by name, such as `struct CoursePath { course: CourseId }`.
#[derive(Debug, Clone, Copy)]
pub struct PathKey<T>(pub T);

impl<T: DeserializeOwned + Send + 'static> FromAsk for PathKey<T> {
    async fn from_ask(parts: &mut Parts, web: &Web) -> Result<Self> {
        let path = Path::<T>::from_request_parts(parts, web).await;
        path.map(|Path(key)| Self(key)).map_err(|_| Error::NotFound("page"))
    }
}

/// A permission: deciding it yields a proof.
pub trait Require: Sized + Send + 'static {
    /// What is decided about.
    type Key: FromAsk;

    /// Whether it holds also for who has yet to do what comes before everything else here, such as
    /// agreeing to the terms.
    const IS_UNBOUND: bool = false;

    /// Decides on a snapshot of the database.
    ///
    /// # Errors
    /// `Unauthenticated`, `Denied` or `NotFound`.
    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self>;
}

/// Where a request comes from.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Origin {
    /// The client's address, through trusted proxies.
    pub ip: Option<IpAddr>,
    /// Its `User-Agent`, cut to 300 characters.
    pub user_agent: String,
    /// Whether it came over TLS, to us or to a trusted proxy.
    pub is_secure: bool,
}

/// A decided permission and what it opens.
pub struct Guard<R> {
    /// The proof: hand it to the verb.
    pub can: R,
    /// Who acts.
    pub actor: Actor,
    /// The database, acting as him.
    pub db: Db,
    /// The mechanisms of the house.
    pub platform: Arc<Platform>,
    /// Where the request comes from.
    pub origin: Origin,
}

impl<R: Require> FromRequestParts<Web> for Guard<R> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self> {
        let ask = Ask::<R>::from_request_parts(parts, web).await?;
        let origin = ask.origin.clone();
        let decided = ask.decide("web.guard", |_, can, actor| Ok((can, actor.clone())));
        let (can, actor) = decided.await?;
        Ok(Self {
            can,
            db: web.inner.database.acting_as(actor.clone()),
            actor,
            platform: web.inner.platform.clone(),
            origin,
        })
    }
}

/// A permission that is decided in the very read that answers: one snapshot, and one way to the
/// readers and back. For what is asked all day long; whoever writes asks for a [`Guard`].
pub struct Ask<R: Require> {
    /// The mechanisms of the house.
    pub platform: Arc<Platform>,
    key: Result<R::Key>,
    credential: Option<Credential>,
    /// What a token needs for this operation; none lets every token be refused.
    wanted: Option<Scope>,
    origin: Origin,
    web: Web,
}

impl<R: Require> FromRequestParts<Web> for Ask<R> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self> {
        let key = R::Key::from_ask(parts, web).await;
        let origin = parts.extensions.get::<Origin>().cloned().unwrap_or_default();
        Ok(Self {
            platform: web.inner.platform.clone(),
            key,
            credential: credential(&parts.headers, origin.is_secure),
            wanted: web.inner.scopes.wanted(parts),
            origin,
            web: web.clone(),
        })
    }
}

impl<R: Require> Ask<R> {
    /// Decides, and reads with the proof in the same snapshot.
    ///
    /// # Errors
    /// What [`Require::decide`] and the closure say, `Throttled`, or `Unavailable` when the readers
    /// are busy.
    pub async fn read<T, F>(self, label: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Read<'_>, &R, &Actor) -> Result<T> + Send + 'static,
    {
        self.decide(label, move |read, can, actor| f(read, &can, actor)).await
    }

    async fn decide<T, F>(self, label: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Read<'_>, R, &Actor) -> Result<T> + Send + 'static,
    {
        let Self {
            key,
            credential,
            wanted,
            origin,
            web,
            ..
        } = self;
        let (inner, ip) = (web.inner.clone(), origin.ip);
        let reader = web.inner.database.acting_as(Actor::Anonymous);
        let decided = reader.read(label, move |read| {
            let (mut actor, stale) = inner.identify(read, credential, wanted)?;
            if let Actor::Person(person) = &mut actor {
                person.ip = ip;
            }
            if let (Some(person), false) = (actor.person(), R::IS_UNBOUND) {
                inner.befores.iter().try_for_each(|before| before(read, person))?;
            }
            // A key that names nothing is told only to those who may know that much.
            let can = match key {
                Ok(key) => R::decide(read, &actor, &key)?,
                Err(_) if matches!(actor, Actor::Anonymous) => return Err(Error::Unauthenticated),
                Err(error) => return Err(error),
            };
            if let Some(person) = actor.person() {
                let key = person.token.map_or(person.id.raw(), TokenId::raw);
                inner.throttle.take_account(key, ip, inner.database.now())?;
            }
            let answer = f(read, can, &actor);
            Ok((answer, stale.then_some(actor)))
        });
        let (answer, stale) = decided.await?;
        if let Some(actor) = stale {
            touch_later(&web, &actor, ip);
        }
        answer
    }
}

impl Inner {
    /// Who speaks, and whether that should be noted. A token that does not hold is refused, even
    /// where nobody has to be signed in: its program should hear of it. So is one that does not
    /// reach as far as the operation.
    fn identify(&self, read: &Read<'_>, credential: Option<Credential>, wanted: Option<Scope>) -> Result<(Actor, bool)> {
        match credential {
            None => Ok((Actor::Anonymous, false)),
            Some(Credential::Session(token)) => {
                let found = self.authenticate.authenticate(read, &token)?;
                Ok(found.map_or((Actor::Anonymous, false), |a| (a.actor, a.is_stale)))
            }
            Some(Credential::Token(token)) => {
                let holder = self.authenticate.token(read, &token)?.ok_or(Error::Unauthenticated)?;
                if wanted.is_none_or(|wanted| !holder.scopes.iter().any(|scope| scope.allows(wanted))) {
                    return Err(Error::Denied("scope"));
                }
                Ok((Actor::Person(holder.person), holder.is_stale))
            }
        }
    }
}

fn touch_later(web: &Web, actor: &Actor, ip: Option<IpAddr>) {
    let Some((session, by)) = actor.person().map(|p| (p.session, p.token)) else {
        return;
    };
    let (db, authenticate) = (web.inner.database.acting_as(actor.clone()), web.inner.authenticate.clone());
    web.spawn(async move {
        let noted = db.write_low("auth.touch", move |tx| match by {
            Some(token) => authenticate.touch_token(tx, token),
            None => authenticate.touch(tx, session, ip),
        });
        if let Err(error) = noted.await {
            tracing::debug!(?error, "the use of a session was not noted");
        }
    });
}
