//! The verbs: keep a file, use it, link to it.

mod keep;
mod links;
mod uses;

pub use keep::{store_bytes, store_file};
pub use links::signed_url;
pub use uses::set_uses;
