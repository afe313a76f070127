//! Verbs in random order, against a model that keeps everything the simple way; then every number
//! is counted anew from the facts.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use momentum::{
    courses::{Completion, Content, Shelf},
    kernel::id::UserId,
    progress::{self, RebuildProgress},
};
use serde_json::{Value, json};

use crate::{
    enrolments::{daily, join},
    support::{
        Client, TestApp,
        courses::{Made, Spec},
    },
};

/// The same numbers in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("small") % sides
    }
}

/// One learner, kept the simple way.
#[derive(Default)]
struct Model {
    /// Seconds since the epoch when he joined, and the day on which he did.
    joined: i64,
    done: BTreeSet<usize>,
    ticked: BTreeMap<usize, BTreeSet<String>>,
    /// Each active second, with the lesson it counted in; of this cycle.
    seconds: BTreeMap<i64, usize>,
    /// Each active second of any cycle.
    all_seconds: BTreeSet<i64>,
    timer: Option<(String, i64)>,
    completed: bool,
}

const LESSONS: usize = 7;

/// Lessons 2 and 5 are optional, lessons 1 and 4 (from 0) want their action items.
fn is_required(n: usize) -> bool {
    n != 2 && n != 5
}

fn wants_actions(n: usize) -> bool {
    n == 1 || n == 4
}

fn spec() -> Spec {
    Spec {
        each: |n, content: &mut Content| {
            content.is_required = is_required(n);
            if wants_actions(n) {
                content.completion = Completion::Actions;
            }
        },
        ..Spec::days7("Dice")
    }
}

struct Walk<'a> {
    app: &'a TestApp,
    client: &'a Client<'a>,
    made: &'a Made,
    actions: &'a [Vec<String>],
    model: Model,
    dice: Dice,
    keys: Vec<(String, usize)>,
}

