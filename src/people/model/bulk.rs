//! Deeds over many people.

use serde::{Deserialize, Serialize};

use super::UserFilter;
use crate::kernel::{
    actor::{Plan, Role},
    id::{BulkId, CourseId, GroupId, UserId},
    time::Timestamp,
};

/// What is done with each of many people. Its JSON is kept for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum BulkAct {
    /// Puts them into a group that is filled by hand.
    AddToGroup {
        /// Which.
        group: GroupId,
    },
    /// Takes them out of a group that is filled by hand.
    RemoveFromGroup {
        /// Which.
        group: GroupId,
    },
    /// Gives them a role.
    SetRole {
        /// Which.
        role: Role,
    },
    /// Gives them a plan.
    SetPlan {
        /// Which.
        plan: Plan,
    },
    /// Closes their accounts.
    Deactivate {},
    /// Opens their accounts again.
    Reactivate {},
    /// Invites those by mail who have not come yet.
    Invite {},
    /// Asks them by mail to choose a new password.
    ResetPassword {},
    /// Lets them join a course.
    Enrol {
        /// Which.
        course: CourseId,
    },
}

impl BulkAct {
    /// Whether it can be taken back: mails cannot.
    #[must_use]
    pub fn is_undoable(self) -> bool {
        !matches!(self, Self::Invite {} | Self::ResetPassword {})
    }
}

/// What a deed does, or did, with one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It changes him; how it was with him, for taking it back.
    Changed(Option<String>),
    /// It is so with him already.
    Same,
    /// It cannot be done with him; why, as a fixed word.
    Refused(&'static str),
}

/// Whom a deed is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(in crate::people) enum Whom {
    /// These.
    Users(Vec<UserId>),
    /// Everybody who matches when it begins.
    Filter(UserFilter),
}

/// Where a deed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::people) enum BulkState {
    /// It is found out whom it is for.
    Gathering,
    /// It is done, one after the other.
    Running,
    /// It is done.
    Done,
    /// It is taken back.
    Undoing,
    /// It was taken back.
    Undone,
}
crate::text_enum!(pub(in crate::people) BulkState { Gathering = "gathering", Running = "running", Done = "done", Undoing = "undoing", Undone = "undone" });

/// How long a deed can be taken back, in milliseconds.
const UNDO_MS: i64 = 24 * 3_600_000;

/// A deed over many people.
#[derive(Debug, Clone)]
pub(in crate::people) struct BulkRun {
    /// Its id.
    pub id: BulkId,
    /// What is done.
    pub act: BulkAct,
    /// Whom it is for, unless they were named.
    pub filter: Option<UserFilter>,
    /// Where gathering stands.
    pub gathered_to: UserId,
    /// Where it stands.
    pub state: BulkState,
    /// Who began it.
    pub started_by: Option<UserId>,
    /// People.
    pub total: u32,
    /// Of these, changed.
    pub changed: u32,
    /// Of these, so already.
    pub same: u32,
    /// Of these, refused.
    pub refused: u32,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was done.
    pub ended_at: Option<Timestamp>,
}

impl BulkRun {
    /// Until when it can be taken back.
    #[must_use]
    pub(in crate::people) fn undo_until(&self) -> Option<Timestamp> {
        let can = self.act.is_undoable() && self.state == BulkState::Done && self.changed > 0;
        self.ended_at.filter(|_| can).map(|at| at.plus_millis(UNDO_MS))
    }
}
