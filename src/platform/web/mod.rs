//! HTTP: the guard, the problem, the layers and the embedded web app.

pub mod config;
pub mod document;
pub mod extract;
pub mod guard;
pub mod origin;
pub mod problem;
pub mod schema;
