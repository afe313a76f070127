//! The verbs: what people, admins and the command line can do about ways in.

pub(super) mod account;
pub(super) mod sessions;
