//! Configuration that holds for the life of the process: defaults < TOML file < environment <
//! flags.
//!
//! Each section is declared beside its user with [`crate::config_section`]; its doc comments
//! are `config.example.toml`. Unknown keys are refused with the nearest known name, everything
//! is checked before the port opens, and then it is immutable and passed by reference.

mod example;
mod reader;
mod section;
mod value;

use std::{collections::BTreeMap, path::PathBuf};

use super::{
    backup::BackupConfig,
    blobs::MediaConfig,
    doctor::DoctorConfig,
    http_client::OutgoingConfig,
    metrics::MetricsConfig,
    telemetry::LogConfig,
    web::{
        config::{LimitsConfig, ServerConfig, ThrottleConfig},
        tls::config::{TlsConfig, together},
    },
};

pub use example::{example, line};
pub use reader::{ENV_PREFIX, Origin, Reader, Shown, Sources};
pub use section::{Key, Section};
pub use value::{Secret, Value};

crate::config_section! {
    /// What belongs to no section stands at the top of the file.
    Instance in "" {
        /// The folder that holds everything this instance keeps: database, media, key, search index.
        /// It must be on a local disk.
        data: PathBuf = PathBuf::from("data");
        /// The instance's key, 64 hexadecimal digits: seals secrets in the database and signs links.
        /// Unset, the file `key` in the data folder holds it; that is made at the first start.
        key: Option<Secret> = None;
    }
    check(this, refuse) {
        if this.key.as_ref().is_some_and(|key| crate::platform::crypto::unhex(key.reveal()).is_none()) {
            refuse("key", "expected 64 hexadecimal digits".into());
        }
    }
}

macro_rules! config {
    ($( $(#[doc = $doc:literal])+ $field:ident: $type:ident, )+) => {
        /// The validated configuration.
        #[derive(Debug, Clone)]
        pub struct Config {
            /// The folder that holds everything this instance keeps.
            pub data: PathBuf,
            /// The instance's key, unless the data folder holds it.
            pub key: Option<Secret>,
            /// The file that it was read from, if there was one.
            pub file: Option<PathBuf>,
            /// The files that hold secrets of this configuration.
            pub secret_files: Vec<PathBuf>,
            /// The keys that somebody has set, as `section.key`, and where.
            pub given: BTreeMap<String, Origin>,
            $( $(#[doc = $doc])+ pub $field: $type, )+
        }

        impl Config {
            /// The defaults, with this data folder.
            #[must_use]
            pub fn at(data: PathBuf) -> Self {
                Self { data, key: None, file: None, secret_files: Vec::new(), given: BTreeMap::new(), $( $field: $type::default(), )+ }
            }

            fn read(from: &mut Reader) -> Self {
                let instance: Instance = read_section(from);
                Self {
                    data: instance.data,
                    key: instance.key,
                    file: None,
                    given: BTreeMap::new(),
                    $( $field: read_section(from), )+
                    secret_files: std::mem::take(&mut from.secret_files).into_iter().collect(),
                }
            }
        }

        /// Every section: its name, what it is about, its keys.
        #[must_use]
        pub fn sections() -> Vec<(&'static str, &'static [&'static str], Vec<Key>)> {
            vec![
                (Instance::NAME, Instance::ABOUT, Instance::keys()),
                $( ($type::NAME, $type::ABOUT, $type::keys()), )+
            ]
        }
    };
}

config! {
    /// The port, and how the world reaches it.
    server: ServerConfig,
    /// TLS of the server's own.
    tls: TlsConfig,
    /// What one request, and all of them together, may use.
    limits: LimitsConfig,
    /// How often one address and one account may ask.
    throttle: ThrottleConfig,
    /// Uploaded files.
    media: MediaConfig,
    /// Requests that the server itself makes, such as webhooks.
    outgoing: OutgoingConfig,
    /// Backups that the server makes by itself.
    backup: BackupConfig,
    /// What is logged, and how.
    log: LogConfig,
    /// Figures for Prometheus.
    metrics: MetricsConfig,
    /// From when on the doctor complains.
    doctor: DoctorConfig,
}

/// What is wrong with a configuration: one sentence for each mistake.
#[derive(Debug, thiserror::Error)]
#[error("the configuration cannot be used:\n  {}", .0.join("\n  "))]
pub struct ConfigError(pub Vec<String>);

/// Reads and checks the configuration; also every value as it holds, for showing.
///
/// # Errors
/// [`ConfigError`] that names every mistake at once.
pub fn load(sources: &Sources) -> Result<(Config, Vec<Shown>), ConfigError> {
    let mut reader = Reader::new(sources);
    let mut config = Config::read(&mut reader);
    config.file.clone_from(&sources.file);
    let set = reader.shown.iter().filter(|shown| shown.origin != Origin::Default);
    config.given = set.map(|shown| (shown.path.clone(), shown.origin.clone())).collect();
    reader.unknown(&known());
    // Only sections that are right by themselves can be compared.
    if reader.problems.is_empty() {
        reader.problems = together(&config);
    }
    if reader.problems.is_empty() {
        Ok((config, reader.shown))
    } else {
        Err(ConfigError(reader.problems))
    }
}

fn read_section<S: Section>(from: &mut Reader) -> S {
    let before = from.problems.len();
    let section = S::read(from);
    // A section with a malformed value is not judged further: its defaults would be.
    if from.problems.len() == before {
        let problems = &mut from.problems;
        section.check(&mut |key, wrong| problems.push(format!("{}: {wrong}", path(S::NAME, key))));
    }
    section
}

fn path(section: &str, key: &str) -> String {
    if section.is_empty() {
        key.to_owned()
    } else {
        format!("{section}.{key}")
    }
}

/// Every name that a key may have.
fn known() -> Vec<String> {
    let mut known = Vec::new();
    for (section, _, keys) in sections() {
        for key in keys {
            let path = path(section, key.name);
            if key.is_secret {
                known.push(format!("{path}_file"));
            }
            known.push(path);
        }
    }
    known
}
