//! From a draft to a version and on: the check, reviews by other eyes, learners who go on by a new
//! version, who sees what, reports.

use std::time::Duration;

use axum::http::Method;
use momentum::{
    courses::Shelf,
    kernel::id::UserId,
    progress::{self, RebuildProgress},
};
use serde_json::{Value, json};

use crate::{
    enrolments::{daily, join},
    support::{Answer, Client, TestApp, courses::Spec},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The draft's lessons, by day.
pub async fn lessons(author: &Client<'_>, course: &str) -> Vec<Value> {
    let draft = author.get(&format!("/courses/{course}/draft")).await.expect(200);
    draft["lessons"].as_array().expect("lessons").clone()
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}"))
}

/// Writes a sentence into the draft's lesson of a day.
async fn write(author: &Client<'_>, course: &str, day: u64, words: &str) {
    let all = lessons(author, course).await;
    let lesson = all
        .iter()
        .find(|l| l["day"] == day)
        .unwrap_or_else(|| panic!("a lesson on day {day}"));
    let path = format!("/courses/{course}/draft/lessons/{}", text(&lesson["id"]));
    author
        .patch(&path, json!({"body_html": format!("<p>{words}</p>")}))
        .await
        .expect(200);
}

pub async fn publish(author: &Client<'_>, course: &str, learners: &str) -> Value {
    author
        .post(&format!("/courses/{course}/publish"), json!({"notes": "", "learners": learners}))
        .await
        .expect(201)
}

pub async fn complete(learner: &Client<'_>, lesson: &str) {
    for step in ["open", "complete"] {
        let answer = learner.post(&format!("/lessons/{lesson}/{step}"), json!({})).await;
        assert!(answer.status.is_success(), "{step} {lesson}: {}", answer.text());
    }
}

/// What the outline tells a learner: day, lesson, state.
async fn outline(learner: &Client<'_>, course: &str) -> Vec<(u64, String, String)> {
    let out = learner.get(&format!("/courses/{course}/learn")).await.expect(200);
    let days = out["days"].as_array().expect("days").iter();
    days.flat_map(|day| {
        let n = day["day"].as_u64().expect("a day");
        day["lessons"]
            .as_array()
            .expect("lessons")
            .iter()
            .map(move |l| (n, text(&l["id"]).to_owned(), text(&l["state"]).to_owned()))
    })
    .collect()
}

async fn body(learner: &Client<'_>, lesson: &str) -> String {
    let answer = learner.get(&format!("/lessons/{lesson}")).await.expect(200);
    text(&answer["content"]["body_html"]).to_owned()
}

async fn ada_address(ada: &Client<'_>) -> String {
    text(&ada.get("/me").await.expect(200)["email"]).to_owned()
}

/// Says what is asked of courses before they are published; what is left out is as usual.
pub async fn put_policy(admin: &Client<'_>, policy: Value) -> Answer {
    admin.put("/admin/settings/sections/moderation", json!({ "value": policy })).await
}

async fn require_review(admin: &Client<'_>) {
    put_policy(admin, json!({"review_required": true, "captions_required": false}))
        .await
        .expect(200);
}

/// Every number of progress is what the facts say.
async fn assert_numbers_hold(app: &TestApp) {
    let shelf = Shelf::of(app.platform());
    let db = app.system();
    let walked = db.read("test.check", move |read| {
        progress::check(read, &RebuildProgress::as_system("test"), &shelf, UserId::from_raw(0))
    });
    let walked = walked.await.expect("a look");
    assert!(walked.differences.is_empty(), "{:?}", walked.differences);
}

pub async fn four_people(app: &TestApp) -> (Client<'_>, Client<'_>, Client<'_>, Client<'_>) {
    (
        app.admin("Ada").await,
        app.instructor("Ira").await,
        app.instructor("Otto").await,
        app.learner("Lea").await,
    )
}

