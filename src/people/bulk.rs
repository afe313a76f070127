//! Deeds over many people: counted before they are done, done in chunks that survive a kill, and
//! taken back where that can be.
//!
//! What belongs to other slices (mails of the ways in, enrolments) they bring along as
//! [`OuterDeeds`]: nobody below needs to know them.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;

use super::{
    actions::{self, AccessChange},
    jobs::RunBulk,
    model::{Access, BulkAct, BulkRun, BulkState, Effect, GroupKind, User, UserFilter, Whom},
    policy::{ListUsers, ManageUser},
    store::{self, NewRun},
};
use crate::{
    kernel::{
        error::{Error, Result},
        event::Event,
        id::{BulkId, GroupId, UserId},
        text::ClientKey,
    },
    platform::{
        Platform, audit,
        db::{Read, Tx},
        services::Services,
    },
};

/// Up to so many people are done at once; more by a job.
pub(super) const AT_ONCE: u32 = 100;
/// People in one deed of the job.
const CHUNK: u32 = 100;
/// People that are gathered or judged together.
const GATHER: u32 = 500;
/// People that may be named one by one.
const MOST_NAMED: usize = 1000;

/// Deeds of other slices that can be done with many people.
pub trait OuterDeeds: Send + Sync + 'static {
    /// Whether this is one of them.
    fn takes(&self, act: BulkAct) -> bool;
    /// What it would do with a person.
    ///
    /// # Errors
    /// A database fault, or what forbids the deed for everybody.
    fn judge(&self, read: &Read<'_>, platform: &Platform, act: BulkAct, user: &User) -> Result<Effect>;
    /// Does it.
    ///
    /// # Errors
    /// As [`OuterDeeds::judge`].
    fn apply(&self, tx: &Tx<'_>, platform: &Platform, act: BulkAct, user: &User) -> Result<Effect>;
    /// Takes it back; false when he has changed since.
    ///
    /// # Errors
    /// A database fault.
    fn undo(&self, tx: &Tx<'_>, act: BulkAct, user: UserId, before: Option<&str>) -> Result<bool>;
}

/// The deeds of other slices. In the [`Services`].
#[derive(Default)]
pub struct AllOuterDeeds(Vec<Arc<dyn OuterDeeds>>);

impl AllOuterDeeds {
    /// The services with one slice's deeds more.
    #[must_use]
    pub fn join(services: Services, deeds: Arc<dyn OuterDeeds>) -> Services {
        let mut all = services.find::<Self>().map(|all| all.0.clone()).unwrap_or_default();
        all.push(deeds);
        services.with(Arc::new(Self(all)))
    }

    fn of(platform: &Platform, act: BulkAct) -> Result<Arc<dyn OuterDeeds>> {
        let all = platform.services.find::<Self>();
        let found = all.and_then(|all| all.0.iter().find(|deeds| deeds.takes(act)).cloned());
        found.ok_or_else(|| Error::internal("nobody does this deed"))
    }
}

/// What a deed would do.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) total: u32,
    pub(super) changed: u32,
    pub(super) same: u32,
    pub(super) refused: BTreeMap<&'static str, u32>,
}

impl Counted {
    fn count(&mut self, effect: &Effect) {
        self.total += 1;
        match effect {
            Effect::Changed(_) => self.changed += 1,
            Effect::Same => self.same += 1,
            Effect::Refused(reason) => *self.refused.entry(reason).or_default() += 1,
        }
    }
}

fn check(read: &Read<'_>, act: BulkAct, whom: &Whom) -> Result<()> {
    if let Whom::Users(users) = whom
        && (users.is_empty() || users.len() > MOST_NAMED)
    {
        return Err(Error::field(
            "whom.users",
            "bulk.too_many",
            format!("Name 1 to {MOST_NAMED} people, or choose everybody who matches."),
        ));
    }
    if let BulkAct::AddToGroup { group } | BulkAct::RemoveFromGroup { group } = act {
        by_hand(read, group)?;
    }
    Ok(())
}

/// Only groups that are filled by hand take people by hand.
pub(super) fn by_hand(read: &Read<'_>, group: GroupId) -> Result<()> {
    match store::get_group(read, group)?.kind {
        GroupKind::Manual => Ok(()),
        GroupKind::Rule => Err(Error::conflict(
            "group.by_rule",
            "A rule fills this group. Change the rule instead.",
        )),
        GroupKind::Directory => Err(Error::conflict(
            "group.by_directory",
            "A directory fills this group. Change it there.",
        )),
    }
}

/// Counts what a deed would do, chunk by chunk: nothing is written.
pub(super) fn count_chunk(
    read: &Read<'_>,
    platform: &Platform,
    act: BulkAct,
    whom: &Whom,
    by: Option<UserId>,
    after: UserId,
    counted: &mut Counted,
) -> Result<Option<UserId>> {
    check(read, act, whom)?;
    let users = match whom {
        Whom::Users(users) => {
            let mut users = users.clone();
            users.sort();
            users.dedup();
            users
        }
        Whom::Filter(filter) => store::list_ids(read, filter, after, GATHER)?,
    };
    for user in &users {
        if let Some(user) = store::find_user(read, *user)? {
            counted.count(&judge(read, platform, act, &user, by)?);
        }
    }
    let is_last = matches!(whom, Whom::Users(_)) || users.len() < GATHER as usize;
    Ok(users.last().copied().filter(|_| !is_last))
}

/// Begins a deed. The same key again gives the deed that it began. Few people are done at once.
pub(super) fn start(tx: &Tx<'_>, platform: &Platform, _: &ListUsers, act: BulkAct, whom: &Whom, key: &ClientKey) -> Result<BulkRun> {
    if let Some(run) = store::find_run_by_key(tx, key)? {
        return Ok(run);
    }
    check(tx, act, whom)?;
    let filter = match whom {
        Whom::Filter(filter) => Some(filter),
        Whom::Users(_) => None,
    };
    let id = store::insert_run(tx, &NewRun { act, filter, key })?;
    audit::record(tx, "people.bulk", &id.to_string(), None::<&()>, Some(&summary(tx, act, whom)?))?;
    if let Whom::Users(users) = whom {
        store::insert_items(tx, id, users)?;
        if users.len() <= AT_ONCE as usize {
            while !step(tx, platform, id)? {}
            return store::get_run(tx, id);
        }
    }
    tx.enqueue(&RunBulk { run: id })?;
    store::get_run(tx, id)
}

/// What the trail keeps: the deed and how many, no filter, for it may hold a name.
fn summary(read: &Read<'_>, act: BulkAct, whom: &Whom) -> Result<serde_json::Value> {
    let count = match whom {
        Whom::Users(users) => users.len() as i64,
        Whom::Filter(filter) => store::count_matching(read, filter)?,
    };
    Ok(json!({ "act": act, "people": count }))
}

/// Brings a deed one chunk further; true when nothing is left to do.
pub(super) fn step(tx: &Tx<'_>, platform: &Platform, id: BulkId) -> Result<bool> {
    let run = store::get_run(tx, id)?;
    match run.state {
        BulkState::Gathering => gather(tx, &run),
        BulkState::Running => go_on(tx, platform, &run),
        BulkState::Undoing => go_back(tx, platform, &run),
        BulkState::Done | BulkState::Undone => Ok(true),
    }
}

fn gather(tx: &Tx<'_>, run: &BulkRun) -> Result<bool> {
    let everybody = UserFilter::default();
    let users = store::list_ids(tx, run.filter.as_ref().unwrap_or(&everybody), run.gathered_to, GATHER)?;
    store::insert_items(tx, run.id, &users)?;
    if let Some(last) = users.last() {
        store::set_gathered(tx, run.id, *last)?;
    }
    if users.len() < GATHER as usize {
        store::set_run_state(tx, run.id, BulkState::Running)?;
    }
    Ok(false)
}

fn go_on(tx: &Tx<'_>, platform: &Platform, run: &BulkRun) -> Result<bool> {
    let users = store::list_open(tx, run.id, CHUNK)?;
    for id in &users {
        let Some(user) = store::find_user(tx, *id)? else { continue };
        let effect = apply(tx, platform, run.act, &user, run.started_by)?;
        store::note_effect(tx, run.id, *id, &effect)?;
    }
    let is_done = users.len() < CHUNK as usize;
    if is_done {
        store::set_run_state(tx, run.id, BulkState::Done)?;
    }
    Ok(is_done)
}

fn go_back(tx: &Tx<'_>, platform: &Platform, run: &BulkRun) -> Result<bool> {
    let items = store::list_changed(tx, run.id, CHUNK)?;
    for (user, before) in &items {
        let is_undone = undo_one(tx, platform, run.act, *user, before.as_deref())?;
        store::note_undone(tx, run.id, *user, is_undone)?;
    }
    let is_done = items.len() < CHUNK as usize;
    if is_done {
        store::set_run_state(tx, run.id, BulkState::Undone)?;
    }
    Ok(is_done)
}

/// Takes a deed back: with exactly those whom it changed, as far as they are still so.
pub(super) fn undo(tx: &Tx<'_>, platform: &Platform, _: &ListUsers, id: BulkId) -> Result<BulkRun> {
    let run = store::get_run(tx, id)?;
    if matches!(run.state, BulkState::Undoing | BulkState::Undone) {
        return Ok(run);
    }
    if run.undo_until().is_none_or(|until| until < tx.now()) {
        return Err(Error::conflict("bulk.not_undoable", "This cannot be taken back any more."));
    }
    store::set_run_state(tx, id, BulkState::Undoing)?;
    audit::record(
        tx,
        "people.bulk_undo",
        &id.to_string(),
        None::<&()>,
        Some(&json!({ "people": run.changed })),
    )?;
    if run.changed <= AT_ONCE {
        while !step(tx, platform, id)? {}
    } else {
        tx.enqueue(&RunBulk { run: id })?;
    }
    store::get_run(tx, id)
}

/// What the deed would do with somebody. `by` is whoever begins it: nobody takes away his own way in.
fn judge(read: &Read<'_>, platform: &Platform, act: BulkAct, user: &User, by: Option<UserId>) -> Result<Effect> {
    let changed = |is_so: bool| if is_so { Effect::Same } else { Effect::Changed(None) };
    Ok(match act {
        BulkAct::AddToGroup { group } => changed(store::is_member(read, group, user.id)?),
        BulkAct::RemoveFromGroup { group } => changed(!store::is_member(read, group, user.id)?),
        BulkAct::SetRole { .. } | BulkAct::SetPlan { .. } | BulkAct::Deactivate {} | BulkAct::Reactivate {} => {
            let (before, after) = (user.access(), wanted(act, user.access()));
            if before == after {
                Effect::Same
            } else if by == Some(user.id) && before.is_running_admin() && !after.is_running_admin() {
                Effect::Refused("self")
            } else {
                Effect::Changed(None)
            }
        }
        BulkAct::Invite {} | BulkAct::ResetPassword {} | BulkAct::Enrol { .. } => {
            AllOuterDeeds::of(platform, act)?.judge(read, platform, act, user)?
        }
    })
}

fn wanted(act: BulkAct, before: Access) -> Access {
    match act {
        BulkAct::SetRole { role } => Access { role, ..before },
        BulkAct::SetPlan { plan } => Access { plan, ..before },
        BulkAct::Deactivate {} => Access {
            is_active: false,
            ..before
        },
        BulkAct::Reactivate {} => Access { is_active: true, ..before },
        _ => before,
    }
}

fn apply(tx: &Tx<'_>, platform: &Platform, act: BulkAct, user: &User, by: Option<UserId>) -> Result<Effect> {
    let effect = judge(tx, platform, act, user, by)?;
    if !matches!(effect, Effect::Changed(_)) {
        return Ok(effect);
    }
    match act {
        BulkAct::AddToGroup { group } => {
            store::insert_member(tx, group, user.id)?;
            tx.tell(&Event::UserProfileChanged { user: user.id })?;
            Ok(effect)
        }
        BulkAct::RemoveFromGroup { group } => {
            store::delete_member(tx, group, user.id)?;
            tx.tell(&Event::UserProfileChanged { user: user.id })?;
            Ok(effect)
        }
        BulkAct::SetRole { .. } | BulkAct::SetPlan { .. } | BulkAct::Deactivate {} | BulkAct::Reactivate {} => {
            set_access(tx, user, wanted(act, user.access()))
        }
        BulkAct::Invite {} | BulkAct::ResetPassword {} | BulkAct::Enrol { .. } => {
            AllOuterDeeds::of(platform, act)?.apply(tx, platform, act, user)
        }
    }
}

fn set_access(tx: &Tx<'_>, user: &User, after: Access) -> Result<Effect> {
    let before = user.access();
    let change = AccessChange {
        role: Some(after.role),
        plan: Some(after.plan),
        is_active: Some(after.is_active),
    };
    match actions::change_access(tx, &ManageUser::as_system("bulk", user.id), change) {
        Ok(_) => Ok(Effect::Changed(Some(serde_json::to_string(&before).map_err(Error::internal)?))),
        Err(Error::Conflict {
            code: "user.last_admin", ..
        }) => Ok(Effect::Refused("last_admin")),
        Err(error) => Err(error),
    }
}

fn undo_one(tx: &Tx<'_>, platform: &Platform, act: BulkAct, user: UserId, before: Option<&str>) -> Result<bool> {
    let Some(person) = store::find_user(tx, user)? else {
        return Ok(false);
    };
    match act {
        BulkAct::AddToGroup { group } => {
            store::delete_member(tx, group, user)?;
            tx.tell(&Event::UserProfileChanged { user })?;
            Ok(true)
        }
        BulkAct::RemoveFromGroup { group } => {
            store::insert_member(tx, group, user)?;
            tx.tell(&Event::UserProfileChanged { user })?;
            Ok(true)
        }
        BulkAct::SetRole { .. } | BulkAct::SetPlan { .. } | BulkAct::Deactivate {} | BulkAct::Reactivate {} => {
            let Some(before) = before else { return Ok(false) };
            let before: Access = serde_json::from_str(before).map_err(Error::internal)?;
            let now = person.access();
            // Only what the deed changed goes back, and only if nobody has changed it since.
            if wanted(act, now) != now {
                return Ok(false);
            }
            let back = match act {
                BulkAct::SetRole { .. } => Access { role: before.role, ..now },
                BulkAct::SetPlan { .. } => Access { plan: before.plan, ..now },
                _ => Access {
                    is_active: before.is_active,
                    ..now
                },
            };
            Ok(matches!(set_access(tx, &person, back)?, Effect::Changed(_)))
        }
        _ => AllOuterDeeds::of(platform, act)?.undo(tx, act, user, before),
    }
}
