//! Mechanisms that know nothing of schools. A slice may use them; they never import a slice.

pub mod audit;
pub mod backup;
pub mod blobs;
pub mod branding;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod db;
pub mod doctor;
pub mod embeds;
pub mod events;
pub mod http_client;
pub mod images;
pub mod jobs;
pub mod mail;
pub mod metrics;
pub mod module;
pub mod process;
pub mod retention;
pub mod services;
pub mod settings;
pub mod sweep;
pub mod telemetry;
pub mod web;

use std::{path::PathBuf, sync::Arc};

use self::{
    blobs::Blobs,
    clock::{SharedChance, SharedClock},
    config::Config,
    crypto::{Keys, Passwords},
    http_client::Outgoing,
    images::Images,
    metrics::Metrics,
    services::Services,
    telemetry::Logs,
};

/// The tables of the mechanisms: no slice names them in SQL.
pub const TABLES: &[&str] = &[
    "events",
    "reaction_cursors",
    "parked_events",
    "jobs",
    "audit",
    "backups",
    "audit_head",
    "audit_origins",
    "settings",
    "settings_history",
    "mails",
    "migrations",
];

/// What every slice may use besides a database handle. Built once by `app`, passed by reference.
pub struct Platform {
    /// The validated configuration.
    pub config: Config,
    /// When this process started.
    pub started_at: crate::kernel::time::Timestamp,
    /// The time.
    pub clock: SharedClock,
    /// Random bits.
    pub chance: SharedChance,
    /// Hashes passwords on its own threads.
    pub passwords: Passwords,
    /// Seals secrets and signs links.
    pub keys: Keys,
    /// The content-addressed file store.
    pub blobs: Blobs,
    /// Where pictures are decoded and made smaller, a few at once.
    pub images: Images,
    /// Makes requests to addresses that people typed in.
    pub outgoing: Outgoing,
    /// Long-lived objects that slices own, such as the search index.
    pub services: Services,
    /// What is counted for a monitor.
    pub metrics: Metrics,
    /// The log of this process, once it is written.
    pub logs: Logs,
}

impl Platform {
    /// The folder that holds everything this instance keeps.
    #[must_use]
    pub fn data(&self) -> &PathBuf {
        &self.config.data
    }
}

/// The kinds of background work of the mechanisms themselves.
#[must_use]
pub fn jobs() -> Vec<jobs::JobKind> {
    vec![
        jobs::kind::<mail::SendMail>(),
        jobs::kind::<mail::DropLetters>(),
        jobs::kind::<backup::MakeBackup>(),
        jobs::kind::<backup::BackupNow>(),
    ]
}

/// The mechanisms' own upkeep: what is kept for looking back goes when its time is over.
///
/// # Errors
/// A database fault.
pub fn nightly(tx: &db::Tx<'_>) -> crate::kernel::error::Result<()> {
    let keep: retention::RetentionSettings = settings::get(tx)?;
    let before = |days: u32| tx.now().plus_secs(-i64::from(days) * 24 * 3600);
    mail::purge(tx, before(keep.sent_mails_days), before(keep.failed_mails_days))?;
    audit::purge_origins(tx, before(keep.audit_addresses_days)).map(drop)
}

/// The mechanisms, shared.
pub type SharedPlatform = Arc<Platform>;
