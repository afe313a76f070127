//! Figures for a monitor: what requests, the database, background work and the process do.
//!
//! What is counted on the way (requests, writes, reads, runs of jobs) costs an atomic add or two
//! and is read at each scrape. What must be asked of the database (sessions, files, waiting work)
//! is counted in the lane of heavy reads, at most every [`FRESH`], and shown until then. A slice
//! adds figures through [`crate::platform::module::Module::collect`], a mechanism through a line
//! in [`collectors`].
//!
//! Labels are words of the code alone, so that no request can make the number of figures grow.

mod config;
mod counts;
mod histogram;
mod http;
mod outside;
mod process;
mod scrape;
mod set;
mod work;

pub use config::MetricsConfig;
pub use histogram::{ANSWERS, BATCHES, Histogram, RUNS, STEPS, Tally};
pub use http::{Flight, Http, Route};
pub use scrape::{FRESH, Format};
pub use set::{Labels, Number, Set};
pub use work::{Jobs, Mails, Outcome};

use super::{Platform, db::Read};
use crate::kernel::error::Result;

/// Adds figures that need the database or the disk. Runs at most every [`FRESH`].
pub type Collect = fn(&Read<'_>, &Platform, &mut Set) -> Result<()>;

/// The mechanisms that have figures, by name.
#[must_use]
pub fn collectors() -> Vec<(&'static str, Collect)> {
    vec![
        ("jobs", counts::jobs),
        ("events", counts::events),
        ("mail", counts::mails),
        ("backup", outside::backup),
        ("certificate", outside::certificate),
    ]
}

/// Everything that is counted. In the [`Platform`].
#[derive(Debug, Default)]
pub struct Metrics {
    /// Requests and answers.
    pub http: Http,
    /// Runs of background jobs.
    pub jobs: Jobs,
    /// Mail.
    pub mails: Mails,
    collectors: Vec<(&'static str, Collect)>,
    counted: tokio::sync::Mutex<Option<scrape::Counted>>,
}

impl Metrics {
    /// Nothing counted yet; these are asked for figures beside the mechanisms.
    #[must_use]
    pub fn new(slices: Vec<(&'static str, Collect)>) -> Self {
        let mut all = collectors();
        all.extend(slices);
        Self {
            collectors: all,
            ..Self::default()
        }
    }
}
