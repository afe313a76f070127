//! The doctor's two ways in: an instance that is open, and a folder that nobody serves.

use std::sync::Arc;

use super::{App, KEY_FILE, Means, gather, modules};
use crate::{
    kernel::actor::Actor,
    platform::{
        Platform,
        blobs::Blobs,
        config::Config,
        crypto::{self, Keys, Passwords},
        db::{self, Database, Db, lock},
        doctor::{self, Diagnosis, Finding, Patient, Scope, Severity},
        http_client::Outgoing,
        images::Images,
        metrics::Metrics,
        telemetry::Logs,
    },
};

/// Hears how many checks of how many are done.
pub type Progress<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

impl App {
    /// Looks at everything and changes nothing.
    pub async fn examine(&self, scope: Scope, progress: Progress<'_>) -> Diagnosis {
        let patient = Patient {
            platform: self.platform.clone(),
            scope,
        };
        let db = self.db(Actor::System("doctor"));
        diagnose(&patient, Some(&db), Vec::new(), progress).await
    }
}

/// Looks at a folder that nobody serves. Unlike [`App::open`] this makes no folder and no key,
/// applies no migration, and gets as far as it can when the instance could not even start.
///
/// # Errors
/// When threads cannot be started.
pub async fn examine_at_rest(config: Config, means: Means, is_deep: bool, progress: Progress<'_>) -> anyhow::Result<Diagnosis> {
    let parts = gather(modules(), &config)?;
    // Without its key the instance is still looked at: what the key would open is then a finding.
    let key = found_key(&config).unwrap_or_default();
    let platform = Arc::new(Platform {
        keys: Keys::derive(&key),
        blobs: Blobs::new(config.data.join("blobs")),
        images: Images::default(),
        outgoing: Outgoing::new(&config.outgoing),
        passwords: Passwords::start(means.cost)?,
        started_at: means.clock.now(),
        clock: means.clock,
        chance: means.chance,
        services: parts.services,
        metrics: Metrics::default(),
        logs: Logs::default(),
        config,
    });
    let patient = Patient {
        platform: platform.clone(),
        scope: Scope {
            is_deep,
            is_serving: false,
        },
    };
    let file = platform.data().join(db::FILE);
    let mut first = Vec::new();
    if lock::is_held(platform.data()) {
        first.push(
            Finding::warning(
                "Another process holds the data folder, but does not answer at the control socket.",
                "If a server runs on it, run this as its user or as root, or restart that server.",
            )
            .of("folder.lock"),
        );
    }
    // A database of another version would only give wrong answers.
    let known = doctor::migrations(&file).severity == Severity::Ok;
    let opened = known.then(|| Database::look(&file, platform.clock.clone(), platform.chance.clone()));
    let database = match opened {
        Some(Ok(database)) => Some(database),
        Some(Err(error)) => {
            let says = format!("The database cannot be opened: {}.", doctor::cause(&error));
            first.push(Finding::problem(says, "Restore a backup, after a look at the disk.").of("database.open"));
            None
        }
        None => None,
    };
    let db: Option<Db> = database.as_ref().map(|database| database.acting_as(Actor::System("doctor")));
    let diagnosis = diagnose(&patient, db.as_ref(), first, progress).await;
    if let Some(database) = database {
        tokio::task::spawn_blocking(move || database.close()).await?;
    }
    Ok(diagnosis)
}

async fn diagnose(patient: &Patient, db: Option<&Db>, mut findings: Vec<Finding>, progress: Progress<'_>) -> Diagnosis {
    findings.extend(doctor::examine(patient, db, progress).await);
    Diagnosis::new(findings, patient.scope, patient.platform.clock.now())
}

fn found_key(config: &Config) -> Option<[u8; 32]> {
    match &config.key {
        Some(key) => crypto::unhex(key.reveal()),
        None => std::fs::read(config.data.join(KEY_FILE)).ok()?.try_into().ok(),
    }
}
