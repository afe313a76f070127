//! Courses: drafts, versions, the catalogue, pages, previews, who sees what.

use momentum::{
    courses::{self, CourseRef, Length},
    kernel::{
        actor::Actor,
        id::{CourseId, EnrolmentId, UserId},
    },
    platform::db::Db,
};
use serde_json::{Value, json};

use crate::support::{
    Client, TestApp,
    courses::{Made, Spec},
};

/// Runs one statement and gives what SQLite says.
async fn sql(db: &Db, sql: &'static str) -> Result<usize, String> {
    let done = db.write("test.sql", move |tx| tx.execute(sql, [])).await;
    done.map_err(|error| match error {
        momentum::kernel::error::Error::Internal(source) => source.to_string(),
        other => other.to_string(),
    })
}

async fn join(app: &TestApp, made: &Made, user: UserId) {
    let course = made.course;
    let db = app.system();
    let told = db.write("test.join", move |tx| {
        tx.tell(&momentum::kernel::event::Event::EnrolmentStarted {
            enrolment: EnrolmentId::from_raw(1),
            user,
            course,
        })
    });
    told.await.expect("the event is told");
    app.settle().await;
}

#[tokio::test]
async fn a_published_course_can_be_seen_and_read() {
    let app = TestApp::start().await;
    let made = app.course(Spec::of("Dice", Length::Days14)).await;
    let lessons = made.lessons.clone();
    let db = app.system();
    let read = db.read("test", move |read| {
        let actor = Actor::System("test");
        let head = courses::find_visible(read, &actor, &CourseRef::parse("dice")?)?;
        assert_eq!((head.id, head.version, head.number), (made.course, Some(made.version), 1));
        let outline = courses::version_lessons(read, made.version)?;
        assert_eq!(outline.len(), 14);
        let content = courses::lesson_content(read, outline[0].revision)?;
        assert!(content.body_html.starts_with("<p data-id="), "{:?}", content.body_html);
        assert_eq!(courses::card(read, made.course)?.total_minutes, 14 * 16);
        Ok(outline.iter().map(|l| l.lesson).collect::<Vec<_>>())
    });
    assert_eq!(read.await.expect("the course is read"), lessons);
    app.settle().await;
}

