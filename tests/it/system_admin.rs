//! The running instance in an admin's hands: trail, jobs, letters, backups, health, what needs a person.

use std::time::Duration;

use axum::{body::Body, http::Request};
use http_body_util::BodyExt as _;
use momentum::{kernel::id::JobId, platform::web::guard::Origin};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{PASSWORD, TestApp, courses::Spec};

#[tokio::test]
async fn the_trail_is_filtered_named_and_taken_along() {
    let app = TestApp::start().await;
    let (ada, otto) = (app.admin("Ada").await, app.admin("=Otto").await);
    let learning = |hour: u8| json!({"day_start_hour": hour, "default_pace": "daily", "heartbeat_seconds": 30});
    ada.put("/admin/settings/learning", learning(4)).await.expect(200);
    app.pass(Duration::from_secs(3600)).await;
    let mut request = Request::put("/api/v1/admin/settings/learning")
        .header("content-type", "application/json")
        .body(Body::from(learning(5).to_string()))
        .expect("a request");
    let from = Origin {
        ip: Some("198.51.100.7".parse().expect("an address")),
        ..Origin::default()
    };
    request.extensions_mut().insert(from);
    assert_eq!(otto.send(request).await.status, 200);
    let count = async |query: &str| {
        ada.get(&format!("/admin/audit?{query}")).await.expect(200)["items"]
            .as_array()
            .expect("items")
            .len()
    };
    assert_eq!(count("action=settings").await, 2);
    assert_eq!(count("action=settings.change&subject=learning").await, 2);
    assert_eq!(count("action=sett").await, 0, "whole words only");
    assert_eq!(count(&format!("actor={}", ada.id())).await, 1);
    assert_eq!(count("ip=198.51.100").await, 1);
    assert_eq!(count("from=2026-11-16T09:30:00Z").await, 1);
    assert_eq!(count("until=2026-11-16T09:30:00Z&action=settings").await, 1);
    ada.get("/admin/audit?from=yesterday").await.expect(422);
    let row = ada.get("/admin/audit?ip=198.51.100.7").await.expect(200)["items"][0].clone();
    assert_eq!(
        (row["ip"].as_str(), row["actor_name"].as_str()),
        (Some("198.51.100.7"), Some("=Otto"))
    );
    let csv = ada.get("/admin/audit/export?format=csv&action=settings").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.text().lines().count(), 3, "{}", csv.text());
    assert!(csv.text().contains("'=Otto"), "no cell is a formula");
    let lines = ada.get("/admin/audit/export?format=json&action=settings").await.text();
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(count("action=audit.export").await, 2, "who takes the trail along is in it");
    let chain = ada.get("/admin/audit/chain").await.expect(200);
    assert_eq!((chain["is_whole"].as_bool(), chain["rows"].as_u64()), (Some(true), Some(4)));
    // Browsers ask for it compressed.
    let asked = Request::get("/api/v1/admin/audit/export?format=csv").header("accept-encoding", "gzip");
    let packed = ada.send(asked.body(Body::empty()).expect("a request")).await;
    assert_eq!((packed.status.as_u16(), packed.header("content-encoding")), (200, "gzip"));
    assert!(packed.bytes.starts_with(&[0x1f, 0x8b]), "{:?}", packed.bytes);
    // Where from is forgotten when its time is over; the trail stays whole.
    app.clock.advance(Duration::from_secs(91 * 24 * 3600));
    app.nightly().await.expect("a night");
    app.settle().await;
    // Sessions rest for a month at most.
    let eve = app.admin("Eve").await;
    let none = eve.get("/admin/audit?ip=198.51.100").await.expect(200);
    assert_eq!(none["items"], json!([]));
    assert_eq!(eve.get("/admin/audit/chain").await.json["is_whole"], true);
}

#[tokio::test]
async fn ids_have_names() {
    let app = TestApp::start().await;
    let (ada, ira) = (app.admin("Ada").await, app.instructor("Ira").await);
    let made = app.course(Spec::days7("Clear writing").by(ira.id())).await;
    ira.post(&format!("/courses/{}/archive", made.course), json!({})).await.expect(204);
    app.settle().await;
    let told = ada.get("/admin/activity").await.expect(200);
    let archived = told
        .as_array()
        .expect("rows")
        .iter()
        .find(|one| one["kind"] == "course.archived")
        .expect("it was told");
    assert_eq!(archived["names"][made.course.to_string().as_str()], "Clear writing");
    assert_eq!(archived["names"][ira.id().to_string().as_str()], "Ira");
}