#[tokio::test]
async fn submitted_returned_mended_approved_published_and_the_learner_goes_on() {
    let app = TestApp::start().await;
    let (ada, ira, otto, lea) = four_people(&app).await;
    let made = app.course(Spec::days7("Clear writing").by(ira.id())).await;
    let course = made.course.to_string();
    join(&lea, &made, daily()).await;
    complete(&lea, &made.lessons[0].to_string()).await;
    app.pass(DAY).await;
    let (second, third) = (made.lessons[1].to_string(), made.lessons[2].to_string());
    let before = body(&lea, &second).await;

    require_review(&ada).await;
    write(&ira, &course, 2, "A second day that she has open already.").await;
    write(&ira, &course, 3, "A third day, wrongly spellt.").await;
    let refused = ira
        .post(&format!("/courses/{course}/publish"), json!({"learners": "from_next_unopened_day"}))
        .await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "course.review_needed"));

    let submitted = ira
        .post(&format!("/courses/{course}/review"), json!({"note": "Two days are new."}))
        .await
        .expect(201);
    let review = text(&submitted["latest"]["id"]).to_owned();
    app.settle().await;
    let told = |subject: &str| app.mails().into_iter().filter(|mail| mail.subject == subject).collect::<Vec<_>>();
    let waiting = told("1 waiting for your review");
    assert_eq!(
        waiting.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(),
        [format!("Ada <{}>", ada_address(&ada).await)]
    );
    assert!(waiting[0].text.contains("Clear writing") && waiting[0].text.contains("/admin/reviews"));
    let queue = ada.get("/reviews").await.expect(200);
    assert_eq!(queue["items"][0]["id"], review.as_str());
    assert_eq!(queue["items"][0]["submitter"]["name"], "Ira");
    let detail = ada.get(&format!("/reviews/{review}")).await.expect(200);
    assert_eq!(
        (detail["may_decide"].as_bool(), detail["is_current"].as_bool()),
        (Some(true), Some(true))
    );
    assert_eq!(detail["diff"]["lessons"].as_array().map(Vec::len), Some(2));
    let sides = ada.get(&format!("/reviews/{review}/lessons/{third}")).await.expect(200);
    assert!(text(&sides["draft"]["body_html"]).contains("spellt"));
    let block = text(&sides["draft"]["body_html"])
        .split("data-id=\"")
        .nth(1)
        .and_then(|r| r.get(..10))
        .expect("a block")
        .to_owned();

    let wordless = ada.post(&format!("/reviews/{review}/return"), json!({})).await;
    assert_eq!(wordless.status.as_u16(), 422, "a return says what to mend");
    let comments = json!({"note": "One word.", "comments": [{"lesson": third, "block": block, "text": "It is “spelt”."}]});
    ada.post(&format!("/reviews/{review}/return"), comments).await.expect(200);
    app.settle().await;
    let returned = told("To be mended: Clear writing");
    assert_eq!(returned.len(), 1, "who submitted and owns it is told once");
    for words in ["by Ada", "One word.", "day 3: It is “spelt”.", "/teach/clear-writing"] {
        assert!(returned[0].text.contains(words), "{words}: {}", returned[0].text);
    }
    let seen = ira.get(&format!("/courses/{course}/review")).await.expect(200);
    assert_eq!(seen["latest"]["state"], "returned");
    assert_eq!(seen["latest"]["comments"][0]["block"], block.as_str());
    assert_eq!(seen["latest"]["comments"][0]["author"]["name"], "Ada");

    write(&ira, &course, 3, "A third day, rightly spelt.").await;
    let again = ira.post(&format!("/courses/{course}/review"), json!({})).await.expect(201);
    let review = text(&again["latest"]["id"]).to_owned();
    app.settle().await;
    assert_eq!(
        told("1 waiting for your review").len(),
        1,
        "a reviewer is told once an hour at most"
    );
    app.pass(Duration::from_secs(3601)).await;
    assert_eq!(told("1 waiting for your review").len(), 2, "and of what came meanwhile after it");
    // An instructor who was appointed approves it.
    assert_eq!(otto.get(&format!("/reviews/{review}")).await.status.as_u16(), 404);
    // Who is given a review by another person is told, he alone, and once.
    for who in [otto.id(), otto.id(), ada.id(), otto.id()] {
        ada.patch(&format!("/reviews/{review}"), json!({"assignee": who})).await.expect(200);
    }
    app.settle().await;
    let given = told("A review is yours: Clear writing");
    assert_eq!(given.len(), 2, "given to him twice, the second time after it was Ada's");
    for mail in &given {
        assert!(mail.to.starts_with("Otto "), "{}", mail.to);
        let page = format!("/teach/reviews?review={review}");
        assert!(mail.text.contains("Ada asks you") && mail.text.contains(&page), "{}", mail.text);
        assert!(!mail.text.contains("The authors say"), "{}", mail.text);
    }
    assert_eq!(otto.get("/reviews/counts").await.expect(200)["reviews"], 1);
    otto.post(&format!("/reviews/{review}/approve"), json!({"note": "Good."}))
        .await
        .expect(200);
    let made_version = publish(&ira, &course, "from_next_unopened_day").await;
    assert_eq!(made_version["number"], 2);
    app.settle().await;
    let approved = told("Approved: Clear writing");
    assert!(approved.len() == 1 && approved[0].text.contains("by Otto") && approved[0].text.contains("Good."));

    // What she had open is as it was; from the next day on she has the new version.
    assert_eq!(body(&lea, &second).await, before);
    let learn = lea.get(&format!("/courses/{course}/learn")).await.expect(200);
    assert_eq!(learn["enrolment"]["version"], 2);
    assert_eq!(learn["lessons_done"], 1);
    assert_eq!(
        lea.get(&format!("/lessons/{third}")).await.status.as_u16(),
        403,
        "day 3 opens tomorrow"
    );
    app.pass(DAY).await;
    assert!(body(&lea, &third).await.contains("rightly spelt"));
    assert_numbers_hold(&app).await;
    let trail = ada.get(&format!("/reviews/{review}")).await.expect(200);
    let steps: Vec<&str> = trail["trail"]
        .as_array()
        .expect("a trail")
        .iter()
        .map(|s| text(&s["step"]))
        .collect();
    assert_eq!(steps, ["submitted", "assigned", "assigned", "assigned", "approved"]);
}