#[tokio::test]
async fn a_course_is_written_published_and_changed_through_the_api() {
    let app = TestApp::start().await;
    let ina = app.instructor("Ina").await;
    let new = json!({"title": "Roll the dice! 🎲", "category": "cat_0000000000001", "length": null, "level": "beginner", "language": "en"});
    let draft = ina.post("/courses", new).await.expect(201);
    assert_eq!(
        (draft["slug"].as_str(), draft["state"].as_str()),
        (Some("roll-the-dice"), Some("draft"))
    );
    let at = format!("/courses/{}", draft["id"].as_str().expect("an id"));

    let refused = ina.post(&format!("{at}/publish"), json!({})).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let codes: Vec<_> = refused.json["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|f| f["code"].clone())
        .collect();
    assert_eq!(codes, ["publish.summary_missing", "publish.no_lessons"]);

    let patch = json!({"summary": "Chance, by hand.", "tags": ["chance", "dice"], "description_html": "<script>x</script><h1>Why</h1>", "expected_edition": draft["edition"]});
    let draft = ina.patch(&format!("{at}/draft"), patch).await.expect(200);
    assert!(
        draft["description_html"]
            .as_str()
            .is_some_and(|d| d.starts_with("<h2 data-id=") && !d.contains("script"))
    );
    let late = ina
        .patch(&format!("{at}/draft"), json!({"title": "x", "expected_edition": 1}))
        .await;
    assert_eq!((late.status.as_u16(), late.code()), (409, "course.changed"));

    let lesson = json!({"day": 1, "title": "One die", "body_html": "Roll <b>one</b> die.<img src=x onerror=alert(1)>", "is_preview": true,
        "actions": [{"text": "Roll it"}], "resources": [{"kind": "link", "title": "Dice", "url": "https://en.wikipedia.org/wiki/Dice"}]});
    let lesson = ina.post(&format!("{at}/draft/lessons"), lesson).await.expect(201);
    assert_eq!(lesson["minutes"], 1);
    let one = format!("{at}/draft/lessons/{}", lesson["id"].as_str().expect("an id"));
    let second = ina
        .post(
            &format!("{at}/draft/lessons"),
            json!({"day": 2, "title": "Two dice", "body_html": "<p>Roll two.</p>"}),
        )
        .await
        .expect(201);
    let version = ina.post(&format!("{at}/publish"), json!({"notes": "First."})).await.expect(201);
    assert_eq!((version["number"].clone(), version["lesson_count"].clone()), (json!(1), json!(2)));
    let again = ina.post(&format!("{at}/publish"), json!({})).await;
    assert_eq!((again.status.as_u16(), again.code()), (409, "course.unchanged"));

    let edit = json!({"body_html": "<p>Roll one die <em>twice</em>.</p>", "expected_revision": lesson["revision"]});
    let edited = ina.patch(&one, edit.clone()).await.expect(200);
    assert_ne!(edited["revision"], lesson["revision"]);
    let stale = ina.patch(&one, edit).await;
    assert_eq!((stale.status.as_u16(), stale.code()), (409, "lesson.changed"));

    let preview = format!("{at}/lessons/{}/preview", lesson["id"].as_str().expect("an id"));
    let shown = app.anonymous().get(&preview).await.expect(200);
    assert!(
        shown["body_html"]
            .as_str()
            .is_some_and(|b| b.contains("Roll <strong>one</strong> die.")),
        "learners read versions"
    );
    let order = json!([{"day": 1, "lessons": [second["id"], lesson["id"]]}]);
    let draft = ina.put(&format!("{at}/draft/order"), order).await.expect(200);
    assert_eq!(
        (draft["lessons"][0]["id"].clone(), draft["has_changes"].clone()),
        (second["id"].clone(), json!(true))
    );
    ina.put(&format!("{at}/draft/order"), json!([{"day": 1, "lessons": [lesson["id"]]}]))
        .await
        .expect(422);
    ina.delete(&format!("{at}/draft/lessons/{}", second["id"].as_str().expect("an id")))
        .await
        .expect(204);
    let version = ina.post(&format!("{at}/publish"), json!({})).await.expect(201);
    assert_eq!((version["number"].clone(), version["lesson_count"].clone()), (json!(2), json!(1)));
    let versions = ina.get(&format!("{at}/versions")).await.expect(200);
    assert_eq!(versions.as_array().map(Vec::len), Some(2));
    let refused = ina.delete(&at).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "course.was_published"));
    app.settle().await;
}

#[tokio::test]
async fn wrong_input_names_its_field() {
    let app = TestApp::start().await;
    let ina = app.instructor("Ina").await;
    let course = app.draft(Spec::days7("Dice").by(ina.id())).await;
    let at = format!("/courses/{course}/draft");
    for (body, path) in [
        (json!({"title": ""}), "title"),
        (json!({"title": "x".repeat(121)}), "title"),
        (json!({"length": 8}), "length"),
        (json!({"level": "expert"}), "level"),
        (json!({"tags": ["a", "A"]}), "tags"),
        (json!({"outcomes": vec!["x"; 21]}), "outcomes"),
        (json!({"category": "cat_0000000000009"}), "category"),
        (json!({"cover": "ast_0000000000009"}), "cover"),
        (json!({"price": {"minor": -1, "currency": "EUR"}}), "price"),
        (json!({"title": null}), "title"),
        (json!({"nonsense": 1}), ""),
    ] {
        let refused = ina.patch(&at, body.clone()).await;
        assert_eq!(refused.status, 422, "{body}: {}", refused.text());
        let named = refused.json["fields"][0]["path"].as_str().unwrap_or_default();
        assert!(named == path || path.is_empty(), "{body}: {}", refused.text());
    }
    let at = format!("{at}/lessons");
    for (body, path) in [
        (json!({"day": 0, "title": "x"}), "day"),
        (json!({"day": 1}), ""),
        (json!({"day": 1, "title": "x", "minutes": 601}), "minutes"),
        (json!({"day": 1, "title": "x", "completion": "actions"}), "completion"),
        (json!({"day": 1, "title": "x", "completion": "video"}), "completion"),
        (
            json!({"day": 1, "title": "x", "resources": [{"kind": "link", "title": "x", "url": "javascript:alert(1)"}]}),
            "resources[0].url",
        ),
        (
            json!({"day": 1, "title": "x", "video": {"asset": "ast_0000000000009"}}),
            "video.asset",
        ),
        (
            json!({"day": 1, "title": "x", "body_html": "<figure data-asset='ast_0000000000009'>x</figure>"}),
            "body_html",
        ),
        (json!({"day": 1, "title": "x", "body_html": "x".repeat(1_000_001)}), "body_html"),
    ] {
        let refused = ina.post(&at, body.clone()).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(
            refused.json["fields"].as_array().expect("fields").iter().any(|f| f["path"] == path),
            "{}",
            refused.text()
        );
    }
    app.settle().await;
}

