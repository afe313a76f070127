//! Rest days of the organisation, and days that are opened ahead.

use std::time::Duration;

use momentum::{
    kernel::{
        actor::{Plan, Role},
        event::Event,
    },
    platform::events,
};
use serde_json::{Value, json};

use super::enrolments::{course_with, daily, join};
use crate::support::{
    Client, TestApp,
    courses::{Made, Spec},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn put_learning(ada: &Client<'_>, change: Value) {
    let mut section = json!({"day_start_hour": 3, "default_pace": "daily", "heartbeat_seconds": 30});
    let all = section.as_object_mut().expect("an object");
    all.extend(change.as_object().expect("an object").clone());
    ada.put("/admin/settings/learning", section).await.expect(200);
}

async fn outline(client: &Client<'_>, made: &Made) -> Value {
    client.get(&format!("/courses/{}/learn", made.slug)).await.expect(200)
}

/// The dates of the days, and how many of them are open.
async fn dates(client: &Client<'_>, made: &Made) -> (Vec<String>, usize) {
    let outline = outline(client, made).await;
    let opens = outline["enrolment"]["opens"].as_array().expect("days");
    let on = opens
        .iter()
        .filter_map(|day| day["on"].as_str())
        .map(|on| on["2026-".len()..].to_owned());
    let days = outline["days"].as_array().expect("days");
    (on.collect(), days.iter().filter(|day| day["state"] != "locked").count())
}

async fn complete(client: &Client<'_>, lesson: impl std::fmt::Display) -> Value {
    client.post(&format!("/lessons/{lesson}/complete"), json!({})).await.expect(200)
}

#[tokio::test]
async fn rest_days_move_what_is_to_come_for_everybody_in_the_middle() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let made = app.course(Spec::days7("Dice")).await;
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    let enrolment = join(&ana, &made, daily()).await;
    join(&ben, &made, json!({"kind": "custom", "days": [6]})).await;
    app.pass(DAY).await; // Tuesday
    let before = ["11-16", "11-17", "11-18", "11-19", "11-20", "11-21", "11-22"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(dates(&ana, &made).await, (before.clone(), 2));
    put_learning(&ada, json!({"rest_days": [7, 3, 6]})).await;
    // Nothing moves before the job has been there; what a change of pace would bring is told by the new ones.
    assert_eq!(dates(&ana, &made).await, (before.clone(), 2));
    let told = ana.get(&format!("/courses/{}/schedule?kind=daily", made.slug)).await.expect(200);
    app.settle().await;
    let rested = ["11-16", "11-17", "11-19", "11-20", "11-23", "11-24", "11-26"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(dates(&ana, &made).await, (rested.clone(), 2));
    assert_eq!(outline(&ana, &made).await["enrolment"]["opens"], told);
    // His own pace has a rest day only: it counts alone.
    assert_eq!(dates(&ben, &made).await.0[..3], ["11-16", "11-21", "11-28"]);
    for lesson in &made.lessons[..2] {
        complete(&ana, lesson).await;
    }
    let today = ana.get("/me/today").await.expect(200);
    assert_eq!(
        (&today["current"]["next_day"], &today["current"]["next_opens_at"]),
        (&json!(3), &json!("2026-11-19T03:00:00.000Z"))
    );
    app.pass(DAY).await; // Wednesday, a rest day
    let third = format!("/lessons/{}", made.lessons[2]);
    assert_eq!(ana.get(&third).await.expect(403)["opens_at"], "2026-11-19T03:00:00.000Z");
    app.pass(DAY).await;
    ana.get(&third).await.expect(200);
    app.pass(DAY * 2).await; // Saturday
    let eve = app.learner("Eve").await;
    join(&eve, &made, daily()).await;
    assert_eq!(dates(&eve, &made).await.0[..3], ["11-21", "11-23", "11-24"]);
    assert_eq!(dates(&ana, &made).await, (rested, 4));
    // No rest days any more: today opens one day, and a learner's own change is as good as the job.
    put_learning(&ada, json!({})).await;
    let path = format!("/enrolments/{}", enrolment["id"].as_str().expect("an id"));
    let changed = ana.patch(&path, json!({"pace": daily()})).await.expect(200);
    let free = ["11-16", "11-17", "11-19", "11-20", "11-21", "11-22", "11-23"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(dates(&ana, &made).await, (free.clone(), 5));
    app.settle().await;
    assert_eq!(outline(&ana, &made).await["enrolment"]["opens"], changed["opens"]);
    assert_eq!(dates(&eve, &made).await.0[..3], ["11-21", "11-22", "11-23"]);
}

#[tokio::test]
async fn a_job_that_was_cut_off_goes_on_where_it_was() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let made = app.course(Spec::days7("Dice")).await;
    // More than one deed takes.
    let mut first = None;
    for n in 0..130 {
        let client = app.learner(&format!("Learner {n}")).await;
        join(&client, &made, daily()).await;
        first.get_or_insert(client);
    }
    let ana = first.expect("a learner");
    put_learning(&ada, json!({"rest_days": [2, 3]})).await;
    app.settle().await;
    let wanted = (
        ["11-16", "11-19", "11-20", "11-21", "11-22", "11-23", "11-26"]
            .map(str::to_owned)
            .to_vec(),
        1,
    );
    assert_eq!(dates(&ana, &made).await, wanted);
    let behind = async || {
        let count = "SELECT count(*) FROM enrolments WHERE rest_days <> 6";
        let db = app.system();
        db.read("test", move |read| read.count(count, [])).await.expect("a count")
    };
    assert_eq!(behind().await, 0);
    // As a kill leaves it: some are seen to, others not, and the job is there again.
    let db = app.system();
    let cut = db.write("test.cut", |tx| {
        tx.execute(
            "UPDATE enrolments SET rest_days = 0 WHERE id % 2 = 0 OR id = (SELECT min(id) FROM enrolments)",
            [],
        )?;
        tx.execute(
            "INSERT INTO jobs (id, kind, queue, payload, state, attempts, run_at, created_at)
             VALUES (1, 'enrolments.take_rest_days', 'default', '{}', 'waiting', 1, 0, 0)",
            [],
        )
    });
    cut.await.expect("cut");
    assert!(behind().await > 0);
    app.settle().await;
    assert_eq!(behind().await, 0);
    assert_eq!(dates(&ana, &made).await, wanted);
}

#[tokio::test]
async fn what_becomes_due_does_not_fall_on_a_rest_day_unless_somebody_chose_it() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let made = app.course(Spec::days7("Fire safety")).await;
    let (lea, max) = (app.learner("Lea").await, app.learner("Max").await);
    put_learning(&ada, json!({"rest_days": [6, 7]})).await;
    let counted = json!({"course": made.course, "people": [lea.id()], "due_days": 5});
    let chosen = json!({"course": made.course, "people": [max.id()], "due_on": "2026-11-21"});
    for wanted in [counted, chosen] {
        ada.post("/assignments", wanted).await.expect(201);
    }
    app.settle().await;
    for (client, due) in [(&lea, "2026-11-23"), (&max, "2026-11-21")] {
        assert_eq!(outline(client, &made).await["enrolment"]["due_on"], due);
    }
    assert_eq!(app.anonymous().get("/instance").await.expect(200)["rest_days"], json!([6, 7]));
    // Two days stay for learning, through either door; what is given twice is kept once.
    let wrong = json!({"day_start_hour": 3, "default_pace": "daily", "heartbeat_seconds": 30, "rest_days": [1, 2, 3, 4, 5, 6]});
    let refused = ada.put("/admin/settings/learning", wrong.clone()).await.expect(422);
    assert_eq!(refused["fields"][0]["path"], "rest_days");
    let section = "/admin/settings/sections/learning";
    ada.put(section, json!({ "value": wrong })).await.expect(422);
    let twice = json!({"day_start_hour": 3, "default_pace": "daily", "heartbeat_seconds": 30, "rest_days": [7, 5, 7]});
    let put = ada.put(section, json!({ "value": twice })).await.expect(200);
    assert_eq!(put["value"]["rest_days"], json!([5, 7]));
    assert_eq!(put["fields"]["rest_days"]["by_name"], "Ada");
    app.settle().await;
}

/// Asks for a day; the status and the code or the lesson to begin with.
async fn ask(client: &Client<'_>, enrolment: &Value, day: u32) -> (u16, String) {
    let path = format!("/enrolments/{}/next-day", enrolment["id"].as_str().expect("an id"));
    let answer = client.post(&path, json!({ "day": day })).await;
    let words = answer.json["lesson"]["id"].as_str().unwrap_or_else(|| answer.code());
    (answer.status.as_u16(), words.to_owned())
}

fn refused(code: &str) -> (u16, String) {
    (409, code.to_owned())
}

async fn opened_ahead(app: &TestApp) -> Vec<u16> {
    let db = app.system();
    let all = db.read("test", |read| events::after(read, 0, 10_000)).await.expect("events");
    let day = |recorded: events::Recorded| match recorded.event {
        Event::EnrolmentOpenedAhead { day, .. } => Some(day),
        _ => None,
    };
    all.into_iter().filter_map(day).collect()
}

#[tokio::test]
async fn who_has_done_the_open_days_opens_the_next_one_ahead() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let made = app.course(Spec::days7("Dice")).await;
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    let enrolment = join(&ana, &made, daily()).await;
    let opens = enrolment["opens"].clone();
    let first = complete(&ana, made.lessons[0]).await;
    assert_eq!(first["next"]["can_open_now"], false);
    assert_eq!(ask(&ana, &enrolment, 2).await, refused("enrolment.no_opening_ahead"));
    assert_eq!(ana.get("/me/today").await.expect(200)["current"]["can_open_next"], false);
    put_learning(&ada, json!({"open_ahead": true})).await;
    let today = ana.get("/me/today").await.expect(200);
    assert_eq!(
        (
            &today["current"]["state"],
            &today["current"]["can_open_next"],
            &today["current"]["next_day"]
        ),
        (&json!("done_today"), &json!(true), &json!(2))
    );
    let open_now = async || {
        let outline = outline(&ana, &made).await;
        let days = outline["days"].as_array().expect("days").clone();
        let days = days.iter().filter(|day| day["can_open_now"] == true);
        days.filter_map(|day| day["day"].as_u64()).collect::<Vec<_>>()
    };
    assert_eq!(open_now().await, [2]);
    assert_eq!(ask(&ana, &enrolment, 3).await, refused("enrolment.not_next_day"));
    assert_eq!(ask(&ana, &enrolment, 0).await.0, 422);
    assert_eq!(ask(&ana, &enrolment, 65_536).await.0, 422);
    assert_eq!(ask(&ben, &enrolment, 2).await.0, 404);
    assert_eq!(ask(&app.anonymous(), &enrolment, 2).await.0, 401);
    // A double click opens one day.
    let second = (200, made.lessons[1].to_string());
    assert_eq!(
        (ask(&ana, &enrolment, 2).await, ask(&ana, &enrolment, 2).await),
        (second.clone(), second)
    );
    assert_eq!(opened_ahead(&app).await, [2]);
    ana.get(&format!("/lessons/{}", made.lessons[1])).await.expect(200);
    assert_eq!(ask(&ana, &enrolment, 3).await, refused("enrolment.day_not_done"));
    assert_eq!(ana.get("/me/today").await.expect(200)["current"]["state"], "new");
    assert_eq!(open_now().await, [0_u64; 0]);
    let seen = outline(&ana, &made).await;
    for day in 2..7_usize {
        assert_eq!(seen["enrolment"]["opens"][day], opens[day], "no later day moves");
    }
    // The day's own date opens nothing more; the next one opens the next.
    app.pass(DAY).await;
    assert_eq!(dates(&ana, &made).await.1, 2);
    app.pass(DAY).await;
    assert_eq!(dates(&ana, &made).await.1, 3);
    // Each time again, to the end.
    complete(&ana, made.lessons[1]).await;
    for (day, lesson) in (3..).zip(&made.lessons[2..]) {
        assert_eq!(
            complete(&ana, lesson).await["next"]["can_open_now"].as_bool(),
            (day < 7).then_some(true)
        );
        if day < 6 {
            assert_eq!(ask(&ana, &enrolment, day + 1).await.0, 200, "day {}", day + 1);
        }
        if day == 6 {
            assert_eq!(ask(&ana, &enrolment, 7).await.0, 200);
            assert_eq!(ask(&ana, &enrolment, 8).await, refused("enrolment.all_days_open"));
        }
    }
    assert_eq!(ask(&ana, &enrolment, 8).await, refused("enrolment.completed"));
    assert_eq!(opened_ahead(&app).await, [2, 4, 5, 6, 7]);
    app.settle().await;
}

