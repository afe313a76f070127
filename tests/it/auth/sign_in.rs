//! Signing in, sessions, and how guessers are held back.

use std::time::Duration;

use momentum::platform::crypto::HashCost;
use serde_json::json;

use super::{Browser, OTHER, PASSWORD, PROXY, gist};
use crate::support::TestApp;

const DAY: u64 = 24 * 3600;

#[tokio::test]
async fn unknown_accounts_and_wrong_passwords_look_alike() {
    let app = TestApp::start().await;
    app.learner("Ana").await;
    // Every step of the way, until both are held back.
    let (mut one, mut two) = (Browser::at(&app, "192.0.2.1"), Browser::at(&app, "192.0.2.2"));
    let mut seen = Vec::new();
    for _ in 0..8 {
        let known = one.sign_in("ana@example.com", OTHER).await;
        let unknown = two.sign_in("nobody@example.com", OTHER).await;
        assert_eq!(gist(&known), gist(&unknown));
        assert_eq!(known.header("retry-after"), unknown.header("retry-after"));
        seen.push(known.status.as_u16());
    }
    assert_eq!(seen, [401, 401, 401, 401, 401, 401, 429, 429]);
    // The right password has to wait as well, and then it counts.
    let held = one.sign_in("ana@example.com", PASSWORD).await;
    assert_eq!((held.status.as_u16(), held.header("retry-after")), (429, "15"));
    app.pass(Duration::from_secs(15)).await;
    assert_eq!(one.sign_in("ana@example.com", PASSWORD).await.status, 200);
    app.settle().await;
}

