//! Notes and bookmarks.

use std::time::Duration;

use momentum::kernel::event::Event;
use serde_json::{Value, json};

use super::enrolments::{daily, join};
use crate::support::{TestApp, courses::Spec};

const DAY: u64 = 24 * 3600;

fn texts(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().or(list.as_array()).expect("a list");
    items.iter().filter_map(|note| note["text"].as_str()).collect()
}

#[tokio::test]
async fn a_note_is_written_found_changed_and_deleted() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    join(&ana, &made, daily()).await;
    let path = format!("/lessons/{}/notes", made.lessons[0]);
    let body = json!({"text": "Averages settle.\r\n\u{7}Slowly. 🎲 שלום", "block_id": "abcdefghi1", "quote": " Roll fifty ", "video_seconds": 12.5});
    let note = ana.post(&path, body).await.expect(201);
    assert_eq!(note["text"], "Averages settle.\nSlowly. 🎲 שלום");
    assert_eq!(
        (&note["quote"], &note["block_id"], &note["video_seconds"]),
        (&json!("Roll fifty"), &json!("abcdefghi1"), &json!(12.5))
    );
    assert_eq!(
        note["lesson"],
        json!({"id": made.lessons[0].to_string(), "title": "Dice: day 1", "day": 1})
    );
    assert_eq!(note["course"]["slug"], "dice");
    let one = format!("/notes/{}", note["id"].as_str().expect("an id"));
    app.clock.advance(Duration::from_secs(60));
    let changed = ana.patch(&one, json!({"text": "Averages settle down."})).await.expect(200);
    assert_eq!(
        (&changed["created_at"], &changed["updated_at"]),
        (&json!("2026-11-16T09:00:00.000Z"), &json!("2026-11-16T09:01:00.000Z"))
    );
    assert_eq!(texts(&ana.get(&path).await.expect(200)), ["Averages settle down."]);
    let lesson = ana.get(&format!("/lessons/{}", made.lessons[0])).await.expect(200);
    assert_eq!(lesson["note_count"], 1);
    ana.delete(&one).await.expect(204);
    ana.delete(&one).await.expect(204);
    assert_eq!(ana.patch(&one, json!({"text": "Too late"})).await.status, 404);
    for list in [&path, "/me/notes"] {
        assert_eq!(texts(&ana.get(list).await.expect(200)), Vec::<&str>::new());
    }
    assert_eq!(ana.get(&format!("/lessons/{}", made.lessons[0])).await.expect(200)["note_count"], 0);
    app.pass(Duration::from_secs(599)).await;
    assert_eq!(
        ana.post(&format!("{one}/restore"), json!(null)).await.expect(200)["text"],
        "Averages settle down."
    );
    ana.delete(&one).await.expect(204);
    // The job of the first deletion comes now, and leaves the second its own ten minutes.
    app.pass(Duration::from_secs(1)).await;
    ana.post(&format!("{one}/restore"), json!(null)).await.expect(200);
    ana.delete(&one).await.expect(204);
    app.pass(Duration::from_secs(600)).await;
    assert_eq!(ana.post(&format!("{one}/restore"), json!(null)).await.status, 404);
    let db = app.system();
    let gone = db.read("test", |read| read.count("SELECT count(*) FROM notes", []));
    assert_eq!(gone.await.expect("a count"), 0, "deleted for good");
    app.settle().await;
}

#[tokio::test]
async fn a_note_sent_twice_is_one_note() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    let path = format!("/lessons/{}/notes", made.lessons[0]);
    let body = json!({"text": "once", "key": "4fd1c1de-7d2b-4a4e-9d5e-0d6f1d2a7b11"});
    let first = ana.post(&path, body.clone()).await.expect(201);
    assert_eq!(ana.post(&path, body.clone()).await.expect(200)["id"], first["id"]);
    assert_ne!(
        ben.post(&path, body).await.expect(201)["id"],
        first["id"],
        "keys are each one's own"
    );
    let db = app.system();
    let told = db
        .read("test", |read| momentum::platform::events::after(read, 0, 1000))
        .await
        .expect("events");
    assert_eq!(told.iter().filter(|e| matches!(e.event, Event::NoteCreated { .. })).count(), 2);
    app.settle().await;
}

