//! What authors write with: templates, copies, history, presence, and a save that asks first.

use std::time::Duration;

use axum::{body::Body, http::Request};
use momentum::courses::Length;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, courses::Spec};

/// As many words.
fn words(count: usize) -> String {
    format!("<p>{}</p>", vec!["word"; count].join(" "))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A draft of seven lessons by the person, and the path of its first lesson.
async fn draft(app: &TestApp, author: &Client<'_>) -> (String, String) {
    let course = app.draft(Spec::days7("Dice").by(author.id())).await;
    let draft = author.get(&format!("/courses/{course}/draft")).await.expect(200);
    let lesson = text(&draft["lessons"][0]["id"]);
    (course.to_string(), format!("/courses/{course}/draft/lessons/{lesson}"))
}

async fn history(author: &Client<'_>, lesson: &str) -> Vec<Value> {
    let page = author.get(&format!("{lesson}/history")).await.expect(200);
    page["items"].as_array().expect("items").clone()
}

fn kinds(states: &[Value]) -> Vec<&str> {
    states.iter().map(|s| s["kind"].as_str().unwrap_or_default()).collect()
}

#[tokio::test]
async fn a_course_begins_with_the_days_of_a_template() {
    let app = TestApp::start().await;
    let ina = app.instructor("Ina").await;
    let templates = ina.get("/teach/templates").await.expect(200);
    let lengths: Vec<_> = templates.as_array().expect("a list").iter().map(|t| t["length"].clone()).collect();
    assert_eq!(lengths, [json!(7), json!(14), json!(21), json!(null)]);
    for template in templates.as_array().expect("a list") {
        let new = json!({"title": "Guided", "category": "cat_0000000000001", "length": template["length"], "level": "beginner", "language": "en", "is_guided": true});
        let draft = ina.post("/courses", new).await.expect(201);
        let days = template["days"].as_array().expect("days");
        let lessons = draft["lessons"].as_array().expect("lessons");
        let named: Vec<_> = lessons.iter().map(|l| (l["day"].clone(), l["title"].clone())).collect();
        let wanted: Vec<_> = days.iter().zip(1..).map(|(d, n)| (json!(n), d["title"].clone())).collect();
        assert_eq!(named, wanted);
        let lesson = format!("/courses/{}/draft/lessons/{}", text(&draft["id"]), text(&lessons[0]["id"]));
        let lesson = ina.get(&lesson).await.expect(200);
        assert!(text(&lesson["body_html"]).contains("<details"), "{lesson}");
        assert_eq!(lesson["actions"].as_array().map(Vec::len), Some(1));
    }
    app.settle().await;
}

#[tokio::test]
async fn courses_and_lessons_are_copied_with_identities_of_their_own() {
    let app = TestApp::start().await;
    let (ina, ada) = (app.instructor("Ina").await, app.admin("Ada").await);
    let (course, lesson) = draft(&app, &ina).await;
    let asset = text(
        &ina.upload(axum::http::Method::POST, "/media?name=a.png", crate::access::pixel())
            .await
            .expect(201)["id"],
    );
    let figure = format!("<figure data-asset=\"{asset}\"><img alt=\"A die\"></figure>");
    ina.patch(&lesson, json!({"body_html": figure})).await.expect(200);

    let copy = ina.post(&format!("{lesson}/duplicate"), json!({})).await.expect(201);
    assert_eq!(copy["title"], "Dice: day 1 (copy)");
    let after = ina.get(&format!("/courses/{course}/draft")).await.expect(200);
    let first: Vec<_> = after["lessons"].as_array().expect("lessons")[..3]
        .iter()
        .map(|l| (l["day"].clone(), l["position"].clone(), text(&l["title"])))
        .collect();
    assert_eq!(
        first,
        [
            (json!(1), json!(1), "Dice: day 1".into()),
            (json!(1), json!(2), "Dice: day 1 (copy)".into()),
            (json!(2), json!(1), "Dice: day 2".into())
        ]
    );

    // Whoever edits may copy, and the copy is his; files of others come along.
    let other = ada.post(&format!("/courses/{course}/duplicate"), json!({})).await.expect(201);
    assert_eq!(
        (text(&other["title"]), text(&other["state"])),
        ("Dice (copy)".into(), "draft".into())
    );
    let shape = |draft: &Value| -> Vec<_> {
        let lessons = draft["lessons"].as_array().expect("lessons").iter();
        lessons
            .map(|l| (l["day"].clone(), l["position"].clone(), l["title"].clone()))
            .collect()
    };
    assert_eq!(shape(&other), shape(&after));
    let ids = |draft: &Value| -> Vec<_> {
        let lessons = draft["lessons"].as_array().expect("lessons").iter();
        lessons.map(|l| text(&l["id"])).collect()
    };
    assert!(ids(&other).iter().all(|id| !ids(&after).contains(id)));
    let copied = format!("/courses/{}/draft/lessons/{}", text(&other["id"]), ids(&other)[0]);
    assert!(text(&ada.get(&copied).await.expect(200)["body_html"]).contains(&asset));
    ina.get(&copied).await.expect(404);
    app.settle().await;
}

#[tokio::test]
async fn a_save_that_takes_most_of_a_page_asks_first() {
    let app = TestApp::start().await;
    let ina = app.instructor("Ina").await;
    let (_, lesson) = draft(&app, &ina).await;
    let long = ina.patch(&lesson, json!({"body_html": words(100)})).await.expect(200);
    ina.patch(&lesson, json!({"body_html": words(40)})).await.expect(200);
    ina.patch(&lesson, json!({"body_html": words(100)})).await.expect(200);
    let refused = ina.patch(&lesson, json!({"body_html": words(39)})).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "lesson.shrinks"));
    // Who is late hears that first: what he would delete is not what he saw.
    let changed = ina.patch(&lesson, json!({"body_html": words(101)})).await.expect(200);
    let late = ina
        .patch(&lesson, json!({"body_html": "", "expected_revision": long["revision"]}))
        .await;
    assert_eq!((late.status.as_u16(), late.code()), (409, "lesson.changed"));
    assert_eq!(ina.get(&lesson).await.expect(200)["revision"], changed["revision"]);
    let bare = ina
        .patch(&lesson, json!({"body_html": "", "confirm_shrink": true}))
        .await
        .expect(200);
    assert_eq!(bare["body_html"], "");
    // A short page, or other fields, ask nothing.
    ina.patch(&lesson, json!({"body_html": words(80)})).await.expect(200);
    ina.patch(&lesson, json!({"body_html": "", "title": "Bare"})).await.expect(200);
    app.settle().await;
}