#[tokio::test]
async fn a_weak_hash_is_made_anew_at_the_next_sign_in() {
    let before = TestApp::start().await;
    let ana = before.learner("Ana").await.id();
    before.settle().await;
    before.close().await;
    let app = TestApp::copy_of(&before, HashCost::Standard).await;
    let stored = || async {
        let db = app.system();
        let read = db.read("test.hash", move |read| {
            read.get(
                "password",
                "SELECT password_hash, changed_at FROM credentials WHERE user_id = ?1",
                [ana],
                |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)),
            )
        });
        read.await.expect("a hash")
    };
    let weak = stored().await;
    assert!(weak.0.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{}", weak.0);
    app.clock.advance(Duration::from_secs(60));
    let mut laptop = Browser::at(&app, "192.0.2.1");
    laptop.sign_in("ana@example.com", OTHER).await.expect(401);
    assert_eq!(stored().await, weak, "a wrong password changes nothing");
    laptop.sign_in("ana@example.com", PASSWORD).await.expect(200);
    let strong = stored().await;
    assert!(strong.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", strong.0);
    assert_eq!(strong.1, weak.1, "the password is the same one as before");
    laptop.sign_in("ana@example.com", PASSWORD).await.expect(200);
    laptop.sign_in("ana@example.com", OTHER).await.expect(401);
    assert_eq!(stored().await, strong);
    app.settle().await;
}

#[tokio::test]
async fn waits_grow_and_are_forgotten() {
    let app = TestApp::start().await;
    let mut eve = Browser::at(&app, "192.0.2.1");
    let mut waits = Vec::new();
    while waits.len() < 4 {
        let answer = eve.sign_in("ana@example.com", OTHER).await;
        if answer.status == 429 {
            let wait: u64 = answer.header("retry-after").parse().expect("seconds");
            waits.push(wait);
            app.clock.advance(Duration::from_secs(wait));
        }
    }
    assert_eq!(waits, [15, 30, 60, 120]);
    app.clock.advance(Duration::from_secs(DAY));
    for _ in 0..6 {
        assert_eq!(eve.sign_in("ana@example.com", OTHER).await.status, 401);
    }
}

#[tokio::test]
async fn many_guesses_at_once_are_all_counted() {
    let app = TestApp::start().await;
    app.learner("Ana").await;
    app.settle().await;
    let guesses = (0..30).map(|n| {
        let app = &app;
        async move {
            let mut eve = Browser::at(app, "192.0.2.1");
            eve.sign_in("ana@example.com", &format!("guess number {n}")).await.status.as_u16()
        }
    });
    let seen = futures_util::future::join_all(guesses).await;
    assert_eq!(seen.iter().filter(|status| **status == 401).count(), 6, "{seen:?}");
}

#[tokio::test]
async fn strangers_cannot_lock_the_owner_out() {
    let app = TestApp::start().await;
    app.learner("Ana").await;
    let (mut laptop, mut desk) = (Browser::at(&app, "192.0.2.1"), Browser::at(&app, "192.0.2.2"));
    laptop.sign_in("ana@example.com", PASSWORD).await.expect(200);
    desk.sign_in("ana@example.com", PASSWORD).await.expect(200);
    let mut refused = 0;
    for n in 0..60 {
        let mut eve = Browser::at(&app, &format!("203.0.113.{n}"));
        refused += u32::from(eve.sign_in("ana@example.com", OTHER).await.status == 429);
    }
    assert!(refused > 20, "strangers together are held back: {refused}");
    let mut stranger = Browser::at(&app, "198.51.100.1");
    assert_eq!(stranger.sign_in("ana@example.com", PASSWORD).await.status, 429);
    // The laptop is known wherever it is, even signed out.
    laptop.post("/auth/sign-out", json!({})).await.expect(204);
    laptop.origin.ip = "198.51.100.7".parse().ok();
    laptop.sign_in("ana@example.com", PASSWORD).await.expect(200);
    // An address from which Ana has a session is known as well.
    let mut phone = Browser::at(&app, "192.0.2.2");
    phone.sign_in("ana@example.com", PASSWORD).await.expect(200);
    // The pass opens nothing, and only for Ana.
    assert_eq!(laptop.sign_in("ana@example.com", OTHER).await.status, 401);
    // A reset makes the device that did it known.
    let mut new = Browser::at(&app, "198.51.100.9");
    app.clock.advance(Duration::from_secs(1));
    new.post("/auth/forgot-password", json!({"email": "ana@example.com"}))
        .await
        .expect(202);
    app.settle().await;
    let token = super::mailed(&app, "/reset");
    new.post("/auth/reset-password", json!({"token": token, "password": OTHER}))
        .await
        .expect(204);
    new.sign_in("ana@example.com", OTHER).await.expect(200);
    app.settle().await;
}

#[tokio::test]
async fn one_address_cannot_try_everybody() {
    let app = TestApp::start().await;
    let mut eve = Browser::at(&app, "192.0.2.1");
    let mut tried = 0;
    for n in 0..150 {
        tried += u32::from(eve.sign_in(&format!("person{n}@example.com"), OTHER).await.status == 401);
    }
    assert_eq!(tried, 101);
    let mut neighbour = Browser::at(&app, "192.0.2.2");
    assert_eq!(neighbour.sign_in("person1@example.com", OTHER).await.status, 401);
}

#[tokio::test]
async fn each_entry_is_a_new_session_and_the_former_one_ends() {
    let app = TestApp::start().await;
    app.learner("Ana").await;
    let mut ana = Browser::at(&app, "192.0.2.1");
    // A session that somebody planted is not adopted.
    ana.jar.insert("momentum_session".into(), "a".repeat(43));
    ana.sign_in("ana@example.com", PASSWORD).await.expect(200);
    let first = ana.token().to_owned();
    assert_ne!(first, "a".repeat(43));
    ana.sign_in("ana@example.com", PASSWORD).await.expect(200);
    assert_ne!(ana.token(), first);
    let mut thief = Browser::at(&app, "192.0.2.9");
    thief.jar.insert("momentum_session".into(), first);
    assert_eq!(thief.get("/me").await.status, 401);
    let kept = ana.token().to_owned();
    let out = ana.post("/auth/sign-out", json!({})).await;
    assert_eq!(
        out.header("set-cookie"),
        "momentum_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    );
    thief.jar.insert("momentum_session".into(), kept);
    assert_eq!(thief.get("/me").await.status, 401);
    assert_eq!(ana.post("/auth/sign-out", json!({})).await.status, 204, "twice does no harm");
    app.settle().await;
}

#[tokio::test]
async fn under_tls_only_cookies_of_this_host_count() {
    let app = TestApp::start_with(|config| config.server.trusted_proxies = vec![PROXY.parse().expect("an address")]).await;
    app.learner("Ana").await;
    let mut ana = Browser::at(&app, "192.0.2.1");
    ana.origin.is_secure = true;
    let answer = ana.sign_in("ana@example.com", PASSWORD).await;
    let set: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|v| v.to_str().expect("text"))
        .collect();
    assert_eq!(set.len(), 2);
    for cookie in set {
        assert!(cookie.starts_with("__Host-momentum_"), "{cookie}");
        assert!(
            cookie.ends_with("; HttpOnly; SameSite=Lax; Secure") && cookie.contains("; Path=/;"),
            "{cookie}"
        );
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(ana.get("/me").await.status, 200);
    // The same token under the plain name could come from a neighbouring host.
    let token = ana.jar.remove("__Host-momentum_session").expect("a session");
    ana.jar.insert("momentum_session".into(), token);
    assert_eq!(ana.get("/me").await.status, 401);
    app.settle().await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_person() {
    let app = TestApp::start().await;
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    let mut laptop = Browser::at(&app, "192.0.2.1");
    laptop.sign_in("ana@example.com", PASSWORD).await.expect(200);
    let mut phone = Browser::at(&app, "2001:db8::7");
    phone.origin.user_agent = "curl/8.5.0".into();
    phone.sign_in("ana@example.com", PASSWORD).await.expect(200);
    let list = laptop.get("/me/sessions").await.expect(200);
    let row = |ip: &str| {
        list.as_array()
            .expect("a list")
            .iter()
            .find(|row| row["ip"] == ip)
            .expect("a session")
            .clone()
    };
    let (mine, other) = (row("192.0.2.1"), row("2001:db8::7"));
    assert_eq!((&mine["device"], &mine["is_current"]), (&json!("Firefox on Linux"), &json!(true)));
    assert_eq!(other["is_current"], false);
    assert!(mine.get("place").is_none(), "nothing is invented");
    let at = format!("/me/sessions/{}", other["id"].as_str().expect("an id"));
    assert_eq!(ben.delete(&at).await.status, 404, "other people's sessions are nobody's business");
    assert_eq!(phone.get("/me").await.status, 200);
    laptop.delete(&at).await.expect(204);
    assert_eq!(phone.get("/me").await.status, 401);
    assert_eq!(laptop.delete(&at).await.status, 404);
    laptop.delete("/me/sessions").await.expect(204);
    assert_eq!(ana.get("/me").await.status, 401);
    assert_eq!(laptop.get("/me").await.status, 200);
    app.settle().await;
}

#[tokio::test]
async fn sessions_end_unused_after_a_month_and_always_after_half_a_year() {
    let app = TestApp::start().await;
    app.learner("Ana").await;
    let mut idle = Browser::at(&app, "192.0.2.1");
    let mut busy = Browser::at(&app, "192.0.2.2");
    idle.sign_in("ana@example.com", PASSWORD).await.expect(200);
    busy.sign_in("ana@example.com", PASSWORD).await.expect(200);
    let mut days = 0;
    while busy.get("/me").await.status == 200 {
        days += 20;
        assert_eq!(idle.get("/me").await.status, if days == 20 { 200 } else { 401 }, "day {days}");
        if days == 20 {
            idle.jar.clear();
        }
        settle_touch(&app).await;
        app.clock.advance(Duration::from_secs(20 * DAY));
        assert!(days < 400);
    }
    assert_eq!(days, 180);
    app.settle().await;
}

/// The use of a session is noted behind the answer's back.
async fn settle_touch(app: &TestApp) {
    tokio::task::yield_now().await;
    let db = app.system();
    db.write_low("test.behind", |_| Ok(())).await.expect("a write");
    app.settle().await;
}

#[tokio::test]
async fn deactivated_people_are_out_at_once_and_stay_out() {
    let app = TestApp::start().await;
    let (root, ana) = (app.admin("Root").await, app.learner("Ana").await);
    let mut browser = Browser::at(&app, "192.0.2.1");
    let at = format!("/users/{}", ana.id());
    root.patch(&at, json!({"is_active": false})).await.expect(200);
    assert_eq!(ana.get("/me").await.status, 401);
    assert_eq!(browser.sign_in("ana@example.com", PASSWORD).await.code(), "auth.deactivated");
    assert_eq!(browser.sign_in("ana@example.com", OTHER).await.code(), "auth.wrong_credentials");
    browser
        .post("/auth/forgot-password", json!({"email": "ana@example.com"}))
        .await
        .expect(202);
    app.settle().await;
    assert_eq!(app.mails().len(), 0);
    root.patch(&at, json!({"is_active": true})).await.expect(200);
    assert_eq!(ana.get("/me").await.status, 401, "the old session does not come back to life");
    browser.sign_in("ana@example.com", PASSWORD).await.expect(200);
    app.settle().await;
}
