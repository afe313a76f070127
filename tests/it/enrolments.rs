//! Joining courses, and the gate before their lessons.

use std::time::Duration;

use axum::http::Method;
use momentum::{
    auth::Sessions,
    courses::{self, CourseRef, EditCourse, Length, Meta, Resource},
    enrolments,
    kernel::{
        actor::{Actor, Plan, Role},
        text::Line,
    },
    platform::web::guard::Authenticate as _,
};
use serde_json::{Value, json};

use crate::support::{
    Answer, Client, TestApp,
    courses::{Made, Spec, draft},
};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// Joins and gives the enrolment.
pub async fn join(client: &Client<'_>, made: &Made, pace: Value) -> Value {
    let path = format!("/courses/{}/enrolment", made.course);
    client.post(&path, json!({ "pace": pace })).await.expect(201)
}

pub fn daily() -> Value {
    json!({"kind": "daily"})
}

/// A published course whose front matter was changed before.
pub async fn course_with(app: &TestApp, spec: Spec, change: fn(&mut Meta)) -> Made {
    let db = app.system();
    let made = db.write("test.course", move |tx| {
        let (can, lessons) = draft(tx, &spec)?;
        courses::change(tx, &can, None, change)?;
        let version = courses::publish(tx, &can, "", None)?.version;
        let head = courses::find_any(tx, &CourseRef::Id(can.course()))?;
        Ok(Made {
            course: head.id,
            version,
            slug: head.slug.to_string(),
            lessons,
        })
    });
    made.await.expect("a course is made")
}

/// Every operation on a lesson, asked once.
pub async fn every_path(client: &Client<'_>, lesson: &str) -> Vec<(String, Answer)> {
    let timer = "0f7c9a1e-0000-4000-8000-000000000001";
    let asked = [
        (Method::GET, "", None),
        (Method::POST, "/open", None),
        (
            Method::POST,
            "/heartbeat",
            Some(json!({"timer": timer, "seconds": 30, "is_active": true})),
        ),
        (
            Method::PUT,
            "/position",
            Some(json!({"video_seconds": 3, "client_at": "2026-11-16T09:00:00Z"})),
        ),
        (Method::PUT, "/actions/aaaaaaaaaa", Some(json!({"done": true}))),
        (Method::POST, "/complete", Some(json!({}))),
        (Method::GET, "/notes", None),
        (Method::POST, "/notes", Some(json!({"text": "A note"}))),
        (Method::POST, "/bookmarks", Some(json!({}))),
    ];
    let mut answers = Vec::new();
    for (method, tail, body) in asked {
        let path = format!("/lessons/{lesson}{tail}");
        answers.push((format!("{method} {tail}"), client.ask(method, &path, body).await));
    }
    answers
}

#[tokio::test]
async fn a_learner_joins_and_days_open_one_by_one() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    let preview = ana
        .get(&format!("/courses/{}/schedule?kind=custom&days=1,3,5", made.slug))
        .await
        .expect(200);
    let dates: Vec<&str> = preview.as_array().expect("days").iter().filter_map(|d| d["on"].as_str()).collect();
    assert_eq!(
        dates,
        [
            "2026-11-16",
            "2026-11-18",
            "2026-11-20",
            "2026-11-23",
            "2026-11-25",
            "2026-11-27",
            "2026-11-30"
        ]
    );
    let out = join(&ana, &made, daily()).await;
    assert_eq!(
        (&out["version"], &out["cycle"], &out["state"]),
        (&json!(1), &json!(1), &json!("active"))
    );
    assert_eq!((&out["pace"], &out["starts_on"]), (&daily(), &json!("2026-11-16")));
    assert_eq!(
        out["opens"][1],
        json!({"day": 2, "on": "2026-11-17", "at": "2026-11-17T03:00:00.000Z"})
    );
    let again = ana
        .post(&format!("/courses/{}/enrolment", made.slug), json!({"pace": {"kind": "weekdays"}}))
        .await;
    assert_eq!(again.expect(200)["id"], out["id"], "joining twice is joining once");
    let second = format!("/lessons/{}", made.lessons[1]);
    let locked = ana.get(&second).await;
    assert_eq!((locked.status.as_u16(), locked.code()), (403, "lesson.locked"));
    assert_eq!(
        (&locked.json["reason"], &locked.json["opens_at"]),
        (&json!("not_yet"), &json!("2026-11-17T03:00:00.000Z"))
    );
    app.pass(Duration::from_secs(18 * HOUR - 1)).await;
    assert_eq!(ana.get(&second).await.status, 403);
    app.pass(Duration::from_secs(1)).await;
    ana.get(&second).await.expect(200);
    app.settle().await;
    assert_eq!(app.anonymous().get(&format!("/courses/{}/schedule", made.slug)).await.status, 401);
}

