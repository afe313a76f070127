//! Configuration that holds for the life of the process.

use std::path::PathBuf;

/// The validated configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that holds everything this instance keeps.
    pub data: PathBuf,
}