#[tokio::test]
async fn what_a_lesson_was_can_be_seen_and_brought_back() {
    let app = TestApp::start().await;
    let (ina, ada) = (app.instructor("Ina").await, app.admin("Ada").await);
    let (course, lesson) = draft(&app, &ina).await;
    let begin = ina.get(&lesson).await.expect(200);
    assert_eq!(history(&ina, &lesson).await.len(), 0, "nothing happened yet");
    let one = ina.patch(&lesson, json!({"body_html": "<p>One.</p>"})).await.expect(200);
    ina.patch(&lesson, json!({"body_html": "<p>One.</p>"})).await.expect(200);
    let two = ada.patch(&lesson, json!({"body_html": "<p>One and two.</p>"})).await.expect(200);
    let states = history(&ina, &lesson).await;
    assert_eq!(kinds(&states), ["saved"; 3], "the first text as well, and nothing twice");
    assert_eq!(
        states.iter().map(|s| s["by"].clone()).collect::<Vec<_>>(),
        [json!("Ada"), json!("Ina"), json!(null)]
    );
    assert_eq!(
        (states[0]["is_current"].clone(), states[0]["words"].clone()),
        (json!(true), json!(3))
    );

    let past = format!("{lesson}/history/{}", text(&states[2]["id"]));
    assert_eq!(ina.get(&past).await.expect(200)["body_html"], begin["body_html"]);
    let stale = ina
        .post(&format!("{past}/restore"), json!({"expected_revision": one["revision"]}))
        .await;
    assert_eq!((stale.status.as_u16(), stale.code()), (409, "lesson.changed"));
    let back = ina
        .post(&format!("{past}/restore"), json!({"expected_revision": two["revision"]}))
        .await
        .expect(200);
    assert_eq!((&back["revision"], &back["body_html"]), (&begin["revision"], &begin["body_html"]));
    ina.post(&format!("{past}/restore"), json!({})).await.expect(200);

    // The text that lost stays, and the draft is not touched by it.
    let aside = json!({"body_html": "<p onclick=x>Mine.</p>"});
    ina.post(&format!("{lesson}/history"), aside).await.expect(204);
    assert_eq!(ina.get(&lesson).await.expect(200)["revision"], begin["revision"]);
    let states = history(&ina, &lesson).await;
    assert_eq!(kinds(&states), ["set_aside", "restored", "saved", "saved", "saved"]);
    let kept = ina.get(&format!("{lesson}/history/{}", text(&states[0]["id"]))).await.expect(200);
    assert!(text(&kept["body_html"]).ends_with(">Mine.</p>") && !text(&kept["body_html"]).contains("onclick"));

    // A state belongs to its lesson.
    let second = text(&ina.get(&format!("/courses/{course}/draft")).await.expect(200)["lessons"][1]["id"]);
    let foreign = format!("/courses/{course}/draft/lessons/{second}/history/{}", text(&states[0]["id"]));
    ina.get(&foreign).await.expect(404);
    ina.post(&format!("{foreign}/restore"), json!({})).await.expect(404);
    app.settle().await;
}