#[tokio::test]
async fn the_trail_says_when_it_was_tampered_with() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    for hour in [1, 2, 3] {
        let learning = json!({"day_start_hour": hour, "default_pace": "daily", "heartbeat_seconds": 30});
        ada.put("/admin/settings/learning", learning).await.expect(200);
    }
    app.system()
        .write("test.tamper", |tx| {
            tx.execute("DROP TRIGGER audit_stays", [])?;
            tx.execute("UPDATE audit SET actor = 'cli' WHERE id = (SELECT min(id) FROM audit)", [])
        })
        .await
        .expect("tampered with");
    let chain = ada.get("/admin/audit/chain").await.expect(200);
    assert_eq!(chain["is_whole"], false);
    assert!(chain["broken_row"].as_str().is_some_and(|row| row.starts_with("aud_")) && chain["why"].is_string());
    app.settle().await;
}

async fn job(app: &TestApp, kind: &'static str, state: &'static str) -> JobId {
    let db = app.system();
    let made = db.write("test.job", move |tx| {
        let id: JobId = tx.new_id();
        tx.execute(
            "INSERT INTO jobs (id, kind, queue, payload, state, attempts, run_at, lease_until, created_at)
             VALUES (?1, ?2, 'media', '{}', ?3, 1, ?4, ?4, ?5)",
            (id, kind, state, tx.now().plus_secs(3600), tx.now()),
        )?;
        Ok(id)
    });
    made.await.expect("a job")
}

#[tokio::test]
async fn jobs_are_counted_by_queue_and_taken_off_the_list() {
    let mut app = TestApp::start().await;
    app.leave_work_behind();
    let ada = app.admin("Ada").await;
    let (waiting, dead) = (job(&app, "test.a", "waiting").await, job(&app, "test.b", "dead").await);
    let (firm, loose) = (job(&app, "media.gc", "running").await, job(&app, "backup.now", "running").await);
    let queues = ada.get("/admin/queues").await.expect(200);
    let media = queues
        .as_array()
        .expect("queues")
        .iter()
        .find(|queue| queue["queue"] == "media")
        .expect("media")
        .clone();
    assert_eq!(
        (media["waiting"].as_i64(), media["running"].as_i64(), media["dead"].as_i64()),
        (Some(1), Some(2), Some(1))
    );
    let listed = ada.get("/admin/jobs?queue=media").await.expect(200);
    assert_eq!(listed["items"].as_array().expect("jobs").len(), 4);
    assert_eq!(ada.get("/admin/jobs?queue=mail").await.json["items"], json!([]));
    ada.get("/admin/jobs?queue=nosuch").await.expect(422);
    for gone in [waiting, dead, loose] {
        ada.delete(&format!("/admin/jobs/{gone}")).await.expect(204);
        ada.delete(&format!("/admin/jobs/{gone}")).await.expect(404);
    }
    let kept = ada.delete(&format!("/admin/jobs/{firm}")).await;
    assert_eq!((kept.status.as_u16(), kept.code()), (409, "job.runs"));
    app.learner("Lea").await.delete(&format!("/admin/jobs/{firm}")).await.expect(403);
    let needs = ada.get("/admin/attention").await.expect(200);
    assert!(
        needs.as_array().expect("needs").iter().all(|need| need["kind"] != "jobs.dead"),
        "{needs}"
    );
    job(&app, "test.c", "dead").await;
    let needs = ada.get("/admin/attention").await.expect(200);
    let dead = needs
        .as_array()
        .expect("needs")
        .iter()
        .find(|need| need["kind"] == "jobs.dead")
        .expect("a need")
        .clone();
    assert_eq!(dead["href"], "/admin/system?tab=jobs&state=dead");
}

#[tokio::test]
async fn letters_are_masked_and_sent_again() {
    let mut app = TestApp::start().await;
    app.leave_work_behind();
    let ada = app.admin("Ada").await;
    ada.post("/admin/settings/mail/test", json!({"to": "grace.hopper@example.com"}))
        .await
        .expect(202);
    app.system()
        .write("test.fail", |tx| {
            tx.execute("DELETE FROM jobs", [])?;
            tx.execute(
                "UPDATE mails SET state = 'failed', last_error = '550 <grace.hopper@example.com> unknown'",
                [],
            )
        })
        .await
        .expect("a failed letter");
    let listed = ada.get("/admin/mails?state=failed").await;
    assert_eq!(listed.json["items"][0]["to"], "g•••@example.com");
    assert!(!listed.text().contains("hopper"), "{}", listed.text());
    let id = listed.json["items"][0]["id"].as_str().expect("an id").to_owned();
    ada.post(&format!("/admin/mails/{id}/retry"), json!({})).await.expect(202);
    app.settle().await;
    assert_eq!(app.mails().len(), 1);
    let again = ada.post(&format!("/admin/mails/{id}/retry"), json!({})).await;
    assert_eq!((again.status.as_u16(), again.code()), (409, "mail.gone"));
}