#[tokio::test]
async fn a_locked_lesson_is_locked_on_every_path() {
    let app = TestApp::start().await;
    let db = app.system();
    let made = app.course(Spec::days7("Dice")).await;
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    join(&ana, &made, daily()).await;
    let closed = made.lessons[4].to_string();
    for (client, reason) in [(&ana, "not_yet"), (&ben, "not_enrolled")] {
        for (path, answer) in every_path(client, &closed).await {
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (403, "lesson.locked"),
                "{path}: {}",
                answer.text()
            );
            assert_eq!(answer.json["reason"], reason, "{path}");
        }
    }
    for (path, answer) in every_path(&app.anonymous(), &closed).await {
        assert_eq!(answer.status, 401, "{path}");
    }
    for nothing in ["lsn_0000000000001", "crs_0000000000001", "1", "..%2f", "lsn_%ff"] {
        for (path, answer) in every_path(&ana, nothing).await {
            assert_eq!(answer.status, 404, "{path} {nothing}: {}", answer.text());
        }
    }
    let draft = app.draft(Spec::days7("Not yet")).await;
    let read = db.read("test", move |read| {
        let actor = Actor::System("test");
        let _visible_to_staff = courses::find_visible(read, &actor, &draft.into())?;
        Ok(())
    });
    read.await.expect("the draft is there");
    assert_eq!(ben.get(&format!("/courses/{draft}/learn")).await.status, 404);
    assert_eq!(
        ben.post(&format!("/courses/{draft}/enrolment"), json!({"pace": daily()}))
            .await
            .status,
        404
    );
    app.settle().await;
}

#[tokio::test]
async fn previews_are_open_to_everybody_and_leave_no_trace() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ben = app.learner("Ben").await;
    let first = made.lessons[0].to_string();
    for (path, answer) in every_path(&ben, &first).await {
        let wanted = match path.as_str() {
            "GET " | "POST /heartbeat" | "GET /notes" => 200,
            "POST /open" | "PUT /position" => 204,
            "POST /notes" | "POST /bookmarks" => 201,
            _ => 409,
        };
        assert_eq!(answer.status.as_u16(), wanted, "{path}: {}", answer.text());
        if wanted == 409 {
            assert_eq!(answer.code(), "enrolment.required");
        }
    }
    let lesson = ben.get(&format!("/lessons/{first}")).await.expect(200);
    assert_eq!(lesson["my"]["can_complete"], false);
    assert_eq!(lesson["my"].get("opened_at"), None);
    assert_eq!((&lesson["note_count"], &lesson["is_bookmarked"]), (&json!(1), &json!(true)));
    assert_eq!(lesson["next"]["state"], "locked");
    let outline = ben.get(&format!("/courses/{}/learn", made.slug)).await.expect(200);
    assert_eq!(outline["enrolment"], Value::Null);
    assert_eq!(
        (&outline["days"][0]["state"], &outline["days"][0]["lessons"][0]["state"]),
        (&json!("open"), &json!("open"))
    );
    assert_eq!(
        (&outline["days"][1]["state"], &outline["days"][1]["reason"]),
        (&json!("locked"), &json!("not_enrolled"))
    );
    assert_eq!(ben.get("/me/today").await.expect(200)["minutes_today"], 0);
    assert_eq!(ben.get("/me/history").await.expect(200)["items"], json!([]));
    app.settle().await;
}

#[tokio::test]
async fn who_edits_the_course_reads_all_of_it() {
    let app = TestApp::start().await;
    let author = app.instructor("Ira").await;
    let (other, admin) = (app.instructor("Otto").await, app.admin("Ada").await);
    let made = app.course(Spec::days7("Dice").by(author.id())).await;
    let last = format!("/lessons/{}", made.lessons[6]);
    for (client, status) in [(&author, 200), (&admin, 200), (&other, 403)] {
        assert_eq!(client.get(&last).await.status.as_u16(), status);
    }
    let outline = author.get(&format!("/courses/{}/learn", made.slug)).await.expect(200);
    assert_eq!(outline["days"][6]["state"], "open");
    join(&author, &made, daily()).await;
    author.get(&last).await.expect(200);
    app.settle().await;
}