#[tokio::test]
async fn notes_are_searched_as_they_are_written() {
    let app = TestApp::start().await;
    let (dice, cards) = (app.course(Spec::days7("Dice")).await, app.course(Spec::days7("Cards")).await);
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    let write = async |lesson: &dyn std::fmt::Display, text: &str, quote: Option<&str>| {
        let body = json!({"text": text, "quote": quote});
        ana.post(&format!("/lessons/{lesson}/notes"), body).await.expect(201);
    };
    write(&dice.lessons[0], "ÄRGER mit 100% Würfeln", None).await;
    write(&dice.lessons[0], "plain", Some("a_b \\ c")).await;
    write(&cards.lessons[0], "مرحبا بالعالم", None).await;
    ben.post(&format!("/lessons/{}/notes", dice.lessons[0]), json!({"text": "Ben's plain note"}))
        .await
        .expect(201);
    let find = async |query: &str| {
        let list = ana.get(&format!("/me/notes?{query}")).await.expect(200);
        texts(&list).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(find("q=%C3%A4rger").await, ["ÄRGER mit 100% Würfeln"]);
    assert_eq!(find("q=100%25").await, ["ÄRGER mit 100% Würfeln"]);
    assert_eq!(find("q=%25").await, ["ÄRGER mit 100% Würfeln"], "a percent sign is a percent sign");
    assert_eq!(find("q=a_b").await, ["plain"]);
    assert_eq!(find("q=_").await, ["plain"]);
    assert_eq!(find("q=%5C").await, ["plain"]);
    assert_eq!(find("q=%D9%85%D8%B1%D8%AD%D8%A8%D8%A7").await, ["مرحبا بالعالم"]);
    assert_eq!(find("q=plain").await, ["plain"], "only one's own");
    assert_eq!(find("q=%20").await.len(), 3);
    assert_eq!(find("course=dice").await.len(), 2);
    assert_eq!(find(&format!("course={}&q=plain", dice.course)).await, ["plain"]);
    assert_eq!(find("course=nothing-of-this-name").await.len(), 0);
    assert_eq!(find("course=crs_0000000000001").await.len(), 0);
    let first = ana.get("/me/notes?limit=2").await.expect(200);
    let cursor = first["next"].as_str().expect("a cursor");
    assert_eq!(find(&format!("limit=2&cursor={cursor}")).await, ["ÄRGER mit 100% Würfeln"]);
    for bad in ["cursor=not_1", "limit=x", "what=else", &format!("q={}", "a".repeat(201))] {
        assert_eq!(ana.get(&format!("/me/notes?{bad}")).await.status, 422, "{bad}");
    }
    app.settle().await;
}

#[tokio::test]
async fn nobody_touches_the_notes_of_others() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let (ana, ben, admin) = (app.learner("Ana").await, app.learner("Ben").await, app.admin("Ada").await);
    let path = format!("/lessons/{}", made.lessons[0]);
    let note = ana.post(&format!("{path}/notes"), json!({"text": "mine"})).await.expect(201);
    let bookmark = ana.post(&format!("{path}/bookmarks"), json!({})).await.expect(201);
    let note = format!("/notes/{}", note["id"].as_str().expect("an id"));
    let bookmark = format!("/bookmarks/{}", bookmark["id"].as_str().expect("an id"));
    for (client, status) in [(&ben, 404), (&admin, 404), (&app.anonymous(), 401)] {
        assert_eq!(client.patch(&note, json!({"text": "theirs"})).await.status.as_u16(), status);
        assert_eq!(client.delete(&note).await.status.as_u16(), status);
        assert_eq!(client.post(&format!("{note}/restore"), json!(null)).await.status.as_u16(), status);
        assert_eq!(client.delete(&bookmark).await.status.as_u16(), status);
    }
    assert_eq!(texts(&ben.get(&format!("{path}/notes")).await.expect(200)), Vec::<&str>::new());
    assert_eq!(texts(&ana.get("/me/notes").await.expect(200)), ["mine"]);
    app.settle().await;
}

