//! Figures for a monitor: who may read them, that they are well formed, bounded and right, and
//! that the dashboard and the alerts speak of figures that are there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};

use axum::{
    body::Body,
    http::{Method, Request},
};
use momentum::{
    kernel::{error::Error, text::Email},
    platform::{
        config::{self, Secret, Sources},
        mail::{self, Letter},
        web::scrape,
    },
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{Answer, TestApp};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

async fn observed() -> TestApp {
    TestApp::start_with(|config| config.metrics.token = Some(Secret::new(TOKEN.into()))).await
}

async fn read_with(app: &TestApp, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().uri("/metrics");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.anonymous().send(request.body(Body::empty()).expect("a request")).await
}

async fn scraped(app: &TestApp) -> Exposition {
    let answer = read_with(app, &[("authorization", &format!("Bearer {TOKEN}"))]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    Exposition::parse(&answer.text()).unwrap_or_else(|wrong| panic!("{wrong}\n{}", answer.text()))
}

/// The text format, read as strictly as its description allows.
#[derive(Debug, Default)]
struct Exposition {
    /// Type and help by name.
    families: BTreeMap<String, (String, String)>,
    /// Every value by name and labels, as they were written.
    samples: BTreeMap<String, f64>,
}

impl Exposition {
    fn parse(text: &str) -> Result<Self, String> {
        let mut page = Self::default();
        let mut family = String::new();
        if !text.ends_with('\n') {
            return Err("the last line has no end".into());
        }
        for line in text.lines() {
            let refuse = |why: &str| Err(format!("{why}: {line}"));
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let Some((name, help)) = rest.split_once(' ') else {
                    return refuse("no help");
                };
                name.clone_into(&mut family);
                if !is_name(name) || help.is_empty() {
                    return refuse("a bad name or help");
                }
                if page.families.insert(name.into(), (String::new(), help.into())).is_some() {
                    return refuse("a family comes twice");
                }
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let Some((name, kind)) = rest.split_once(' ') else {
                    return refuse("no type");
                };
                if name != family || !matches!(kind, "gauge" | "counter" | "histogram") {
                    return refuse("a type without its help");
                }
                let entry = page.families.get_mut(name).ok_or("no help")?;
                kind.clone_into(&mut entry.0);
            } else {
                let Some((series, value)) = line.rsplit_once(' ') else {
                    return refuse("no value");
                };
                let value: f64 = value.parse().map_err(|_| format!("not a number: {line}"))?;
                let name = series.split('{').next().unwrap_or_default();
                let kind = &page.families.get(&family).ok_or_else(|| format!("no family: {line}"))?.0;
                let is_ours = match kind.as_str() {
                    "histogram" => ["_bucket", "_sum", "_count"]
                        .iter()
                        .any(|end| name.strip_suffix(end) == Some(family.as_str())),
                    "counter" => name == family && name.ends_with("_total") && value >= 0.0,
                    _ => name == family && !name.ends_with("_total"),
                };
                if !is_ours || !is_name(name) || !are_labels(&series[name.len()..]) {
                    return refuse("a sample out of place");
                }
                if page.samples.insert(series.to_owned(), value).is_some() {
                    return refuse("a series comes twice");
                }
            }
        }
        page.check_histograms()?;
        Ok(page)
    }

    /// Buckets rise, the last is infinite and equals the count, and there is a sum.
    fn check_histograms(&self) -> Result<(), String> {
        let names = self
            .families
            .iter()
            .filter(|(_, (kind, _))| kind == "histogram")
            .map(|(name, _)| name);
        for name in names {
            let mut rising: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
            for (series, value) in &self.samples {
                let Some(labels) = series.strip_prefix(&format!("{name}_bucket{{")) else {
                    continue;
                };
                let (before, bound) = labels.split_once("le=\"").ok_or_else(|| format!("no bound: {series}"))?;
                let bound = bound.trim_end_matches("\"}").replace("+Inf", "inf");
                let bound = bound.parse().map_err(|_| format!("not a bound: {series}"))?;
                rising
                    .entry(before.trim_end_matches(',').to_owned())
                    .or_default()
                    .push((bound, *value));
            }
            for (labels, mut buckets) in rising {
                buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
                let is_rising = buckets.windows(2).all(|pair| pair[0].1 <= pair[1].1);
                let of = |end: &str| {
                    let plain = format!("{name}_{end}");
                    self.samples
                        .get(&if labels.is_empty() { plain } else { format!("{plain}{{{labels}}}") })
                };
                let last = buckets.last().copied().unwrap_or_default();
                if !is_rising || last.0 != f64::INFINITY || Some(&last.1) != of("count") || of("sum").is_none() {
                    return Err(format!("a broken histogram: {name}{{{labels}}} {buckets:?}"));
                }
            }
        }
        Ok(())
    }

    #[track_caller]
    fn value(&self, series: &str) -> f64 {
        *self
            .samples
            .get(series)
            .unwrap_or_else(|| panic!("no {series} in {:#?}", self.samples.keys()))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// `{name="value",…}` or nothing.
fn are_labels(text: &str) -> bool {
    let Some(mut rest) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else {
        return text.is_empty();
    };
    while let Some((name, after)) = rest.split_once("=\"") {
        let Some((value, after)) = after.split_once('"') else {
            return false;
        };
        if !is_name(name) || value.contains(['\\', '\n']) {
            return false;
        }
        match after.strip_prefix(',') {
            Some(more) if !more.is_empty() => rest = more,
            _ => return after.is_empty(),
        }
    }
    false
}

#[test]
fn the_reader_of_this_test_is_strict() {
    for wrong in [
        "a 1",
        "a 1\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"y\" 1\n",
        "# HELP a b\n# TYPE a gauge\na 1\na 1\n",
        "# HELP a b\n# TYPE a counter\na 1\n",
        "# HELP a b\n# TYPE b gauge\n",
        "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1.0\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        "# HELP a b\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 1\n",
        "# HELP a b\n# TYPE a gauge\nA 1\n",
    ] {
        assert!(Exposition::parse(wrong).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn nobody_reads_figures_unless_the_configuration_says_who() {
    let bearer = format!("Bearer {TOKEN}");
    let off = TestApp::start().await;
    for headers in [&[][..], &[("authorization", bearer.as_str())]] {
        let answer = read_with(&off, headers).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (404, "page.not_found"));
    }
    let app = observed().await;
    let short = &bearer[..bearer.len() - 1];
    let lower = bearer.replace("Bearer", "Basic");
    for wrong in ["", "Bearer", "Bearer ", TOKEN, short, &format!("{bearer}0"), &lower] {
        let answer = read_with(&app, &[("authorization", wrong)]).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (401, "metrics.token_wrong"), "{wrong}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        assert!(!answer.text().contains("momentum_"));
    }
    assert_eq!(read_with(&app, &[]).await.status, 401);
    // An admin's session is no reader's token.
    let ada = app.admin("Ada").await;
    let session = format!("Bearer {}", ada.token());
    assert_eq!(read_with(&app, &[("authorization", &session)]).await.status, 401);
    let post = Request::builder().method(Method::POST).uri("/metrics").body(Body::empty());
    assert_eq!(ada.send(post.expect("a request")).await.status, 405);
    scraped(&app).await;
    app.settle().await;
}

#[test]
fn a_token_that_can_be_guessed_is_refused() {
    let load = |key: &str, value: &str| {
        let flags = vec![(key.to_owned(), value.to_owned(), "--set".to_owned())];
        config::load(&Sources {
            flags,
            ..Sources::default()
        })
        .map(|(config, _)| config)
    };
    for short in ["", "   ", "secret", "fifteen-letters"] {
        let refused = load("metrics.token", short);
        let is_off = refused.as_ref().is_ok_and(|config| config.metrics.token.is_none());
        let is_named = refused
            .as_ref()
            .is_err_and(|wrong| wrong.to_string().contains("metrics.token: expected at least 16"));
        assert!(is_off || is_named, "{short:?}");
    }
    assert!(load("metrics.token", TOKEN).is_ok());
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), format!("{TOKEN}\n")).expect("written");
    let from_file = load("metrics.token_file", &file.path().display().to_string()).expect("a configuration");
    assert_eq!(
        from_file.metrics.token.map(|token| token.reveal().to_owned()).as_deref(),
        Some(TOKEN)
    );
}

#[tokio::test]
async fn a_port_of_its_own_keeps_them_off_the_main_one() {
    for token in [None, Some(TOKEN)] {
        let app = TestApp::start_with(|config| {
            config.metrics.listen = Some("127.0.0.1:0".parse().expect("an address"));
            config.metrics.token = token.map(|token| Secret::new(token.into()));
        })
        .await;
        let bearer = format!("Bearer {TOKEN}");
        assert_eq!(read_with(&app, &[("authorization", &bearer)]).await.status, 404);
        let stop = CancellationToken::new();
        let address = scrape::open(app.web(), &stop).await.expect("a port").expect("an address");
        let http = reqwest::Client::new();
        let bare = http.get(format!("http://{address}/metrics")).send().await.expect("an answer");
        assert_eq!(bare.status().as_u16(), if token.is_some() { 401 } else { 200 });
        let asked = http
            .get(format!("http://{address}/metrics"))
            .header("authorization", bearer)
            .send()
            .await;
        let text = asked.expect("an answer").text().await.expect("text");
        Exposition::parse(&text).expect("well formed");
        for path in ["/", "/api/v1/instance", "/metrics/x"] {
            let other = http.get(format!("http://{address}{path}")).send().await.expect("an answer");
            assert_eq!(other.status(), 404, "{path}");
        }
        stop.cancel();
        app.close().await;
        assert!(
            http.get(format!("http://{address}/metrics")).send().await.is_err(),
            "the port is closed"
        );
    }
}

#[tokio::test]
async fn names_types_and_helps_are_a_promise() {
    let app = observed().await;
    let ana = app.learner("Ana").await;
    ana.get("/me").await.expect(200);
    app.settle().await;
    let page = scraped(&app).await;
    let promise: Vec<String> = page
        .families
        .iter()
        .map(|(name, (kind, help))| format!("{name} {kind}: {help}"))
        .collect();
    insta::assert_snapshot!(promise.join("\n"));
}

#[tokio::test]
async fn open_metrics_are_told_to_who_asks() {
    let app = observed().await;
    let headers = [
        ("authorization", format!("Bearer {TOKEN}")),
        ("accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5".into()),
    ];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = read_with(&app, &headers).await;
    assert_eq!(
        answer.header("content-type"),
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    let text = answer.text();
    assert!(text.ends_with("\n# EOF\n"));
    assert!(
        text.contains("# TYPE momentum_db_commits counter\nmomentum_db_commits_total "),
        "{text}"
    );
}

#[tokio::test]
async fn answers_are_counted_by_template_method_and_class() {
    let app = observed().await;
    let ana = app.learner("Ana").await;
    for _ in 0..3 {
        ana.get("/me").await.expect(200);
    }
    app.anonymous().get("/me").await.expect(401);
    ana.delete(&format!("/me/sessions/{}", "ses_0000000000000")).await;
    let page = scraped(&app).await;
    let count = |route: &str, method: &str, status: &str| {
        page.value(&format!(
            "momentum_http_request_duration_seconds_count{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}"
        ))
    };
    assert_eq!(count("/api/v1/me", "GET", "2xx"), 3.0);
    assert_eq!(count("/api/v1/me", "GET", "4xx"), 1.0);
    assert_eq!(count("/api/v1/me/sessions/{session}", "DELETE", "4xx"), 1.0);
    // The scrape itself is under way.
    assert_eq!(page.value("momentum_http_requests_in_flight"), 1.0);
    assert_eq!(page.value("momentum_http_requests_left_total"), 0.0);
    app.settle().await;
}

#[tokio::test]
async fn no_request_makes_the_page_grow() {
    let app = observed().await;
    let series = async |round: usize| {
        for n in 0..60 {
            let nonce = format!("{round}x{n}é");
            let method = Method::from_bytes(format!("X{round}{n}").as_bytes()).expect("a method");
            for path in ["/api/v1/none/", "/api/v1/courses/", "/courses/", "/", "/api/"] {
                let uri = format!("{path}{}?q={n}", nonce.replace('é', "%C3%A9"));
                for method in [Method::GET, method.clone()] {
                    let request = Request::builder().method(method).uri(&uri).body(Body::empty());
                    app.anonymous().send(request.expect("a request")).await;
                }
            }
        }
        let page = scraped(&app).await;
        let requests = |series: &&String| series.starts_with("momentum_http_request_duration_seconds_count");
        page.samples.keys().filter(requests).cloned().collect::<BTreeSet<_>>()
    };
    series(0).await;
    let first = series(1).await;
    assert_eq!(first, series(2).await);
    assert!(first.len() < 20, "{first:?}");
    assert!(
        first.iter().any(|series| series.contains("route=\"(unknown)\",method=\"other\"")),
        "{first:?}"
    );
    assert!(
        first.iter().all(|series| !series.contains("%C3") && !series.contains("q=")),
        "{first:?}"
    );
}

#[tokio::test]
async fn counts_of_the_database_are_right_and_taken_anew_in_time() {
    let mut app = observed().await;
    app.leave_work_behind();
    app.learner("Ana").await;
    app.learner("Bo").await;
    app.settle().await;
    let page = scraped(&app).await;
    assert_eq!(page.value("momentum_sessions"), 2.0);
    assert_eq!(page.value("momentum_jobs{queue=\"mail\",state=\"waiting\"}"), 0.0);
    assert_eq!(page.value("momentum_db_writes_rolled_back_total"), 0.0);
    let (events, commits) = (page.value("momentum_events_total"), page.value("momentum_db_commits_total"));
    assert!(events >= 2.0 && commits >= 2.0);
    let (db, platform) = (app.system(), app.platform().clone());
    db.write("test.mail", move |tx| {
        let letter = Letter {
            to: Email::parse("ana@example.com").expect("an address"),
            to_name: "Ana".into(),
            template: "test",
            language: "en".into(),
            data: json!({}),
        };
        mail::queue(tx, &platform, &letter)
    })
    .await
    .expect("a mail");
    let refused = db.write("test.refused", |_| Err::<(), _>(Error::NotFound("test"))).await;
    assert!(refused.is_err());
    let soon = scraped(&app).await;
    assert_eq!(soon.value("momentum_mails{state=\"waiting\"}"), 0.0, "counted a moment ago");
    assert_eq!(soon.value("momentum_db_writes_rolled_back_total"), 1.0, "counted on the way");
    app.clock.advance(Duration::from_secs(31));
    let later = scraped(&app).await;
    assert_eq!(later.value("momentum_mails{state=\"waiting\"}"), 1.0);
    assert_eq!(later.value("momentum_jobs{queue=\"mail\",state=\"waiting\"}"), 1.0);
    assert_eq!(later.value("momentum_jobs_late_seconds{queue=\"mail\"}"), 31.0);
    app.settle().await;
    app.clock.advance(Duration::from_secs(31));
    let sent = scraped(&app).await;
    assert_eq!(sent.value("momentum_mails_sent_total"), 1.0);
    assert_eq!(sent.value("momentum_jobs_runs_total{queue=\"mail\",outcome=\"done\"}"), 1.0);
    assert_eq!(sent.value("momentum_jobs_run_seconds_count{queue=\"mail\"}"), 1.0);
    assert_eq!(sent.value("momentum_jobs_late_seconds{queue=\"mail\"}"), 0.0);
    assert!(sent.value("momentum_db_commits_total") > commits);
    assert_eq!(
        sent.value("momentum_db_batch_writes_sum"),
        sent.value("momentum_db_writes_total") + sent.value("momentum_db_writes_rolled_back_total"),
        "every write is in a batch, also one that failed"
    );
    assert!(sent.value("momentum_data_disk_free_bytes") > 0.0);
    assert!(sent.value("process_resident_memory_bytes") > 1e6);
}

/// Every name of a figure that stands in a text, without the endings of histograms.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let ours = words.filter(|word| word.starts_with("momentum_") || word.starts_with("process_"));
    let base = |word: &str| {
        let ends = ["_bucket", "_sum", "_count"];
        ends.iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word).to_owned()
    };
    ours.map(base).collect()
}

fn asset(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/monitoring").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Everything that a scrape exports.
async fn exported() -> BTreeSet<String> {
    let app = observed().await;
    app.settle().await;
    scraped(&app).await.families.into_keys().collect()
}

#[tokio::test]
async fn the_dashboard_and_the_alerts_speak_of_figures_that_are_there() {
    let names = exported().await;
    let (dashboard, alerts) = (asset("dashboard.json"), asset("alerts.yml"));
    let dashboard: Value = serde_json::from_str(&dashboard).expect("valid JSON");
    let mut asked = String::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        if panel["type"] == "row" {
            continue;
        }
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
        assert!(
            panel["gridPos"]["w"].as_u64().is_some_and(|w| (1..=24).contains(&w)),
            "{}",
            panel["title"]
        );
        for target in panel["targets"].as_array().expect("targets") {
            asked.push_str(target["expr"].as_str().expect("a query"));
            asked.push('\n');
        }
    }
    let shown = named(&asked);
    let missing: Vec<_> = shown
        .union(&named(&alerts))
        .filter(|name| !names.contains(*name))
        .cloned()
        .collect();
    assert!(missing.is_empty(), "not exported: {missing:?}");
    let hidden: Vec<_> = names.difference(&shown).collect();
    let expected = [
        "momentum_counted_timestamp_seconds",
        "process_max_fds",
        "process_threads",
        "process_virtual_memory_bytes",
    ];
    assert_eq!(hidden, expected, "figures that the dashboard does not show");
}