#[tokio::test]
async fn another_pace_moves_only_what_is_to_come() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    let enrolment = join(&ana, &made, daily()).await;
    let path = format!("/enrolments/{}", enrolment["id"].as_str().expect("an id"));
    app.pass(Duration::from_secs(DAY)).await;
    let preview = ana
        .get(&format!("/courses/{}/schedule?kind=custom&days=1", made.slug))
        .await
        .expect(200);
    let mondays = json!({"pace": {"kind": "custom", "days": [1]}});
    let changed = ana.patch(&path, mondays.clone()).await.expect(200);
    assert_eq!(changed["opens"], preview, "what the preview promised");
    let dates: Vec<&str> = changed["opens"]
        .as_array()
        .expect("days")
        .iter()
        .filter_map(|d| d["on"].as_str())
        .collect();
    assert_eq!(dates[..4], ["2026-11-16", "2026-11-17", "2026-11-23", "2026-11-30"]);
    ana.get(&format!("/lessons/{}", made.lessons[1])).await.expect(200);
    assert_eq!(ana.get(&format!("/lessons/{}", made.lessons[2])).await.status, 403);
    for client in [&ben, &app.anonymous()] {
        let wanted = if client.token().is_empty() { 401 } else { 404 };
        assert_eq!(client.patch(&path, mondays.clone()).await.status.as_u16(), wanted);
        assert_eq!(client.delete(&path).await.status.as_u16(), wanted);
    }
    for (body, field) in [
        (json!({"pace": {"kind": "custom"}}), "pace.days"),
        (json!({"pace": {"kind": "custom", "days": [0]}}), "pace.days"),
        (json!({"pace": {"kind": "custom", "days": []}}), "pace.days"),
        (json!({"pace": {"kind": "daily", "days": [1]}}), "pace.days"),
        (json!({"pace": {"kind": "all_at_once"}}), "pace.kind"),
        (json!({"pace": {"kind": "hourly"}}), "pace.kind"),
        (json!({"pace": {"kind": "custom", "days": [300]}}), "pace.days[0]"),
        (json!({}), ""),
        (json!({"pace": daily(), "state": "completed"}), "state"),
    ] {
        let refused = ana.patch(&path, body.clone()).await;
        assert_eq!(refused.status, 422, "{body}: {}", refused.text());
        assert_eq!(refused.json["fields"][0]["path"], field, "{body}: {}", refused.text());
    }
    for query in [
        "kind=custom",
        "kind=custom&days=1,x",
        "kind=custom&days=9",
        "kind=nonsense",
        "days=,",
    ] {
        let refused = ana.get(&format!("/courses/{}/schedule?{query}", made.slug)).await;
        assert_eq!(refused.status, 422, "{query}: {}", refused.text());
    }
    app.settle().await;
}

#[tokio::test]
async fn leaving_keeps_history_and_joining_again_begins_anew() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    let first = format!("/lessons/{}", made.lessons[0]);
    let enrolment = join(&ana, &made, daily()).await;
    let path = format!("/enrolments/{}", enrolment["id"].as_str().expect("an id"));
    ana.post(&format!("{first}/complete"), json!({})).await.expect(200);
    app.pass(Duration::from_secs(DAY)).await;
    let second = format!("/lessons/{}", made.lessons[1]);
    ana.get(&second).await.expect(200);
    ana.delete(&path).await.expect(204);
    ana.delete(&path).await.expect(204);
    assert_eq!(ana.patch(&path, json!({"pace": daily()})).await.code(), "enrolment.left");
    assert_eq!(ana.get(&second).await.json["reason"], "not_enrolled");
    let left = ana.get("/me/courses?state=left").await.expect(200);
    assert_eq!(
        (&left["items"][0]["lessons_done"], &left["items"][0]["state"]),
        (&json!(1), &json!("left"))
    );
    let again = join(&ana, &made, daily()).await;
    assert_eq!((&again["cycle"], &again["starts_on"]), (&json!(2), &json!("2026-11-17")));
    assert_eq!(ana.get(&second).await.json["reason"], "not_yet");
    let lesson = ana.get(&first).await.expect(200);
    assert_eq!(lesson["my"].get("completed_at"), None, "a new cycle begins with nothing done");
    assert_eq!(
        ana.get("/me/history").await.expect(200)["items"].as_array().map(Vec::len),
        Some(2),
        "the old one stays"
    );
    app.settle().await;
}