#[tokio::test]
async fn drafts_are_their_authors_alone() {
    let app = TestApp::start().await;
    let (ina, ivo, ada, leo) = (
        app.instructor("Ina").await,
        app.instructor("Ivo").await,
        app.admin("Ada").await,
        app.learner("Leo").await,
    );
    let draft = app.draft(Spec::days7("Secret").by(ina.id())).await;
    let made = app.course(Spec::days7("Open").by(ina.id())).await;
    let nobody = app.anonymous();
    let status = async |who: &Client<'_>, course: CourseId, rest: &str| who.get(&format!("/courses/{course}{rest}")).await.status.as_u16();
    for (who, page, own, other) in [
        (&nobody, 404, 401, 401),
        (&leo, 404, 403, 403),
        (&ivo, 404, 404, 403),
        (&ina, 404, 200, 200),
        (&ada, 404, 200, 200),
    ] {
        assert_eq!(status(who, draft, "").await, page);
        assert_eq!(status(who, draft, "/draft").await, own);
        assert_eq!(status(who, made.course, "/draft").await, other);
        assert_eq!(status(who, made.course, "").await, 200);
    }
    let hidden = format!("/courses/open/lessons/{}/preview", made.lessons[1]);
    assert_eq!(ina.get(&hidden).await.status, 404, "only previews are previews");
    for (path, body) in [
        ("publish", json!({})),
        ("archive", json!({})),
        ("draft/lessons", json!({"day": 1, "title": "x"})),
    ] {
        let at = format!("/courses/{}/{path}", made.course);
        assert_eq!(ivo.post(&at, body.clone()).await.status, 403, "{path}");
        assert_eq!(leo.post(&at, body.clone()).await.status, 403, "{path}");
        assert_eq!(nobody.post(&at, body).await.status, 401, "{path}");
    }
    assert_eq!(ivo.get("/teach/courses").await.expect(200), json!([]));
    assert_eq!(ina.get("/teach/courses").await.expect(200).as_array().map(Vec::len), Some(2));
    assert_eq!(ina.delete(&format!("/courses/{draft}")).await.status, 204);
    assert_eq!(ina.get(&format!("/courses/{draft}/draft")).await.status, 404);
    app.settle().await;
}

