//! The body of a lesson: HTML in a small closed vocabulary, cleaned on every write.

mod clean;
mod ids;
mod inline;
mod text;
mod tree;
mod vocabulary;

pub(super) use clean::clean;
pub(super) use ids::assign;
pub(super) use text::{assets, plain_text, words};
