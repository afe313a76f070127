//! The verbs: search, suggest, rebuild.

mod find;
mod guess;
mod items;
mod suggest;

pub(super) use find::search;
pub(super) use suggest::suggest;