#[tokio::test]
async fn who_may_not_go_on_opens_nothing_ahead() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    put_learning(&ada, json!({"open_ahead": true})).await;
    let made = app.course(Spec::days7("Dice")).await;
    let premium = course_with(&app, Spec::days7("Paid"), |meta| meta.plan = Plan::Premium).await;
    let (ben, zoe) = (app.learner("Ben").await, app.person("Zoe", Role::Learner, Plan::Premium).await);
    let left = join(&ben, &made, daily()).await;
    complete(&ben, made.lessons[0]).await;
    ben.delete(&format!("/enrolments/{}", left["id"].as_str().expect("an id")))
        .await
        .expect(204);
    assert_eq!(ask(&ben, &left, 2).await, refused("enrolment.left"));
    let lapsed = join(&zoe, &premium, daily()).await;
    complete(&zoe, premium.lessons[0]).await;
    ada.patch(&format!("/users/{}", zoe.id()), json!({"plan": "free"}))
        .await
        .expect(200);
    assert_eq!(ask(&zoe, &lapsed, 2).await, refused("enrolment.barred"));
    let seen = outline(&zoe, &premium).await;
    assert_eq!(seen["days"][1]["can_open_now"], false);
    assert_eq!(opened_ahead(&app).await, [0_u16; 0]);
    app.settle().await;
}