#[tokio::test]
async fn four_eyes_hold_whoever_asks() {
    let app = TestApp::start().await;
    let (ada, ira, otto, lea) = four_people(&app).await;
    let bea = app.admin("Bea").await;
    let draft = app.draft(Spec::days7("Clear writing").by(ira.id())).await.to_string();
    require_review(&ada).await;
    ira.put(&format!("/courses/{draft}/authors/{}", otto.id()), json!({}))
        .await
        .expect(204);
    assert_eq!(
        ira.put(&format!("/courses/{draft}/authors/{}", lea.id()), json!({}))
            .await
            .status
            .as_u16(),
        422,
        "learners write no courses"
    );
    // A co-author edits and submits; an admin lends a hand.
    write(&otto, &draft, 1, "Written by a co-author.").await;
    write(&ada, &draft, 2, "Written by an admin.").await;
    let submitted = otto.post(&format!("/courses/{draft}/review"), json!({})).await.expect(201);
    let review = text(&submitted["latest"]["id"]).to_owned();
    for (who, name) in [(&ada, "the admin who wrote in it"), (&bea, "an admin")] {
        let may = who.get(&format!("/reviews/{review}")).await.expect(200)["may_decide"].clone();
        assert_eq!(may, name == "an admin", "{name}");
    }
    let refused = ada.post(&format!("/reviews/{review}/approve"), json!({})).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "denied.four_eyes"));
    for who in [ira.id(), otto.id()] {
        let refused = bea.patch(&format!("/reviews/{review}"), json!({"assignee": who})).await;
        assert_eq!(refused.status.as_u16(), 422, "an author looks after no review of his course");
    }
    for (who, path) in [(&ira, "approve"), (&otto, "approve"), (&lea, "return")] {
        let refused = who.post(&format!("/reviews/{review}/{path}"), json!({})).await.status.as_u16();
        assert!(matches!(refused, 403 | 404), "{path}: {refused}");
    }
    // Two approve at once: one does.
    let path = format!("/reviews/{review}/approve");
    let (one, two) = tokio::join!(bea.post(&path, json!({})), bea.post(&path, json!({})));
    let mut both = [one.status.as_u16(), two.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [200, 409]);
    // Approved is exactly that content: a later edit voids it, for admins too, and taking the edit
    // back brings it back.
    let before = lessons(&ira, &draft).await[0].clone();
    write(&ira, &draft, 3, "Slipped in after the approval.").await;
    for who in [&ira, &bea] {
        let refused = who.post(&format!("/courses/{draft}/publish"), json!({})).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (409, "course.review_needed"));
    }
    let bulk = bea
        .post("/admin/courses/bulk", json!({"deed": "publish", "courses": [draft]}))
        .await
        .expect(200);
    assert_eq!(bulk["refused"][0]["code"], "course.review_needed");
    assert_eq!(lessons(&ira, &draft).await[0]["revision"], before["revision"]);
    let again = ira.post(&format!("/courses/{draft}/review"), json!({})).await.expect(201);
    let review = text(&again["latest"]["id"]).to_owned();
    write(&ira, &draft, 3, "Changed once more while it waits.").await;
    let refused = bea.post(&format!("/reviews/{review}/approve"), json!({})).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "review.outdated"));
    let third = ira.post(&format!("/courses/{draft}/review"), json!({})).await.expect(201);
    assert_eq!(bea.get(&format!("/reviews/{review}")).await.expect(200)["state"], "withdrawn");
    bea.post(&format!("/reviews/{}/approve", text(&third["latest"]["id"])), json!({}))
        .await
        .expect(200);
    publish(&ira, &draft, "new_only").await;
    app.settle().await;
}

