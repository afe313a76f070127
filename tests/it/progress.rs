//! Learning: opening, active time, positions, completion, and counting everything anew.

mod plans;
mod random;

use std::time::Duration;

use momentum::{
    courses::{Completion, Content},
    kernel::event::Event,
    platform::events,
};
use serde_json::{Value, json};

use super::enrolments::{daily, join};
use crate::support::{Client, TestApp, courses::Spec};

const DAY: u64 = 24 * 3600;
const TIMER: &str = "0f7c9a1e-0000-4000-8000-000000000001";
const OTHER_TIMER: &str = "0f7c9a1e-0000-4000-8000-000000000002";

fn beat(timer: &str, seconds: u8) -> Value {
    json!({"timer": timer, "seconds": seconds, "is_active": true})
}

/// How many events of a kind were told.
async fn told(app: &TestApp, wanted: fn(&Event) -> bool) -> usize {
    let db = app.system();
    let all = db.read("test", |read| events::after(read, 0, 10_000)).await.expect("events");
    all.iter().filter(|recorded| wanted(&recorded.event)).count()
}

async fn complete(client: &Client<'_>, lesson: impl std::fmt::Display) -> Value {
    client.post(&format!("/lessons/{lesson}/complete"), json!({})).await.expect(200)
}

#[tokio::test]
async fn a_course_is_learnt_from_its_first_day_to_its_last() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    let empty = ana.get("/me/today").await.expect(200);
    assert_eq!(
        (&empty["learning_day"], empty.get("current"), &empty["others"], &empty["finished"]),
        (&json!("2026-11-16"), None, &json!([]), &json!([]))
    );
    join(&ana, &made, daily()).await;
    for (n, lesson) in made.lessons.iter().enumerate() {
        let today = ana.get("/me/today").await.expect(200);
        let current = &today["current"];
        assert_eq!(current["lesson"]["id"], lesson.to_string());
        assert_eq!((&current["state"], &current["lessons_done"]), (&json!("new"), &json!(n)));
        assert_eq!(current["days"][n]["state"], "today");
        ana.post(&format!("/lessons/{lesson}/open"), json!(null)).await.expect(204);
        assert_eq!(ana.get("/me/today").await.expect(200)["current"]["state"], "in_progress");
        let out = complete(&ana, lesson).await;
        assert_eq!(out["course"]["lessons_done"], n + 1);
        assert_eq!(out["course"]["is_completed"], n == 6);
        let today = ana.get("/me/today").await.expect(200);
        if n < 6 {
            let next = made.lessons[n + 1].to_string();
            assert_eq!((&out["next"]["id"], &out["next"]["state"]), (&json!(next), &json!("locked")));
            assert_eq!(today["current"]["state"], "done_today");
            assert_eq!(today["current"]["next_opens_at"], out["next"]["opens_at"]);
            assert_eq!(today["current"]["minutes_left"], 0);
        } else {
            assert_eq!((out.get("next"), &out["course"]["percent"]), (None, &json!(100)));
            assert_eq!(today["current"]["state"], "finished");
            assert_eq!(today["finished"][0]["slug"], "dice");
        }
        app.pass(Duration::from_secs(DAY)).await;
    }
    assert_eq!(
        ana.get("/me/today").await.expect(200).get("current"),
        None,
        "the day after, it is history"
    );
    let mine = ana.get("/me/courses?state=finished").await.expect(200);
    assert_eq!(
        (&mine["items"][0]["percent"], &mine["items"][0]["completed_at"]),
        (&json!(100), &json!("2026-11-22T09:00:00.000Z"))
    );
    assert_eq!(ana.get("/me/courses?state=going").await.expect(200)["items"], json!([]));
    let outline = ana.get(&format!("/courses/{}/learn", made.slug)).await.expect(200);
    assert_eq!(
        (&outline["percent"], &outline["enrolment"]["state"], outline.get("resume")),
        (&json!(100), &json!("completed"), None)
    );
    let history = ana.get("/me/history?limit=3").await.expect(200);
    let kinds: Vec<&str> = history["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|i| i["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["course_completed", "completed", "opened"]);
    assert_eq!(history["items"][0]["learning_day"], "2026-11-22");
    let cursor = history["next"].as_str().expect("a cursor");
    let rest = ana.get(&format!("/me/history?cursor={cursor}")).await.expect(200);
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(12));
    assert_eq!(told(&app, |e| matches!(e, Event::CourseCompleted { .. })).await, 1);
    assert_eq!(told(&app, |e| matches!(e, Event::LessonCompleted { .. })).await, 7);
    assert_eq!(told(&app, |e| matches!(e, Event::LessonOpened { .. })).await, 7);
}

