//! One look at all figures, written as a monitor asks for it.

use std::{sync::Arc, time::Duration};

use prometheus_client::{
    encoding::{prometheus_text, text},
    registry::Registry,
};

use super::{Metrics, Set, outside, process, set::Page};
use crate::{
    kernel::{
        actor::Actor,
        error::{Error, Result},
        time::Timestamp,
    },
    platform::{Platform, db::Database},
};

/// How long counts of the database are shown before they are taken anew.
pub const FRESH: Duration = Duration::from_secs(30);

/// How long a scrape waits for new counts before it shows the former ones.
const PATIENCE: Duration = Duration::from_secs(4);

/// Counts of the database at one moment.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    at: Timestamp,
    set: Arc<Set>,
}

/// How figures are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' text format 0.0.4.
    Text,
    /// OpenMetrics 1.0.0.
    OpenMetrics,
}

impl Format {
    /// The form that an `Accept` header likes best; the plain text when it does not say.
    #[must_use]
    pub fn wanted(accept: &str) -> Self {
        let liking = |kind: &str| {
            let weights = accept.split(',').filter_map(|one| {
                let mut parts = one.split(';').map(str::trim);
                let is_kind = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(kind));
                let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
                is_kind.then_some(weight.unwrap_or(1.0))
            });
            weights.fold(0.0, f32::max)
        };
        let open = liking("application/openmetrics-text");
        if open > 0.0 && open >= liking("text/plain") {
            Self::OpenMetrics
        } else {
            Self::Text
        }
    }

    /// The `Content-Type`.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

impl Metrics {
    /// All figures as they are now.
    ///
    /// # Errors
    /// When they cannot be written down, which is a fault of ours. A database that does not answer
    /// is none: the other figures say so.
    pub async fn scrape(&self, database: &Database, platform: &Arc<Platform>, format: Format) -> Result<String> {
        let counted = self.count(database, platform).await;
        let mut set = Set::default();
        self.http.collect(&mut set);
        self.jobs.collect(&mut set);
        self.mails.collect(&mut set);
        database.collect(&mut set);
        process::disk(&mut set, platform.data());
        process::collect(&mut set);
        about(&mut set, platform);
        let (at, counted) = counted.map_or_else(|| (0.0, Arc::default()), |counted| (outside::seconds(counted.at), counted.set));
        set.gauge(
            "momentum_counted_timestamp_seconds",
            "When the figures that need the database were counted, in seconds since 1970; 0 for never",
            &[],
            at,
        );
        write(vec![Arc::new(set), counted], format)
    }

    /// The counts of the database, taken anew when they are old. One taker at a time.
    async fn count(&self, database: &Database, platform: &Arc<Platform>) -> Option<Counted> {
        let mut kept = self.counted.lock().await;
        let now = database.now();
        let is_fresh = kept.as_ref().is_some_and(|kept| {
            let age = now.millis() - kept.at.millis();
            // A clock that was set back must not keep old counts for ever.
            (0..i64::try_from(FRESH.as_millis()).unwrap_or(i64::MAX)).contains(&age)
        });
        if !is_fresh {
            let (collectors, platform) = (self.collectors.clone(), platform.clone());
            let db = database.acting_as(Actor::System("metrics"));
            let taking = db.read_heavy("metrics.count", move |read| {
                let mut set = Set::default();
                for (name, collect) in collectors {
                    // One that fails must not hide the others.
                    if let Err(error) = collect(read, &platform, &mut set) {
                        tracing::warn!(collector = name, ?error, "some figures could not be counted");
                    }
                }
                Ok(Arc::new(set))
            });
            match tokio::time::timeout(PATIENCE, taking).await {
                Ok(Ok(set)) => *kept = Some(Counted { at: now, set }),
                Ok(Err(error)) => tracing::warn!(?error, "figures could not be counted"),
                Err(_) => tracing::warn!("reports keep the database busy: figures are not counted now"),
            }
        }
        kept.clone()
    }
}

/// Which program this is, since when it runs, and whether its log keeps up.
fn about(set: &mut Set, platform: &Platform) {
    let labels = [("version", env!("CARGO_PKG_VERSION"))];
    set.gauge("momentum_build_info", "1, with the version as its label", &labels, 1_u32);
    set.gauge(
        "process_start_time_seconds",
        "When the process started, in seconds since 1970",
        &[],
        outside::seconds(platform.started_at),
    );
    set.counter(
        "momentum_log_lines_lost",
        "Lines of the log that were dropped because writing them was too slow",
        &[],
        platform.logs.lost(),
    );
}

fn write(sets: Vec<Arc<Set>>, format: Format) -> Result<String> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Page(sets)));
    let mut page = String::with_capacity(64 * 1024);
    match format {
        Format::Text => prometheus_text::encode(&mut page, &registry),
        Format::OpenMetrics => text::encode(&mut page, &registry),
    }
    .map_err(Error::internal)?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_is_liked_best() {
        assert_eq!(Format::wanted(""), Format::Text);
        assert_eq!(Format::wanted("*/*"), Format::Text);
        assert_eq!(Format::wanted("application/openmetrics-text"), Format::OpenMetrics);
        let prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        assert_eq!(Format::wanted(prometheus), Format::OpenMetrics);
        assert_eq!(
            Format::wanted("text/plain;version=0.0.4, application/openmetrics-text;q=0.2"),
            Format::Text
        );
        assert_eq!(Format::wanted("application/openmetrics-text;q=0"), Format::Text);
        assert_eq!(Format::wanted(";;,,q=x"), Format::Text);
    }
}
