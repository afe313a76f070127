//! How long a session holds.

use crate::kernel::time::Timestamp;

/// A session ends this long after its last use.
const IDLE_MS: i64 = 30 * 24 * 3600 * 1000;
/// A session ends this long after its beginning.
pub(in crate::auth) const ABSOLUTE_MS: i64 = 180 * 24 * 3600 * 1000;
/// The use of a session is noted again after this long.
const STALE_MS: i64 = 5 * 60 * 1000;

/// When a session that began and was last used at these instants ends.
pub(in crate::auth) fn session_end(created: Timestamp, seen: Timestamp) -> Timestamp {
    seen.plus_millis(IDLE_MS).min(created.plus_millis(ABSOLUTE_MS))
}

/// Whether a session's last use was noted so long ago that it should be noted again.
pub(in crate::auth) fn is_stale(seen: Timestamp, now: Timestamp) -> bool {
    now.millis().saturating_sub(seen.millis()) >= STALE_MS
}
