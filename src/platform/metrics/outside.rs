//! What must be there on a bad day: the last backup, and the certificate that is served.

use super::Set;
use crate::{
    kernel::{
        error::{Error, Result},
        time::Timestamp,
    },
    platform::{Platform, backup as backups, db::Read, web::tls},
};

/// When the newest whole backup was made; 0 when there is none, so that its age alarms.
pub(super) fn backup(read: &Read<'_>, _: &Platform, set: &mut Set) -> Result<()> {
    let made = backups::last(read)?.made;
    set.gauge(
        "momentum_backup_last_timestamp_seconds",
        "When the newest whole backup was made, in seconds since 1970; 0 for never",
        &[],
        made.map_or(0.0, |made| seconds(made.started_at)),
    );
    Ok(())
}

/// When the certificate that is served ends. Without TLS there is none and nothing is told.
pub(super) fn certificate(_: &Read<'_>, platform: &Platform, set: &mut Set) -> Result<()> {
    let (name, help) = (
        "momentum_certificate_end_timestamp_seconds",
        "When the certificate ends, in seconds since 1970",
    );
    set.announce_gauge(name, help);
    if let Some(certificate) = tls::expiry(&platform.config).map_err(|error| Error::internal(error.to_string()))? {
        let host = certificate.names.first().map_or("", String::as_str);
        set.gauge(name, help, &[("name", host)], seconds(certificate.not_after));
    }
    Ok(())
}

pub(super) fn seconds(at: Timestamp) -> f64 {
    at.millis() as f64 / 1000.0
}
