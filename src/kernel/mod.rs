//! Pure words: values that every floor above speaks in. No I/O, no async, no SQL.
//!
//! Everything here is a plain type with its rules: parse, don't validate.

pub mod actor;
pub mod embed;
pub mod error;
pub mod event;
pub mod finding;
pub mod fold;
pub mod id;
pub mod money;
pub mod page;
pub mod scope;
pub mod text;
pub mod time;