#[tokio::test]
async fn archived_courses_stay_with_those_who_joined() {
    let app = TestApp::start().await;
    let (ina, leo, lea) = (app.instructor("Ina").await, app.learner("Leo").await, app.learner("Lea").await);
    let made = app.course(Spec::days7("Open").by(ina.id())).await;
    join(&app, &made, leo.id()).await;
    join(&app, &made, leo.id()).await;
    assert_eq!(leo.get("/courses/open").await.expect(200)["learner_count"], 1);
    assert_eq!(ina.post("/courses/open/archive", json!({})).await.status, 204);
    assert_eq!(ina.post("/courses/open/archive", json!({})).await.code(), "course.wrong_state");
    assert_eq!(ina.post("/courses/open/publish", json!({})).await.code(), "course.archived");
    for (who, status) in [(&leo, 200), (&lea, 404), (&ina, 200)] {
        assert_eq!(who.get("/courses/open").await.status, status);
        assert_eq!(who.get("/courses").await.expect(200)["items"], json!([]));
    }
    assert_eq!(ina.post("/courses/open/restore", json!({})).await.status, 204);
    assert_eq!(lea.get("/courses/open").await.status, 200);
    app.settle().await;
}

#[tokio::test]
async fn the_catalogue_filters_sorts_and_pages() {
    let app = TestApp::start().await;
    let leo = app.learner("Leo").await;
    let mut all = Vec::new();
    for (i, length) in [Length::Days7, Length::Days14, Length::SelfPaced, Length::Days21, Length::Days7]
        .into_iter()
        .enumerate()
    {
        app.clock.advance(std::time::Duration::from_secs(60));
        all.push(
            app.course(Spec::of(
                &format!("{} course", ["delta", "Alpha", "écho", "bravo", "Charlie"][i]),
                length,
            ))
            .await,
        );
    }
    join(&app, &all[1], leo.id()).await;
    let titles = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().expect("items").iter();
        items
            .map(|c| {
                c["title"]
                    .as_str()
                    .unwrap_or_default()
                    .split(' ')
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    };
    for (query, expected) in [
        ("", vec!["Charlie", "bravo", "écho", "Alpha", "delta"]),
        ("?sort=title", vec!["Alpha", "bravo", "Charlie", "delta", "écho"]),
        ("?sort=popular", vec!["Alpha", "Charlie", "bravo", "écho", "delta"]),
        ("?length=7,self_paced", vec!["Charlie", "écho", "delta"]),
        (
            "?category=technology,design&level=beginner&language=en&plan=free&length=21",
            vec!["bravo"],
        ),
        ("?category=finance", vec![]),
        ("?plan=premium", vec![]),
        ("?tag=none", vec![]),
    ] {
        assert_eq!(titles(&leo.get(&format!("/courses{query}")).await.expect(200)), expected, "{query}");
    }
    for sort in ["newest", "title", "popular"] {
        let whole = titles(&leo.get(&format!("/courses?sort={sort}")).await.expect(200));
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = leo.get(&format!("/courses?sort={sort}&limit=2{cursor}")).await.expect(200);
            seen.extend(titles(&page));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, whole, "{sort}");
    }
    for query in [
        "?sort=best",
        "?length=8",
        "?cursor=%F0",
        "?cursor=abc",
        "?limit=x",
        "?level=",
        "?nonsense=1",
    ] {
        let status = leo.get(&format!("/courses{query}")).await.status;
        assert_eq!(status, if query == "?level=" { 200 } else { 422 }, "{query}");
    }
    let card = &leo.get("/courses?length=14").await.expect(200)["items"][0];
    assert_eq!(
        (
            card["length"].clone(),
            card["minutes_per_day"].clone(),
            card["lesson_count"].clone()
        ),
        (json!(14), json!(16), json!(14))
    );
}