#[tokio::test]
async fn completing_twice_is_completing_once() {
    let app = TestApp::start().await;
    let spec = Spec {
        each: |n, content| content.is_required = n == 0,
        ..Spec::days7("Dice")
    };
    let made = app.course(spec).await;
    let ana = app.learner("Ana").await;
    let enrolment = join(&ana, &made, daily()).await;
    let path = format!("/lessons/{}/complete", made.lessons[0]);
    let key = json!({"key": "4fd1c1de-7d2b-4a4e-9d5e-0d6f1d2a7b11"});
    let first = ana.post(&path, key.clone()).await.expect(200);
    assert_eq!(
        (&first["course"]["is_completed"], &first["course"]["percent"]),
        (&json!(true), &json!(100))
    );
    app.pass(Duration::from_secs(DAY)).await;
    for body in [json!({}), key.clone(), json!({"key": "another-key-of-the-other-tab"})] {
        let again = ana.post(&path, body).await.expect(200);
        assert_eq!(again["completed_at"], first["completed_at"]);
        assert_eq!(again["course"], first["course"]);
    }
    let reused = ana.post(&format!("/lessons/{}/complete", made.lessons[1]), key.clone()).await;
    assert_eq!((reused.status.as_u16(), reused.code()), (409, "key.reused"));
    // An optional lesson after the course is completed: counted, and nothing is told twice.
    let out = complete(&ana, made.lessons[1]).await;
    assert_eq!(
        (&out["course"]["lessons_done"], &out["course"]["is_completed"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(told(&app, |e| matches!(e, Event::CourseCompleted { .. })).await, 1);
    assert_eq!(told(&app, |e| matches!(e, Event::LessonCompleted { .. })).await, 2);
    // An offline queue that is sent after the course was begun anew completes nothing in it.
    ana.delete(&format!("/enrolments/{}", enrolment["id"].as_str().expect("an id")))
        .await
        .expect(204);
    join(&ana, &made, daily()).await;
    let replayed = ana.post(&path, key).await.expect(200);
    assert_eq!(replayed["completed_at"], first["completed_at"]);
    let lesson = ana.get(&format!("/lessons/{}", made.lessons[0])).await.expect(200);
    assert_eq!(lesson["my"].get("completed_at"), None);
    for bad in [
        json!({"key": "short"}),
        json!({"key": "ключ-из-восьми"}),
        json!({"key": 7}),
        json!({"at": "now"}),
    ] {
        assert_eq!(ana.post(&path, bad.clone()).await.status, 422, "{bad}");
    }
    app.settle().await;
}

#[tokio::test]
async fn a_lesson_says_where_one_stands_and_what_is_around() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    join(&ana, &made, daily()).await;
    app.pass(Duration::from_secs(DAY)).await;
    let path = format!("/lessons/{}", made.lessons[1]);
    let fresh = ana.get(&path).await.expect(200);
    assert_eq!(fresh["my"], json!({"active_seconds": 0, "actions_done": [], "can_complete": true}));
    assert_eq!((&fresh["day"], &fresh["days_total"]), (&json!(2), &json!(7)));
    assert_eq!(fresh["previous"]["id"], made.lessons[0].to_string());
    assert_eq!(
        (&fresh["next"]["state"], &fresh["next"]["opens_at"]),
        (&json!("locked"), &json!("2026-11-18T03:00:00.000Z"))
    );
    assert_eq!(fresh["content"]["id"], made.lessons[1].to_string());
    assert!(fresh["content"]["body_html"].as_str().is_some_and(|html| html.contains("data-id")));
    ana.post(&format!("{path}/open"), json!(null)).await.expect(204);
    ana.post(&format!("{path}/open"), json!(null)).await.expect(204);
    assert_eq!(ana.get(&path).await.expect(200)["my"]["opened_at"], "2026-11-17T09:00:00.000Z");
    assert_eq!(told(&app, |e| matches!(e, Event::LessonOpened { .. })).await, 1);
    app.settle().await;
}

#[tokio::test]
async fn active_time_is_honest() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    app.clock.advance(Duration::from_secs(600));
    join(&ana, &made, daily()).await;
    let path = format!("/lessons/{}/heartbeat", made.lessons[0]);
    let wait = |seconds| app.clock.advance(Duration::from_secs(seconds));
    // Nothing counts from before one joined.
    assert_eq!(
        ana.post(&path, beat(TIMER, 60)).await.expect(200),
        json!({"active_seconds": 0, "minutes_today": 0})
    );
    wait(30);
    assert_eq!(
        ana.post(&path, beat(TIMER, 30)).await.expect(200),
        json!({"active_seconds": 30, "minutes_today": 1})
    );
    // The same seconds again, and more than have passed.
    assert_eq!(ana.post(&path, beat(TIMER, 60)).await.expect(200)["active_seconds"], 30);
    wait(10);
    assert_eq!(ana.post(&path, beat(TIMER, 60)).await.expect(200)["active_seconds"], 40);
    // Another tab: its position is kept, its seconds are not.
    let mut other = beat(OTHER_TIMER, 10);
    other["position"] = json!({"video_seconds": 77});
    let elsewhere = ana.post(&path, other.clone()).await;
    assert_eq!((elsewhere.status.as_u16(), elsewhere.code()), (409, "timer.elsewhere"));
    let lesson = ana.get(&format!("/lessons/{}", made.lessons[0])).await.expect(200);
    assert_eq!(lesson["my"]["position"]["video_seconds"], 77.0);
    wait(44);
    assert_eq!(ana.post(&path, beat(OTHER_TIMER, 10)).await.status, 409);
    wait(1);
    assert_eq!(
        ana.post(&path, beat(OTHER_TIMER, 10)).await.expect(200),
        json!({"active_seconds": 50, "minutes_today": 2})
    );
    assert_eq!(ana.post(&path, beat(TIMER, 10)).await.status, 409, "the timer has moved");
    // Without activity nothing counts, and no timer is taken.
    wait(60);
    let idle = json!({"timer": TIMER, "seconds": 30, "is_active": false});
    assert_eq!(ana.post(&path, idle).await.expect(200)["active_seconds"], 50);
    assert_eq!(ana.post(&path, beat(OTHER_TIMER, 10)).await.expect(200)["active_seconds"], 60);
    for (bad, field) in [
        (json!({"timer": TIMER, "seconds": 0, "is_active": true}), "seconds"),
        (json!({"timer": TIMER, "seconds": 61, "is_active": true}), "seconds"),
        (json!({"timer": TIMER, "seconds": -1, "is_active": true}), "seconds"),
        (json!({"timer": TIMER, "seconds": 1.5, "is_active": true}), "seconds"),
        (json!({"timer": "x", "seconds": 5, "is_active": true}), "timer"),
        (json!({"timer": TIMER, "seconds": 5}), ""),
        (json!({"timer": TIMER, "seconds": 5, "is_active": true, "at": "yesterday"}), "at"),
        (
            json!({"timer": TIMER, "seconds": 5, "is_active": true, "position": {"video_seconds": -1}}),
            "position.video_seconds",
        ),
        (
            json!({"timer": TIMER, "seconds": 5, "is_active": true, "position": {"block_id": "abcdefghi1", "block_offset": 2}}),
            "block_offset",
        ),
    ] {
        let refused = ana.post(&path, bad.clone()).await;
        assert_eq!(refused.status, 422, "{bad}: {}", refused.text());
        assert_eq!(refused.json["fields"][0]["path"], field, "{bad}: {}", refused.text());
    }
    app.settle().await;
}

#[tokio::test]
async fn time_offline_counts_once_and_not_for_ever() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    join(&ana, &made, daily()).await;
    app.pass(Duration::from_secs(8 * DAY)).await;
    let path = format!("/lessons/{}/heartbeat", made.lessons[0]);
    let late = |at: &str| {
        let mut late = beat(TIMER, 60);
        late["at"] = json!(at);
        late
    };
    ana.post(&path, beat(OTHER_TIMER, 30)).await.expect(200);
    // Made offline while another device was online: both count, each second once.
    let out = ana.post(&path, late("2026-11-20T10:00:00Z")).await.expect(200);
    assert_eq!(out, json!({"active_seconds": 90, "minutes_today": 1}));
    assert_eq!(
        ana.post(&path, late("2026-11-20T10:00:00Z")).await.expect(200)["active_seconds"],
        90
    );
    assert_eq!(
        ana.post(&path, late("2026-11-20T10:00:30Z")).await.expect(200)["active_seconds"],
        120
    );
    // A week ago to the second, and before that; a clock that is fast counts as now.
    assert_eq!(
        ana.post(&path, late("2026-11-17T09:00:00Z")).await.expect(200)["active_seconds"],
        180
    );
    assert_eq!(
        ana.post(&path, late("2026-11-17T08:59:59Z")).await.expect(200)["active_seconds"],
        180
    );
    assert_eq!(
        ana.post(&path, late("1970-01-01T00:00:00Z")).await.expect(200)["active_seconds"],
        180
    );
    assert_eq!(
        ana.post(&path, late("2099-01-01T00:00:00Z")).await.status,
        409,
        "now, and another timer runs"
    );
    let mut same = late("2099-01-01T00:00:00Z");
    same["timer"] = json!(OTHER_TIMER);
    assert_eq!(ana.post(&path, same).await.expect(200)["active_seconds"], 210);
    let today = ana.get("/me/today").await.expect(200);
    assert_eq!(today["minutes_today"], 1);
    app.settle().await;
}

