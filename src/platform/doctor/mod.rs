//! The doctor: looks at everything that can go wrong with an instance, and says how to mend it.
//!
//! Nothing is changed. A [`Check`] looks at one thing and returns [`Finding`]s; the mechanisms
//! have theirs in this folder, a slice hands its own over in its
//! [`Module`](super::module::Module), `app` gathers them, and [`examine`] runs them one after
//! another. The result serialises, so that the command line and a handler show the same list.

mod clock;
mod config;
mod database;
mod disk;
pub mod files;
mod mail;
mod outside;
mod trail;
mod work;

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt as _, future::BoxFuture};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Platform, db::Db};
use crate::kernel::{
    error::{Error, Result},
    time::Timestamp,
};

pub use database::migrations;

crate::config_section! {
    /// From when on `momentum doctor` complains.
    DoctorConfig in "doctor" {
        /// Bytes that should be free on the disk of the data folder. Fewer are a problem, fewer than
        /// twice as many a warning.
        free_bytes: u64 = 1024 * 1024 * 1024;
        /// Minutes that a job, an event or a change may wait for its turn before that is a warning.
        wait_minutes: u32 = 15;
        /// Seconds that one check may take; an hour when it is told to read everything.
        check_seconds: u64 = 60;
    }
    check(this, refuse) {
        if this.check_seconds == 0 {
            refuse("check_seconds", "expected at least 1".into());
        }
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Worth knowing; nothing has to be done.
    Notice,
    /// Something should be done before it becomes a problem.
    Warning,
    /// Something is broken or about to break.
    Problem,
}
crate::text_enum!(Severity { Ok = "ok", Notice = "notice", Warning = "warning", Problem = "problem" });

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// The check's name, such as `disk.space`.
    pub check: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is so, in one sentence.
    pub says: String,
    /// What mends it, in one sentence; absent when nothing needs mending.
    pub mend: Option<String>,
}

impl Finding {
    /// As it should be.
    pub fn ok(says: impl Into<String>) -> Self {
        Self::new(Severity::Ok, says, None)
    }

    /// Worth knowing.
    pub fn notice(says: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(Severity::Notice, says, Some(mend.into()))
    }

    /// To be seen to.
    pub fn warning(says: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(Severity::Warning, says, Some(mend.into()))
    }

    /// Broken.
    pub fn problem(says: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(Severity::Problem, says, Some(mend.into()))
    }

    /// A finding of any severity; [`examine`] adds the check's name.
    #[must_use]
    pub fn new(severity: Severity, says: impl Into<String>, mend: Option<String>) -> Self {
        Self {
            check: String::new(),
            severity,
            says: says.into(),
            mend,
        }
    }

    /// Under the name of this check.
    #[must_use]
    pub fn of(mut self, check: &str) -> Self {
        self.check = check.to_owned();
        self
    }
}

/// How closely one looks, and at what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scope {
    /// Reads everything there is: every page of the database, every stored file.
    pub is_deep: bool,
    /// Whether this process serves the instance: then nothing should wait for long.
    pub is_serving: bool,
}

/// What a check looks at.
#[derive(Clone)]
pub struct Patient {
    /// The mechanisms and the configuration.
    pub platform: Arc<Platform>,
    /// How closely to look.
    pub scope: Scope,
}

/// Looks at the instance without its database.
pub type LookAtHouse = fn(Patient) -> BoxFuture<'static, Result<Vec<Finding>>>;
/// Looks at the instance and its database.
pub type LookAtDatabase = fn(Patient, Db) -> BoxFuture<'static, Result<Vec<Finding>>>;

/// What a check needs, and how it looks.
#[derive(Clone, Copy)]
pub enum Look {
    /// Works also when the database cannot be opened.
    House(LookAtHouse),
    /// Reads the database.
    Database(LookAtDatabase),
}

/// One check.
#[derive(Clone, Copy)]
pub struct Check {
    /// `part.thing`, fixed for ever: monitoring may rely on it.
    pub name: &'static str,
    /// Only made when one looks deeply.
    pub is_deep: bool,
    /// How it looks.
    pub look: Look,
}

impl Check {
    /// A check that works without the database.
    #[must_use]
    pub const fn house(name: &'static str, look: LookAtHouse) -> Self {
        Self {
            name,
            is_deep: false,
            look: Look::House(look),
        }
    }

    /// A check that reads the database.
    #[must_use]
    pub const fn database(name: &'static str, look: LookAtDatabase) -> Self {
        Self {
            name,
            is_deep: false,
            look: Look::Database(look),
        }
    }

    /// The same, only when one looks deeply.
    #[must_use]
    pub const fn deep(self) -> Self {
        Self { is_deep: true, ..self }
    }
}

/// The checks of the mechanisms and of every slice. In the [`Services`](super::services::Services).
pub struct AllChecks(pub Vec<Check>);

/// The checks of the mechanisms themselves. A mechanism with something to look at adds a line.
#[must_use]
pub fn checks() -> Vec<Check> {
    let mut all = config::checks();
    all.extend(disk::checks());
    all.extend(clock::checks());
    all.extend(database::checks());
    all.extend(trail::checks());
    all.extend(work::checks());
    all.extend(mail::checks());
    all.extend(outside::checks());
    all
}

