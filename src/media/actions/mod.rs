//! The verbs: keep a file, receive it in pieces, use it, link to it, rename, replace and delete it, sweep.

mod delete;
mod intake;
mod keep;
mod links;
mod rename;
mod replace;
mod room;
mod sweep;
pub(super) mod uploads;
mod uses;

pub(super) use delete::{delete, delete_unused};
pub(super) use intake::Intake;
pub(super) use keep::{blocking, keep};
pub use keep::{store_bytes, store_file};
pub use links::signed_url;
pub(super) use links::{Link, is_ours};
pub(super) use rename::{Words, rename};
pub(super) use replace::replace;
pub(super) use room::refuse_now;
pub use sweep::{SweepReport, sweep};
pub use uses::set_uses;