#[tokio::test]
async fn a_lesson_that_was_removed_comes_back_where_it_was() {
    let app = TestApp::start().await;
    let ina = app.instructor("Ina").await;
    let (course, lesson) = draft(&app, &ina).await;
    ina.patch(&lesson, json!({"title": "First of all"})).await.expect(200);
    let before = ina.get(&format!("/courses/{course}/draft")).await.expect(200);
    let present = ina.post(&format!("{lesson}/return"), json!({"day": 1, "position": 1})).await;
    assert_eq!((present.status.as_u16(), present.code()), (409, "lesson.present"));
    ina.delete(&lesson).await.expect(204);
    ina.get(&lesson).await.expect(404);
    ina.post(&format!("{lesson}/return"), json!({"day": 1, "position": 1}))
        .await
        .expect(200);
    let after = ina.get(&format!("/courses/{course}/draft")).await.expect(200);
    assert_eq!(after["lessons"], before["lessons"]);
    // A course that goes takes the memory of its lessons along.
    ina.delete(&format!("/courses/{course}")).await.expect(204);
    app.settle().await;
}

#[tokio::test]
async fn history_is_thinned_to_an_hour_after_a_day_and_what_counts_stays() {
    let mut app = TestApp::start().await;
    app.leave_work_behind();
    let ina = app.instructor("Ina").await;
    let (course, lesson) = draft(&app, &ina).await;
    let save = async |n: usize| {
        ina.patch(&lesson, json!({"body_html": format!("<p>State {n}.</p>")}))
            .await
            .expect(200)
    };
    for n in 0..4 {
        save(n).await;
        app.clock.advance(Duration::from_secs(60));
    }
    ina.patch(&format!("/courses/{course}/draft"), json!({"summary": "Dice."}))
        .await
        .expect(200);
    ina.post(&format!("/courses/{course}/publish"), json!({})).await.expect(201);
    for n in 4..8 {
        save(n).await;
        app.clock.advance(Duration::from_secs(60));
    }
    ina.post(&format!("{lesson}/history"), json!({"body_html": "<p>Lost.</p>"}))
        .await
        .expect(204);
    app.clock.advance(Duration::from_secs(3 * 3600));
    save(8).await;
    let all = history(&ina, &lesson).await.len();
    app.nightly().await.expect("a night");
    app.settle().await;
    assert_eq!(history(&ina, &lesson).await.len(), all, "the last day is whole");

    app.clock.advance(Duration::from_secs(22 * 3600));
    app.nightly().await.expect("a night");
    app.settle().await;
    let left = history(&ina, &lesson).await;
    let versions: Vec<_> = left.iter().map(|s| (text(&s["kind"]), s["version"].clone())).collect();
    let saved = |version: Value| ("saved".to_owned(), version);
    assert_eq!(
        versions,
        [
            saved(json!(null)),
            ("set_aside".into(), json!(null)),
            saved(json!(null)),
            saved(json!(1)),
        ],
        "the last of each hour, what was published, and the text that lost"
    );
    for state in &left {
        ina.get(&format!("{lesson}/history/{}", text(&state["id"]))).await.expect(200);
    }
}

