//! HTTP: the guard, the problem, the layers and the embedded web app.

pub mod document;
pub mod extract;
pub mod guard;
pub mod problem;
pub mod schema;