#[tokio::test]
async fn the_check_names_what_stands_in_the_way() {
    let app = TestApp::start().await;
    let (ada, ira, ..) = four_people(&app).await;
    let course = app.draft(Spec::days7("Clear writing").by(ira.id())).await.to_string();
    let check = |path: String| {
        let ira = &ira;
        async move { ira.get(&format!("/courses/{path}/check")).await.expect(200) }
    };
    let clean = check(course.clone()).await;
    assert_eq!(
        (clean["is_ready"].as_bool(), clean["findings"].as_array().map(Vec::len)),
        (Some(true), Some(0))
    );

    let all = lessons(&ira, &course).await;
    let id = |n: usize| text(&all[n]["id"]).to_owned();
    let asset = ira
        .upload(Method::POST, "/media?name=dice.png", crate::access::pixel())
        .await
        .expect(201);
    let asset = text(&asset["id"]).to_owned();
    let change = |n: usize, patch: Value| {
        let (ira, path) = (&ira, format!("/courses/{course}/draft/lessons/{}", id(n)));
        async move { ira.patch(&path, patch).await.expect(200) }
    };
    change(
        0,
        json!({"body_html": format!("<p>Look:</p><figure data-asset=\"{asset}\"><img alt=\"\"></figure>")}),
    )
    .await;
    change(1, json!({"body_html": "<p>See <a href=\"/learn/clear-writing/lsn_0000000000001\">this</a> and <a href=\"/courses/nowhere\">that</a>.</p>"})).await;
    change(2, json!({"body_html": "", "minutes": 45})).await;
    ira.delete(&format!("/courses/{course}/draft/lessons/{}", id(6))).await.expect(204);
    change(5, json!({"day": 9})).await;
    let found = check(course.clone()).await;
    let codes: Vec<(&str, &str)> = found["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|f| (text(&f["severity"]), text(&f["code"])))
        .collect();
    assert_eq!(
        codes,
        [
            ("blocker", "publish.days_empty"),
            ("blocker", "publish.alt_missing"),
            ("blocker", "publish.link_broken"),
            ("blocker", "publish.link_broken"),
            ("blocker", "publish.body_empty"),
            ("warning", "publish.day_beyond_end"),
            ("warning", "publish.too_long"),
        ]
    );
    let alt = &found["findings"][1];
    assert_eq!(alt["lesson"], id(0).as_str());
    assert_eq!(text(&alt["block"]).len(), 10);
    let refused = ira.post(&format!("/courses/{course}/publish"), json!({})).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.text().contains("publish.alt_missing"), "{}", refused.text());
    let refused = ira.post(&format!("/courses/{course}/review"), json!({})).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "review.not_ready"));
    // Where the instance only advises words for pictures, they stand in nobody's way.
    put_policy(&ada, json!({"alternatives_required": false})).await.expect(200);
    let advised = check(course.clone()).await;
    let alt = advised["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|f| f["code"] == "publish.alt_missing");
    assert_eq!(alt.map(|f| text(&f["severity"])), Some("warning"));
    put_policy(&ada, json!({})).await.expect(200);
    let bulk = ada
        .post("/admin/courses/bulk", json!({"deed": "publish", "courses": [course]}))
        .await
        .expect(200);
    assert_eq!(bulk["refused"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn whoever_moves_loses_nothing_and_a_second_move_changes_nothing() {
    let app = TestApp::start().await;
    let (_, ira, otto, lea) = four_people(&app).await;
    let made = app.course(Spec::days7("Clear writing").by(ira.id())).await;
    let course = made.course.to_string();
    let finished = app.learner("Fay").await;
    join(&lea, &made, daily()).await;
    join(&finished, &made, daily()).await;
    for n in 0..7 {
        complete(&finished, &made.lessons[n].to_string()).await;
        if n < 2 {
            complete(&lea, &made.lessons[n].to_string()).await;
        }
        app.pass(DAY).await;
        if n == 2 {
            break;
        }
    }
    for n in 3..7 {
        complete(&finished, &made.lessons[n].to_string()).await;
        app.pass(DAY).await;
    }
    // Lea is on day 7 of 7 with two lessons done. The course becomes longer, a lesson she had is gone,
    // one she had not moves, and one is new.
    assert_eq!(outline(&lea, &course).await.iter().filter(|(.., s)| s == "done").count(), 2);
    let all = lessons(&ira, &course).await;
    ira.delete(&format!("/courses/{course}/draft/lessons/{}", text(&all[1]["id"])))
        .await
        .expect(204);
    let draft = ira
        .patch(&format!("/courses/{course}/draft"), json!({"length": 14}))
        .await
        .expect(200);
    assert_eq!(draft["length"], 14);
    for day in [2, 8, 9, 10, 11, 12, 13, 14] {
        let new = json!({"day": day, "title": format!("New on day {day}"), "body_html": "<p>Something new.</p>"});
        ira.post(&format!("/courses/{course}/draft/lessons"), new).await.expect(201);
    }
    let before = outline(&lea, &course).await;
    publish(&ira, &course, "from_next_unopened_day").await;
    app.settle().await;
    let after = outline(&lea, &course).await;
    assert_eq!(
        after[..7],
        before[..7],
        "seven days are as they were, the lesson that is gone among them"
    );
    assert_eq!(after.len(), 14);
    assert_eq!(after.last().map(|(day, ..)| *day), Some(14));
    assert!(
        after[7..].iter().filter(|(.., state)| state != "locked").count() <= 1,
        "at most one day opens on a date: {after:?}"
    );
    // Who has finished stays with what he finished.
    let learn = finished.get(&format!("/courses/{course}/learn")).await.expect(200);
    assert_eq!(
        (learn["enrolment"]["version"].as_u64(), learn["percent"].as_u64()),
        (Some(1), Some(100))
    );
    let counts = ira.get(&format!("/courses/{course}/learners")).await.expect(200);
    assert_eq!(
        (counts["active"].as_u64(), counts["versions"][0]["version"].as_u64()),
        (Some(1), Some(2))
    );

    // The move runs again: nothing changes, nothing is told twice.
    let told = |app: &TestApp| {
        let db = app.system();
        async move {
            db.read("test.told", |read| {
                read.count("SELECT count(*) FROM events WHERE kind = 'enrolment.moved'", [])
            })
            .await
            .expect("a count")
        }
    };
    assert_eq!(told(&app).await, 1);
    let db = app.system();
    db.write("test.again", |tx| {
        tx.execute(
            "UPDATE jobs SET state = 'waiting', run_at = 0 WHERE kind = 'enrolments.move_learners'",
            [],
        )?;
        tx.execute(
            "INSERT INTO jobs (id, kind, queue, payload, state, attempts, run_at, created_at)
             SELECT 77, 'enrolments.move_learners', 'default', json_object('course', ?1, 'version', ?2, 'number', 2), 'waiting', 0, 0, 0",
            (course_text(tx, 1)?, course_text(tx, 2)?),
        )?;
        Ok(())
    })
    .await
    .expect("the job waits again");
    app.settle().await;
    assert_eq!(outline(&lea, &course).await, after);
    assert_eq!(told(&app).await, 1);

    // A shorter version: nothing that is open is taken, and who has done all of it is done.
    for day in 8..=14 {
        let all = lessons(&ira, &course).await;
        let lesson = all.iter().find(|l| l["day"] == day).expect("a lesson");
        ira.delete(&format!("/courses/{course}/draft/lessons/{}", text(&lesson["id"])))
            .await
            .expect(204);
    }
    ira.patch(&format!("/courses/{course}/draft"), json!({"length": 7}))
        .await
        .expect(200);
    let open: Vec<String> = after.iter().filter(|(.., s)| s != "locked").map(|(_, id, _)| id.clone()).collect();
    for lesson in &open {
        if !after.iter().any(|(_, id, state)| id == lesson && state == "done") {
            complete(&lea, lesson).await;
        }
    }
    publish(&ira, &course, "from_next_unopened_day").await;
    app.settle().await;
    let learn = lea.get(&format!("/courses/{course}/learn")).await.expect(200);
    assert_eq!(
        (learn["percent"].as_u64(), learn["enrolment"]["state"].as_str()),
        (Some(100), Some("completed"))
    );
    assert_numbers_hold(&app).await;

    // Going back publishes the first version anew, and the draft stays.
    let edition = ira.get(&format!("/courses/{course}/draft")).await.expect(200)["edition"].clone();
    let back = ira
        .post(&format!("/courses/{course}/versions/1/roll-back"), json!({"notes": "Back."}))
        .await
        .expect(201);
    assert_eq!((back["number"].as_u64(), back["lesson_count"].as_u64()), (Some(4), Some(7)));
    assert_eq!(ira.get(&format!("/courses/{course}/draft")).await.expect(200)["edition"], edition);
    let versions = ira.get(&format!("/courses/{course}/versions")).await.expect(200);
    let numbers: Vec<u64> = versions
        .as_array()
        .expect("versions")
        .iter()
        .filter_map(|v| v["number"].as_u64())
        .collect();
    assert_eq!(numbers, [4, 3, 2, 1], "blends are no versions that anybody lists");
    let diff = ira.get(&format!("/courses/{course}/diff?from=1&to=2")).await.expect(200);
    let changes: Vec<&str> = diff["lessons"]
        .as_array()
        .expect("lessons")
        .iter()
        .map(|l| text(&l["change"]))
        .collect();
    assert_eq!(changes.iter().filter(|c| **c == "added").count(), 8);
    assert_eq!(changes.iter().filter(|c| **c == "removed").count(), 1);
    assert_eq!(diff["fields"], json!(["length"]));
    ira.post(&format!("/courses/{course}/versions/1/load"), json!({})).await.expect(204);
    let draft = ira.get(&format!("/courses/{course}/draft")).await.expect(200);
    assert_eq!((draft["has_changes"].as_bool(), draft["length"].as_u64()), (Some(false), Some(7)));
    assert_eq!(
        otto.post(&format!("/courses/{course}/versions/1/load"), json!({}))
            .await
            .status
            .as_u16(),
        403
    );
    app.settle().await;
}

/// The course (1) or the second version (2) as ids of the API.
fn course_text(tx: &momentum::platform::db::Tx<'_>, which: u8) -> momentum::kernel::error::Result<String> {
    if which == 1 {
        let id = tx.count("SELECT id FROM courses", [])?;
        return Ok(momentum::kernel::id::CourseId::from_raw(id).to_string());
    }
    let id = tx.count("SELECT id FROM versions WHERE number = 2 AND base_id IS NULL", [])?;
    Ok(momentum::kernel::id::VersionId::from_raw(id).to_string())
}

#[tokio::test]
async fn self_paced_learners_keep_what_they_began() {
    let app = TestApp::start().await;
    let (_, ira, _, lea) = four_people(&app).await;
    let made = app
        .course(Spec::of("First steps", momentum::courses::Length::SelfPaced).by(ira.id()))
        .await;
    let course = made.course.to_string();
    join(&lea, &made, json!({"kind": "all_at_once"})).await;
    let (first, second) = (made.lessons[0].to_string(), made.lessons[1].to_string());
    complete(&lea, &first).await;
    let before = body(&lea, &first).await;
    for day in [1, 2] {
        write(&ira, &course, day, "Written anew.").await;
    }
    publish(&ira, &course, "from_next_unopened_day").await;
    app.settle().await;
    assert_eq!(body(&lea, &first).await, before);
    assert!(body(&lea, &second).await.contains("Written anew."));
    assert_numbers_hold(&app).await;
}

#[tokio::test]
async fn instructors_review_each_others_courses_where_the_instance_lets_them() {
    let app = TestApp::start().await;
    let (ada, ira, otto, lea) = four_people(&app).await;
    let draft = app.draft(Spec::days7("Clear writing").by(ira.id())).await.to_string();
    let submitted = ira.post(&format!("/courses/{draft}/review"), json!({})).await.expect(201);
    let review = format!("/reviews/{}", text(&submitted["latest"]["id"]));
    app.settle().await;
    let mails = app.mails().len();
    assert_eq!(otto.get("/reviews/counts").await.expect(200)["reviews"], 0);
    otto.get(&review).await.expect(404);
    for bad in [1, 101] {
        let refused = put_policy(&ada, json!({"hide_after_reports": bad})).await;
        assert_eq!(refused.json["fields"][0]["path"], "hide_after_reports", "{bad}");
    }
    put_policy(&ada, json!({"instructors_review": true})).await.expect(200);
    assert_eq!(otto.get("/reviews/counts").await.expect(200)["reviews"], 1);
    assert_eq!(otto.get("/reviews").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(otto.get(&review).await.expect(200)["may_decide"], true);
    // Not what they have a hand in, and learners nothing.
    assert_eq!(ira.get("/reviews/counts").await.expect(200)["reviews"], 0);
    assert_eq!(ira.get("/reviews").await.expect(200)["items"].as_array().map(Vec::len), Some(0));
    ira.post(&format!("{review}/approve"), json!({})).await.expect(404);
    lea.get(&review).await.expect(403);
    otto.patch(&review, json!({"assignee": otto.id()})).await.expect(403);
    assert_eq!(app.mails().len(), mails, "a change of the policy tells nobody");
    otto.post(&format!("{review}/approve"), json!({})).await.expect(200);
    // What is submitted from now on is told to him too, and not to who wrote it.
    let next = app.draft(Spec::days7("Plain speaking").by(ira.id())).await.to_string();
    ira.post(&format!("/courses/{next}/review"), json!({})).await.expect(201);
    app.pass(Duration::from_secs(3601)).await;
    let told: Vec<String> = app
        .mails()
        .into_iter()
        .filter(|m| m.text.contains("Plain speaking"))
        .map(|m| m.text)
        .collect();
    assert_eq!(told.len(), 2, "an admin and the other instructor");
    assert!(told.iter().any(|text| text.contains("/teach/reviews")));
}
