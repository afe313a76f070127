//! Groups of people.

use serde::Serialize;

use crate::kernel::{id::GroupId, text::GroupName};

/// Who fills a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// People, by hand or by an import.
    Manual,
    /// A rule over what is known of people.
    Rule,
    /// A directory elsewhere.
    Directory,
}
crate::text_enum!(GroupKind { Manual = "manual", Rule = "rule", Directory = "directory" });

/// A group of people.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// Which.
    pub id: GroupId,
    /// Its name.
    pub name: GroupName,
    /// Who fills it.
    pub kind: GroupKind,
}
