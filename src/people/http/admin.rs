//! Everybody, for admins.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    kernel::{
        actor::{Plan, Role},
        error::Result,
        id::UserId,
        page::Limit,
        text::{Email, PersonName},
        time::Timestamp,
    },
    people::{
        actions::{self, AccessChange},
        model::{ListQuery, User, UserState},
        policy::{ListUsers, ManageUser},
        store,
    },
    platform::web::{
        extract::{Body, PageOut, Query, not_null},
        guard::Guard,
    },
};

/// A person, as admins see him.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserOut {
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
    /// Whether he may sign in.
    is_active: bool,
    /// Whether he proved his address.
    is_verified: bool,
    /// Since when.
    created_at: Timestamp,
    /// When he was last here, to five minutes; absent if never.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_at: Option<Timestamp>,
}

impl From<User> for UserOut {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            email: user.email,
            role: user.role,
            plan: user.plan,
            is_active: user.is_active,
            is_verified: user.is_verified,
            created_at: user.created_at,
            last_seen_at: user.last_seen_at,
        }
    }
}

/// Whom to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct UsersQuery {
    /// Beginnings of words of the name, or of the address.
    q: Option<String>,
    /// Only with this role.
    role: Option<Role>,
    /// Only with this plan.
    plan: Option<Plan>,
    /// Only in this state.
    #[param(inline)]
    state: Option<UserState>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

impl UsersQuery {
    fn parse(self) -> Result<ListQuery> {
        let mut query = ListQuery::new(Some(Limit::or_default(self.limit))).matching(self.q.as_deref().unwrap_or_default());
        query.role = self.role;
        query.plan = self.plan;
        query.state = self.state;
        query.after(self.cursor.as_deref())
    }
}

/// What an admin changes of a person: absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserPatch {
    /// What he may do.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    role: Option<Role>,
    /// What he paid for or was granted.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    plan: Option<Plan>,
    /// Whether he may sign in; false ends his sessions at once.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    is_active: Option<bool>,
}

/// Everybody, newest first, or by the words that match.
#[utoipa::path(get, path = "/users", tag = "people", params(UsersQuery), responses((status = 200, body = PageOut<UserOut>)))]
pub(super) async fn list_users(g: Guard<ListUsers>, Query(query): Query<UsersQuery>) -> Result<Json<PageOut<UserOut>>> {
    let query = query.parse()?;
    let page = g.db.read("people.list", move |read| store::list_users(read, &query)).await?;
    Ok(Json(page.map(UserOut::from).into()))
}

/// One person.
#[utoipa::path(get, path = "/users/{user}", tag = "people", params(("user" = UserId, Path)), responses((status = 200, body = UserOut)))]
pub(super) async fn get_user(g: Guard<ManageUser>) -> Result<Json<UserOut>> {
    let id = g.can.user();
    let user = g.db.read("people.user", move |read| store::get_user(read, id)).await?;
    Ok(Json(user.into()))
}

/// Changes a person's role or plan, or whether he may sign in.
#[utoipa::path(
    patch, path = "/users/{user}", tag = "people", params(("user" = UserId, Path)), request_body = UserPatch,
    responses((status = 200, body = UserOut), (status = 409, description = "`user.last_admin`: nobody would be left to run the instance."))
)]
pub(super) async fn update_user(g: Guard<ManageUser>, Body(patch): Body<UserPatch>) -> Result<Json<UserOut>> {
    let change = AccessChange {
        role: patch.role,
        plan: patch.plan,
        is_active: patch.is_active,
    };
    let can = g.can;
    let user =
        g.db.write("people.change_access", move |tx| actions::change_access(tx, &can, change));
    Ok(Json(user.await?.into()))
}
