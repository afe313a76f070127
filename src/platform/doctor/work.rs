//! Background work: jobs, events and the programs that help.

use std::{ffi::OsStr, time::Duration};

use super::{Check, Finding, Patient, span};
use crate::{
    kernel::{error::Result, time::Timestamp},
    platform::{db::Db, events, jobs, process},
};

pub(super) fn checks() -> Vec<Check> {
    vec![
        Check::database("jobs.dead", |_, db| Box::pin(dead(db))),
        Check::database("jobs.waiting", |patient, db| Box::pin(waiting(patient, db))),
        Check::database("jobs.leases", |patient, db| Box::pin(leases(patient, db))),
        Check::database("events.reactions", |patient, db| Box::pin(reactions(patient, db))),
        Check::house("programs.ffprobe", |_| Box::pin(program("ffprobe"))),
        Check::house("programs.ffmpeg", |_| Box::pin(program("ffmpeg"))),
    ]
}

async fn dead(db: Db) -> Result<Vec<Finding>> {
    let dead = db.read("doctor.dead", jobs::list_dead_kinds).await?;
    if dead.is_empty() {
        return Ok(vec![Finding::ok("No job has given up.")]);
    }
    let told = |(kind, count, error): &(String, i64, Option<String>)| {
        let error = error.as_deref().map_or_else(String::new, |error| format!(": {}", brief(error)));
        format!("{count} × {kind}{error}")
    };
    let told: Vec<String> = dead.iter().map(told).collect();
    Ok(vec![Finding::warning(
        format!("Jobs have given up: {}.", told.join("; ")),
        "Mend the cause (`momentum jobs list --state dead` tells more), then run `momentum jobs retry --all-dead`.",
    )])
}

/// The first line of an error, not too long.
fn brief(error: &str) -> String {
    error.lines().next().unwrap_or_default().chars().take(120).collect()
}

/// Milliseconds that something may wait.
fn patience(patient: &Patient) -> i64 {
    i64::from(patient.platform.config.doctor.wait_minutes) * 60_000
}

/// While no server runs, things wait: that is no fault.
fn late(patient: &Patient, says: String, mend: &str) -> Finding {
    if patient.scope.is_serving {
        Finding::warning(says, mend)
    } else {
        Finding::notice(format!("{says} No server runs on this folder."), "Start the server.")
    }
}

fn waited(since: Option<Timestamp>, now: Timestamp) -> i64 {
    since.map_or(0, |since| now.millis() - since.millis())
}

async fn waiting(patient: Patient, db: Db) -> Result<Vec<Finding>> {
    let due = db.read("doctor.waiting", jobs::oldest_due).await?;
    let waits = waited(due, db.now());
    Ok(vec![if waits > patience(&patient) {
        let says = format!("The oldest job that is due has waited for {}.", span(waits));
        late(
            &patient,
            says,
            "Look at `momentum jobs list --state running` for what holds it up, or restart the server.",
        )
    } else {
        Finding::ok("No job waits for long.")
    }])
}

async fn leases(patient: Patient, db: Db) -> Result<Vec<Finding>> {
    let ended = db.read("doctor.leases", jobs::oldest_lease).await?;
    let over = waited(ended, db.now());
    Ok(vec![if over > 120_000 {
        let says = format!("A job still counts as running {} after its time was up.", span(over));
        late(&patient, says, "Restart the server: it takes such jobs up again.")
    } else {
        Finding::ok("No job is stuck.")
    }])
}

async fn reactions(patient: Patient, db: Db) -> Result<Vec<Finding>> {
    let (statuses, behind, parked) = db
        .read("doctor.reactions", |read| {
            Ok((events::statuses(read)?, events::oldest_unheard(read)?, events::last_parked(read)?))
        })
        .await?;
    let mut findings = Vec::new();
    for status in statuses.iter().filter(|status| status.parked > 0) {
        let error = parked.iter().find(|(name, _)| *name == status.name).map(|(_, error)| brief(error));
        findings.push(Finding::problem(
            format!(
                "{} events were parked for `{}` after it failed on them: {}.",
                status.parked,
                status.name,
                error.unwrap_or_default()
            ),
            "What follows from those events is missing: report the error, and update when it is mended.",
        ));
    }
    let waits = waited(behind, db.now());
    if waits > patience(&patient) {
        let slow: Vec<String> = statuses
            .iter()
            .filter(|status| status.behind > 0)
            .map(|status| format!("`{}` by {} events", status.name, status.behind))
            .collect();
        let says = format!("Reactions are behind, the oldest event for {}: {}.", span(waits), slow.join(", "));
        findings.push(late(
            &patient,
            says,
            "Look at the log for a reaction that fails, or restart the server.",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("Every event has been heard by those who listen."));
    }
    Ok(findings)
}

async fn program(name: &'static str) -> Result<Vec<Finding>> {
    let Some(path) = process::find(name) else {
        return Ok(vec![Finding::notice(
            format!("{name} is not installed: the length and size of videos cannot be found out in every case."),
            "Install ffmpeg, for instance with `apt-get install ffmpeg`.",
        )]);
    };
    let ran = process::run(&path, &[OsStr::new("-version")], Duration::from_secs(10), 64 * 1024).await;
    Ok(vec![match ran {
        Ok(said) => {
            let said = String::from_utf8_lossy(&said).into_owned();
            let version: Vec<&str> = said.split_whitespace().take(3).collect();
            Finding::ok(format!("{} ({}).", version.join(" "), path.display()))
        }
        Err(error) => Finding::warning(
            format!("{} does not run: {error}.", path.display()),
            "Install ffmpeg anew, for instance with `apt-get install --reinstall ffmpeg`.",
        ),
    }])
}
