//! What must be there on a bad day: the last backup, and the certificate that is served.

use super::{Check, Finding, Patient};
use crate::{
    kernel::{error::Result, time::Timestamp},
    platform::{
        backup,
        config::Config,
        db::Db,
        web::tls::{self, Certificate},
    },
};

/// A certificate that ends sooner than this should be seen to: automatic ones are renewed when a
/// third of their life is left.
const ENDING_DAYS: i64 = 14;
/// Below this somebody has to act now.
const ENDED_DAYS: i64 = 3;
const HOUR_MS: i64 = 3_600_000;

pub(super) fn checks() -> Vec<Check> {
    vec![
        Check::database("backup.age", |patient, db| Box::pin(age(patient, db))),
        Check::house("tls.certificate", |patient| {
            Box::pin(async move { Ok(certificate(&patient.platform.config, patient.platform.clock.now())) })
        }),
    ]
}

async fn age(patient: Patient, db: Db) -> Result<Vec<Finding>> {
    let standing = db.read("doctor.backups", backup::last).await?;
    Ok(vec![judge_age(&patient.platform.config, &standing, db.now())])
}

fn judge_age(config: &Config, standing: &backup::Standing, now: Timestamp) -> Finding {
    let mend = "Run `momentum backup`, and set backup.folder so that it is done every day.";
    if let Some(failed) = &standing.failed {
        let why = failed.error.as_deref().unwrap_or("it was cut off");
        return Finding::problem(
            format!("The last backup failed: {why}."),
            "Mend that, then run `momentum backup` and `momentum backup verify`.",
        );
    }
    let Some(made) = &standing.made else {
        return match &config.backup.folder {
            Some(_) => Finding::notice(
                "No backup was made yet.",
                "Wait for the first scheduled one, or run `momentum backup` now.",
            ),
            None => Finding::warning("No backup was ever made, and none is scheduled.", mend),
        };
    };
    let hours = (now.millis() - made.started_at.millis()) / HOUR_MS;
    // One that is scheduled may be late by as much as it waits for the next.
    let most = i64::from(config.backup.every_hours) * 2;
    if hours > most.max(48) {
        return Finding::warning(format!("The newest backup is {} days old.", hours / 24), mend);
    }
    Finding::ok(format!("The newest backup is {hours} hours old: {}.", made.file))
}

fn certificate(config: &Config, now: Timestamp) -> Vec<Finding> {
    if !config.tls.is_on() {
        return vec![Finding::ok("TLS is left to a proxy, or not used.")];
    }
    let mut findings: Vec<Finding> = tls::smells(config, now)
        .into_iter()
        .map(|says| Finding::warning(says, "See docs/tls.md."))
        .collect();
    findings.push(match tls::expiry(config) {
        Ok(Some(certificate)) => ending(&certificate, now),
        Ok(None) => Finding::notice(
            "There is no certificate yet.",
            "Start the server: it asks for one. Its log says how far it is.",
        ),
        Err(error) => Finding::problem(
            format!("The certificate cannot be used: {error}."),
            "Put a whole certificate chain and its key in place.",
        ),
    });
    findings
}

fn ending(certificate: &Certificate, now: Timestamp) -> Finding {
    let (days, names) = (certificate.days_left(now), certificate.names.join(", "));
    let mend = "Renew it; the server takes the new files without a restart.";
    if !certificate.holds(now) || days < ENDED_DAYS {
        Finding::problem(format!("The certificate for {names} has {days} days left."), mend)
    } else if days < ENDING_DAYS {
        Finding::warning(format!("The certificate for {names} ends in {days} days."), mend)
    } else {
        Finding::ok(format!("The certificate for {names} holds for {days} more days."))
    }
}
