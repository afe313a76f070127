//! Assignments: who is to learn what until when.

use std::time::Duration;

use axum::http::Method;
use momentum::{
    enrolments,
    kernel::actor::{Plan, Role},
};
use serde_json::{Value, json};

use crate::support::{TestApp, courses::Spec};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn id(answer: &Value) -> &str {
    answer["id"].as_str().expect("an id")
}

#[tokio::test]
async fn an_assignment_is_counted_enrols_and_takes_those_who_come_later() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let made = app.course(Spec::days7("Fire safety")).await;
    let (lea, max, eve) = (app.learner("Lea").await, app.learner("Max").await, app.learner("Eve").await);
    let group = ada.post("/groups", json!({"name": "Ward"})).await.expect(201);
    let join = async |user| {
        ada.ask(Method::PUT, &format!("/groups/{}/members/{user}", id(&group)), None)
            .await
            .expect(204);
    };
    join(lea.id()).await;
    join(max.id()).await;
    ada.patch(&format!("/users/{}", max.id()), json!({"is_active": false}))
        .await
        .expect(200);
    eve.post(&format!("/courses/{}/enrolment", made.slug), json!({})).await.expect(201);
    let wanted = json!({"course": made.course, "groups": [id(&group)], "people": [eve.id()], "due_on": "2026-12-04"});
    let told = ada.post("/assignments/preview", wanted.clone()).await.expect(200);
    assert_eq!(
        (&told["people"], &told["added"], &told["already"], &told["refused"]),
        (&json!(3), &json!(1), &json!(1), &json!([{"reason": "deactivated", "count": 1}]))
    );
    let made_out = ada.post("/assignments", wanted).await.expect(201);
    app.settle().await;
    let path = format!("/assignments/{}", id(&made_out));
    let seen = ada.get(&path).await.expect(200);
    assert_eq!(
        (&seen["added"], &seen["already"], &seen["refused"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let of = async |user| ada.get(&format!("/users/{user}/enrolments")).await.expect(200);
    assert_eq!(
        (&of(lea.id()).await[0]["due_on"], &of(lea.id()).await[0]["cycle"]),
        (&json!("2026-12-04"), &json!(1))
    );
    assert_eq!(of(eve.id()).await.as_array().map(Vec::len), Some(1), "no cycle is begun anew");
    // Who comes later is enrolled, too; who can by now, as well. Once each.
    let tom = app.learner("Tom").await;
    join(tom.id()).await;
    ada.patch(&format!("/users/{}", max.id()), json!({"is_active": true}))
        .await
        .expect(200);
    app.settle().await;
    app.pass(Duration::from_secs(10)).await;
    let seen = ada.get(&path).await.expect(200);
    assert_eq!(
        (&seen["added"], &seen["already"], &seen["refused"]),
        (&json!(3), &json!(1), &json!(0))
    );
    assert_eq!(of(tom.id()).await[0]["due_on"], "2026-12-04");
    assert_eq!(of(max.id()).await.as_array().map(Vec::len), Some(1));
    // A group in use stays; an ended assignment takes nobody.
    assert_eq!(ada.delete(&format!("/groups/{}", id(&group))).await.code(), "group.in_use");
    ada.post(&format!("{path}/end"), json!({})).await.expect(200);
    let una = app.learner("Una").await;
    join(una.id()).await;
    app.pass(Duration::from_secs(10)).await;
    assert_eq!(of(una.id()).await, json!([]));
    app.settle().await;
}

#[tokio::test]
async fn reminders_go_once_and_the_late_are_counted() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let made = app.course(Spec::days7("Fire safety")).await;
    let lea = app.learner("Lea").await;
    let wanted = json!({"course": made.course, "people": [lea.id()], "due_days": 8, "reminders": [-7, 1]});
    ada.post("/assignments", wanted).await.expect(201);
    app.settle().await;
    let reminded = || app.mails().iter().filter(|mail| mail.to.contains("lea@example.com")).count();
    let late = async || {
        let system = app.system();
        let read = system.read("test.late", |read| enrolments::count_overdue(read, read.now()));
        read.await.expect("a count")
    };
    for (day, mails, overdue) in [(1, 1, 0), (1, 1, 0), (5, 1, 0), (2, 2, 1), (1, 2, 1)] {
        app.clock.advance(DAY * day);
        for _ in 0..2 {
            app.nightly().await.expect("upkeep");
            app.settle().await;
        }
        assert_eq!((reminded(), late().await), (mails, overdue), "after {day} more days");
    }
    let letter = app.mails().into_iter().next_back().expect("a mail");
    assert!(letter.text.contains("was due on Tuesday, 24 November 2026"), "{}", letter.text);
    app.settle().await;
}

#[tokio::test]
async fn a_manager_assigns_to_his_own_group_alone() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let made = app.course(Spec::days7("Fire safety")).await;
    let (boss, lea, max) = (app.learner("Boss").await, app.learner("Lea").await, app.learner("Max").await);
    let (mine, other) = (
        ada.post("/groups", json!({"name": "Mine"})).await.expect(201),
        ada.post("/groups", json!({"name": "Other"})).await.expect(201),
    );
    ada.ask(Method::PUT, &format!("/groups/{}/members/{}", id(&mine), lea.id()), None)
        .await
        .expect(204);
    ada.ask(Method::PUT, &format!("/groups/{}/managers/{}", id(&mine), boss.id()), None)
        .await
        .expect(204);
    let body = |groups: Value, people: Value| json!({"course": made.course, "groups": groups, "people": people, "due_days": 3});
    let other_one = ada.post("/assignments", body(json!([id(&other)]), json!([]))).await.expect(201);
    for (groups, people) in [
        (json!([id(&other)]), json!([])),
        (json!([id(&mine), id(&other)]), json!([])),
        (json!([id(&mine)]), json!([max.id()])),
        (json!([]), json!([max.id()])),
    ] {
        assert_eq!(boss.post("/assignments", body(groups.clone(), people.clone())).await.status, 403);
        assert_eq!(boss.post("/assignments/preview", body(groups, people)).await.status, 403);
    }
    assert_eq!(boss.post("/assignments", body(json!([]), json!([]))).await.status, 422);
    let own = boss
        .post("/assignments", body(json!([id(&mine)]), json!([lea.id()])))
        .await
        .expect(201);
    app.settle().await;
    let listed = boss.get("/assignments").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        boss.get(&format!("/assignments/{}/people", id(&own))).await.expect(200)["items"][0]["state"],
        "active"
    );
    assert_eq!(boss.get(&format!("/assignments/{}", id(&other_one))).await.status, 404);
    assert_eq!(
        boss.post(&format!("/assignments/{}/end", id(&other_one)), json!({})).await.status,
        404
    );
    assert_eq!(lea.get("/assignments").await.status, 403);
    app.settle().await;
}

