//! Every operation × role → status, as one frozen table.
//!
//! The test walks the OpenAPI document, so a new operation without a sample request fails, and a
//! changed answer shows up as a diff. What the roles are: `anonymous` is not signed in;
//! `stranger` learns, but not here; `learner` is in the middle of the course and owns the note,
//! the bookmark and the session in question; `other author` is an instructor of other courses;
//! `author` wrote the course; `admin` runs the instance.

mod people;
mod samples;
mod world;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::http::Method;
use futures_util::{StreamExt as _, stream};

pub use world::{picture, pixel};

use samples::{Body, renamed, sample};
use world::World;

/// The statuses of one operation, in the order of [`world::ROLES`].
type Row = [u16; world::ROLES.len()];

struct Operation {
    id: String,
    method: Method,
    /// Relative to the API, with `{placeholders}`.
    path: String,
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(momentum::app::openapi()).expect("a document is JSON");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            all.push(Operation {
                id: operation["operationId"].as_str().expect("a name").to_owned(),
                method: Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method"),
                path: path.trim_start_matches(momentum::app::API).to_owned(),
            });
        }
    }
    all
}

/// Worlds in which nothing has happened yet.
struct Fresh {
    /// Built once and copied: what stands in it takes some fifty requests.
    first: World,
    /// In which only refused or reading requests were made.
    kept: Mutex<Vec<World>>,
}

impl Fresh {
    async fn take(&self) -> World {
        let kept = self.kept.lock().expect("no panic").pop();
        match kept {
            Some(world) => world,
            None => World::copy_of(&self.first).await,
        }
    }

    fn give_back(&self, world: World) {
        self.kept.lock().expect("no panic").push(world);
    }
}

async fn row(operation: &Operation, fresh: &Fresh) -> Row {
    let sample =
        sample(&operation.id).unwrap_or_else(|| panic!("{} has no sample request: add one in tests/it/access/samples.rs", operation.id));
    let mut row = [0; world::ROLES.len()];
    let mut world = fresh.take().await;
    for (n, role) in world::ROLES.iter().enumerate() {
        let path = world.fill(&renamed(&operation.id, &operation.path)) + &world.fill(sample.query);
        let client = world.client(role);
        let answer = match &sample.body {
            Body::None => client.ask(operation.method.clone(), &path, None).await,
            Body::Json(body) => client.ask(operation.method.clone(), &path, Some(world.fill_json(body))).await,
            Body::Bytes(bytes) => client.upload(operation.method.clone(), &path, bytes.clone()).await,
            Body::Tus(headers, bytes) => client.tus(operation.method.clone(), &path, headers, bytes.clone()).await,
        };
        row[n] = answer.status.as_u16();
        assert!(row[n] < 500, "{} as {role}: {} {}", operation.id, row[n], answer.text());
        if answer.status.is_success() && operation.method != Method::GET {
            // A deed that was allowed has changed the world: the next role gets a fresh one.
            world = fresh.take().await;
        }
    }
    fresh.give_back(world);
    row
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_answers_each_role_as_frozen() {
    let mut rows = BTreeMap::new();
    let first = World::build().await;
    first.close().await;
    let kept = Mutex::default();
    let fresh = Arc::new(Fresh { first, kept });
    // Two at a time: every allowed deed costs a new world.
    let mut asked = stream::iter(operations())
        .map(|operation| {
            let fresh = fresh.clone();
            tokio::spawn(async move {
                let name = format!("{:<6} {}", operation.method.as_str(), operation.path);
                (format!("{:<28} {name}", operation.id), row(&operation, &fresh).await)
            })
        })
        .buffer_unordered(2);
    while let Some(answered) = asked.next().await {
        let (name, row) = answered.expect("an operation that answers");
        rows.insert(name, row);
    }
    let mut table = format!("{:<88}{}\n", "", world::ROLES.map(|role| format!("{role:>13}")).concat());
    for (name, row) in rows {
        table += &format!("{name:<88}{}\n", row.map(|status| format!("{status:>13}")).concat());
    }
    insta::assert_snapshot!("access", table);
}