#[tokio::test]
async fn writers_see_each_other_and_where_the_lesson_stands() {
    let app = TestApp::start().await;
    let (ina, ada) = (app.instructor("Ina").await, app.admin("Ada").await);
    let (course, lesson) = draft(&app, &ina).await;
    let id = lesson.rsplit('/').next().unwrap_or_default().to_owned();
    let at = format!("/courses/{course}/draft/presence");
    let alone = ina.put(&at, json!({"tab": "a", "lesson": id})).await.expect(200);
    assert_eq!(alone["others"], json!([]));
    let both = ada.put(&at, json!({"tab": "b"})).await.expect(200);
    assert_eq!(
        both["others"],
        json!([{"id": ina.id().to_string(), "name": "Ina", "is_self": false, "lesson": id}])
    );
    assert_eq!(both["revision"], json!(null));
    let twice = ina.put(&at, json!({"tab": "c", "lesson": id})).await.expect(200);
    let selves: Vec<_> = twice["others"]
        .as_array()
        .expect("others")
        .iter()
        .map(|o| o["is_self"].clone())
        .collect();
    assert_eq!(selves, [json!(true), json!(false)]);
    let changed = ada.patch(&lesson, json!({"title": "Other"})).await.expect(200);
    ada.put(&at, json!({"tab": "b", "has_left": true})).await.expect(200);
    app.clock.advance(Duration::from_secs(21));
    let later = ina.put(&at, json!({"tab": "a", "lesson": id})).await.expect(200);
    assert_eq!((&later["others"], &later["revision"]), (&json!([]), &changed["revision"]));
    ina.put(&at, json!({"tab": ""})).await.expect(422);
    app.settle().await;
}

#[tokio::test]
async fn a_draft_lesson_is_seen_as_a_learner_will() {
    let app = TestApp::start().await;
    let ina = app.instructor("Ina").await;
    let course = app.draft(Spec::of("Dice", Length::SelfPaced).by(ina.id())).await;
    let draft = ina.get(&format!("/courses/{course}/draft")).await.expect(200);
    let lesson = format!("/courses/{course}/draft/lessons/{}", text(&draft["lessons"][0]["id"]));
    let asset = text(
        &ina.upload(axum::http::Method::POST, "/media?name=a.png", crate::access::pixel())
            .await
            .expect(201)["id"],
    );
    let html = format!("<p>Look:</p><figure data-asset=\"{asset}\"><img alt=\"A die\"></figure>");
    let saved = ina.patch(&lesson, json!({"body_html": html})).await.expect(200);
    let shown = ina.get(&format!("{lesson}/preview")).await.expect(200);
    assert_eq!(shown["revision"], saved["revision"]);
    assert!(text(&shown["body_html"]).contains(&format!("src=\"/api/v1/media/{asset}/file")));
    app.settle().await;
}