#[tokio::test]
async fn premium_courses_are_refused_until_the_plan_allows_them() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let made = crate::enrolments::course_with(&app, Spec::days7("Premium"), |meta| meta.plan = Plan::Premium).await;
    let (lea, pia) = (app.learner("Lea").await, app.person("Pia", Role::Learner, Plan::Premium).await);
    let wanted = json!({"course": made.course, "people": [lea.id(), pia.id()], "due_on": "2026-12-24", "due_days": 3});
    assert_eq!(
        ada.post("/assignments", wanted).await.expect(422)["fields"][0]["code"],
        "assignment.two_dates"
    );
    let early = json!({"course": made.course, "people": [lea.id()], "due_on": "2026-12-01", "starts_on": "2026-12-02"});
    ada.post("/assignments", early).await.expect(422);
    let later = json!({"course": made.course, "people": [lea.id(), pia.id()], "starts_on": "2026-11-18"});
    let told = ada.post("/assignments/preview", later.clone()).await.expect(200);
    assert_eq!(told["refused"], json!([{"reason": "premium", "count": 1}]));
    let later = ada.post("/assignments", later).await.expect(201);
    app.settle().await;
    let path = format!("/assignments/{}", id(&later));
    assert_eq!(ada.get(&path).await.expect(200)["added"], 0, "not before it starts");
    app.clock.advance(DAY * 2);
    app.nightly().await.expect("upkeep");
    app.settle().await;
    let seen = ada.get(&path).await.expect(200);
    assert_eq!((&seen["added"], &seen["refused"]), (&json!(1), &json!(1)));
    ada.patch(&format!("/users/{}", lea.id()), json!({"plan": "premium"}))
        .await
        .expect(200);
    app.settle().await;
    app.pass(Duration::from_secs(10)).await;
    let seen = ada.get(&path).await.expect(200);
    assert_eq!((&seen["added"], &seen["refused"]), (&json!(2), &json!(0)));
    app.settle().await;
}
