//! How long a session holds.

use super::SecuritySettings;
use crate::kernel::time::Timestamp;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// No session lasts longer than this, whatever the settings say: its cookie does not.
pub(in crate::auth) const ABSOLUTE_MS: i64 = 180 * DAY_MS;
/// The use of a session is noted again after this long.
const STALE_MS: i64 = 5 * 60 * 1000;

/// When a session that began and was last used at these instants ends.
pub(in crate::auth) fn session_end(settings: &SecuritySettings, created: Timestamp, seen: Timestamp) -> Timestamp {
    let days = |days: u16| i64::from(days) * DAY_MS;
    seen.plus_millis(days(settings.session_idle_days))
        .min(created.plus_millis(days(settings.session_total_days).min(ABSOLUTE_MS)))
}

/// Whether a session's last use was noted so long ago that it should be noted again.
pub(in crate::auth) fn is_stale(seen: Timestamp, now: Timestamp) -> bool {
    now.millis().saturating_sub(seen.millis()) >= STALE_MS
}
