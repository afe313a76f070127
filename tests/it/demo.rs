//! The demo: what comes with the program is whole, and what its people did adds up.

use std::time::Duration;

use momentum::{
    cli::{
        Out,
        demo::{self, Filling, PASSWORD},
    },
    courses::{self, ImportOptions, Shelf},
    kernel::{id::UserId, time::Zone},
    progress::{self, RebuildProgress},
};
use serde_json::{Value, json};

use crate::support::TestApp;

async fn small(zone: &str, later: Duration) -> TestApp {
    let app = TestApp::start().await;
    app.clock.advance(later);
    let filling = Filling {
        small: true,
        seed: 1,
        zone: Zone::parse(zone).expect("a zone"),
    };
    let filled = demo::fill(&app, &app.clock, filling, &mut Out::terminal(true)).await;
    filled.expect("the school is filled");
    app
}

async fn ask(app: &TestApp, token: &str, path: &str) -> Value {
    let request = axum::http::Request::get(format!("/api/v1{path}"))
        .header("authorization", format!("Bearer {token}"))
        .body(axum::body::Body::empty());
    app.anonymous().send(request.expect("a request")).await.expect(200)
}

async fn sign_in(app: &TestApp, email: &str) -> String {
    let answer = app
        .anonymous()
        .post("/auth/sign-in", json!({ "email": email, "password": PASSWORD }))
        .await;
    let cookie = answer.headers["set-cookie"].to_str().expect("a cookie").to_owned();
    answer.expect(200);
    let value = cookie.split_once('=').expect("a value").1;
    value.split(';').next().expect("a token").to_owned()
}

#[tokio::test]
async fn every_package_that_comes_along_is_whole() {
    let app = TestApp::start().await;
    let slugs = demo::packages();
    assert_eq!(slugs.len(), 13);
    for slug in slugs {
        let options = ImportOptions {
            owner: None,
            publish: true,
            dry_run: false,
        };
        let done = courses::import(app.platform(), &app.system(), demo::package(&slug), &options).await;
        let done = done.unwrap_or_else(|error| panic!("{slug}: {error}"));
        assert_eq!(done.remarks, [], "{slug}");
        assert_eq!(done.published, Some(1), "{slug}");
    }
    app.settle().await;
}

#[tokio::test]
async fn the_numbers_follow_from_the_facts() {
    let app = small("Europe/Lisbon", Duration::ZERO).await;
    let shelf = Shelf::of(app.platform());
    let walked = app
        .system()
        .read("test.check", move |read| {
            progress::check(read, &RebuildProgress::as_system("test"), &shelf, UserId::from_raw(0))
        })
        .await
        .expect("a check");
    assert_eq!(walked.people, 3);
    assert_eq!(walked.differences, Vec::<String>::new());
    assert!(app.mails().is_empty(), "nobody gets a mail");
}

#[tokio::test]
async fn the_main_learner_is_in_the_middle_of_day_twelve() {
    // Wherever she lives, and however near the beginning of her day.
    let (nine, day_begins) = (0, 18 * 3600);
    for (zone, later) in [
        ("Europe/Lisbon", nine),
        ("Europe/Lisbon", day_begins - 1),
        ("Europe/Lisbon", day_begins),
        ("Europe/Lisbon", day_begins + 90),
        ("America/New_York", nine),
        ("Pacific/Kiritimati", nine),
        ("Asia/Kathmandu", nine),
    ] {
        let app = small(zone, Duration::from_secs(later)).await;
        let token = sign_in(&app, "learner@demo.example").await;
        let today = ask(&app, &token, "/me/today").await;
        let current = &today["current"];
        assert_eq!(current["course"]["slug"], "statistics-you-can-feel", "{zone}");
        assert_eq!(
            (
                &current["day"],
                &current["state"],
                &current["lessons_done"],
                &current["lessons_total"]
            ),
            (&json!(12), &json!("in_progress"), &json!(11), &json!(21)),
            "{zone}"
        );
        assert_eq!(current["resume"]["label"], "0:24", "{zone}");
        assert!(current["resume"]["block_id"].is_string(), "{zone}");
        assert_eq!(today["daily_goal_minutes"], 15);
        let others: Vec<(&Value, &Value)> = today["others"]
            .as_array()
            .expect("others")
            .iter()
            .map(|o| (&o["course"]["slug"], &o["day"]))
            .collect();
        assert_eq!(
            others,
            [(&json!("clear-writing"), &json!(4)), (&json!("meetings-worth-having"), &json!(7))],
            "{zone}"
        );
        assert_eq!(today["finished"][0]["slug"], "git-without-fear", "{zone}");
    }
}

#[tokio::test]
async fn she_has_notes_where_the_lessons_have_words() {
    let app = small("Europe/Lisbon", Duration::ZERO).await;
    let token = sign_in(&app, "learner@demo.example").await;
    let notes = ask(&app, &token, "/me/notes").await;
    let notes = notes["items"].as_array().expect("notes");
    assert_eq!(notes.len(), 8);
    assert_eq!(notes.iter().filter(|n| n["quote"].is_string()).count(), 5);
    assert!(notes.iter().any(|n| n["video_seconds"] == json!(24.0) && n["lesson"]["day"] == 12));
    for note in notes.iter().filter(|n| n["quote"].is_string()) {
        let lesson = note["lesson"]["id"].as_str().expect("a lesson");
        let lesson = ask(&app, &token, &format!("/lessons/{lesson}")).await;
        let body = lesson["content"]["body_html"].as_str().expect("a body");
        let at = format!("data-id=\"{}\"", note["block_id"].as_str().expect("a block"));
        assert!(body.contains(&at), "{note}");
        assert!(body.contains(note["quote"].as_str().expect("words")), "{note}");
    }
    let bookmarks = ask(&app, &token, "/me/bookmarks").await;
    assert_eq!(bookmarks["items"].as_array().expect("bookmarks").len(), 5);
    for (email, role) in [("instructor@demo.example", "instructor"), ("admin@demo.example", "admin")] {
        let token = sign_in(&app, email).await;
        assert_eq!(ask(&app, &token, "/me").await["role"], role);
    }
}