#[tokio::test]
async fn bad_notes_name_their_field() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    let path = format!("/lessons/{}", made.lessons[0]);
    for (field, body) in [
        ("text", json!({"text": ""})),
        ("text", json!({"text": " \n\t\u{0}"})),
        ("text", json!({"text": "🌱".repeat(5001)})),
        ("quote", json!({"text": "a", "quote": "q".repeat(501)})),
        ("block_id", json!({"text": "a", "block_id": "'; DROP TABLE notes; --"})),
        ("video_seconds", json!({"text": "a", "video_seconds": -0.5})),
        ("video_seconds", json!({"text": "a", "video_seconds": 86_401})),
        ("key", json!({"text": "a", "key": ""})),
        ("user_id", json!({"text": "a", "user_id": "usr_0000000000001"})),
    ] {
        let refused = ana.post(&format!("{path}/notes"), body.clone()).await;
        assert_eq!(refused.status, 422, "{body}: {}", refused.text());
        assert_eq!(refused.json["fields"][0]["path"], field, "{}", refused.text());
    }
    ana.post(
        &format!("{path}/notes"),
        json!({"text": "🌱".repeat(5000), "quote": "ß".repeat(500)}),
    )
    .await
    .expect(201);
    for body in [
        json!({"label": "x".repeat(201)}),
        json!({"video_seconds": "1:00"}),
        json!({"text": "a"}),
    ] {
        assert_eq!(ana.post(&format!("{path}/bookmarks"), body.clone()).await.status, 422, "{body}");
    }
    app.settle().await;
}

#[tokio::test]
async fn one_place_is_one_bookmark() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    join(&ana, &made, daily()).await;
    let path = format!("/lessons/{}/bookmarks", made.lessons[0]);
    let first = ana
        .post(&path, json!({"video_seconds": 72.4, "label": "the trick"}))
        .await
        .expect(201);
    assert_eq!(ana.post(&path, json!({"video_seconds": 72.9})).await.expect(200)["id"], first["id"]);
    let key = json!({"block_id": "abcdefghi1", "key": "0d6f1d2a7b11-of-mine"});
    let second = ana.post(&path, key.clone()).await.expect(201);
    assert_eq!(ana.post(&path, key).await.expect(200)["id"], second["id"]);
    ana.post(&path, json!({})).await.expect(201);
    ana.post(&path, json!({})).await.expect(200);
    let list = ana.get("/me/bookmarks?limit=2").await.expect(200);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(2));
    let rest = ana
        .get(&format!("/me/bookmarks?cursor={}", list["next"].as_str().expect("a cursor")))
        .await
        .expect(200);
    assert_eq!(
        (&rest["items"][0]["label"], &rest["items"][0]["video_seconds"]),
        (&json!("the trick"), &json!(72.4))
    );
    let lesson = format!("/lessons/{}", made.lessons[0]);
    assert_eq!(ana.get(&lesson).await.expect(200)["is_bookmarked"], true);
    for item in ana.get("/me/bookmarks").await.expect(200)["items"].as_array().expect("items") {
        ana.delete(&format!("/bookmarks/{}", item["id"].as_str().expect("an id")))
            .await
            .expect(204);
    }
    assert_eq!(ana.get(&lesson).await.expect(200)["is_bookmarked"], false);
    app.settle().await;
}

#[tokio::test]
async fn what_one_wrote_stays_when_the_lesson_closes() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    let enrolment = join(&ana, &made, daily()).await;
    app.pass(Duration::from_secs(DAY)).await;
    let path = format!("/lessons/{}/notes", made.lessons[1]);
    let note = ana
        .post(&path, json!({"text": "from day two", "quote": "Roll\nfifty"}))
        .await
        .expect(201);
    ana.delete(&format!("/enrolments/{}", enrolment["id"].as_str().expect("an id")))
        .await
        .expect(204);
    assert_eq!(ana.get(&path).await.status, 403);
    assert_eq!(ana.post(&path, json!({"text": "another"})).await.status, 403);
    let mine = ana.get("/me/notes").await.expect(200);
    assert_eq!(mine["items"][0]["lesson"]["title"], "Dice: day 2");
    let one = format!("/notes/{}", note["id"].as_str().expect("an id"));
    ana.patch(&one, json!({"text": "from day 2"})).await.expect(200);
    let export = ana.get("/me/notes/export").await;
    assert_eq!(
        (export.header("content-type"), export.header("content-disposition")),
        ("text/markdown; charset=utf-8", "attachment; filename=\"notes-2026-11-17.md\"")
    );
    assert_eq!(
        export.text(),
        "# Notes\n\nExported on 2026-11-17.\n\n## Dice\n\n### Day 2: Dice: day 2\n\n> Roll\n> fifty\n\nfrom day 2\n"
    );
    app.settle().await;
}
