//! Whether the process lives, and whether it can work.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value, json};

use super::guard::Web;
use crate::{kernel::actor::Actor, platform::Platform};

/// Whether a part of the house can work; the sentence says what is wrong.
pub type Ready = fn(&Platform) -> Result<(), String>;

/// The checks of the slices, by the slice's name.
pub type Checks = Arc<Vec<(&'static str, Ready)>>;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process lives: ask no more of it.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The database reads and writes, and every slice's own part is ready.
pub(super) async fn readyz(State((web, checks)): State<(Web, Checks)>) -> Response {
    let mut said = Map::new();
    said.insert("database".into(), sentence(database(&web).await));
    if web.is_stopping() {
        said.insert("server".into(), json!("stopping"));
    }
    for (name, check) in checks.iter() {
        said.insert((*name).into(), sentence(check(web.platform())));
    }
    let is_ready = said.values().all(|value| value == "ok");
    let status = if is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(json!({ "ready": is_ready, "checks": said }))).into_response()
}

fn sentence(result: Result<(), String>) -> Value {
    result.map_or_else(Value::String, |()| json!("ok"))
}

async fn database(web: &Web) -> Result<(), String> {
    let database = web.database();
    if database.stats().refusing.load(std::sync::atomic::Ordering::Relaxed) {
        return Err("the disk refuses writes".into());
    }
    let db = database.acting_as(Actor::System("health"));
    let work = async {
        db.read("health.read", |read| read.count("SELECT count(*) FROM migrations", []))
            .await?;
        db.write("health.write", |_| Ok(())).await
    };
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.map_err(|_| "the database does not answer".to_owned())?
        .map_err(|error| error.to_string())
}
