//! Rows become deeds.

use std::collections::HashMap;

use super::{
    Column,
    header::label_of,
    judge::{Known, Plan, Powers, Verdict, judge},
    report::{Outcome, RowReport},
    row::Wanted,
};
use crate::{
    kernel::{
        actor::{Plan as Subscription, Role},
        error::Result,
        event::Event,
        id::{FieldId, GroupId, UserId},
        text::{FieldKey, GroupName, Language},
        time::Zone,
    },
    people::{
        actions::{self, AccessChange},
        model::{Access, FieldKind, Group, GroupKind, NewUser, User},
        policy::ManageUser,
        store,
    },
    platform::db::Tx,
};

/// How somebody is told that he has an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invitation {
    /// By nobody, or otherwise.
    None,
    /// By a mail that waits to be sent.
    Mailed,
    /// By this link, which whoever imports hands over. It is known only now.
    Link(String),
}

/// Opens accounts and invites their owners: the slice of the ways in does.
pub trait Newcomers: Send + Sync + 'static {
    /// Opens an account without a password in the caller's deed.
    ///
    /// # Errors
    /// A database fault.
    fn open(&self, tx: &Tx<'_>, new: NewUser) -> Result<UserId>;

    /// Invites somebody whose address nobody has proven yet.
    ///
    /// # Errors
    /// A database fault.
    fn invite(&self, tx: &Tx<'_>, user: &User) -> Result<Invitation>;
}

/// A row on its way, as judged before.
pub(super) struct Step {
    pub(super) report: RowReport,
    pub(super) wanted: Wanted,
}

/// What the deeds of one import share.
pub(super) struct Applier<'a> {
    pub(super) known: Known,
    pub(super) powers: Powers,
    pub(super) columns: &'a [Column],
    pub(super) newcomers: &'a dyn Newcomers,
    /// Whether those are invited again who were there and have not come yet.
    pub(super) invites_again: bool,
}

