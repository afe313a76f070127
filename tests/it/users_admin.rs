//! People as admins work with them: lists, deeds over many, somebody's place, one person's file,
//! erasing.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use axum::http::Method;
use momentum::{
    auth::{self, NewAccount},
    kernel::{
        actor::{Plan, Role},
        error::Result,
        text::{Email, Language, PersonName},
        time::Zone,
    },
    platform::db,
};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use crate::support::{Answer, Client, PASSWORD, Server, TestApp, courses::Spec};

/// Accounts without passwords, many in one write.
async fn crowd(app: &TestApp, count: usize, plan: Plan) {
    let system = app.system();
    for from in (0..count).step_by(500) {
        let made = system.write("test.crowd", move |tx| {
            for n in from..count.min(from + 500) {
                let account = NewAccount {
                    name: PersonName::parse(&format!("Person {n:05}")).expect("a name"),
                    email: Email::parse(&format!("p{n}@crowd.example")).expect("an address"),
                    role: Role::Learner,
                    plan,
                    time_zone: Zone::utc(),
                    language: Language::english(),
                    password_hash: None,
                    is_verified: true,
                    source: "crowd",
                };
                auth::create_account(tx, account)?;
            }
            Ok(())
        });
        made.await.expect("a crowd");
    }
}

fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("items");
    items.iter().filter_map(|user| user["name"].as_str()).collect()
}

#[tokio::test]
async fn lists_are_filtered_sorted_counted_and_paged() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    crowd(&app, 205, Plan::Free).await;
    let zoe = app.person("Zoe", Role::Instructor, Plan::Premium).await;
    zoe.patch("/me/profile", json!({"skill_level": "beginner"})).await.expect(200);
    app.settle().await;
    for sort in ["newest", "name", "last_seen"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = ada.get(&format!("/users?sort={sort}&limit=60{cursor}")).await.expect(200);
            assert_eq!(page["total"].as_u64(), cursor.is_empty().then_some(207), "{sort}");
            seen.extend(names(&page).into_iter().map(str::to_owned));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!((seen.len(), once.len()), (207, 207), "{sort}: each once");
        if sort == "name" {
            assert_eq!(seen, once);
        }
    }
    let find = async |query: &str| ada.get(&format!("/users?{query}")).await.expect(200);
    assert_eq!(
        names(&find("q=crowd.exam%20p17%20person&sort=name&limit=3").await),
        ["Person 00017", "Person 00170", "Person 00171"]
    );
    assert_eq!(find("q=crowd&state=active").await["total"], 205);
    assert_eq!(names(&find("role=instructor&plan=premium").await), ["Zoe"]);
    assert_eq!(names(&find("complete_from=60").await), ["Zoe"]);
    assert_eq!(find("source=crowd").await["total"], 205);
    assert_eq!(find("never_seen=true&source=crowd").await["total"], 205);
    assert_eq!(
        names(&find("seen_from=2026-11-16T00:00:00Z").await),
        [""; 0],
        "nobody came through a door here"
    );
    assert_eq!(ada.get("/users?group=grp_0000000000009").await.expect(200)["total"], 0);
    for bad in ["sort=age", "complete_from=many", "seen_from=yesterday", "group=usr_0000000000001"] {
        assert_eq!(ada.get(&format!("/users?{bad}")).await.status, 422, "{bad}");
    }
    app.settle().await;
}

#[tokio::test]
async fn accents_and_case_do_not_count_in_search_and_order() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    for name in ["Zola", "Łukasz Żak", "Özil", "Müller", "Muller", "Nils"] {
        app.learner(name).await;
    }
    app.settle().await;
    let find = async |query: &str| ada.get(&format!("/users?{query}")).await.expect(200);
    for q in ["muller", "M%C3%BCLLER", "mu%CC%88ller"] {
        let found = find(&format!("q={q}&sort=name")).await;
        assert_eq!((names(&found).len(), &found["total"]), (2, &json!(2)), "{q}: {found}");
    }
    assert_eq!(names(&find("q=lukasz%20zak").await), ["Łukasz Żak"]);
    assert_eq!(
        names(&find("sort=name").await)[4..],
        ["Nils", "Özil", "Zola"],
        "as they are spoken, not as they are encoded"
    );
    // Whoever was here before names were folded is folded by a job that every start after the step finds.
    let db = app.system();
    db.write("test.unfold", |tx| {
        tx.execute(
            "UPDATE users SET name_key = lower(name), fold = lower(name) || ' ' || email_key",
            [],
        )?;
        tx.execute(
            "INSERT INTO jobs (id, kind, queue, payload, state, attempts, run_at, dedupe_key, created_at)
             VALUES (23, 'people.refold', 'default', '{}', 'waiting', 0, 0, 'all', 0)",
            [],
        )?;
        Ok(())
    })
    .await
    .expect("a write");
    assert_eq!(find("q=ozil").await["total"], 0);
    app.settle().await;
    assert_eq!(names(&find("q=ozil").await), ["Özil"]);
}

