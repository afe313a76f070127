//! Oneself, and the answer of every way in.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::cookies;
use crate::{
    auth::actions::{
        Caller,
        enter::{self, Entry, Me},
    },
    kernel::{
        actor::{Plan, Role},
        error::Result,
        id::UserId,
        text::{Email, PersonName},
        time::Timestamp,
    },
    people::{Completion, ProfileOut},
    platform::web::guard::{Guard, SignedIn, Unbound},
};

/// The signed-in person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MeOut {
    /// Who.
    id: UserId,
    /// The name that others see.
    name: PersonName,
    /// His address.
    email: Email,
    /// What he may do.
    role: Role,
    /// What he paid for or was granted.
    plan: Plan,
    /// What he tells about himself and how he wants the screens.
    profile: ProfileOut,
    /// How much of the profile is filled in.
    completion: Completion,
    /// The address that he asked to change to and has not proven yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_email: Option<Email>,
    /// Whether he manages a group, and so has a team to look at.
    leads: bool,
    /// The admin who acts in this person's place, until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    impersonated: Option<ImpersonatedOut>,
    /// Since when.
    created_at: Timestamp,
}

/// Who really acts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImpersonatedOut {
    /// The admin's name.
    by: PersonName,
    /// When it ends by itself.
    until: Timestamp,
}

impl From<Me> for MeOut {
    fn from(me: Me) -> Self {
        let Me {
            user,
            profile,
            pending_email,
            leads,
            impersonated,
        } = me;
        Self {
            id: user.id,
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role,
            plan: user.plan,
            completion: profile.completion(),
            profile: ProfileOut::of(&user, profile),
            pending_email,
            leads,
            impersonated: impersonated.map(|(by, until)| ImpersonatedOut { by, until }),
            created_at: user.created_at,
        }
    }
}

/// Somebody is in now; his session is in the cookie.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignedInOut {
    /// Who.
    user: MeOut,
}

/// The answer of every way in: the person, his session and the device's pass.
pub(super) fn entered(caller: &Caller, status: StatusCode, entry: Entry) -> Result<Response> {
    let out = SignedInOut { user: entry.me.into() };
    let mut response = (status, Json(out)).into_response();
    let headers = response.headers_mut();
    cookies::session(headers, &entry.token, &caller.origin)?;
    cookies::device(headers, &entry.pass, &caller.platform.keys, &caller.origin)?;
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The signed-in person.
#[utoipa::path(get, path = "/me", tag = "auth", responses((status = 200, body = MeOut)))]
pub(super) async fn get_me(g: Guard<Unbound<SignedIn>>) -> Result<Json<MeOut>> {
    let person = g.can.person().clone();
    let me = g.db.read("auth.me", move |read| enter::me_here(read, &person)).await?;
    Ok(Json(me.into()))
}
