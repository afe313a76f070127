//! Configuration that holds for the life of the process.

use std::path::PathBuf;

/// The validated configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that holds everything this instance keeps.
    pub data: PathBuf,
    /// The port, and what clients may ask of it.
    pub server: ServerConfig,
}

impl Config {
    /// The defaults, with this data folder.
    #[must_use]
    pub fn at(data: PathBuf) -> Self {
        Self {
            data,
            server: ServerConfig::default(),
        }
    }
}

/// The port, and what clients may ask of it.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Where people reach the instance: scheme, host and port, without a path.
    pub public_url: String,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".into(),
        }
    }
}

impl ServerConfig {
    /// The host name in [`ServerConfig::public_url`].
    #[must_use]
    pub fn public_host(&self) -> String {
        let url = self.public_url.parse::<http::Uri>().ok();
        url.and_then(|url| url.host().map(str::to_owned))
            .unwrap_or_else(|| "localhost".into())
    }
}
