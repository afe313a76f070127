//! Groups: by hand, by a rule that is kept current, by a directory; and who manages them.

use std::collections::HashMap;

use serde_json::json;

use super::{
    bulk::by_hand,
    jobs::FillGroup,
    model::{Group, GroupKind, Rule, User},
    policy::{ManageGroup, ManageGroups},
    store,
};
use crate::{
    kernel::{
        error::{Error, Result},
        event::Event,
        id::{GroupId, UserId},
        text::{GroupName, Line},
    },
    platform::{
        audit,
        db::{Read, Tx},
    },
};

/// People that are looked at together.
const CHUNK: u32 = 500;

/// What a group becomes.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) name: GroupName,
    pub(super) description: Line,
    /// A rule fills it; without one, people do.
    pub(super) rule: Option<Rule>,
}

impl Shape {
    fn check(&self, read: &Read<'_>) -> Result<()> {
        let Some(rule) = &self.rule else { return Ok(()) };
        if let Some(fault) = rule.fault() {
            return Err(Error::field("rule", "group.rule", fault));
        }
        let fields = store::list_fields(read)?;
        let is_known = |id| fields.iter().any(|field| field.id == id);
        if rule.terms.iter().filter_map(|term| term.field).all(is_known) {
            Ok(())
        } else {
            Err(Error::field("rule", "field.unknown", "There is no such field."))
        }
    }
}

/// Makes a group.
pub(super) fn create(tx: &Tx<'_>, _: &ManageGroups, shape: &Shape) -> Result<Group> {
    shape.check(tx)?;
    let kind = if shape.rule.is_some() { GroupKind::Rule } else { GroupKind::Manual };
    let id = store::insert_group(tx, &shape.name, kind)?;
    store::update_group(tx, id, &shape.name, shape.description.as_str(), shape.rule.as_ref())?;
    audit::record(
        tx,
        "people.create_group",
        &id.to_string(),
        None::<&()>,
        Some(&json!({ "kind": kind, "rule": shape.rule })),
    )?;
    refill(tx, id, shape)?;
    store::get_group(tx, id)
}

/// Changes a group. How it is filled stays as it is: a rule can be another, but not come or go.
pub(super) fn update(tx: &Tx<'_>, _: &ManageGroups, id: GroupId, shape: &Shape) -> Result<Group> {
    shape.check(tx)?;
    let group = store::get_group(tx, id)?;
    if group.kind == GroupKind::Directory {
        return Err(Error::conflict(
            "group.by_directory",
            "A directory fills this group. Change it there.",
        ));
    }
    if (group.kind == GroupKind::Rule) != shape.rule.is_some() {
        return Err(Error::conflict("group.other_kind", "Make another group for that."));
    }
    let before = store::find_rule(tx, id)?;
    store::update_group(tx, id, &shape.name, shape.description.as_str(), shape.rule.as_ref())?;
    audit::record(
        tx,
        "people.change_group",
        &id.to_string(),
        Some(&json!({ "rule": before })),
        Some(&json!({ "rule": shape.rule })),
    )?;
    if before != shape.rule {
        refill(tx, id, shape)?;
    }
    store::get_group(tx, id)
}

fn refill(tx: &Tx<'_>, id: GroupId, shape: &Shape) -> Result<()> {
    if shape.rule.is_some() {
        tx.enqueue(&FillGroup { group: id })?;
    }
    Ok(())
}

/// Deletes a group that nothing uses.
pub(super) fn delete(tx: &Tx<'_>, _: &ManageGroups, id: GroupId) -> Result<()> {
    let group = store::get_group(tx, id)?;
    if group.kind == GroupKind::Directory {
        return Err(Error::conflict(
            "group.by_directory",
            "A directory fills this group. Change it there.",
        ));
    }
    store::delete_group(tx, id)?;
    audit::record(
        tx,
        "people.delete_group",
        &id.to_string(),
        Some(&json!({ "kind": group.kind })),
        None::<&()>,
    )
}