/// What was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Diagnosis {
    /// The worst of the findings.
    pub worst: Severity,
    /// Whether everything was read.
    pub is_deep: bool,
    /// When.
    pub at: Timestamp,
    /// The product's version.
    pub version: String,
    /// Everything that was looked at, in a fixed order.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// A diagnosis of these findings.
    #[must_use]
    pub fn new(findings: Vec<Finding>, scope: Scope, at: Timestamp) -> Self {
        Self {
            worst: findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Ok),
            is_deep: scope.is_deep,
            at,
            version: env!("CARGO_PKG_VERSION").into(),
            findings,
        }
    }

    /// How many findings are this bad.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// Makes every check that `app` gathered, one after another so that a busy instance hardly
/// notices. Without a database the checks that need one are left out. `progress` hears how many of
/// how many are done.
pub async fn examine(patient: &Patient, db: Option<&Db>, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Vec<Finding> {
    let all = patient.platform.services.find::<AllChecks>();
    let all: Vec<Check> = all.map(|all| all.0.clone()).unwrap_or_default();
    let due: Vec<Check> = all.into_iter().filter(|check| patient.scope.is_deep || !check.is_deep).collect();
    let mut findings = Vec::new();
    for (done, check) in due.iter().enumerate() {
        progress(done as u64, due.len() as u64);
        let look = match (check.look, db) {
            (Look::House(look), _) => look(patient.clone()),
            (Look::Database(look), Some(db)) => look(patient.clone(), db.clone()),
            (Look::Database(_), None) => continue,
        };
        findings.extend(made(check, look, patient).await);
    }
    findings
}

/// Makes the named checks only: for pages that people look at all day.
pub async fn examine_some(patient: &Patient, db: &Db, names: &[&str]) -> Vec<Finding> {
    let all = patient.platform.services.find::<AllChecks>();
    let all: Vec<Check> = all.map(|all| all.0.clone()).unwrap_or_default();
    let mut findings = Vec::new();
    for check in all.iter().filter(|check| names.contains(&check.name)) {
        let look = match check.look {
            Look::House(look) => look(patient.clone()),
            Look::Database(look) => look(patient.clone(), db.clone()),
        };
        findings.extend(made(check, look, patient).await);
    }
    findings
}

/// A check's findings; when it fails, breaks or does not end, that is the finding.
async fn made(check: &Check, look: BoxFuture<'static, Result<Vec<Finding>>>, patient: &Patient) -> Vec<Finding> {
    let config = &patient.platform.config.doctor;
    // What reads everything takes as long as there is much; there an hour is a sign of a standstill.
    let limit = Duration::from_secs(if patient.scope.is_deep { 3600 } else { config.check_seconds });
    let made = tokio::time::timeout(limit, AssertUnwindSafe(look).catch_unwind()).await;
    let findings = match made {
        Ok(Ok(Ok(findings))) => findings,
        Ok(Ok(Err(error))) => vec![failed(&error)],
        Ok(Err(_)) => vec![Finding::problem(
            "This check broke.",
            "Look at the log for the reason and report it; the other checks are not affected.",
        )],
        Err(_) => vec![Finding::warning(
            format!("This check was not done after {} s.", limit.as_secs()),
            "Try again when the machine is less busy, or raise doctor.check_seconds.",
        )],
    };
    findings.into_iter().map(|finding| finding.of(check.name)).collect()
}

fn failed(error: &Error) -> Finding {
    match error {
        Error::Unavailable { code: "db.deadline", .. } => Finding::notice(
            "The database is too large for this check to be made beside the daily work.",
            "Use --deep at a quiet hour.",
        ),
        error if is_damage(error) => Finding::problem(format!("The database is damaged: {}.", cause(error)), database::RESTORE),
        error => Finding::problem(
            format!("This check could not be made: {}.", cause(error)),
            "Look at the log, and report it if it happens again.",
        ),
    }
}

/// Whether SQLite itself says that the file is not as it left it.
fn is_damage(error: &Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<rusqlite::Error>());
    let code = source.and_then(rusqlite::Error::sqlite_error_code);
    matches!(code, Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase))
}

/// The inner cause of a fault, for an operator's eyes.
#[must_use]
pub fn cause(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// A number of bytes for people.
#[must_use]
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut tenths = n.saturating_mul(10);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    if unit == 0 {
        return format!("{n} B");
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// A span of time for people, from milliseconds.
#[must_use]
pub fn span(ms: i64) -> String {
    let minutes = ms.max(0) / 60_000;
    match minutes {
        0..=119 => format!("{minutes} minutes"),
        120..=2879 => format!("{} hours", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1500), "1.5 kB");
        assert_eq!(bytes(2_147_483_648), "2.1 GB");
        assert_eq!(span(59_000), "0 minutes");
        assert_eq!(span(7_200_000), "2 hours");
        assert_eq!(span(400_000_000_000), "4629 days");
        assert!(Severity::Ok < Severity::Notice && Severity::Warning < Severity::Problem);
    }
}
