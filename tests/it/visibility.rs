//! Who sees what: courses for some, files, reports and what is hidden, what comes before, previews of links.

use axum::http::Method;
use momentum::{
    kernel::text::GroupName,
    people::{self, GroupKind},
};
use serde_json::json;

use crate::{
    enrolments::{daily, join},
    publishing::{complete, four_people, lessons, publish, put_policy, text},
    support::{
        Client, TestApp,
        courses::{Made, Spec},
    },
};

#[tokio::test]
async fn what_one_may_not_see_is_not_there() {
    let app = TestApp::start().await;
    let (ada, ira, otto, lea) = four_people(&app).await;
    let mia = app.learner("Mia").await;
    let mut spec = Spec::days7("Hidden harbour").by(ira.id());
    spec.previews = vec![1];
    let made = app.course(spec).await;
    let course = made.course.to_string();
    let mia_id = mia.id();
    let group = app
        .system()
        .write("test.group", move |tx| {
            let group = people::insert_group(tx, &GroupName::parse("Harbour").expect("a name"), GroupKind::Manual)?;
            people::insert_member(tx, group, mia_id)?;
            Ok(group)
        })
        .await
        .expect("a group");
    let empty = ira
        .patch(&format!("/courses/{course}/access"), json!({"visibility": "groups"}))
        .await;
    assert_eq!(empty.status.as_u16(), 422, "groups without a group shut everybody out");
    ira.patch(
        &format!("/courses/{course}/access"),
        json!({"visibility": "groups", "groups": [group]}),
    )
    .await
    .expect(200);
    app.settle().await;
    assert_unseen(&app, &made, &[&lea, &otto]).await;
    // A member sees and joins it; it is in her catalogue, her search and her category's number.
    mia.get(&format!("/courses/{course}")).await.expect(200);
    assert_eq!(mia.get("/courses").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(mia.get("/search?q=harbour&kind=course").await.expect(200)["total"], 1);
    assert_eq!(mia.get("/categories").await.expect(200)[0]["course_count"], 1);
    assert_eq!(ada.get("/courses").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    join(&mia, &made, daily()).await;

    ira.patch(&format!("/courses/{course}/access"), json!({"visibility": "invitation"}))
        .await
        .expect(200);
    app.settle().await;
    mia.get(&format!("/courses/{course}")).await.expect(200);
    assert_unseen(&app, &made, &[&lea, &otto]).await;
    let unknown = ira
        .post(&format!("/courses/{course}/guests"), json!({"email": "nobody@example.com"}))
        .await;
    assert_eq!(unknown.status.as_u16(), 422);
    ira.post(&format!("/courses/{course}/guests"), json!({"email": "lea@example.com"}))
        .await
        .expect(200);
    lea.get(&format!("/courses/{course}")).await.expect(200);
    ira.delete(&format!("/courses/{course}/guests/{}", lea.id())).await.expect(204);
    assert_unseen(&app, &made, &[&lea]).await;

    // Taken back: who is in it goes on, nobody new comes.
    ira.patch(&format!("/courses/{course}/access"), json!({"visibility": "everyone"}))
        .await
        .expect(200);
    lea.get(&format!("/courses/{course}")).await.expect(200);
    ira.post(&format!("/courses/{course}/unpublish"), json!({})).await.expect(204);
    app.settle().await;
    assert_unseen(&app, &made, &[&lea, &otto]).await;
    mia.get(&format!("/lessons/{}", made.lessons[0])).await.expect(200);
    ira.post(&format!("/courses/{course}/restore"), json!({})).await.expect(204);
    lea.get(&format!("/courses/{course}")).await.expect(200);
    app.settle().await;
}

/// Nothing tells these people, or visitors, that the course exists.
async fn assert_unseen(app: &TestApp, made: &Made, people: &[&Client<'_>]) {
    let (course, lesson) = (made.course, made.lessons[0]);
    let nobody = app.anonymous();
    for who in people.iter().copied().chain([&nobody]) {
        for name in [course.to_string(), made.slug.clone()] {
            for path in [
                "",
                "/learn",
                "/schedule",
                &format!("/lessons/{lesson}/preview"),
                "/draft",
                "/versions",
                "/check",
                "/diff",
                "/access",
                "/learners",
                "/review",
            ] {
                let status = who.get(&format!("/courses/{name}{path}")).await.status.as_u16();
                assert!(matches!(status, 401 | 403 | 404), "{path}: {status}");
                // An instructor elsewhere learns nothing from being refused.
                assert!(
                    status != 403 || who.get("/teach/courses").await.status.as_u16() == 403,
                    "{path}: {status}"
                );
            }
            let joined = who
                .post(&format!("/courses/{name}/enrolment"), json!({"pace": daily()}))
                .await
                .status
                .as_u16();
            assert!(matches!(joined, 401 | 404), "{joined}");
        }
        for path in [format!("/lessons/{lesson}"), format!("/lessons/{lesson}/notes")] {
            let status = who.get(&path).await.status.as_u16();
            assert!(matches!(status, 401 | 404), "{path}: {status}");
        }
        let report = json!({"subject_kind": "course", "subject_id": course, "reason": "other"});
        assert!(matches!(who.post("/reports", report).await.status.as_u16(), 401 | 404));
        for path in ["/courses", "/search?q=harbour", "/search?q=harbour&kind=lesson", "/search?q="] {
            let found = who.get(path).await.expect(200);
            assert_eq!(found["items"].as_array().map(Vec::len), Some(0), "{path}");
            assert!(found["total"].is_null() || found["total"] == 0, "{path}: {}", found["total"]);
            assert!(!found.to_string().to_lowercase().contains("harbour"), "{path}");
        }
        let guessed = who.get("/search/suggest?q=har").await.expect(200);
        assert!(!guessed.to_string().to_lowercase().contains("harbour"), "{guessed}");
        let categories = who.get("/categories").await.expect(200);
        assert!(categories.as_array().expect("categories").iter().all(|c| c["course_count"] == 0));
    }
}

#[tokio::test]
async fn covers_and_lesson_files_follow_who_sees_the_course() {
    let app = TestApp::start().await;
    let (_, ira, _, lea) = four_people(&app).await;
    let course = app.draft(Spec::days7("Hidden harbour").by(ira.id())).await.to_string();
    let mut assets = Vec::new();
    for name in ["cover.png", "lesson.png"] {
        let mut bytes = crate::access::pixel();
        bytes.extend_from_slice(name.as_bytes());
        let asset = ira.upload(Method::POST, &format!("/media?name={name}"), bytes).await.expect(201);
        assets.push(text(&asset["id"]).to_owned());
    }
    ira.patch(&format!("/courses/{course}/draft"), json!({"cover": assets[0]}))
        .await
        .expect(200);
    let first = text(&lessons(&ira, &course).await[0]["id"]).to_owned();
    let html = format!("<figure data-asset=\"{}\"><img alt=\"A harbour\"></figure>", assets[1]);
    ira.patch(&format!("/courses/{course}/draft/lessons/{first}"), json!({"body_html": html}))
        .await
        .expect(200);
    publish(&ira, &course, "new_only").await;
    let files = [&assets[0], &assets[1]].map(|asset| format!("/media/{asset}/file"));
    for file in &files {
        assert_eq!(
            app.anonymous().get(file).await.status.as_u16(),
            200,
            "public: a cover, a preview's picture"
        );
    }
    ira.patch(&format!("/courses/{course}/access"), json!({"visibility": "invitation"}))
        .await
        .expect(200);
    for file in &files {
        for who in [&app.anonymous(), &lea] {
            assert!(matches!(who.get(file).await.status.as_u16(), 401 | 404), "{file}");
        }
        assert_eq!(ira.get(file).await.status.as_u16(), 200);
    }
    app.settle().await;
}

#[tokio::test]
async fn reports_go_to_the_queue_and_what_is_hidden_is_out_of_sight_at_once() {
    let app = TestApp::start().await;
    let (ada, ira, otto, lea) = four_people(&app).await;
    let made = app.course(Spec::days7("Hidden harbour").by(ira.id())).await;
    let (course, lesson) = (made.course.to_string(), made.lessons[0].to_string());
    join(&lea, &made, daily()).await;
    app.settle().await;
    let about = |kind: &str, id: &str| json!({"subject_kind": kind, "subject_id": id, "reason": "wrong", "text": "It is not so."});
    assert_eq!(lea.post("/reports", about("horse", &course)).await.status.as_u16(), 422);
    assert_eq!(
        lea.post("/reports", about("lesson", "lsn_0000000000001")).await.status.as_u16(),
        404
    );
    let made_report = lea.post("/reports", about("lesson", &lesson)).await.expect(201);
    let twice = lea.post("/reports", about("lesson", &lesson)).await;
    assert_eq!((twice.status.as_u16(), twice.code()), (409, "report.twice"));
    lea.post("/reports", about("course", &course)).await.expect(201);
    let queue = ada.get("/reports").await.expect(200);
    assert_eq!(queue["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(queue["items"][0]["title"], "Hidden harbour: day 1");
    assert_eq!(queue["items"][0]["reporter"]["name"], "Lea");
    assert_eq!(otto.get("/reports").await.expect(200)["items"].as_array().map(Vec::len), Some(0));
    assert_eq!(lea.get("/reports").await.status.as_u16(), 403);

    let report = format!("/reports/{}", text(&made_report["id"]));
    ada.patch(&report, json!({"assignee": otto.id()})).await.expect(200);
    otto.patch(&report, json!({"is_hidden": true, "note": "Until it is mended."}))
        .await
        .expect(200);
    assert_eq!(otto.patch(&report, json!({"assignee": null})).await.status.as_u16(), 403);
    app.settle().await;
    let closed = lea.get(&format!("/lessons/{lesson}")).await;
    assert_eq!(closed.status.as_u16(), 403);
    assert!(closed.text().contains("\"hidden\""), "{}", closed.text());
    assert_eq!(
        app.anonymous()
            .get(&format!("/courses/{course}/lessons/{lesson}/preview"))
            .await
            .status
            .as_u16(),
        404
    );
    assert_eq!(
        lea.get("/search?q=anything&kind=lesson")
            .await
            .expect(200)
            .to_string()
            .matches(&lesson)
            .count(),
        0
    );
    ira.get(&format!("/lessons/{lesson}")).await.expect(200);
    let settled = otto
        .patch(&report, json!({"is_hidden": false, "state": "resolved"}))
        .await
        .expect(200);
    let steps: Vec<&str> = settled["trail"]
        .as_array()
        .expect("a trail")
        .iter()
        .map(|s| text(&s["step"]))
        .collect();
    assert_eq!(steps, ["reported", "assigned", "hidden", "shown", "resolved"]);
    lea.get(&format!("/lessons/{lesson}")).await.expect(200);
    assert_eq!(otto.patch(&report, json!({"state": "dismissed"})).await.code(), "report.decided");
    // Settled, it may be reported again.
    lea.post("/reports", about("lesson", &lesson)).await.expect(201);

    // A whole course: out of every list, closed and explained to who learns it.
    let of_course = ada.get("/reports").await.expect(200)["items"]
        .as_array()
        .expect("items")
        .iter()
        .find(|r| r["subject_kind"] == "course")
        .map(|r| text(&r["id"]).to_owned())
        .expect("the report");
    ada.patch(&format!("/reports/{of_course}"), json!({"is_hidden": true}))
        .await
        .expect(200);
    app.settle().await;
    assert_unseen(&app, &made, &[&otto]).await;
    let page = lea.get(&format!("/courses/{course}")).await;
    assert_eq!((page.status.as_u16(), page.code()), (403, "course.hidden"));
    for n in [0, 3] {
        assert_eq!(lea.get(&format!("/lessons/{}", made.lessons[n])).await.status.as_u16(), 403);
    }
    assert!(lea.get("/me/today").await.expect(200)["current"].is_null());
    assert_eq!(lea.get("/search?q=harbour").await.expect(200)["total"], 0);
    ira.get(&format!("/courses/{course}")).await.expect(200);
    ada.patch(&format!("/reports/{of_course}"), json!({"is_hidden": false, "state": "dismissed"}))
        .await
        .expect(200);
    app.settle().await;
    lea.get(&format!("/courses/{course}")).await.expect(200);
    assert_eq!(lea.get("/search?q=harbour&kind=course").await.expect(200)["total"], 1);
}

#[tokio::test]
async fn what_comes_before_is_finished_first() {
    let app = TestApp::start().await;
    let (ada, ira, _, lea) = four_people(&app).await;
    let one = app
        .course(Spec::of("First steps", momentum::courses::Length::SelfPaced).by(ira.id()))
        .await;
    let two = app.course(Spec::days7("Second steps").by(ira.id())).await;
    let access = |made: &Made| format!("/courses/{}/access", made.course);
    ira.patch(&access(&two), json!({"prerequisites": [one.course]})).await.expect(200);
    for (made, need) in [(&one, &two), (&two, &two)] {
        let circle = ira.patch(&access(made), json!({"prerequisites": [need.course]})).await;
        assert_eq!(circle.status.as_u16(), 422);
    }
    let page = lea.get(&format!("/courses/{}", two.slug)).await.expect(200);
    assert_eq!(page["prerequisites"][0]["title"], "First steps");
    assert_eq!(page["prerequisites"][0]["is_finished"], false);
    let refused = lea
        .post(&format!("/courses/{}/enrolment", two.course), json!({"pace": daily()}))
        .await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "enrolment.prerequisites"));
    assert!(refused.text().contains("First steps"));
    join(&ada, &two, daily()).await;
    join(&lea, &one, json!({"kind": "all_at_once"})).await;
    for lesson in &one.lessons {
        complete(&lea, &lesson.to_string()).await;
    }
    // Said as done to her alone, and still when she has left what she finished.
    let way = lea.get(&format!("/courses/{}/learn", one.course)).await.expect(200);
    let enrolment = text(&way["enrolment"]["id"]);
    lea.delete(&format!("/enrolments/{enrolment}")).await.expect(204);
    for (who, is_finished) in [(&lea, true), (&ada, false), (&app.anonymous(), false)] {
        let page = who.get(&format!("/courses/{}", two.slug)).await.expect(200);
        assert_eq!(page["prerequisites"][0]["is_finished"], is_finished);
    }
    join(&lea, &two, daily()).await;
    app.settle().await;
}

#[tokio::test]
async fn a_price_is_told_before_one_joins() {
    let app = TestApp::start().await;
    let (_, ira, _, lea) = four_people(&app).await;
    let made = app.course(Spec::days7("Dear steps").by(ira.id())).await;
    let price = json!({"minor": 4900, "currency": "EUR"});
    ira.patch(&format!("/courses/{}/draft", made.course), json!({"price": price}))
        .await
        .expect(200);
    let page = lea.get(&format!("/courses/{}", made.slug)).await.expect(200);
    assert!(page["price"].is_null(), "a draft tells learners nothing: {page}");
    ira.post(
        &format!("/courses/{}/publish", made.course),
        json!({"notes": "", "learners": "new_only"}),
    )
    .await
    .expect(201);
    for who in [&lea, &app.anonymous()] {
        let page = who.get(&format!("/courses/{}", made.slug)).await.expect(200);
        assert_eq!(page["price"], price);
        let all = who.get("/courses").await.expect(200);
        let listed = all["items"].as_array().expect("items").iter().find(|c| c["slug"] == page["slug"]);
        assert_eq!(listed.expect("it is listed")["price"], price);
    }
    app.settle().await;
}

#[tokio::test]
async fn a_public_course_tells_previews_of_links_what_it_is() {
    let app = TestApp::start().await;
    let (_, ira, _, lea) = four_people(&app).await;
    let made = app.course(Spec::days7("Tom & Jerry's \"guide\"").by(ira.id())).await;
    let page = |path: String, tag: Option<String>| {
        let mut request = axum::http::Request::get(path);
        if let Some(tag) = tag {
            request = request.header("if-none-match", tag);
        }
        let request = request.body(axum::body::Body::empty()).expect("a request");
        let nobody = app.anonymous();
        async move { nobody.send(request).await }
    };
    let address = format!("/courses/{}", made.slug);
    let shell = page("/catalogue".into(), None).await;
    assert!(!shell.text().contains("og:title"));
    if !shell.text().contains("</head>") {
        return; // No web app is embedded: there is nothing to put a head into.
    }
    let shown = page(address.clone(), None).await;
    assert!(
        shown
            .text()
            .contains("<meta property=\"og:title\" content=\"Tom &amp; Jerry's &quot;guide&quot;\" />"),
        "{}",
        shown.text()
    );
    assert!(
        shown
            .text()
            .contains("<meta name=\"description\" content=\"A course for tests.\" />")
    );
    assert!(
        shown
            .text()
            .contains("<title>Tom &amp; Jerry's &quot;guide&quot; \u{b7} Momentum</title>")
    );
    // However it is asked for, it has one address.
    let one = format!("/courses/{}\" />", made.slug);
    let by_id = page(format!("/courses/{}", made.course), None).await;
    assert_eq!(by_id.text().matches(&one).count(), 2, "canonical and og:url: {}", by_id.text());
    assert_ne!(shown.header("etag"), shell.header("etag"));
    assert_eq!(shown.header("content-security-policy"), shell.header("content-security-policy"));
    assert_eq!(
        page(address.clone(), Some(shown.header("etag").to_owned())).await.status.as_u16(),
        304
    );
    assert_eq!(page("/courses/none".into(), None).await.text(), shell.text());
    ira.patch(&format!("/courses/{}/access", made.course), json!({"visibility": "invitation"}))
        .await
        .expect(200);
    assert_eq!(
        page(address, None).await.text(),
        shell.text(),
        "nothing is said of what is not for everybody"
    );
    let _lea = lea;
    app.settle().await;
}

#[tokio::test]
async fn what_several_people_report_is_hidden_until_somebody_has_looked() {
    let app = TestApp::start().await;
    let (ada, ira, _, lea) = four_people(&app).await;
    let made = app.course(Spec::days7("Hidden harbour").by(ira.id())).await;
    let lesson = made.lessons[0].to_string();
    let (mia, noa) = (app.learner("Mia").await, app.learner("Noa").await);
    for learner in [&lea, &mia, &noa] {
        join(learner, &made, daily()).await;
    }
    app.settle().await;
    put_policy(&ada, json!({"hide_after_reports": 2})).await.expect(200);
    let about = json!({"subject_kind": "lesson", "subject_id": lesson, "reason": "offensive", "text": ""});
    let path = format!("/lessons/{lesson}");
    lea.post("/reports", about.clone()).await.expect(201);
    lea.post("/reports", about.clone()).await.expect(409);
    noa.get(&path).await.expect(200);
    let second = mia.post("/reports", about.clone()).await.expect(201);
    assert!(noa.get(&path).await.text().contains("\"hidden\""));
    let report = format!("/reports/{}", text(&second["id"]));
    let seen = ada.get(&report).await.expect(200);
    let hidden = seen["trail"].as_array().and_then(|t| t.last()).expect("a step").clone();
    assert_eq!((&hidden["step"], hidden["actor"].is_null()), (&json!("hidden"), true), "{seen}");
    // A moderator who shows it again has looked: more reports of the same do not hide it.
    ada.patch(&report, json!({"is_hidden": false})).await.expect(200);
    noa.post("/reports", about.clone()).await.expect(201);
    noa.get(&path).await.expect(200);
    app.settle().await;
}
