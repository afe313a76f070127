//! HTTP: the guard, the problem, the layers and the embedded web app.

mod access;
pub mod address;
mod ahead;
pub mod config;
pub mod cookies;
mod credential;
mod docs;
pub mod document;
pub mod etag;
pub mod extract;
pub mod guard;
mod headers;
pub mod health;
mod layers;
pub mod live;
pub mod origin;
mod permits;
pub mod pieces;
pub mod problem;
pub mod schema;
pub mod scopes;
pub mod scrape;
pub mod serve;
mod share;
pub mod site;
mod spa;
pub mod throttle;
pub mod tls;

pub use layers::{OverTls, Peer};