#[tokio::test]
async fn premium_courses_need_the_plan() {
    let app = TestApp::start().await;
    let author = app.instructor("Ira").await;
    let spec = Spec::days7("Dice").by(author.id());
    let made = course_with(&app, spec, |meta| meta.plan = Plan::Premium).await;
    let (ana, zoe, admin) = (
        app.learner("Ana").await,
        app.person("Zoe", Role::Learner, Plan::Premium).await,
        app.admin("Ada").await,
    );
    let path = format!("/courses/{}/enrolment", made.slug);
    let refused = ana.post(&path, json!({"pace": daily()})).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "denied.premium"));
    let second = format!("/lessons/{}", made.lessons[1]);
    assert_eq!(ana.get(&second).await.json["reason"], "premium");
    assert_eq!(zoe.get(&second).await.json["reason"], "not_enrolled");
    join(&zoe, &made, daily()).await;
    join(&author, &made, daily()).await;
    app.pass(Duration::from_secs(DAY)).await;
    zoe.get(&second).await.expect(200);
    admin
        .patch(&format!("/users/{}", zoe.id()), json!({"plan": "free"}))
        .await
        .expect(200);
    let lapsed = zoe.get(&second).await;
    assert_eq!((lapsed.status.as_u16(), &lapsed.json["reason"]), (403, &json!("premium")));
    zoe.get(&format!("/lessons/{}", made.lessons[0])).await.expect(200);
    let outline = zoe.get(&format!("/courses/{}/learn", made.slug)).await.expect(200);
    assert_eq!(
        (&outline["days"][1]["state"], &outline["days"][1]["reason"]),
        (&json!("locked"), &json!("premium"))
    );
    assert_eq!(zoe.get("/me/today").await.expect(200).get("current"), None);
    app.settle().await;
}

#[tokio::test]
async fn self_paced_courses_open_at_once() {
    let app = TestApp::start().await;
    let made = app.course(Spec::of("Dice", Length::SelfPaced)).await;
    let ana = app.learner("Ana").await;
    let out = join(&ana, &made, json!({"kind": "weekdays"})).await;
    assert_eq!(out["pace"], json!({"kind": "all_at_once"}));
    for lesson in &made.lessons {
        ana.get(&format!("/lessons/{lesson}")).await.expect(200);
    }
    app.settle().await;
}

#[tokio::test]
async fn no_change_of_zone_or_settings_closes_an_opened_day() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let (ana, admin) = (app.learner("Ana").await, app.admin("Ada").await);
    let to = async |zone: &str| {
        ana.patch("/me/profile", json!({"time_zone": zone})).await.expect(200);
        app.settle().await;
    };
    to("Pacific/Kiritimati").await;
    let out = join(&ana, &made, daily()).await;
    assert_eq!(
        (&out["starts_on"], &out["opens"][1]["at"]),
        (&json!("2026-11-16"), &json!("2026-11-16T13:00:00.000Z"))
    );
    app.pass(Duration::from_secs(4 * HOUR)).await;
    let second = format!("/lessons/{}", made.lessons[1]);
    // Nobody looked at the second day before the zone changed, twice.
    to("America/Los_Angeles").await;
    to("Pacific/Pago_Pago").await;
    ana.get(&second).await.expect(200);
    let learning = json!({"day_start_hour": 6, "default_pace": "daily", "heartbeat_seconds": 30});
    admin.put("/admin/settings/learning", learning).await.expect(200);
    ana.get(&second).await.expect(200);
    ana.post(&format!("{second}/complete"), json!({})).await.expect(200);
    let outline = ana.get(&format!("/courses/{}/learn", made.slug)).await.expect(200);
    assert_eq!(outline["days"][1]["state"], "done");
    assert_eq!(outline["days"][2]["opens_at"], "2026-11-18T17:00:00.000Z");
    app.settle().await;
}

#[tokio::test]
async fn archived_courses_stay_with_those_who_joined() {
    let app = TestApp::start().await;
    let db = app.system();
    let author = app.instructor("Ira").await;
    let made = app.course(Spec::days7("Dice").by(author.id())).await;
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    join(&ana, &made, daily()).await;
    author.post(&format!("/courses/{}/archive", made.course), json!({})).await;
    let archived = db.read("test", move |read| Ok(courses::find_any(read, &made.course.into())?.state));
    if archived.await.expect("the course") != courses::State::Archived {
        return app.settle().await;
    }
    ana.get(&format!("/lessons/{}", made.lessons[0])).await.expect(200);
    ana.get(&format!("/courses/{}/learn", made.slug)).await.expect(200);
    for path in [format!("/lessons/{}", made.lessons[0]), format!("/courses/{}/learn", made.slug)] {
        assert_eq!(ben.get(&path).await.status, 404, "{path}");
    }
    let join = format!("/courses/{}/enrolment", made.slug);
    assert_eq!(ben.post(&join, json!({"pace": daily()})).await.status, 404);
    app.settle().await;
    let mine = ana.get("/me/courses").await.expect(200);
    let path = format!("/enrolments/{}", mine["items"][0]["enrolment_id"].as_str().expect("an id"));
    ana.delete(&path).await.expect(204);
    assert_eq!(ana.post(&join, json!({"pace": daily()})).await.code(), "course.archived");
    app.settle().await;
}