impl Applier<'_> {
    /// Judges a row anew, for much may have happened since, and does it. A wrong row does nothing.
    pub(super) fn apply(&mut self, tx: &Tx<'_>, step: Step) -> Result<RowReport> {
        let Step { mut report, wanted } = step;
        match judge(tx, &mut self.known, self.powers, &wanted)? {
            Verdict::Wrong(reasons) => {
                report.become_wrong(reasons);
            }
            Verdict::Same(user) => {
                report.outcome = Outcome::Same;
                report.changes.clear();
                self.invite_again(tx, user, &mut report)?;
            }
            Verdict::New => {
                report.outcome = Outcome::New;
                report.changes.clear();
                self.open(tx, wanted, &mut report)?;
            }
            Verdict::Changed(plan) => {
                let user = plan.user.id;
                report.outcome = Outcome::Changed;
                report.changes.clone_from(&plan.changes);
                self.change(tx, *plan, &wanted)?;
                self.invite_again(tx, user, &mut report)?;
            }
        }
        Ok(report)
    }

    fn open(&mut self, tx: &Tx<'_>, wanted: Wanted, report: &mut RowReport) -> Result<()> {
        let Some(name) = wanted.name else { return Ok(()) };
        let access = Access {
            role: wanted.role.unwrap_or(Role::Learner),
            plan: wanted.plan.unwrap_or(Subscription::Free),
            is_active: wanted.is_active.unwrap_or(true),
        };
        let new = NewUser {
            name,
            email: wanted.email,
            role: access.role,
            plan: access.plan,
            time_zone: wanted.time_zone.unwrap_or_else(Zone::utc),
            language: wanted.language.unwrap_or_else(Language::english),
            // The owner of the address has said nothing yet; using a link proves it.
            is_verified: false,
            source: "import",
        };
        let user = self.newcomers.open(tx, new)?;
        if !access.is_active {
            store::update_access(tx, user, access)?;
        }
        for group in wanted.groups.iter().flatten() {
            store::insert_member(tx, self.group(tx, group)?, user)?;
        }
        for (key, value) in wanted.fields.iter().filter(|(_, value)| value.is_some()) {
            store::set_value(tx, user, self.field(tx, key)?, value.as_deref())?;
        }
        if access.is_active {
            self.invite(tx, user, report)?;
        }
        Ok(())
    }

    fn change(&mut self, tx: &Tx<'_>, plan: Plan, wanted: &Wanted) -> Result<()> {
        let user = plan.user;
        let access = AccessChange {
            role: Some(plan.access.role),
            plan: Some(plan.access.plan),
            is_active: Some(plan.access.is_active),
        };
        actions::change_access(tx, &ManageUser::as_system("import", user.id), access)?;
        if let Some(name) = &wanted.name {
            store::rename(tx, user.id, name)?;
        }
        if wanted.time_zone.is_some() || wanted.language.is_some() {
            let zone = wanted.time_zone.as_ref().unwrap_or(&user.time_zone);
            store::set_place(tx, user.id, zone, wanted.language.as_ref().unwrap_or(&user.language))?;
        }
        for group in &plan.joins {
            store::insert_member(tx, self.group(tx, group)?, user.id)?;
        }
        for group in plan.leaves {
            store::delete_member(tx, group, user.id)?;
        }
        for (key, value) in &plan.values {
            store::set_value(tx, user.id, self.field(tx, key)?, value.as_deref())?;
        }
        let is_access = |what: &str| matches!(what, "role" | "plan" | "active");
        if plan.changes.iter().any(|change| !is_access(&change.what)) {
            tx.tell(&Event::UserProfileChanged { user: user.id })?;
        }
        Ok(())
    }

    fn invite_again(&self, tx: &Tx<'_>, user: UserId, report: &mut RowReport) -> Result<()> {
        if self.invites_again {
            self.invite(tx, user, report)?;
        }
        Ok(())
    }

    fn invite(&self, tx: &Tx<'_>, user: UserId, report: &mut RowReport) -> Result<()> {
        let user = store::get_user(tx, user)?;
        if user.is_active && !user.is_verified {
            match self.newcomers.invite(tx, &user)? {
                Invitation::None => {}
                Invitation::Mailed => report.is_mailed = true,
                Invitation::Link(link) => report.link = Some(link),
            }
        }
        Ok(())
    }

    /// The group with this name, which is made if it is missing: whether that may be was judged.
    fn group(&mut self, tx: &Tx<'_>, name: &GroupName) -> Result<GroupId> {
        if let Some(group) = self.known.groups.get(&name.key()) {
            return Ok(group.id);
        }
        let id = store::insert_group(tx, name, GroupKind::Manual)?;
        let group = Group {
            id,
            name: name.clone(),
            kind: GroupKind::Manual,
        };
        self.known.groups.insert(name.key(), group);
        Ok(id)
    }

    fn field(&mut self, tx: &Tx<'_>, key: &str) -> Result<FieldId> {
        if let Some(field) = self.known.field(key) {
            return Ok(field.id);
        }
        let word = FieldKey::parse(key).map_err(crate::kernel::error::Error::internal)?;
        let id = store::insert_field(tx, &word, &label_of(self.columns, key)?, FieldKind::Text, &[])?;
        self.known.fields = store::list_fields(tx)?;
        Ok(id)
    }
}

/// What new rows would make besides people: counted while they are judged.
#[derive(Default)]
pub(super) struct Made {
    groups: HashMap<String, GroupName>,
    pub(super) fields: Vec<String>,
}

impl Made {
    pub(super) fn note(&mut self, known: &Known, wanted: &Wanted) {
        for name in wanted.groups.iter().flatten() {
            if !known.groups.contains_key(&name.key()) {
                self.groups.entry(name.key()).or_insert_with(|| name.clone());
            }
        }
        for (key, value) in &wanted.fields {
            if value.is_some() && known.field(key).is_none() && !self.fields.contains(key) {
                self.fields.push(key.clone());
            }
        }
    }

    pub(super) fn groups(&self) -> Vec<String> {
        let mut names: Vec<String> = self.groups.values().map(GroupName::to_string).collect();
        names.sort();
        names
    }
}
