//! Resumable uploads: begin, append, look, finish, end, sweep.

mod append;
mod begin;
mod end;
mod finish;
mod look;
mod sweep;

use std::sync::Arc;

use super::room::NoRoom;
use crate::{media::desk::Desk, platform::Platform};

pub(in crate::media) use append::{Append, Outcome, Verdict, note};
pub(in crate::media) use begin::begin;
pub(in crate::media) use end::end;
pub(in crate::media) use finish::Finish;
pub(in crate::media) use look::look;
pub(in crate::media) use sweep::sweep;

/// Why an upload does not go on; the protocol has a status of its own for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) enum Refusal {
    /// Larger than one file may be: at most this many bytes.
    TooLarge(u64),
    /// There is no room for it.
    NoRoom(NoRoom),
    /// Too many of his uploads are unfinished.
    TooMany,
    /// Another request writes to it.
    Taken,
    /// It has come as far as this, not as far as the sender says.
    Elsewhere(u64),
    /// More bytes than were announced.
    TooLong,
}

fn desk(platform: &Platform) -> Arc<Desk> {
    let found = platform.services.find();
    found.unwrap_or_else(|| Arc::new(Desk::new(platform.config.data.join(super::super::UPLOADS))))
}
