//! Figures of mechanisms that keep no count themselves. Each has its name here, so that the
//! dashboard and the alerts can rely on it.

use super::Set;
use crate::kernel::time::Timestamp;

/// When the newest whole backup was made; 0 when there is none, so that its age alarms.
pub fn backup(set: &mut Set, last: Option<Timestamp>) {
    set.gauge(
        "momentum_backup_last_timestamp_seconds",
        "When the newest whole backup was made, in seconds since 1970; 0 for never",
        &[],
        last.map_or(0.0, seconds),
    );
}

/// When a certificate that is served ends. Without TLS there is none and nothing is told.
pub fn certificate(set: &mut Set, name: &str, ends: Timestamp) {
    set.gauge(
        "momentum_certificate_end_timestamp_seconds",
        "When the certificate ends, in seconds since 1970",
        &[("name", name)],
        seconds(ends),
    );
}

pub(super) fn seconds(at: Timestamp) -> f64 {
    at.millis() as f64 / 1000.0
}
