//! The stand that the other tests stand on.

use std::time::Duration;

use axum::http::Method;
use momentum::kernel::actor::{Plan, Role};
use serde_json::json;

use crate::support::{BEGIN, TestApp};

#[tokio::test]
async fn an_instance_stands_still_until_it_is_moved() {
    let app = TestApp::start().await;
    let db = app.system();
    assert_eq!(db.now(), BEGIN);
    app.pass(Duration::from_secs(60)).await;
    assert_eq!(db.now(), BEGIN.plus_secs(60));
}

#[tokio::test]
async fn people_ask_through_the_real_router() {
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    let ira = app.instructor("Ira").await;
    let ada = app.admin("Ada").await;
    let pia = app.person("Pia", Role::Learner, Plan::Premium).await;
    assert!(ana.id() < ira.id() && ira.id() < ada.id() && ada.id() < pia.id());
    assert!(!ana.token().is_empty());
    for client in [&ana, &app.anonymous()] {
        let nothing = json!({});
        assert_eq!(client.get("/nothing-here").await.status, 404);
        assert_eq!(client.delete("/nothing-here").await.status, 404);
        client.post("/nothing-here", nothing.clone()).await.expect(404);
        client.put("/nothing-here", nothing.clone()).await.expect(404);
        client.patch("/nothing-here", nothing).await.expect(404);
        let answer = client.upload(Method::PUT, "/nothing-here", "bytes").await;
        assert_eq!(answer.header("x-none"), "");
        assert_ne!(answer.code(), "ok");
    }
    app.settle().await;
}

#[tokio::test]
async fn work_left_behind_is_told() {
    let mut app = TestApp::start().await;
    app.leave_work_behind();
}