#[tokio::test]
async fn a_backup_is_made_listed_and_downloaded_with_a_password() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    ada.post("/admin/backups", json!({})).await.expect(202);
    app.settle().await;
    let all = ada.get("/admin/backups").await.expect(200);
    assert_eq!(
        (
            all["items"].as_array().expect("items").len(),
            all["outcomes"][0]["trigger"].as_str()
        ),
        (1, Some("admin"))
    );
    assert!(all["outcomes"][0]["error"].is_null() && all["progress"].is_null(), "{all}");
    let name = all["items"][0]["name"].as_str().expect("a name").to_owned();
    app.pass(Duration::from_secs(10 * 60)).await;
    let path = format!("/admin/backups/{name}");
    let early = ada.get(&path).await;
    assert_eq!((early.status.as_u16(), early.code()), (403, "denied.password_needed"));
    ada.post("/auth/confirm-password", json!({"password": PASSWORD})).await.expect(204);
    let file = ada.get(&path).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.bytes.len() as u64, all["items"][0]["bytes"].as_u64().expect("bytes"));
    assert!(file.header("content-disposition").contains(&name));
    for bad in [
        "..%2F..%2Fkey",
        "key",
        "%2e%2e%2fmomentum.db",
        "momentum-00000000-20261116T090000Z.backup",
    ] {
        ada.get(&format!("/admin/backups/{bad}")).await.expect(404);
    }
    app.learner("Lea").await.get(&path).await.expect(403);
    let trail = ada.get("/admin/audit?action=backup").await.expect(200);
    assert_eq!(trail["items"].as_array().expect("rows").len(), 2, "begun and taken along");
}

#[tokio::test]
async fn health_is_what_the_doctor_says() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let seen = ada.post("/admin/health", json!({})).await.expect(200);
    let findings = seen["findings"].as_array().expect("findings");
    assert!(findings.iter().any(|one| one["check"] == "audit.chain"), "{seen}");
    let never = findings.iter().find(|one| one["check"] == "backup.age").expect("backups");
    assert_eq!(never["severity"], "warning");
    let needs = ada.get("/admin/attention").await.expect(200);
    assert!(
        needs
            .as_array()
            .expect("needs")
            .iter()
            .any(|need| need["kind"] == "backup.age" && need["says"] == never["says"])
    );
    assert!(ada.get("/admin/log-level").await.expect(200)["level"].is_string());
    ada.put("/admin/log-level", json!({"level": "a=b=c"})).await.expect(422);
    ada.put("/admin/log-level", json!({"level": "x".repeat(501)})).await.expect(422);
    let system = ada.get("/admin/system").await.expect(200);
    assert!(
        system["versions"]["schema"].as_u64() >= Some(20) && system["storage"]["free"].is_number(),
        "{system}"
    );
    assert_eq!(system["figures"]["people"]["people"], 1);
    app.settle().await;
}

#[tokio::test]
async fn live_streams_hint_are_few_and_end_with_the_server() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    app.learner("Lea").await.get("/admin/live").await.expect(403);
    let open = || async {
        let request = Request::get("/api/v1/admin/live")
            .header("cookie", format!("momentum_session={}", ada.token()))
            .body(Body::empty())
            .expect("a request");
        app.router().expect("routes").oneshot(request).await.expect("an answer")
    };
    let mut streams = Vec::new();
    for _ in 0..4 {
        let answer = open().await;
        assert_eq!(answer.status(), 200);
        streams.push(answer.into_body());
    }
    assert_eq!(open().await.status(), 429, "four a person");
    let first = streams[0]
        .frame()
        .await
        .expect("a frame")
        .expect("bytes")
        .into_data()
        .expect("data");
    assert!(String::from_utf8_lossy(&first).starts_with("event: changed\ndata: "), "{first:?}");
    drop(streams.pop());
    streams.push(open().await.into_body());
    app.web().stop().cancel();
    for stream in streams {
        // What was said before the stop is heard, then it ends.
        tokio::time::timeout(Duration::from_secs(30), stream.collect())
            .await
            .expect("it ends")
            .expect("whole");
    }
    app.settle().await;
}