fn deed(act: Value, whom: Value, key: &str) -> Value {
    json!({"act": act, "whom": whom, "key": key})
}

#[tokio::test]
async fn deeds_over_many_are_counted_done_once_and_taken_back() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    crowd(&app, 250, Plan::Free).await;
    let pia = app.person("Pia", Role::Learner, Plan::Premium).await;
    app.settle().await;
    let act = json!({"kind": "set_plan", "plan": "premium"});
    let everybody = json!({"filter": {"role": "learner"}});
    let told = ada
        .post("/users/bulk/preview", json!({"act": act, "whom": everybody}))
        .await
        .expect(200);
    assert_eq!(
        (&told["total"], &told["changed"], &told["same"]),
        (&json!(251), &json!(250), &json!(1))
    );
    // A double click begins one deed.
    let body = deed(act, everybody, "to-premium-1");
    let first = ada.post("/users/bulk", body.clone()).await.expect(202);
    let second = ada.post("/users/bulk", body).await.expect(202);
    assert_eq!(first["id"], second["id"]);
    app.settle().await;
    let path = format!("/users/bulk/{}", first["id"].as_str().expect("an id"));
    let done = ada.get(&path).await.expect(200);
    assert_eq!(
        (&done["state"], &done["changed"], &done["same"]),
        (&json!("done"), &json!(250), &json!(1))
    );
    assert_eq!(ada.get("/users?plan=premium").await.expect(200)["total"], 251);
    // One has changed since: he stays as he is; who was premium before stays so.
    let other = ada.get("/users?q=person%2000007").await.expect(200)["items"][0]["id"].clone();
    let other = format!("/users/{}", other.as_str().expect("an id"));
    ada.patch(&other, json!({"plan": "free"})).await.expect(200);
    ada.post(&format!("{path}/undo"), json!({})).await.expect(202);
    app.settle().await;
    assert_eq!(ada.get(&path).await.expect(200)["state"], "undone");
    let left = ada.get("/users?plan=premium").await.expect(200);
    assert_eq!(names(&left), ["Pia"]);
    assert_eq!(ada.post(&format!("{path}/undo"), json!({})).await.expect(200)["state"], "undone");
    let _ = pia;
    app.settle().await;
}

#[tokio::test]
async fn no_deed_over_many_takes_the_last_admin() {
    let app = TestApp::start().await;
    let (ada, bea) = (app.admin("Ada").await, app.admin("Bea").await);
    let everybody = json!({"filter": {}});
    let told = ada
        .post("/users/bulk/preview", json!({"act": {"kind": "deactivate"}, "whom": everybody}))
        .await
        .expect(200);
    assert_eq!((&told["changed"], &told["refused"][0]["reason"]), (&json!(1), &json!("self")));
    let both = json!({"users": [ada.id(), bea.id()]});
    let done = ada
        .post(
            "/users/bulk",
            deed(json!({"kind": "set_role", "role": "learner"}), both, "no-admins-1"),
        )
        .await
        .expect(200);
    assert_eq!((&done["changed"], &done["refused"]), (&json!(1), &json!(1)));
    assert_eq!(bea.get("/users").await.status, 403);
    assert_eq!(ada.get("/users").await.status, 200);
    // Mails are not taken back; groups by rule take nobody by hand; wrong lists are told.
    let lea = app.learner("Lea").await;
    let mails = ada
        .post(
            "/users/bulk",
            deed(json!({"kind": "reset_password"}), json!({"users": [lea.id()]}), "reset-lea-1"),
        )
        .await
        .expect(200);
    assert_eq!((&mails["changed"], mails.get("undo_until")), (&json!(1), None));
    let rule = json!({"match_all": true, "terms": [{"on": "role", "is": "one_of", "values": ["learner"]}]});
    let group = ada.post("/groups", json!({"name": "Learners", "rule": rule})).await.expect(201);
    let add = deed(
        json!({"kind": "add_to_group", "group": group["id"]}),
        json!({"users": [lea.id()]}),
        "add-lea-0001",
    );
    assert_eq!(ada.post("/users/bulk", add).await.code(), "group.by_rule");
    ada.post(
        "/users/bulk",
        deed(json!({"kind": "deactivate"}), json!({"users": []}), "nobody-0001"),
    )
    .await
    .expect(422);
    app.settle().await;
    assert!(app.mails().iter().any(|mail| mail.to.contains("lea@example.com")));
    assert_eq!(lea.get("/me").await.status, 200, "her session and password still hold");
}