impl Walk<'_> {
    fn now(&self) -> i64 {
        self.app.database().now().millis() / 1000
    }

    /// Learning dates in UTC begin at three.
    fn date(second: i64) -> i64 {
        (second - 3 * 3600).div_euclid(86_400)
    }

    fn opened(&self) -> usize {
        let days = Self::date(self.now()) - Self::date(self.model.joined) + 1;
        usize::try_from(days).expect("not before joining").min(LESSONS)
    }

    fn path(&self, n: usize, tail: &str) -> String {
        format!("/lessons/{}{tail}", self.made.lessons[n])
    }

    /// The first lesson is a preview; the others open by the day.
    fn is_open(&self, n: usize) -> bool {
        n == 0 || n < self.opened()
    }

    async fn step(&mut self) {
        let n = self.dice.roll(LESSONS);
        match self.dice.roll(12) {
            0..=2 => self.complete(n).await,
            3..=4 => self.tick(n).await,
            5..=7 => self.beat(n).await,
            8 => self.place(n).await,
            9 if self.dice.roll(12) == 0 => self.begin_anew().await,
            _ => {
                let seconds = [5, 30, 44, 61, 3600, 40_000][self.dice.roll(6)];
                self.app.clock.advance(Duration::from_secs(seconds));
            }
        }
    }

    async fn complete(&mut self, n: usize) {
        let key = (self.dice.roll(2) == 0).then(|| format!("key-number-{}", self.dice.roll(30)));
        let body = key.as_ref().map_or_else(|| json!({}), |key| json!({ "key": key }));
        let answer = self.client.post(&self.path(n, "/complete"), body).await;
        let known = key
            .as_ref()
            .and_then(|key| self.keys.iter().find(|(k, _)| k == key))
            .map(|(_, n)| *n);
        let is_met = !wants_actions(n) || self.model.ticked.get(&n).map_or(0, BTreeSet::len) == self.actions[n].len();
        let wanted = match known {
            _ if !self.is_open(n) => 403,
            Some(other) if other != n => 409,
            Some(_) => 200,
            None if self.model.done.contains(&n) || is_met => 200,
            None => 409,
        };
        assert_eq!(answer.status.as_u16(), wanted, "{}", answer.text());
        if wanted == 200 && known.is_none() && self.model.done.insert(n) {
            self.keys.extend(key.map(|key| (key, n)));
        }
        self.model.completed |= (0..LESSONS).all(|n| !is_required(n) || self.model.done.contains(&n));
        if wanted == 200 {
            assert_eq!(answer.json["course"]["lessons_done"], self.model.done.len());
            assert_eq!(answer.json["course"]["is_completed"], self.model.completed);
        }
    }

    async fn tick(&mut self, n: usize) {
        let action = self.actions[n][self.dice.roll(self.actions[n].len())].clone();
        let done = self.dice.roll(3) > 0;
        let path = self.path(n, &format!("/actions/{action}"));
        let answer = self.client.put(&path, json!({ "done": done })).await;
        if !self.is_open(n) {
            answer.expect(403);
            return;
        }
        let ticked = self.model.ticked.entry(n).or_default();
        if done {
            ticked.insert(action)
        } else {
            ticked.remove(&action)
        };
        assert_eq!(answer.expect(200)["actions_done"], json!(ticked));
    }

    async fn beat(&mut self, n: usize) {
        let timer = ["timer-one", "timer-two"][self.dice.roll(2)];
        let seconds = 1 + i64::try_from(self.dice.roll(60)).expect("small");
        let now = self.now();
        let ago = [0, 0, 60, 91, 5000, 600_000, 604_801][self.dice.roll(7)];
        let at = momentum::kernel::time::Timestamp::from_millis((now - ago) * 1000);
        let body = json!({"timer": timer, "seconds": seconds, "is_active": true, "at": at});
        let answer = self.client.post(&self.path(n, "/heartbeat"), body).await;
        if !self.is_open(n) {
            answer.expect(403);
            return;
        }
        if now - ago < self.model.joined || ago > 604_800 {
            answer.expect(200);
            return;
        }
        if ago <= 90 {
            let taken = self
                .model
                .timer
                .as_ref()
                .is_some_and(|(running, beat)| running != timer && beat + 45 > now);
            if taken {
                answer.expect(409);
                return;
            }
            self.model.timer = Some((timer.into(), now));
        }
        // Offline, nothing counts from before the lesson opened; the first one is a preview.
        let opened = (Self::date(self.model.joined) + i64::try_from(n).expect("small")) * 86_400 + 3 * 3600;
        let earliest = if ago <= 90 || n == 0 {
            self.model.joined
        } else {
            opened.max(self.model.joined)
        };
        for second in (now - ago - seconds).max(earliest)..now - ago {
            if self.model.all_seconds.insert(second) {
                self.model.seconds.insert(second, n);
            }
        }
        let counted = answer.expect(200);
        assert_eq!(counted["active_seconds"], self.seconds_in(n));
        assert_eq!(counted["minutes_today"], self.minutes_of(Self::date(now)));
    }

    fn seconds_in(&self, n: usize) -> usize {
        self.model.seconds.values().filter(|lesson| **lesson == n).count()
    }

    fn minutes_of(&self, date: i64) -> usize {
        let minutes: BTreeSet<i64> = self.model.all_seconds.iter().map(|second| second.div_euclid(60)).collect();
        minutes.iter().filter(|minute| Self::date(**minute * 60) == date).count()
    }

    async fn place(&mut self, n: usize) {
        let body = json!({"video_seconds": self.dice.roll(600), "client_at": self.app.database().now()});
        let answer = self.client.put(&self.path(n, "/position"), body).await;
        answer.expect(if self.is_open(n) { 204 } else { 403 });
    }

    async fn begin_anew(&mut self) {
        let mine = self.client.get("/me/courses").await.expect(200);
        let id = mine["items"][0]["enrolment_id"].as_str().expect("an id").to_owned();
        self.client.delete(&format!("/enrolments/{id}")).await.expect(204);
        self.model = Model {
            joined: self.now(),
            all_seconds: std::mem::take(&mut self.model.all_seconds),
            timer: self.model.timer.take(),
            ..Model::default()
        };
        join(self.client, self.made, daily()).await;
    }

    /// What the outline and the lessons show is what the model knows.
    async fn compare(&self) {
        let outline = self.client.get(&format!("/courses/{}/learn", self.made.slug)).await.expect(200);
        assert_eq!(outline["lessons_done"], self.model.done.len());
        let required = self.model.done.iter().filter(|n| is_required(**n)).count();
        assert_eq!(outline["required_done"], required);
        assert_eq!(outline["minutes"], (self.model.seconds.len() + 30) / 60);
        for n in 0..LESSONS {
            let lesson = &outline["days"][n]["lessons"][0];
            let state = lesson["state"].as_str().expect("a state");
            match self.model.done.contains(&n) {
                true => assert_eq!(state, "done"),
                false => assert_eq!(state == "locked", !self.is_open(n), "{n}: {state}"),
            }
            if self.is_open(n) {
                let my = &self.client.get(&self.path(n, "")).await.expect(200)["my"];
                assert_eq!(my["active_seconds"], self.seconds_in(n));
                assert_eq!(my["actions_done"], json!(self.model.ticked.get(&n).cloned().unwrap_or_default()));
            }
        }
    }
}