#[tokio::test]
async fn one_resumes_at_the_exact_place_on_any_device() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    join(&ana, &made, daily()).await;
    app.pass(Duration::from_secs(2 * DAY)).await;
    let position = |n: usize| format!("/lessons/{}/position", made.lessons[n]);
    let lesson = ana.get(&format!("/lessons/{}", made.lessons[1])).await.expect(200);
    let html = lesson["content"]["body_html"].as_str().expect("html");
    let block = html
        .split("data-id=\"")
        .nth(2)
        .and_then(|rest| rest.get(..10))
        .expect("a second block");
    let put = json!({"block_id": block, "block_offset": 0.25, "client_at": "2026-11-18T08:59:00Z"});
    ana.put(&position(1), put).await.expect(204);
    ana.put(&position(1), json!({"video_seconds": 492.25, "client_at": "2026-11-18T08:59:30Z"}))
        .await
        .expect(204);
    // An older device, and one whose clock is fast: the first loses, the second does not win for ever.
    ana.put(&position(1), json!({"video_seconds": 1, "client_at": "2026-11-18T08:58:00Z"}))
        .await
        .expect(204);
    let wanted = json!({"block_id": block, "block_offset": 0.25, "video_seconds": 492.25});
    let outline = ana.get(&format!("/courses/{}/learn", made.slug)).await.expect(200);
    let mut resume = outline["resume"].clone();
    assert_eq!(resume["lesson_id"], made.lessons[1].to_string());
    resume.as_object_mut().expect("an object").remove("lesson_id");
    assert_eq!(resume, wanted);
    let today = ana.get("/me/today").await.expect(200);
    assert_eq!(
        today["current"]["resume"],
        json!({"video_seconds": 492.25, "block_id": block, "label": "8:12"})
    );
    ana.put(&position(2), json!({"video_seconds": 5, "client_at": "2030-01-01T00:00:00Z"}))
        .await
        .expect(204);
    app.clock.advance(Duration::from_secs(1));
    ana.put(&position(0), json!({"video_seconds": 6, "client_at": "2026-11-18T09:00:01Z"}))
        .await
        .expect(204);
    let outline = ana.get(&format!("/courses/{}/learn", made.slug)).await.expect(200);
    assert_eq!(outline["resume"]["lesson_id"], made.lessons[0].to_string());
    for bad in [
        json!({"client_at": "2026-11-18T09:00:00Z"}),
        json!({"block_offset": 0.5, "client_at": "2026-11-18T09:00:00Z"}),
        json!({"block_id": block, "block_offset": -0.1, "client_at": "2026-11-18T09:00:00Z"}),
        json!({"block_id": "<script>", "client_at": "2026-11-18T09:00:00Z"}),
        json!({"video_seconds": -1, "client_at": "2026-11-18T09:00:00Z"}),
        json!({"video_seconds": 90_000, "client_at": "2026-11-18T09:00:00Z"}),
        json!({"video_seconds": "NaN", "client_at": "2026-11-18T09:00:00Z"}),
        json!({"video_seconds": 5}),
        json!({"video_seconds": 5, "client_at": "2026-11-18T09:00:00Z", "user": "usr_0000000000001"}),
    ] {
        assert_eq!(ana.put(&position(0), bad.clone()).await.status, 422, "{bad}");
    }
    app.settle().await;
}

