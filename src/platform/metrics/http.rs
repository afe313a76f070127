//! How long answers take, by route. What a route may be is bounded: templates such as
//! `/api/v1/courses/{course}`, never the paths that people ask for.

use std::{
    collections::HashMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use http::{Method, StatusCode};

use super::{
    Set,
    histogram::{ANSWERS, Histogram},
};

/// What stands for API paths that no route took.
const UNKNOWN: &str = "(unknown)";
/// What stands for the pages and files of the web app.
const WEB: &str = "(web)";
/// Templates that are told apart; the routers have fewer, so this is never reached.
const MOST: usize = 1000;

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Figures about requests.
#[derive(Debug)]
pub struct Http {
    /// Read without a lock on every request; replaced when a template is met for the first time.
    routes: ArcSwap<HashMap<String, Arc<Route>>>,
    unknown: Arc<Route>,
    web: Arc<Route>,
    in_flight: AtomicI64,
    left: AtomicU64,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            routes: ArcSwap::default(),
            unknown: Arc::new(Route::new(UNKNOWN)),
            web: Arc::new(Route::new(WEB)),
            in_flight: AtomicI64::new(0),
            left: AtomicU64::new(0),
        }
    }
}

/// The histograms of one route: made when they are first needed, found by index ever after.
#[derive(Debug)]
pub struct Route {
    name: Box<str>,
    cells: [[OnceLock<Histogram>; CLASSES.len()]; METHODS.len()],
}

impl Route {
    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            cells: Default::default(),
        }
    }

    /// Counts an answer.
    pub fn answered(&self, method: &Method, status: StatusCode, took: Duration) {
        let method = METHODS
            .iter()
            .position(|known| *known == method.as_str())
            .unwrap_or(METHODS.len() - 1);
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        let cell = &self.cells[method][class];
        cell.get_or_init(|| Histogram::seconds(ANSWERS)).observe(took);
    }

    fn collect(&self, set: &mut Set) {
        for (method, row) in METHODS.iter().zip(&self.cells) {
            for (class, cell) in CLASSES.iter().zip(row) {
                if let Some(histogram) = cell.get() {
                    let labels = [("route", &*self.name), ("method", *method), ("status", *class)];
                    set.histogram(DURATION, DURATION_HELP, &labels, histogram);
                }
            }
        }
    }
}

const DURATION: &str = "momentum_http_request_duration_seconds";
const DURATION_HELP: &str = "Time from a request's headers to its answer's headers";

/// A request under way; counted as left when it is dropped before [`Flight::land`].
#[derive(Debug)]
pub struct Flight<'h>(Option<&'h Http>);

impl Flight<'_> {
    /// It was answered.
    pub fn land(mut self) {
        if let Some(http) = self.0.take() {
            http.in_flight.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if let Some(http) = self.0.take() {
            http.in_flight.fetch_sub(1, Ordering::Relaxed);
            http.left.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Http {
    /// A request begins.
    pub fn begin(&self) -> Flight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        Flight(Some(self))
    }

    /// The histograms of a route by its template; `None` for what no route took.
    pub fn route(&self, template: Option<&str>, is_api: bool) -> Arc<Route> {
        let Some(template) = template else {
            return if is_api { self.unknown.clone() } else { self.web.clone() };
        };
        if let Some(route) = self.routes.load().get(template) {
            return route.clone();
        }
        self.routes.rcu(|known| {
            let mut known = HashMap::clone(known);
            if known.len() < MOST {
                known.entry(template.to_owned()).or_insert_with(|| Arc::new(Route::new(template)));
            }
            known
        });
        self.routes.load().get(template).unwrap_or(&self.unknown).clone()
    }

    pub(super) fn collect(&self, set: &mut Set) {
        set.announce_histogram(DURATION, DURATION_HELP);
        let routes = self.routes.load();
        let mut routes: Vec<_> = routes.values().chain([&self.unknown, &self.web]).collect();
        routes.sort_by(|a, b| a.name.cmp(&b.name));
        routes.iter().for_each(|route| route.collect(set));
        set.gauge(
            "momentum_http_requests_in_flight",
            "Requests whose answer has not begun",
            &[],
            self.in_flight.load(Ordering::Relaxed),
        );
        set.counter(
            "momentum_http_requests_left",
            "Requests whose client went away before the answer began",
            &[],
            self.left.load(Ordering::Relaxed),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_bounded_and_methods_folded() {
        let http = Http::default();
        for n in 0..2 * MOST {
            let route = http.route(Some(&format!("/r{n}")), true);
            let method = Method::from_bytes(format!("M{n}").as_bytes()).expect("a method");
            route.answered(&method, StatusCode::OK, Duration::ZERO);
        }
        assert_eq!(http.routes.load().len(), MOST);
        assert!(Arc::ptr_eq(&http.route(Some("/r7"), true), &http.route(Some("/r7"), false)));
        let strange = StatusCode::from_u16(999).expect("a status");
        http.route(None, true).answered(&Method::GET, strange, Duration::ZERO);
        let mut set = Set::default();
        http.collect(&mut set);
        assert_eq!(set.names().count(), 3);
    }

    #[test]
    fn who_goes_away_is_counted_as_left() {
        let http = Http::default();
        let (one, two) = (http.begin(), http.begin());
        assert_eq!(http.in_flight.load(Ordering::Relaxed), 2);
        one.land();
        drop(two);
        assert_eq!((http.in_flight.load(Ordering::Relaxed), http.left.load(Ordering::Relaxed)), (0, 1));
    }
}
