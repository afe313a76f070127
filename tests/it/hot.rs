//! What is asked all day long stays quick however many people there are: no statement of a hot
//! request walks a table that grows with them.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use momentum::platform::db;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::support::{PASSWORD, TestApp, courses::Spec};

/// Tables that have a row for each person, or for each thing that somebody did.
const GROWING: [&str; 20] = [
    "users",
    "profiles",
    "credentials",
    "sessions",
    "auth_tokens",
    "auth_tries",
    "enrolments",
    "course_learners",
    "progress_facts",
    "active_minutes",
    "lesson_progress",
    "course_progress",
    "day_minutes",
    "positions",
    "timers",
    "notes",
    "bookmarks",
    "events",
    "audit",
    "lessons",
];

/// Writes down every statement that is run.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<BTreeSet<String>>>);

impl Visit for Recorder {
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "sql" {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(value.to_owned());
        }
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == db::STATEMENTS
    }
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn no_hot_request_walks_a_table_that_grows_with_people() {
    let recorder = Recorder::default();
    tracing::subscriber::set_global_default(recorder.clone()).expect("the only subscriber of this process");
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    let made = app.course(Spec::days7("Clear writing")).await;
    app.settle().await;
    // What went before is no hot request.
    recorder.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let sign_in = json!({ "email": "ana@example.com", "password": PASSWORD });
    app.anonymous().post("/auth/sign-in", sign_in).await.expect(200);
    let course = format!("/courses/{}", made.slug);
    ana.post(&format!("{course}/enrolment"), json!({})).await.expect(201);
    let lesson = format!("/lessons/{}", made.lessons[0]);
    for path in [
        "/me",
        "/me/today",
        "/me/courses",
        "/me/history",
        "/courses?limit=24",
        "/search?q=wri",
        "/search/suggest?q=wri",
    ] {
        ana.get(path).await.expect(200);
    }
    for path in [course.clone(), format!("{course}/learn"), lesson.clone()] {
        ana.get(&path).await.expect(200);
    }
    ana.post(&format!("{lesson}/open"), json!({})).await.expect(204);
    let beat = json!({ "timer": "a-tab-of-hers", "seconds": 30, "is_active": true });
    ana.post(&format!("{lesson}/heartbeat"), beat).await.expect(200);
    ana.post(&format!("{lesson}/notes"), json!({ "text": "A note" })).await.expect(201);
    ana.post(&format!("{lesson}/complete"), json!({})).await.expect(200);
    app.settle().await;
    let conn = Connection::open_with_flags(app.database().path(), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it opens");
    let asked = recorder.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(asked.len() > 50, "only {} statements were recorded", asked.len());
    let walks: Vec<String> = asked.iter().flat_map(|sql| walks(&conn, sql)).collect();
    assert!(
        walks.is_empty(),
        "give each of these an index, or ask another way:\n{}",
        walks.join("\n")
    );
}

/// The steps of a statement's plan that go through a whole growing table.
fn walks(conn: &Connection, sql: &str) -> Vec<String> {
    let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
    let steps = statement
        .raw_query()
        .mapped(|row| row.get::<_, String>(3))
        .collect::<Result<Vec<_>, _>>();
    let walks = |step: &String| {
        let table = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
        // A table may have another name in the statement.
        table.is_some_and(|table| {
            GROWING
                .iter()
                .any(|name| *name == table || sql.contains(&format!(" {name} {table}")))
        })
    };
    steps
        .expect("its steps")
        .into_iter()
        .filter(walks)
        .map(|step| format!("{step}: {sql}"))
        .collect()
}
