//! The body of a lesson: HTML in a small closed vocabulary, cleaned on every write.

mod clean;
mod ids;
mod inline;
mod text;
mod tree;
mod vocabulary;

pub use clean::clean;
pub use ids::assign;
pub use text::{assets, plain_text, words};
