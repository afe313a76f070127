//! Groups over HTTP.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    kernel::{
        error::Result,
        id::{GroupId, UserId},
        page::{Limit, Page},
        text::{Email, GroupName, Line, PersonName},
    },
    people::{
        groups::{self, Shape, Shift},
        model::{Group, GroupKind, Rule},
        policy::{ListGroups, ManageGroup, ManageGroups, OneGroup, OneMember},
        store,
    },
    platform::{
        db::Read,
        web::{
            extract::{Body, PageOut, Query, created},
            guard::Guard,
        },
    },
};

/// A group of people.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupOut {
    /// Its id.
    id: GroupId,
    /// Its name.
    name: GroupName,
    /// What it is for; may be empty.
    description: String,
    /// Who fills it: `manual`, `rule` or `directory`.
    kind: GroupKind,
    /// How many are in it.
    members: u32,
    /// The rule that fills it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Rule>,
    /// Who manages it.
    managers: Vec<GroupManager>,
}

/// Somebody who manages a group.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupManager {
    /// Who.
    id: UserId,
    /// His name.
    name: PersonName,
}

impl GroupOut {
    fn of(read: &Read<'_>, group: Group) -> Result<Self> {
        let managers = store::list_managers(read, group.id)?;
        Ok(Self {
            id: group.id,
            name: group.name,
            description: store::describe_group(read, group.id)?,
            kind: group.kind,
            members: store::count_members(read, group.id)?,
            rule: store::find_rule(read, group.id)?,
            managers: managers.into_iter().map(|(id, name)| GroupManager { id, name }).collect(),
        })
    }
}

/// What a group is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupIn {
    /// Its name.
    name: GroupName,
    /// What it is for.
    #[serde(default = "Line::empty")]
    description: Line,
    /// The rule that fills it; without one, people do.
    #[serde(default)]
    rule: Option<Rule>,
}

impl From<GroupIn> for Shape {
    fn from(body: GroupIn) -> Self {
        Self {
            name: body.name,
            description: body.description,
            rule: body.rule,
        }
    }
}

/// Which groups.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct GroupsQuery {
    /// A part of the name.
    q: Option<String>,
}

/// Groups by name: for admins and instructors.
#[utoipa::path(get, path = "/groups", tag = "people", params(GroupsQuery), responses((status = 200, body = Vec<GroupOut>)))]
pub(super) async fn list_groups(g: Guard<ListGroups>, Query(query): Query<GroupsQuery>) -> Result<Json<Vec<GroupOut>>> {
    let wanted = query.q.unwrap_or_default().to_lowercase();
    let read = g.db.read("people.groups", move |read| {
        let all = store::list_groups(read)?.into_iter();
        let found = all.filter(|group| group.name.key().contains(wanted.trim()));
        found.map(|group| GroupOut::of(read, group)).collect::<Result<_>>()
    });
    Ok(Json(read.await?))
}

/// Makes a group.
#[utoipa::path(post, path = "/groups", tag = "people", request_body = GroupIn, responses((status = 201, body = GroupOut), (status = 409, description = "`group.name_taken`.")))]
pub(super) async fn create_group(g: Guard<ManageGroups>, Body(body): Body<GroupIn>) -> Result<(StatusCode, Json<GroupOut>)> {
    let (can, shape) = (g.can, body.into());
    let deed = g.db.write("people.create_group", move |tx| {
        let group = groups::create(tx, &can, &shape)?;
        GroupOut::of(tx, group)
    });
    Ok(created(deed.await?))
}

/// One group.
#[utoipa::path(get, path = "/groups/{group}", tag = "people", params(("group" = GroupId, Path)), responses((status = 200, body = GroupOut)))]
pub(super) async fn get_group(g: Guard<ManageGroup>) -> Result<Json<GroupOut>> {
    let id = g.can.group();
    let read =
        g.db.read("people.group", move |read| GroupOut::of(read, store::get_group(read, id)?));
    Ok(Json(read.await?))
}

/// Changes a group.
#[utoipa::path(put, path = "/groups/{group}", tag = "people", params(("group" = GroupId, Path)), request_body = GroupIn, responses((status = 200, body = GroupOut), (status = 409, description = "`group.name_taken`, `group.other_kind` or `group.by_directory`.")))]
pub(super) async fn update_group(g: Guard<OneGroup>, Body(body): Body<GroupIn>) -> Result<Json<GroupOut>> {
    let (can, shape) = (g.can, body.into());
    let deed = g.db.write("people.change_group", move |tx| {
        let group = groups::update(tx, can.manage(), can.id(), &shape)?;
        GroupOut::of(tx, group)
    });
    Ok(Json(deed.await?))
}

/// Deletes a group that nothing uses. Its members stay.
#[utoipa::path(delete, path = "/groups/{group}", tag = "people", params(("group" = GroupId, Path)), responses((status = 204), (status = 409, description = "`group.in_use`: an assignment or a course needs it.")))]
pub(super) async fn delete_group(g: Guard<OneGroup>) -> Result<StatusCode> {
    let can = g.can;
    g.db.write("people.delete_group", move |tx| groups::delete(tx, can.manage(), can.id()))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A rule that is not saved yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RulePreviewIn {
    /// The rule.
    rule: Rule,
    /// The group that it would fill; without one, a new group.
    #[serde(default)]
    group: Option<GroupId>,
}

/// What a rule would change.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RulePreviewOut {
    /// So many would be in the group.
    members: u32,
    /// So many would come.
    added: u32,
    /// So many would go.
    removed: u32,
}