fn front() -> Request<Body> {
    Request::get("/").body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn content_of_other_sites_is_shown_while_its_site_is_allowed() {
    let app = TestApp::start().await;
    let (ada, ina) = (app.admin("Ada").await, app.instructor("Ina").await);
    let (course, lesson) = draft(&app, &ina).await;
    let film = |address: &str| format!("<p>See:</p><figure data-kind=\"embed\" data-src=\"{address}\" data-title=\"Dice\"></figure>");
    let put = |html: String| ina.patch(&lesson, json!({"body_html": html}));
    let sites = ina.get("/teach/embeds").await.expect(200);
    assert_eq!(sites["hosts"], json!(["www.youtube-nocookie.com", "player.vimeo.com"]));

    let refused = put(film("https://maps.example.org/x")).await.expect(422);
    assert_eq!(refused["fields"][0]["path"], "body_html");
    assert_eq!(refused["fields"][0]["code"], "embed.site_not_allowed");
    assert!(
        text(&refused["fields"][0]["message"]).contains("www.youtube-nocookie.com, player.vimeo.com"),
        "{refused}"
    );
    let added = ina
        .post(
            &format!("/courses/{course}/draft/lessons"),
            json!({"day": 1, "title": "X", "body_html": film("https://maps.example.org/x")}),
        )
        .await;
    assert_eq!(added.status, 422, "a new lesson is asked the same");

    let saved = put(film("https://vimeo.com/76979871")).await.expect(200);
    assert!(
        text(&saved["body_html"]).contains("data-src=\"https://player.vimeo.com/video/76979871?dnt=1\""),
        "{saved}"
    );
    let publish = format!("/courses/{course}/publish");
    ina.post(&publish, json!({"notes": "", "learners": "new_only"})).await.expect(201);
    let lea = app.learner("Lea").await;
    let daily = json!({"pace": crate::enrolments::daily()});
    lea.post(&format!("/courses/{course}/enrolment"), daily).await.expect(201);
    let id = lesson.rsplit('/').next().expect("an id").to_owned();
    let page = async || text(&lea.get(&format!("/lessons/{id}")).await.expect(200)["content"]["body_html"]);
    let shown = page().await;
    assert!(
        shown.contains("data-site=\"vimeo.com\"") && shown.contains("<a href=\"https://vimeo.com/76979871\">Dice</a>"),
        "{shown}"
    );
    let policy = async || app.anonymous().send(front()).await.header("content-security-policy").to_owned();
    let allow = async |hosts: Value| {
        ada.put("/admin/settings/sections/embeds", json!({"value": {"hosts": hosts}}))
            .await
            .expect(200)
    };
    assert!(
        policy()
            .await
            .contains("frame-src https://www.youtube-nocookie.com https://player.vimeo.com;")
    );

    // The site is taken off the list: what was published is a link from now on, and can be edited still.
    allow(json!(["YouTube.com"])).await;
    let shown = page().await;
    assert!(
        !shown.contains("data-src") && shown.contains("<a href=\"https://vimeo.com/76979871\">Dice</a>"),
        "{shown}"
    );
    assert!(policy().await.contains("frame-src https://www.youtube-nocookie.com;"));
    put(format!("{}<p>More.</p>", film("https://vimeo.com/76979871"))).await.expect(200);
    let check = ina.get(&format!("/courses/{course}/check")).await.expect(200);
    assert!(check.to_string().contains("publish.embed_not_allowed"), "{check}");
    put(film("https://vimeo.com/76979872")).await.expect(422);
    allow(json!([])).await;
    assert!(!policy().await.contains("frame-src"));
    let refused = put(film("https://youtu.be/dQw4w9WgXcQ")).await.expect(422);
    assert!(
        text(&refused["fields"][0]["message"]).contains("no other site is allowed"),
        "{refused}"
    );
    app.settle().await;
}
