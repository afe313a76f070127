//! The verbs: keep a file, use it, link to it, delete it, sweep.

mod delete;
mod intake;
mod keep;
mod links;
mod sweep;
mod uses;

pub(super) use delete::delete;
pub(super) use intake::Intake;
pub(super) use keep::{blocking, keep};
pub use keep::{store_bytes, store_file};
pub use links::signed_url;
pub(super) use links::{Link, is_ours};
pub use sweep::{SweepReport, sweep};
pub use uses::set_uses;