#[tokio::test]
async fn learners_keep_the_version_they_joined() {
    let app = TestApp::start().await;
    let db = app.system();
    let author = app.instructor("Ira").await;
    let made = app.course(Spec::days7("Dice").by(author.id())).await;
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    join(&ana, &made, daily()).await;
    let course = made.course;
    let added = db.write("test.publish", move |tx| {
        let can = EditCourse::as_system(course, "test");
        let new = courses::NewLesson {
            day: 1,
            key: None,
            content: crate::support::courses::content("An afterthought"),
        };
        let (lesson, _) = courses::add_lesson(tx, &can, new)?;
        courses::publish(tx, &can, "", None)?;
        Ok(lesson)
    });
    let added = added.await.expect("a second version");
    let out = join(&ben, &made, daily()).await;
    assert_eq!(out["version"], 2);
    ben.get(&format!("/lessons/{added}")).await.expect(200);
    assert_eq!(
        ana.get(&format!("/lessons/{added}")).await.status,
        403,
        "not in her version, not a preview"
    );
    let outline = ana.get(&format!("/courses/{}/learn", made.slug)).await.expect(200);
    assert_eq!(outline["enrolment"]["version"], 1);
    assert_eq!(outline["days"][0]["lessons"].as_array().map(Vec::len), Some(1));
    app.settle().await;
}

#[tokio::test]
async fn files_open_with_their_lesson() {
    let app = TestApp::start().await;
    let db = app.system();
    let author = app.instructor("Ira").await;
    let pixels = {
        let mut png = std::io::Cursor::new(Vec::new());
        let image = image::RgbaImage::from_pixel(8, 8, image::Rgba([9, 90, 60, 255]));
        image.write_to(&mut png, image::ImageFormat::Png).expect("a PNG");
        png.into_inner()
    };
    let asset = author.upload(Method::POST, "/media?name=a.png", pixels).await.expect(201);
    let id = asset["id"].as_str().expect("an id").parse().expect("an asset id");
    let spec = Spec::days7("Dice").by(author.id());
    let made = db.write("test.course", move |tx| {
        let (can, lessons) = draft(
            tx,
            &Spec {
                days: vec![1, 3, 4, 5, 6, 7],
                ..spec
            },
        )?;
        let mut content = crate::support::courses::content("With a file");
        content.resources.push(Resource::File {
            title: Line::parse("Take this along").expect("a line"),
            asset: id,
        });
        let (second, _) = courses::add_lesson(
            tx,
            &can,
            courses::NewLesson {
                day: 2,
                key: None,
                content,
            },
        )?;
        let version = courses::publish(tx, &can, "", None)?.version;
        let mut lessons = lessons;
        lessons.insert(1, second);
        let head = courses::find_any(tx, &can.course().into())?;
        Ok(Made {
            course: head.id,
            version,
            slug: head.slug.to_string(),
            lessons,
        })
    });
    let made = made.await.expect("a course");
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    join(&ana, &made, daily()).await;
    let file = format!("/media/{id}/file?rendition=original");
    for client in [&ana, &ben, &app.anonymous()] {
        let answer = client.get(&file).await;
        assert!(matches!(answer.status.as_u16(), 401 | 403 | 404), "{}", answer.status);
    }
    app.pass(Duration::from_secs(DAY)).await;
    assert_eq!(ana.get(&file).await.status, 200);
    assert_ne!(ben.get(&file).await.status, 200);
    app.settle().await;
}

#[tokio::test]
async fn the_facade_says_what_search_may_look_into() {
    let app = TestApp::start().await;
    let db = app.system();
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    join(&ana, &made, daily()).await;
    app.pass(Duration::from_secs(DAY)).await;
    let (token, wanted) = (ana.token().to_owned(), made.lessons[..2].to_vec());
    let opened = db.read("test", move |read| {
        let found = Sessions.authenticate(read, &token)?.expect("a session");
        let person = found.actor.person().cloned().expect("a person");
        enrolments::opened_lessons(read, &person)
    });
    assert_eq!(opened.await.expect("lessons"), wanted);
    app.settle().await;
}
