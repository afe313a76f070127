//! Everybody, for admins.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    kernel::{
        actor::{Plan, Role},
        error::Result,
        id::{FieldId, GroupId, UserId},
        page::Limit,
        text::{Email, PersonName},
        time::Timestamp,
    },
    people::{
        actions::{self, AccessChange},
        model::{FieldFilter, ListQuery, User, UserFilter, UserSort, UserState},
        policy::{ListUsers, ManageUser},
        store,
    },
    platform::{
        audit,
        web::{
            extract::{Body, Query, not_null},
            guard::Guard,
        },
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
    /// How much of his profile is filled in, 0–100.
    completion: u8,
    /// How he came: `setup`, `register`, `invite`, `import`, `cli` …
    source: String,
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
            completion: user.completion,
            source: user.source,
        }
    }
}

/// Whom to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct UsersQuery {
    /// Parts of the name or the address.
    q: Option<String>,
    /// Only with this role.
    role: Option<Role>,
    /// Only with this plan.
    plan: Option<Plan>,
    /// Only in this state.
    #[param(inline)]
    state: Option<UserState>,
    /// Only in this group.
    group: Option<GroupId>,
    /// Only those who came in this way: `setup`, `register`, `invite`, `import`, `cli` …
    source: Option<String>,
    /// Only those who were last here at or after this instant.
    seen_from: Option<Timestamp>,
    /// Only those who were last here before this instant.
    seen_before: Option<Timestamp>,
    /// Only those who were never here.
    never_seen: Option<bool>,
    /// Only those whose profile is filled in at least so far, 0–100.
    complete_from: Option<u8>,
    /// Only those whose profile is filled in at most so far, 0–100.
    complete_to: Option<u8>,
    /// A field that the admin defined; with `value`.
    field: Option<FieldId>,
    /// What that field says.
    value: Option<String>,
    /// In which order; newest first when absent.
    #[param(inline)]
    sort: Option<UserSort>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

impl UsersQuery {
    fn filter(&self) -> UserFilter {
        UserFilter {
            q: self.q.clone().filter(|text| !text.trim().is_empty()),
            role: self.role,
            plan: self.plan,
            state: self.state,
            group: self.group,
            source: self.source.clone(),
            seen_from: self.seen_from,
            seen_before: self.seen_before,
            never_seen: self.never_seen.unwrap_or(false),
            complete_from: self.complete_from,
            complete_to: self.complete_to,
            field: self.field.zip(self.value.clone()).map(|(id, value)| FieldFilter { id, value }),
        }
    }

    pub(super) fn parse(self) -> Result<ListQuery> {
        let mut query = ListQuery::new(Some(Limit::or_default(self.limit)));
        query.filter = self.filter();
        query.sort = self.sort.unwrap_or_default();
        query.after(self.cursor.as_deref())
    }
}

/// A page of people.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserPageOut {
    /// The people of this page.
    items: Vec<UserOut>,
    /// Give it as `cursor` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// How many match in all; on the first page only.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
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

/// People as an admin looks for them.
#[utoipa::path(get, path = "/users", tag = "people", params(UsersQuery), responses((status = 200, body = UserPageOut)))]
pub(super) async fn list_users(g: Guard<ListUsers>, Query(query): Query<UsersQuery>) -> Result<Json<UserPageOut>> {
    let query = query.parse()?;
    let is_first = query.is_first();
    let read = g.db.read("people.list", move |read| {
        let page = store::list_users(read, &query)?;
        let total = match (is_first, &page.next) {
            (false, _) => None,
            // A page that is not full has counted itself.
            (true, None) => u64::try_from(page.items.len()).ok(),
            (true, _) => u64::try_from(store::count_matching(read, &query.filter)?).ok(),
        };
        Ok((page, total))
    });
    let (page, total) = read.await?;
    Ok(Json(UserPageOut {
        items: page.items.into_iter().map(UserOut::from).collect(),
        next: page.next,
        total,
    }))
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

/// Something that was done with somebody, or that he did.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserAuditOut {
    /// Who: `usr_…`, `usr_… as usr_…`, `cli` or `system:reason`.
    actor: String,
    /// The name of that person, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_name: Option<PersonName>,
    /// What, as `slice.verb`.
    action: String,
    /// To what.
    subject: String,
    /// When.
    at: Timestamp,
}

/// The newest hundred entries of the audit trail about somebody.
#[utoipa::path(get, path = "/users/{user}/audit", tag = "people", params(("user" = UserId, Path)), responses((status = 200, body = Vec<UserAuditOut>)))]
pub(super) async fn list_user_audit(g: Guard<ManageUser>) -> Result<Json<Vec<UserAuditOut>>> {
    let user = g.can.user();
    let read = g.db.read_heavy("people.user_audit", move |read| {
        store::get_user(read, user)?;
        let rows = audit::list_about(read, user, 100)?.into_iter().map(|row| {
            let id = row.actor.split(' ').next().and_then(|text| text.parse::<UserId>().ok());
            let found = id.map(|id| store::find_user(read, id)).transpose()?.flatten();
            Ok(UserAuditOut {
                actor_name: found.map(|user| user.name),
                actor: row.actor,
                action: row.action,
                subject: row.subject,
                at: row.at,
            })
        });
        rows.collect::<Result<_>>()
    });
    Ok(Json(read.await?))
}

/// The ways in which people came, for the filter.
#[utoipa::path(get, path = "/users/sources", tag = "people", responses((status = 200, body = Vec<String>)))]
pub(super) async fn list_user_sources(g: Guard<ListUsers>) -> Result<Json<Vec<String>>> {
    Ok(Json(g.db.read_heavy("people.sources", store::list_sources).await?))
}