/// Puts somebody into a group, or takes him out of it, by hand.
pub(super) fn set_member(tx: &Tx<'_>, can: &ManageGroups, id: GroupId, user: UserId, is_in: bool) -> Result<()> {
    let _ = can;
    by_hand(tx, id)?;
    store::get_user(tx, user)?;
    if store::is_member(tx, id, user)? == is_in {
        return Ok(());
    }
    if is_in {
        store::insert_member(tx, id, user)?;
    } else {
        store::delete_member(tx, id, user)?;
    }
    tx.tell(&Event::UserProfileChanged { user })
}

/// Lets somebody manage a group, or no more.
pub(super) fn set_manager(tx: &Tx<'_>, _: &ManageGroups, id: GroupId, user: UserId, is_manager: bool) -> Result<()> {
    store::get_group(tx, id)?;
    store::get_user(tx, user)?;
    if store::set_manager(tx, id, user, is_manager)? {
        let after = json!({ "user": user, "manages": is_manager });
        audit::record(tx, "people.group_manager", &id.to_string(), None::<&()>, Some(&after))?;
    }
    Ok(())
}

/// The members of a group whom its manager may see.
pub(super) fn members(read: &Read<'_>, can: &ManageGroup, after: UserId, limit: u32) -> Result<Vec<User>> {
    let ids = store::members_after(read, can.group(), after, limit)?;
    ids.into_iter().map(|id| store::get_user(read, id)).collect()
}

fn facts(read: &Read<'_>, user: UserId) -> Result<HashMap<crate::kernel::id::FieldId, String>> {
    Ok(store::list_values(read, user)?.into_iter().collect())
}

/// What another rule would change of a group's members.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Shift {
    pub(super) members: u32,
    pub(super) added: u32,
    pub(super) removed: u32,
}

/// Counts a chunk; gives where the next begins.
pub(super) fn count_shift(
    read: &Read<'_>,
    rule: &Rule,
    group: Option<GroupId>,
    after: UserId,
    shift: &mut Shift,
) -> Result<Option<UserId>> {
    let users = store::users_after(read, after, CHUNK)?;
    for user in &users {
        let is_in = group
            .map(|group| store::is_member(read, group, user.id))
            .transpose()?
            .unwrap_or(false);
        let holds = rule.holds(user, &facts(read, user.id)?);
        shift.members += u32::from(holds);
        shift.added += u32::from(holds && !is_in);
        shift.removed += u32::from(!holds && is_in);
    }
    let is_full = users.len() == CHUNK as usize;
    Ok(users.last().map(|user| user.id).filter(|_| is_full))
}

/// Brings the next people of a group by rule into it or out of it; gives where to go on.
pub(super) fn fill(tx: &Tx<'_>, group: GroupId, after: UserId) -> Result<Option<UserId>> {
    let Some(rule) = store::find_rule(tx, group)? else {
        return Ok(None);
    };
    let users = store::users_after(tx, after, CHUNK)?;
    for user in &users {
        place(tx, group, &rule, user)?;
    }
    let is_full = users.len() == CHUNK as usize;
    Ok(users.last().map(|user| user.id).filter(|_| is_full))
}

fn place(tx: &Tx<'_>, group: GroupId, rule: &Rule, user: &User) -> Result<()> {
    let holds = rule.holds(user, &facts(tx, user.id)?);
    if holds == store::is_member(tx, group, user.id)? {
        return Ok(());
    }
    if holds {
        store::insert_member(tx, group, user.id)?;
    } else {
        store::delete_member(tx, group, user.id)?;
    }
    tx.tell(&Event::UserProfileChanged { user: user.id })
}

/// Brings somebody into the groups whose rules hold for him now, and out of the others.
pub(super) fn place_everywhere(tx: &Tx<'_>, user: UserId) -> Result<()> {
    let Some(user) = store::find_user(tx, user)? else { return Ok(()) };
    for (group, rule) in store::list_rules(tx)? {
        place(tx, group, &rule, &user)?;
    }
    Ok(())
}