const MANY: i64 = 10_000;

fn count(folder: &Path, sql: &str) -> i64 {
    let conn = Connection::open_with_flags(folder.join(db::FILE), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it opens");
    conn.query_row(sql, [], |row| row.get(0)).expect("a count")
}

/// 10,000 people are enrolled by a job whose process is killed again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_are_enrolled_once_each_through_kill_9() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut app = TestApp::start().await;
    app.leave_work_behind();
    let ada = app.admin("Ada").await;
    crowd(&app, usize::try_from(MANY).expect("a count"), Plan::Free).await;
    let made = app.course(Spec::days7("For everybody")).await;
    let body = deed(
        json!({"kind": "enrol", "course": made.course}),
        json!({"filter": {"q": "crowd.example"}}),
        "enrol-everybody",
    );
    ada.post("/users/bulk", body).await.expect(202);
    app.close().await;
    for name in [db::FILE, momentum::app::KEY_FILE] {
        std::fs::copy(app.platform().data().join(name), folder.path().join(name)).expect("a copied file");
    }
    let (mut kills, mut last) = (0, 0);
    loop {
        let server = Server::start(folder.path());
        // Killed somewhere on the way: as soon as it has come some way further.
        let enough = last + 700 + 311 * i64::from(kills);
        let done = loop {
            let done = count(folder.path(), "SELECT count(*) FROM enrolments");
            let is_over = count(folder.path(), "SELECT count(*) FROM bulk_runs WHERE state = 'done'") == 1;
            if is_over || (kills < 6 && done >= enough) {
                break (done, is_over);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert!(!server.address.is_empty());
        drop(server);
        if done.1 {
            break;
        }
        (kills, last) = (kills + 1, done.0);
    }
    assert!(kills >= 3, "it was hardly interrupted: {kills}");
    assert_eq!(count(folder.path(), "SELECT count(*) FROM enrolments"), MANY);
    assert_eq!(
        count(folder.path(), "SELECT count(DISTINCT user_id) FROM enrolments WHERE cycle = 1"),
        MANY
    );
    assert_eq!(
        count(folder.path(), "SELECT count(*) FROM events WHERE kind = 'enrolment.started'"),
        MANY
    );
    assert_eq!(count(folder.path(), "SELECT changed FROM bulk_runs"), MANY);
    assert_eq!(
        count(folder.path(), "SELECT count(*) FROM bulk_items WHERE outcome = 'changed'"),
        MANY
    );
}

/// The session that an answer sets.
fn session_of(answer: &Answer, name: &str) -> Option<String> {
    let set = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let start = format!("{name}=");
    let mut found = set.filter_map(|line| line.strip_prefix(&start)?.split(';').next().map(str::to_owned));
    found.next_back().filter(|token| !token.is_empty())
}

#[tokio::test]
async fn an_admin_in_somebodys_place_gains_nothing_and_comes_back() {
    let app = TestApp::start().await;
    let (ada, bea, lea) = (app.admin("Ada").await, app.admin("Bea").await, app.learner("Lea").await);
    let path = |who: &Client<'_>| format!("/users/{}/sign-in-as", who.id());
    assert_eq!(lea.post(&path(&ada), json!({"minutes": 15})).await.status, 403);
    assert_eq!(ada.post(&path(&bea), json!({"minutes": 15})).await.code(), "user.is_admin");
    assert_eq!(ada.post(&path(&ada), json!({"minutes": 15})).await.code(), "user.is_self");
    assert_eq!(ada.post(&path(&lea), json!({"minutes": 600})).await.status, 422);
    let begun = ada.post(&path(&lea), json!({"minutes": 15})).await;
    assert_eq!(begun.status, 204);
    let token = session_of(&begun, "momentum_session").expect("a session");
    assert_eq!(session_of(&begun, "momentum_own").as_deref(), Some(ada.token()));
    let inside = Client::holding(&app, token);
    let me = inside.get("/me").await.expect(200);
    assert_eq!((&me["name"], &me["impersonated"]["by"]), (&json!("Lea"), &json!("Ada")));
    // What is his alone stays his: password, address, account, data, sessions. And nothing of the admin's.
    let strong = "violet-harbour-quartz-7";
    for (method, path, body) in [
        (Method::POST, "/me/password", Some(json!({"current": PASSWORD, "new": strong}))),
        (
            Method::POST,
            "/me/email",
            Some(json!({"email": "x@example.com", "password": PASSWORD})),
        ),
        (Method::POST, "/me/delete", Some(json!({"password": PASSWORD}))),
        (Method::POST, "/me/export", Some(json!({}))),
        (Method::GET, "/me/export/file", None),
        (Method::DELETE, "/me/sessions", None),
        (Method::GET, "/users", None),
        (Method::GET, "/admin/settings", None),
        (
            Method::POST,
            "/users/bulk",
            Some(deed(json!({"kind": "deactivate"}), json!({"filter": {}}), "all-of-them")),
        ),
    ] {
        assert_eq!(inside.ask(method, path, body).await.status, 403, "{path}");
    }
    assert_eq!(
        lea.get("/me/sessions").await.expect(200).as_array().map(Vec::len),
        Some(1),
        "she sees her own alone"
    );
    // Another's token is nobody's way back, and the way back ends the stay.
    let trail = ada.get(&format!("/users/{}/audit", lea.id())).await.expect(200);
    assert_eq!(
        (&trail[0]["action"], &trail[0]["actor_name"]),
        (&json!("auth.sign_in_as"), &json!("Ada"))
    );
    let back = inside.post("/auth/back", json!({})).await;
    assert_eq!((back.status.as_u16(), session_of(&back, "momentum_session")), (204, None));
    assert_eq!(inside.get("/me").await.status, 401);
    assert_eq!(ada.get("/me").await.expect(200)["name"], "Ada");
    // It ends by itself, however often it is used.
    let begun = ada.post(&path(&lea), json!({"minutes": 15})).await;
    let inside = Client::holding(&app, session_of(&begun, "momentum_session").expect("a session"));
    for _ in 0..2 {
        assert_eq!(inside.get("/me").await.status, 200);
        app.pass(Duration::from_secs(7 * 60)).await;
    }
    app.pass(Duration::from_secs(2 * 60)).await;
    assert_eq!(inside.get("/me").await.status, 401);
    assert_eq!(ada.get(&format!("/users/{}", lea.id())).await.expect(200).get("last_seen_at"), None);
    app.settle().await;
}

fn unzip(bytes: &[u8]) -> std::collections::BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut files = std::collections::BTreeMap::new();
    for n in 0..zip.len() {
        let mut file = zip.by_index(n).expect("a file");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("text");
        files.insert(file.name().expect("a name").to_string(), text);
    }
    files
}

/// Every file of a folder and below.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(folder).into_iter().flatten();
    all.filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// Every file of a folder in which one of these words stands, whatever the case.
fn files_with(folder: &Path, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in files_in(folder) {
        let bytes = std::fs::read(&path).expect("a readable file").to_ascii_lowercase();
        let has = |word: &&str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
        if words.iter().any(has) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn who_is_erased_took_his_file_and_left_no_trace() -> Result<()> {
    let mut app = TestApp::start().await;
    app.leave_work_behind();
    let ada = app.admin("Ada").await;
    let made = app.course(Spec::days7("Clear writing")).await;
    let zen = app.person("Zenobia Quux", Role::Learner, Plan::Free).await;
    let (group, user) = (ada.post("/groups", json!({"name": "Nurses"})).await.expect(201), zen.id());
    let group = format!("/groups/{}", group["id"].as_str().expect("an id"));
    ada.ask(Method::PUT, &format!("{group}/members/{user}"), None).await.expect(204);
    zen.post(&format!("/courses/{}/enrolment", made.slug), json!({})).await.expect(201);
    zen.post(
        &format!("/lessons/{}/notes", made.lessons[0]),
        json!({"text": "quuxword in a note"}),
    )
    .await
    .expect(201);
    zen.patch("/me/profile", json!({"headline": "Zenobia of the wards"}))
        .await
        .expect(200);
    zen.post("/auth/forgot-password", json!({"email": "zenobia.quux@example.com"}))
        .await;
    app.settle().await;
    let learners = ada.get(&format!("/courses/{}", made.slug)).await.expect(200)["learner_count"].clone();
    // Her file, for her and for the admin, but for nobody else.
    let asked = zen.post("/me/export", json!({})).await.expect(202);
    assert_eq!(
        zen.post("/me/export", json!({})).await.expect(202)["id"],
        asked["id"],
        "asked twice, made once"
    );
    app.settle().await;
    assert_eq!(zen.get("/me/export").await.expect(200)["is_ready"], true);
    let files = unzip(&zen.get("/me/export/file").await.bytes);
    assert!(
        files["notes.json"].contains("quuxword") && files["enrolments.json"].contains("daily"),
        "{files:?}"
    );
    assert!(files["account.json"].contains("zenobia.quux@example.com") && files["groups.json"].contains("Nurses"));
    assert!(files["index.html"].contains("<h1>Zenobia Quux</h1>") && files.contains_key("sessions.json"));
    assert!(!files.values().any(|text| text.contains("argon2") || text.contains("token_hash")));
    assert_eq!(ada.get(&format!("/users/{user}/export/file")).await.status, 200);
    let lea = app.learner("Lea").await;
    assert_eq!(lea.get(&format!("/users/{user}/export/file")).await.status, 403);
    assert_eq!(lea.get("/me/export/file").await.status, 404);
    // Erased by name, not by a slip.
    let told = ada.get(&format!("/users/{user}/erase")).await.expect(200);
    assert!(told["rows"].as_array().is_some_and(|rows| rows.len() > 5), "{told}");
    let path = format!("/users/{user}/erase");
    assert_eq!(ada.post(&path, json!({"name": "Zenobia"})).await.status, 422);
    assert_eq!(
        ada.post(&format!("/users/{}/erase", ada.id()), json!({"name": "Ada"})).await.code(),
        "user.is_self"
    );
    ada.post(&path, json!({"name": "Zenobia Quux"})).await.expect(200);
    app.settle().await;
    assert_eq!(zen.get("/me").await.status, 401);
    assert_eq!(
        ada.get(&format!("/courses/{}", made.slug)).await.expect(200)["learner_count"],
        learners
    );
    app.nightly().await?;
    app.settle().await;
    ada.post("/admin/backups", json!({})).await.expect(202);
    app.settle().await;
    let data = app.platform().data().clone();
    app.close().await;
    let words = ["zenobia", "quuxword", "quux@example"];
    assert_eq!(
        files_with(&data, &words),
        [""; 0],
        "in the database, the index, the stored files, the mails"
    );
    // Nor in a backup that is made after: what can be restored from it is all that it holds.
    let restored = tempfile::tempdir().expect("a folder");
    let into = restored.path().join("data");
    let said = Command::new(env!("CARGO_BIN_EXE_momentum"))
        .arg("restore")
        .arg(files_in(&data.join("backups")).pop().expect("a backup"))
        .arg("--into")
        .arg(&into)
        .output();
    let said = said.expect("it runs");
    assert!(said.status.success(), "{said:?}");
    assert!(into.join(db::FILE).metadata().expect("a database").len() > 100_000);
    assert_eq!(files_with(&into, &words), [""; 0], "in a backup");
    Ok(())
}