/// Counts whom a rule would bring into a group, and whom out of it.
#[utoipa::path(post, path = "/groups/preview", tag = "people", request_body = RulePreviewIn, responses((status = 200, body = RulePreviewOut)))]
pub(super) async fn preview_rule(g: Guard<ManageGroups>, Body(body): Body<RulePreviewIn>) -> Result<Json<RulePreviewOut>> {
    let begin = UserId::from_raw(i64::MIN);
    let walk =
        g.db.read_in_steps("people.preview_rule", Shift::default(), begin, move |read, after, shift| {
            groups::count_shift(read, &body.rule, body.group, after, shift)
        });
    let shift = walk.await?;
    Ok(Json(RulePreviewOut {
        members: shift.members,
        added: shift.added,
        removed: shift.removed,
    }))
}

/// A member of a group.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MemberOut {
    /// Who.
    id: UserId,
    /// His name.
    name: PersonName,
    /// His address.
    email: Email,
    /// Whether he may sign in.
    is_active: bool,
}

/// Which page of members.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MembersQuery {
    /// Where the last page ended.
    cursor: Option<UserId>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

/// The members of a group: for admins and its managers.
#[utoipa::path(get, path = "/groups/{group}/members", tag = "people", params(("group" = GroupId, Path), MembersQuery), responses((status = 200, body = PageOut<MemberOut>)))]
pub(super) async fn list_members(g: Guard<ManageGroup>, Query(query): Query<MembersQuery>) -> Result<Json<PageOut<MemberOut>>> {
    let (can, limit) = (g.can, Limit::or_default(query.limit));
    let after = query.cursor.unwrap_or(UserId::from_raw(i64::MIN));
    let read = g.db.read("people.members", move |read| {
        let page = Page::cut(groups::members(read, &can, after, limit + 1)?, limit, |user| user.id.to_string());
        Ok(page.map(|user| MemberOut {
            id: user.id,
            name: user.name,
            email: user.email,
            is_active: user.is_active,
        }))
    });
    Ok(Json(read.await?.into()))
}

/// Puts somebody into a group that is filled by hand.
#[utoipa::path(put, path = "/groups/{group}/members/{user}", tag = "people", params(("group" = GroupId, Path), ("user" = UserId, Path)), responses((status = 204), (status = 409, description = "`group.by_rule` or `group.by_directory`.")))]
pub(super) async fn add_member(g: Guard<OneMember>) -> Result<StatusCode> {
    member(g, true).await
}

/// Takes somebody out of a group that is filled by hand.
#[utoipa::path(delete, path = "/groups/{group}/members/{user}", tag = "people", params(("group" = GroupId, Path), ("user" = UserId, Path)), responses((status = 204), (status = 409, description = "`group.by_rule` or `group.by_directory`.")))]
pub(super) async fn remove_member(g: Guard<OneMember>) -> Result<StatusCode> {
    member(g, false).await
}

async fn member(g: Guard<OneMember>, is_in: bool) -> Result<StatusCode> {
    let can = g.can;
    let deed = g.db.write("people.set_member", move |tx| {
        groups::set_member(tx, can.manage(), can.group(), can.user(), is_in)
    });
    deed.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets somebody manage a group: he sees its members and how they learn, and may assign to them.
#[utoipa::path(put, path = "/groups/{group}/managers/{user}", tag = "people", params(("group" = GroupId, Path), ("user" = UserId, Path)), responses((status = 204)))]
pub(super) async fn add_manager(g: Guard<OneMember>) -> Result<StatusCode> {
    manager(g, true).await
}

/// Lets somebody manage a group no more.
#[utoipa::path(delete, path = "/groups/{group}/managers/{user}", tag = "people", params(("group" = GroupId, Path), ("user" = UserId, Path)), responses((status = 204)))]
pub(super) async fn remove_manager(g: Guard<OneMember>) -> Result<StatusCode> {
    manager(g, false).await
}

async fn manager(g: Guard<OneMember>, is_manager: bool) -> Result<StatusCode> {
    let can = g.can;
    let deed = g.db.write("people.set_manager", move |tx| {
        groups::set_manager(tx, can.manage(), can.group(), can.user(), is_manager)
    });
    deed.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The groups that somebody is in, for admins.
#[utoipa::path(get, path = "/users/{user}/groups", tag = "people", params(("user" = UserId, Path)), responses((status = 200, body = Vec<GroupOut>)))]
pub(super) async fn list_user_groups(g: Guard<crate::people::policy::ManageUser>) -> Result<Json<Vec<GroupOut>>> {
    let user = g.can.user();
    let read = g.db.read("people.user_groups", move |read| {
        store::get_user(read, user)?;
        let all = store::list_groups_of(read, user)?;
        all.into_iter().map(|group| GroupOut::of(read, group)).collect::<Result<_>>()
    });
    Ok(Json(read.await?))
}
