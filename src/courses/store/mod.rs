//! All SQL over the tables of this slice.

pub(super) mod access;
pub(super) mod assets;
pub(super) mod catalogue;
pub(super) mod categories;
pub(super) mod courses;
pub(super) mod desk;
pub(super) mod drafts;
pub(super) mod history;
pub(super) mod lessons;
pub(super) mod listings;
pub(super) mod versions;