#[tokio::test]
async fn pages_are_tagged_and_whole() {
    let app = TestApp::start().await;
    let (ina, leo) = (app.instructor("Ina").await, app.learner("Leo").await);
    let made = app.course(Spec::days7("Dice").by(ina.id())).await;
    let first = leo.get(&format!("/courses/{}", made.slug)).await;
    let tag = first.header("etag").to_owned();
    let page = first.expect(200);
    assert_eq!(page["plan_days"].as_array().map(Vec::len), Some(7));
    assert_eq!(page["plan_days"][0]["lessons"][0]["is_preview"], true);
    assert_eq!(
        (page["author"]["name"].clone(), page["can_edit"].clone(), page["version"].clone()),
        (json!("Ina"), json!(false), json!(1))
    );
    let request = axum::http::Request::get("/api/v1/courses/dice").header("if-none-match", &tag);
    let known = leo.send(request.body(axum::body::Body::empty()).expect("a request")).await;
    assert_eq!((known.status.as_u16(), known.bytes.len()), (304, 0));
    join(&app, &made, leo.id()).await;
    assert_ne!(leo.get("/courses/dice").await.header("etag"), tag);
    assert_eq!(ina.get(&format!("/courses/{}", made.course)).await.expect(200)["can_edit"], true);
    for path in [
        "/courses/none",
        "/courses/%00",
        "/courses/crs_0000000000009",
        "/courses/..",
        "/courses/%F0%9F%8E%B2",
    ] {
        assert_eq!(leo.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn published_is_for_ever_in_sql_too() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    app.settle().await;
    let db = app.system();
    for statement in [
        "UPDATE versions SET notes = 'x'",
        "DELETE FROM versions",
        "UPDATE version_lessons SET day = 3 WHERE day = 1",
        "DELETE FROM version_lessons",
        "INSERT INTO version_lessons SELECT version_id, day, 2, lesson_id, revision_id, title, summary, minutes, is_preview, is_required, completion FROM version_lessons WHERE day = 1",
        "UPDATE revisions SET text = 'x'",
        "DELETE FROM revisions",
        "DELETE FROM lessons",
        "DELETE FROM courses",
    ] {
        let refused = sql(&db, statement).await.expect_err(statement);
        assert!(refused.contains("never"), "{statement}: {refused}");
    }
    let kept = db.read("test", move |read| courses::version_lessons(read, made.version)).await;
    assert_eq!(kept.expect("the outline").len(), 7);
}

#[tokio::test]
async fn categories_are_the_admins() {
    let app = TestApp::start().await;
    let (ada, ina) = (app.admin("Ada").await, app.instructor("Ina").await);
    app.course(Spec::days7("Dice")).await;
    let all = app.anonymous().get("/categories").await.expect(200);
    assert_eq!((all.as_array().map(Vec::len), all[0]["course_count"].clone()), (Some(6), json!(1)));
    assert_eq!(ina.post("/categories", json!({"name": "Cooking"})).await.status, 403);
    let made = ada.post("/categories", json!({"name": "Cooking & baking"})).await.expect(201);
    assert_eq!(made["slug"], "cooking-baking");
    assert_eq!(
        ada.post("/categories", json!({"name": "Cooking, baking"})).await.code(),
        "category.taken"
    );
    let at = format!("/categories/{}", made["id"].as_str().expect("an id"));
    let moved = ada.patch(&at, json!({"name": "Cooking", "position": 0})).await.expect(200);
    assert_eq!(
        (moved["name"].clone(), moved["slug"].clone()),
        (json!("Cooking"), json!("cooking-baking"))
    );
    assert_eq!(ada.get("/categories").await.expect(200)[0]["name"], "Cooking");
    assert_eq!(ada.delete(&at).await.status, 204);
    assert_eq!(ada.delete(&at).await.status, 404);
    assert_eq!(ada.delete("/categories/cat_0000000000001").await.code(), "category.used");
    app.settle().await;
}

#[tokio::test]
async fn a_forgotten_author_leaves_his_courses_and_a_forgotten_learner_stays_counted() {
    let app = TestApp::start().await;
    let (ina, leo) = (app.instructor("Ina").await, app.learner("Leo").await);
    let made = app.course(Spec::days7("Dice").by(ina.id())).await;
    join(&app, &made, leo.id()).await;
    let (author, learner) = (ina.id(), leo.id());
    let db = app.system();
    let module = courses::module().forget.expect("courses forget");
    let forgotten = db.write("test.forget", move |tx| {
        module(tx, author)?;
        module(tx, learner)
    });
    forgotten.await.expect("both are forgotten");
    let page = app.anonymous().get("/courses/dice").await.expect(200);
    assert_eq!((page["learner_count"].clone(), page.get("author")), (json!(1), None));
    app.settle().await;
}