#[tokio::test]
async fn action_items_are_ticked_and_may_be_required() {
    let app = TestApp::start().await;
    let spec = Spec {
        each: |_, content: &mut Content| content.completion = Completion::Actions,
        ..Spec::days7("Dice")
    };
    let made = app.course(spec).await;
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    join(&ana, &made, daily()).await;
    join(&ben, &made, daily()).await;
    let path = format!("/lessons/{}", made.lessons[0]);
    let lesson = ana.get(&path).await.expect(200);
    assert_eq!(
        (&lesson["my"]["can_complete"], &lesson["my"]["unmet"]),
        (&json!(false), &json!("actions"))
    );
    let ids: Vec<&str> = lesson["content"]["actions"]
        .as_array()
        .expect("actions")
        .iter()
        .filter_map(|a| a["id"].as_str())
        .collect();
    let tick = async |id: &str, done: bool| ana.put(&format!("{path}/actions/{id}"), json!({ "done": done })).await;
    assert_eq!(tick("nothere000", true).await.status, 404);
    assert_eq!(tick("🌱", true).await.status, 404);
    assert_eq!(tick("%ff", true).await.status, 404);
    assert_eq!(tick(ids[0], true).await.expect(200), json!({"actions_done": [ids[0]]}));
    assert_eq!(tick(ids[0], true).await.expect(200), json!({"actions_done": [ids[0]]}));
    let unmet = ana.post(&format!("{path}/complete"), json!({})).await;
    assert_eq!((unmet.status.as_u16(), unmet.code()), (409, "lesson.rule_unmet"));
    tick(ids[1], true).await.expect(200);
    complete(&ana, made.lessons[0]).await;
    assert_eq!(tick(ids[1], false).await.expect(200), json!({"actions_done": [ids[0]]}));
    let lesson = ana.get(&path).await.expect(200);
    assert!(lesson["my"]["completed_at"].is_string(), "what is done stays done");
    assert_eq!(
        ben.get(&path).await.expect(200)["my"]["actions_done"],
        json!([]),
        "each has his own"
    );
    app.settle().await;
}

