//! What a row would do to the people that are there.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::row::Wanted;
use crate::{
    kernel::{
        error::Result,
        id::{FieldId, GroupId, UserId},
        text::GroupName,
    },
    people::{
        model::{Access, Field, Group, GroupKind, User},
        store,
    },
    platform::db::Read,
};

/// One thing that a row changes of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What: `name`, `role`, `groups`, `field:employee_id` …
    pub what: String,
    /// What it is; empty if nothing.
    pub from: String,
    /// What it becomes.
    pub to: String,
}

/// What is known before a row is judged.
pub(super) struct Known {
    pub(super) groups: HashMap<String, Group>,
    pub(super) fields: Vec<Field>,
    /// Who can run the instance, and stays able to after the rows judged so far.
    pub(super) admins: HashSet<UserId>,
}

/// What rows may do.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Powers {
    pub(super) creates_groups: bool,
    pub(super) creates_fields: bool,
    /// Whether groups and fields become exactly what the row says.
    pub(super) replaces: bool,
}

impl Known {
    pub(super) fn load(read: &Read<'_>) -> Result<Self> {
        let groups = store::list_groups(read)?;
        Ok(Self {
            groups: groups.into_iter().map(|group| (group.name.key(), group)).collect(),
            fields: store::list_fields(read)?,
            admins: store::list_running_admins(read)?.into_iter().collect(),
        })
    }

    pub(super) fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key.as_str() == key)
    }
}

/// What a row would do.
pub(super) enum Verdict {
    New,
    Changed(Box<Plan>),
    Same(UserId),
    Wrong(Vec<String>),
}

/// What a row does to somebody who is there.
pub(super) struct Plan {
    pub(super) user: User,
    pub(super) access: Access,
    pub(super) joins: Vec<GroupName>,
    pub(super) leaves: Vec<GroupId>,
    /// Values by the field's key.
    pub(super) values: Vec<(String, Option<String>)>,
    pub(super) changes: Vec<Change>,
}

/// Judges a row against what is in the database now.
pub(super) fn judge(read: &Read<'_>, known: &mut Known, powers: Powers, wanted: &Wanted) -> Result<Verdict> {
    let mut faults = group_faults(known, powers, wanted);
    let Some(user) = store::find_by_email(read, &wanted.email)? else {
        if wanted.name.is_none() {
            faults.push("Somebody new needs a name.".into());
        }
        return Ok(if faults.is_empty() { Verdict::New } else { Verdict::Wrong(faults) });
    };
    let before = user.access();
    let access = Access {
        role: wanted.role.unwrap_or(before.role),
        plan: wanted.plan.unwrap_or(before.plan),
        is_active: wanted.is_active.unwrap_or(before.is_active),
    };
    let is_leaving = before.is_running_admin() && !access.is_running_admin();
    if is_leaving && !known.admins.iter().any(|id| *id != user.id) {
        faults.push("This is the only admin. Make somebody else an admin first.".into());
    }
    if !faults.is_empty() {
        return Ok(Verdict::Wrong(faults));
    }
    if is_leaving {
        known.admins.remove(&user.id);
    } else if access.is_running_admin() && user.is_verified {
        known.admins.insert(user.id);
    }
    let plan = plan(read, known, powers, wanted, user, access)?;
    Ok(if plan.changes.is_empty() {
        Verdict::Same(plan.user.id)
    } else {
        Verdict::Changed(Box::new(plan))
    })
}

fn group_faults(known: &Known, powers: Powers, wanted: &Wanted) -> Vec<String> {
    let groups = wanted.groups.iter().flatten();
    groups
        .filter_map(|name| match known.groups.get(&name.key()) {
            Some(group) if group.kind == GroupKind::Manual => None,
            Some(group) => Some(format!(
                "The group {} is filled by a {}, not by hand.",
                group.name,
                group.kind.word()
            )),
            None if powers.creates_groups => None,
            None => Some(format!("There is no group {name}. Create it with --create-groups.")),
        })
        .collect()
}

fn plan(read: &Read<'_>, known: &Known, powers: Powers, wanted: &Wanted, user: User, access: Access) -> Result<Plan> {
    let mut changes = Vec::new();
    let mut change = |what: &str, from: &str, to: &str| {
        if from != to {
            changes.push(Change {
                what: what.to_owned(),
                from: from.to_owned(),
                to: to.to_owned(),
            });
        }
    };
    let before = user.access();
    if let Some(name) = &wanted.name {
        change("name", user.name.as_str(), name.as_str());
    }
    change("role", before.role.word(), access.role.word());
    change("plan", before.plan.word(), access.plan.word());
    change("active", yes(before.is_active), yes(access.is_active));
    if let Some(zone) = &wanted.time_zone {
        change("time-zone", user.time_zone.name(), zone.name());
    }
    if let Some(language) = &wanted.language {
        change("language", user.language.as_str(), language.as_str());
    }
    let (joins, leaves) = groups(read, powers, wanted, user.id, &mut change)?;
    let values = values(read, known, powers, wanted, user.id, &mut change)?;
    Ok(Plan {
        user,
        access,
        joins,
        leaves,
        values,
        changes,
    })
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

type Moves = (Vec<GroupName>, Vec<GroupId>);

fn groups(read: &Read<'_>, powers: Powers, wanted: &Wanted, user: UserId, change: &mut impl FnMut(&str, &str, &str)) -> Result<Moves> {
    let Some(groups) = &wanted.groups else {
        return Ok(Moves::default());
    };
    if groups.is_empty() && !powers.replaces {
        return Ok(Moves::default());
    }
    let current = store::list_groups_of(read, user)?;
    let is_in = |name: &GroupName| current.iter().any(|group| group.name.key() == name.key());
    let joins: Vec<GroupName> = groups.iter().filter(|name| !is_in(name)).cloned().collect();
    let is_kept =
        |group: &Group| !powers.replaces || group.kind != GroupKind::Manual || groups.iter().any(|name| name.key() == group.name.key());
    let leaves = current.iter().filter(|group| !is_kept(group)).map(|group| group.id).collect();
    let list = |names: Vec<&str>| names.join("; ");
    let from = list(current.iter().map(|group| group.name.as_str()).collect());
    let kept = current.iter().filter(|group| is_kept(group)).map(|group| group.name.as_str());
    let to = list(kept.chain(joins.iter().map(GroupName::as_str)).collect());
    change("groups", &from, &to);
    Ok((joins, leaves))
}

fn values(
    read: &Read<'_>,
    known: &Known,
    powers: Powers,
    wanted: &Wanted,
    user: UserId,
    change: &mut impl FnMut(&str, &str, &str),
) -> Result<Vec<(String, Option<String>)>> {
    let says = |value: &Option<String>| value.is_some() || powers.replaces;
    if !wanted.fields.iter().any(|(_, value)| says(value)) {
        return Ok(Vec::new());
    }
    let current: HashMap<FieldId, String> = store::list_values(read, user)?.into_iter().collect();
    let mut values = Vec::new();
    for (key, value) in wanted.fields.iter().filter(|(_, value)| says(value)) {
        let before = known.field(key).and_then(|field| current.get(&field.id));
        if before != value.as_ref() {
            let (from, to) = (before.map_or("", String::as_str), value.as_deref().unwrap_or_default());
            change(&format!("field:{key}"), from, to);
            values.push((key.clone(), value.clone()));
        }
    }
    Ok(values)
}
