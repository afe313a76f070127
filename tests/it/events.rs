//! The event log and those who listen: once each, in order, and nobody holds up another.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use momentum::{
    kernel::{
        error::{Error, Result},
        event::Event,
    },
    platform::{
        db::Tx,
        events::{self, Dispatcher, Reaction, Recorded, Replay, Retried},
    },
};
use serde_json::json;

use crate::support::{TestApp, courses::Spec};

/// Notes what it hears, and fails on what it is told to fail on.
struct Ear {
    name: &'static str,
    replay: Replay,
    kinds: &'static [&'static str],
    /// Places of the log that it fails on, and how often.
    bad: Mutex<Vec<(i64, u32)>>,
}

impl Ear {
    fn new(name: &'static str, kinds: &'static [&'static str]) -> Self {
        Self {
            name,
            replay: Replay::Rebuilds,
            kinds,
            bad: Mutex::default(),
        }
    }

    fn failing(self, seq: i64, times: u32) -> Self {
        self.bad.lock().expect("unpoisoned").push((seq, times));
        self
    }
}

impl Reaction for Ear {
    fn name(&self) -> &'static str {
        self.name
    }
    fn replay(&self) -> Replay {
        self.replay
    }
    fn hears(&self, kind: &str) -> bool {
        self.kinds.contains(&kind)
    }
    fn reset(&self, tx: &Tx<'_>) -> Result<()> {
        tx.execute("DELETE FROM heard WHERE reaction = ?1", [self.name]).map(drop)
    }
    fn react(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<()> {
        tx.execute("INSERT INTO heard (reaction, seq) VALUES (?1, ?2)", (self.name, recorded.seq))?;
        // After its effect, so that a failure has something to take back.
        if let Some((_, times)) = self
            .bad
            .lock()
            .expect("unpoisoned")
            .iter_mut()
            .find(|(seq, _)| *seq == recorded.seq)
            && *times > 0
        {
            *times -= 1;
            return Err(Error::internal("on purpose"));
        }
        Ok(())
    }
}

const CHANGED: &[&str] = &["category.changed"];

async fn stand(reactions: Vec<Arc<dyn Reaction>>) -> (TestApp, Dispatcher) {
    let app = TestApp::start().await;
    let made = app.database().upkeep(|conn| {
        conn.execute_batch("CREATE TABLE heard (n INTEGER PRIMARY KEY, reaction TEXT NOT NULL, seq INTEGER NOT NULL) STRICT")
            .map_err(Error::internal)
    });
    made.await.expect("a table");
    let dispatcher = Dispatcher::new(app.database(), reactions);
    (app, dispatcher)
}

/// Tells the same small thing so many times.
async fn tell(app: &TestApp, times: usize) {
    let db = app.system();
    let told = db.write("test.tell", move |tx| {
        (0..times).try_for_each(|_| tx.tell(&Event::CategoryChanged {}))
    });
    told.await.expect("told");
}

/// Something that no version understands.
async fn tell_nonsense(app: &TestApp, kind: &'static str) {
    let db = app.system();
    let told = db.write("test.nonsense", move |tx| {
        tx.execute(
            "INSERT INTO events (kind, body, actor, at) VALUES (?1, '{\"course\":\"no id\"}', 'cli', 0)",
            [kind],
        )
    });
    told.await.expect("told");
}

async fn heard(app: &TestApp, reaction: &'static str) -> Vec<i64> {
    let db = app.system();
    let list = db.read("test.heard", move |read| {
        read.list("SELECT seq FROM heard WHERE reaction = ?1 ORDER BY n", [reaction], |row| row.get(0))
    });
    list.await.expect("a list")
}

async fn parked(app: &TestApp) -> Vec<events::ParkedEvent> {
    app.system()
        .read("test.parked", |read| events::parked(read, 100))
        .await
        .expect("a list")
}

/// Goes on until the waits between five tries are over.
async fn five_tries(app: &TestApp, dispatcher: &Dispatcher) {
    for wait in [0, 1, 4, 9, 16] {
        app.clock.advance(Duration::from_secs(wait));
        dispatcher.run_once().await.expect("the dispatcher goes on");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_understood_is_parked_for_those_who_hear_it() {
    let all = &["category.changed", "course.created", "nobody.knows"];
    let (mut app, dispatcher) = stand(vec![
        Arc::new(Ear::new("test.hears", all)),
        Arc::new(Ear::new("test.deaf", CHANGED)),
    ])
    .await;
    app.leave_work_behind();
    tell(&app, 1).await;
    tell_nonsense(&app, "course.created").await;
    tell_nonsense(&app, "nobody.knows").await;
    tell(&app, 1).await;
    dispatcher.run_once().await.expect("the dispatcher goes on");
    assert_eq!(heard(&app, "test.deaf").await, [1, 4], "who does not hear it does not mind");
    assert_eq!(heard(&app, "test.hears").await, [1]);
    assert!(parked(&app).await.is_empty());
    five_tries(&app, &dispatcher).await;
    five_tries(&app, &dispatcher).await;
    assert_eq!(heard(&app, "test.hears").await, [1, 4]);
    let set_aside = parked(&app).await;
    let gist: Vec<_> = set_aside.iter().map(|p| (p.reaction.as_str(), p.seq, p.kind.as_str())).collect();
    assert_eq!(gist, [("test.hears", 2, "course.created"), ("test.hears", 3, "nobody.knows")]);
    assert!(
        set_aside[0].last_error.contains("cannot be understood"),
        "{}",
        set_aside[0].last_error
    );
    // An admin sees it.
    let admin = app.admin("Ada").await;
    let system = admin.get("/admin/system").await.expect(200);
    let reactions = system["events"]["reactions"].as_array().expect("reactions");
    let row = reactions.iter().find(|r| r["name"] == "test.hears").expect("the reaction");
    assert_eq!(row["parked"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_is_heard_once_whoever_carries_it() {
    // Fails at first in the middle of a chunk: the whole chunk is taken back and goes one by one.
    let (app, dispatcher) = stand(vec![Arc::new(Ear::new("test.once", CHANGED).failing(130, 1))]).await;
    let mut carriers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let dispatcher = dispatcher.clone();
        carriers.spawn(async move {
            for _ in 0..20 {
                dispatcher.run_once().await.expect("carried");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
    }
    for _ in 0..25 {
        tell(&app, 10).await;
    }
    carriers.join_all().await;
    app.clock.advance(Duration::from_secs(60));
    dispatcher.run_once().await.expect("carried");
    assert_eq!(heard(&app, "test.once").await, (1..=250).collect::<Vec<_>>());
    app.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_reaction_parks_after_five_tries_and_the_others_go_on() {
    let (app, dispatcher) = stand(vec![
        // Each try carries it twice: in its chunk, then alone.
        Arc::new(Ear::new("test.fails", CHANGED).failing(2, 11)),
        Arc::new(Ear::new("test.works", CHANGED)),
    ])
    .await;
    tell(&app, 3).await;
    for (tries, wait) in [0, 1, 4, 9].into_iter().enumerate() {
        app.clock.advance(Duration::from_secs(wait));
        dispatcher.run_once().await.expect("the dispatcher goes on");
        // Trying more often changes nothing: it rests.
        dispatcher.run_once().await.expect("the dispatcher goes on");
        assert_eq!(heard(&app, "test.fails").await, [1], "after {tries} tries the order is kept");
        assert_eq!(heard(&app, "test.works").await, [1, 2, 3]);
    }
    app.clock.advance(Duration::from_secs(16));
    dispatcher.run_once().await.expect("the dispatcher goes on");
    assert_eq!(heard(&app, "test.fails").await, [1, 3]);
    assert_eq!(parked(&app).await.len(), 1);
    // By hand: it fails once more, then goes through, and the third time there is nothing to do.
    let retry = || dispatcher.retry_parked("test.fails");
    assert_eq!(retry().await.expect("tried"), Retried { done: 0, failed: 1 });
    assert_eq!(parked(&app).await.len(), 1);
    assert_eq!(retry().await.expect("tried"), Retried { done: 1, failed: 0 });
    assert_eq!(retry().await.expect("tried"), Retried::default());
    assert_eq!(heard(&app, "test.fails").await, [1, 3, 2]);
    assert!(parked(&app).await.is_empty());
    assert!(matches!(
        dispatcher.retry_parked("test.none").await,
        Err(Error::NotFound("reaction"))
    ));
    app.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_builds_can_be_played_anew_and_what_sends_never() {
    let sends = Ear {
        replay: Replay::Sends,
        ..Ear::new("test.sends", CHANGED)
    };
    let (app, dispatcher) = stand(vec![Arc::new(Ear::new("test.builds", CHANGED)), Arc::new(sends)]).await;
    tell(&app, 250).await;
    dispatcher.run_once().await.expect("carried");
    let db = app.system();
    // Something went wrong with what it built.
    db.write("test.spoil", |tx| {
        tx.execute("DELETE FROM heard WHERE reaction = 'test.builds' AND seq % 3 = 0", [])
    })
    .await
    .expect("spoilt");
    dispatcher.replay(&db, "test.builds", |_| Ok(())).await.expect("put back");
    dispatcher.run_once().await.expect("carried");
    assert_eq!(heard(&app, "test.builds").await, (1..=250).collect::<Vec<_>>());
    let refused = dispatcher.replay(&db, "test.sends", |_| Ok(())).await;
    assert!(matches!(
        refused,
        Err(Error::Conflict {
            code: "reaction.sends",
            ..
        })
    ));
    dispatcher.run_once().await.expect("carried");
    assert_eq!(heard(&app, "test.sends").await, (1..=250).collect::<Vec<_>>());
    assert!(matches!(
        dispatcher.replay(&db, "test.none", |_| Ok(())).await,
        Err(Error::NotFound("reaction"))
    ));
    app.settle().await;
}

/// What people see of everything that reactions of the house build.
async fn seen(app: &TestApp, slug: &str) -> serde_json::Value {
    let course = app.anonymous().get(&format!("/courses/{slug}")).await.expect(200);
    let found = app.anonymous().get("/search?q=replay").await.expect(200);
    json!({"course": course, "found": found["total"]})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_houses_own_reactions_bear_being_played_anew() {
    let app = TestApp::start().await;
    let made = app.course(Spec::days7("Replay")).await;
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    for learner in [&ana, &ben] {
        let pace = json!({"pace": {"kind": "daily"}});
        learner.post(&format!("/courses/{}/enrolment", made.slug), pace).await.expect(201);
    }
    app.settle().await;
    let before = seen(&app, &made.slug).await;
    assert!(before["found"].as_i64() > Some(0), "the course is found: {before}");
    let names: Vec<_> = app.dispatcher().reactions().iter().map(|r| (r.name(), r.replay())).collect();
    assert!(names.len() >= 4);
    for (name, replay) in names {
        let tried = app.dispatcher().replay(&app.system(), name, |_| Ok(())).await;
        assert_eq!(tried.is_ok(), replay == Replay::Rebuilds, "{name}");
    }
    app.settle().await;
    assert_eq!(seen(&app, &made.slug).await, before);
    assert!(parked(&app).await.is_empty());
    ana.get("/me").await.expect(200);
}