#[tokio::test]
async fn the_course_of_today_is_the_one_he_was_last_in() {
    let app = TestApp::start().await;
    let (dice, cards) = (app.course(Spec::days7("Dice")).await, app.course(Spec::days7("Cards")).await);
    let ana = app.learner("Ana").await;
    join(&ana, &dice, daily()).await;
    join(&ana, &cards, daily()).await;
    let current = async || ana.get("/me/today").await.expect(200)["current"]["course"]["slug"].clone();
    assert_eq!(current().await, "cards", "of two at one instant, the one joined last");
    app.clock.advance(Duration::from_secs(1));
    ana.post(&format!("/lessons/{}/open", dice.lessons[0]), json!(null))
        .await
        .expect(204);
    assert_eq!(current().await, "dice");
    let today = ana.get("/me/today").await.expect(200);
    assert_eq!(
        (&today["others"][0]["course"]["slug"], &today["others"][0]["percent"]),
        (&json!("cards"), &json!(0))
    );
    app.clock.advance(Duration::from_secs(60));
    ana.post(&format!("/lessons/{}/heartbeat", cards.lessons[0]), beat(TIMER, 30))
        .await
        .expect(200);
    assert_eq!(current().await, "cards");
    let first = ana.get("/me/courses?limit=1").await.expect(200);
    assert_eq!(first["items"][0]["course"]["slug"], "cards");
    let cursor = first["next"].as_str().expect("a cursor");
    let second = ana.get(&format!("/me/courses?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!((&second["items"][0]["course"]["slug"], second.get("next")), (&json!("dice"), None));
    for bad in ["cursor=x", "cursor=1.usr_0000000000001", "state=asleep", "limit=many", "what=else"] {
        assert_eq!(ana.get(&format!("/me/courses?{bad}")).await.status, 422, "{bad}");
    }
    assert_eq!(ana.get("/me/history?cursor=abc").await.status, 422);
    app.settle().await;
}

#[tokio::test]
async fn a_forgotten_person_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Dice")).await;
    let ana = app.learner("Ana").await;
    join(&ana, &made, daily()).await;
    app.clock.advance(Duration::from_secs(60));
    let lesson = format!("/lessons/{}", made.lessons[0]);
    ana.post(&format!("{lesson}/heartbeat"), beat(TIMER, 30)).await.expect(200);
    ana.put(
        &format!("{lesson}/position"),
        json!({"video_seconds": 5, "client_at": "2026-11-16T09:00:00Z"}),
    )
    .await
    .expect(204);
    complete(&ana, made.lessons[0]).await;
    ana.post(&format!("{lesson}/notes"), json!({"text": "mine"})).await.expect(201);
    ana.post(&format!("{lesson}/bookmarks"), json!({})).await.expect(201);
    app.settle().await;
    ana.post("/me/delete", json!({"password": crate::support::PASSWORD}))
        .await
        .expect(204);
    app.settle().await;
    let (user, db) = (ana.id(), app.system());
    let left = db.read("test", move |read| {
        let mut left = Vec::new();
        for table in [
            "enrolments",
            "progress_facts",
            "active_minutes",
            "lesson_progress",
            "course_progress",
            "day_minutes",
            "positions",
            "timers",
            "notes",
            "bookmarks",
        ] {
            if read.exists(&format!("SELECT 1 FROM {table} WHERE user_id = ?1"), [user])? {
                left.push(table);
            }
        }
        Ok(left)
    });
    assert_eq!(left.await.expect("tables"), Vec::<&str>::new());
}
