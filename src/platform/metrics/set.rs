//! Figures of one moment, gathered from whoever has some, and how they are written down.

use std::{collections::BTreeMap, fmt, sync::Arc};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet},
    metrics::MetricType,
};

use super::histogram::Histogram;

/// Names and values of one sample's labels.
pub type Labels<'l> = &'l [(&'static str, &'l str)];

/// A number that a figure may be.
pub trait Number {
    /// As figures are written.
    fn number(self) -> f64;
}

macro_rules! numbers {
    ($($type:ty),+) => {$(
        impl Number for $type {
            fn number(self) -> f64 {
                self as f64
            }
        }
    )+};
}
numbers!(i64, u64, u32, usize, f64);

impl Number for bool {
    fn number(self) -> f64 {
        f64::from(u8::from(self))
    }
}

/// Figures by name. Names follow Prometheus: `momentum_` + what + unit, base units alone; the
/// `_total` of counters is added where they are written.
#[derive(Debug, Default)]
pub struct Set {
    families: BTreeMap<&'static str, Family>,
}

#[derive(Debug)]
struct Family {
    help: &'static str,
    kind: Kind,
    samples: Vec<(Vec<(&'static str, String)>, Sample)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gauge,
    Counter,
    Histogram,
}

#[derive(Debug)]
enum Sample {
    Number(f64),
    Histogram(Histogram),
}

impl Set {
    /// Something that goes up and down.
    pub fn gauge(&mut self, name: &'static str, help: &'static str, labels: Labels<'_>, value: impl Number) {
        self.put(name, help, Kind::Gauge, labels, Sample::Number(value.number()));
    }

    /// Something that only grows while the process runs.
    pub fn counter(&mut self, name: &'static str, help: &'static str, labels: Labels<'_>, value: impl Number) {
        self.put(name, help, Kind::Counter, labels, Sample::Number(value.number()));
    }

    /// Durations or numbers in buckets. It is read when the figures are written, not now.
    pub fn histogram(&mut self, name: &'static str, help: &'static str, labels: Labels<'_>, value: &Histogram) {
        self.put(name, help, Kind::Histogram, labels, Sample::Histogram(value.clone()));
    }

    /// A gauge that may have no sample at the moment: its name is told all the same.
    pub fn announce_gauge(&mut self, name: &'static str, help: &'static str) {
        self.family(name, help, Kind::Gauge);
    }

    /// A histogram that may have no sample at the moment: its name is told all the same.
    pub fn announce_histogram(&mut self, name: &'static str, help: &'static str) {
        self.family(name, help, Kind::Histogram);
    }

    /// Every name that is in it, as it is written.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.families.iter().map(|(name, family)| match family.kind {
            Kind::Counter => format!("{name}_total"),
            Kind::Gauge | Kind::Histogram => (*name).to_owned(),
        })
    }

    fn family(&mut self, name: &'static str, help: &'static str, kind: Kind) -> &mut Family {
        self.families.entry(name).or_insert_with(|| Family {
            help,
            kind,
            samples: Vec::new(),
        })
    }

    fn put(&mut self, name: &'static str, help: &'static str, kind: Kind, labels: Labels<'_>, sample: Sample) {
        let family = self.family(name, help, kind);
        debug_assert!(family.kind == kind, "{name} is of two kinds");
        let labels = labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        family.samples.push((labels, sample));
    }
}

/// Sets as the library writes them, the earlier ones winning where a name is in two.
#[derive(Debug)]
pub(super) struct Page(pub(super) Vec<Arc<Set>>);

impl Collector for Page {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut all: BTreeMap<&str, &Family> = BTreeMap::new();
        for (name, family) in self.0.iter().flat_map(|set| &set.families) {
            all.entry(name).or_insert(family);
        }
        for (name, family) in all {
            let kind = match family.kind {
                Kind::Gauge => MetricType::Gauge,
                Kind::Counter => MetricType::Counter,
                Kind::Histogram => MetricType::Histogram,
            };
            let mut metric = encoder.encode_descriptor(name, family.help, None, kind)?;
            for (labels, sample) in &family.samples {
                // The plain form of the text has no place for an empty set of labels.
                if labels.is_empty() {
                    write(sample, family.kind, &mut metric)?;
                } else {
                    write(sample, family.kind, &mut metric.encode_family(labels)?)?;
                }
            }
        }
        Ok(())
    }
}

fn write(sample: &Sample, kind: Kind, encoder: &mut MetricEncoder<'_>) -> fmt::Result {
    match sample {
        Sample::Number(number) if kind == Kind::Counter => encoder.encode_counter::<NoLabelSet, _, u64>(number, None),
        Sample::Number(number) => encoder.encode_gauge(number),
        Sample::Histogram(histogram) => {
            let tally = histogram.tally();
            encoder.encode_histogram::<NoLabelSet>(tally.sum, tally.count, &tally.buckets, None)
        }
    }
}