async fn differences(app: &TestApp) -> Vec<String> {
    let (db, shelf) = (app.system(), Shelf::of(app.platform()));
    let checked = db.read("test.check", move |read| {
        progress::check(read, &RebuildProgress::as_system("test"), &shelf, UserId::from_raw(0))
    });
    checked.await.expect("a check").differences
}

async fn shown(clients: &[&Client<'_>], made: &Made) -> Vec<Value> {
    let mut shown = Vec::new();
    for client in clients {
        for path in [
            "/me/today".to_owned(),
            "/me/courses".to_owned(),
            format!("/courses/{}/learn", made.slug),
        ] {
            shown.push(client.get(&path).await.expect(200));
        }
    }
    shown
}

async fn action_ids(client: &Client<'_>, made: &Made) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for lesson in &made.lessons {
        let lesson = client.get(&format!("/lessons/{lesson}")).await.expect(200);
        let actions = lesson["content"]["actions"].as_array().expect("actions");
        all.push(actions.iter().filter_map(|a| a["id"].as_str().map(str::to_owned)).collect());
    }
    all
}

#[tokio::test]
async fn random_learners_count_as_the_model_counts() {
    let app = TestApp::start().await;
    let admin = app.admin("Ada").await;
    let made = app.course(spec()).await;
    let actions = action_ids(&admin, &made).await;
    let (ana, ben, eva) = (app.learner("Ana").await, app.learner("Ben").await, app.learner("Eva").await);
    let clients = [&ana, &ben, &eva];
    for (seed, client) in clients.iter().enumerate() {
        let mut walk = Walk {
            app: &app,
            client,
            made: &made,
            actions: &actions,
            model: Model::default(),
            dice: Dice(seed as u64 + 1),
            keys: Vec::new(),
        };
        join(client, &made, daily()).await;
        walk.model.joined = walk.now();
        for n in 0..250 {
            walk.step().await;
            if n % 25 == 0 {
                walk.compare().await;
            }
        }
        walk.compare().await;
    }
    app.settle().await;
    assert_eq!(differences(&app).await, Vec::<String>::new());
    the_numbers_can_be_lost(&app, &clients, &made).await;
}

/// Numbers that are lost, doubled or made up are found, and counted anew.
async fn the_numbers_can_be_lost(app: &TestApp, clients: &[&Client<'_>], made: &Made) {
    let before = shown(clients, made).await;
    let (db, user) = (app.system(), clients[0].id());
    let spoiled = db.write("test.spoil", move |tx| {
        for sql in [
            "UPDATE lesson_progress SET active_seconds = active_seconds + 7 WHERE user_id = ?1",
            "DELETE FROM course_progress WHERE user_id = ?1",
            "INSERT INTO day_minutes (user_id, day, minutes) VALUES (?1, 1, 9)",
            "UPDATE lesson_progress SET actions = 'zzzzzzzzzz' WHERE user_id <> ?1",
            "INSERT INTO lesson_progress (user_id, enrolment_id, lesson_id, opened_at) VALUES (?1, 1, 1, 1)",
        ] {
            tx.execute(sql, [user])?;
        }
        Ok(())
    });
    spoiled.await.expect("spoiled");
    assert!(differences(app).await.len() >= 5);
    let shelf = Shelf::of(app.platform());
    let db = app.system();
    let rebuilt = db.write("test.rebuild", move |tx| {
        progress::rebuild(tx, &RebuildProgress::as_system("test"), &shelf, UserId::from_raw(0))
    });
    assert!(rebuilt.await.expect("rebuilt").people >= 3);
    assert_eq!(differences(app).await, Vec::<String>::new());
    assert_eq!(shown(clients, made).await, before);
}
