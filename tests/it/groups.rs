//! Groups: by hand, by rule, with managers; and the fields that rules look at.

use axum::http::Method;
use serde_json::{Value, json};

use crate::{
    enrolments::{daily, join},
    publishing::complete,
    support::{TestApp, courses::Spec},
};

fn id(answer: &Value) -> &str {
    answer["id"].as_str().expect("an id")
}

#[tokio::test]
async fn a_rule_is_counted_before_it_fills_and_stays_current() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let (lea, max, ira) = (app.learner("Lea").await, app.learner("Max").await, app.instructor("Ira").await);
    let field = json!({"key": "site", "label": "Site", "kind": "choice", "choices": ["North", "South"], "is_editable": true});
    let field = ada.post("/user-fields", field).await.expect(201);
    let say = json!([{"field": id(&field), "value": "north"}]);
    ada.patch(&format!("/users/{}/fields", lea.id()), say.clone()).await.expect(200);
    let rule = json!({"match_all": true, "terms": [
        {"on": "role", "is": "one_of", "values": ["Learner"]},
        {"on": "field", "field": id(&field), "is": "one_of", "values": ["North"]},
    ]});
    let told = ada.post("/groups/preview", json!({"rule": rule})).await.expect(200);
    assert_eq!((&told["members"], &told["added"]), (&json!(1), &json!(1)));
    let group = ada.post("/groups", json!({"name": "North", "rule": rule})).await.expect(201);
    app.settle().await;
    let path = format!("/groups/{}", id(&group));
    let members = async || {
        let page = ada.get(&format!("{path}/members")).await.expect(200);
        let names: Vec<String> = page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|m| m["name"].to_string())
            .collect();
        names.join(" ")
    };
    assert_eq!(members().await, "\"Lea\"");
    // He says so himself, and is in; she becomes an instructor, and is out.
    max.patch("/me/fields", say.clone()).await.expect(200);
    ira.patch("/me/fields", say).await.expect(200);
    ada.patch(&format!("/users/{}", lea.id()), json!({"role": "instructor"}))
        .await
        .expect(200);
    app.settle().await;
    assert_eq!(members().await, "\"Max\"");
    let wider = json!({"match_all": false, "terms": rule["terms"]});
    let told = ada
        .post("/groups/preview", json!({"rule": wider, "group": id(&group)}))
        .await
        .expect(200);
    assert_eq!(
        (&told["members"], &told["added"], &told["removed"]),
        (&json!(3), &json!(2), &json!(0))
    );
    ada.put(&path, json!({"name": "North", "rule": wider})).await.expect(200);
    app.settle().await;
    assert_eq!(ada.get(&path).await.expect(200)["members"], 3);
    // Nobody is put in by hand, the field stays while the rule looks at it, a bad rule is told.
    let member = format!("{path}/members/{}", ada.id());
    assert_eq!(ada.ask(Method::PUT, &member, None).await.code(), "group.by_rule");
    assert_eq!(ada.delete(&format!("/user-fields/{}", id(&field))).await.code(), "field.in_use");
    ada.put(&path, json!({"name": "North", "rule": {"match_all": true, "terms": []}}))
        .await
        .expect(422);
    assert_eq!(ada.put(&path, json!({"name": "North"})).await.code(), "group.other_kind");
    ada.delete(&path).await.expect(204);
    ada.delete(&format!("/user-fields/{}", id(&field))).await.expect(204);
    app.settle().await;
}

#[tokio::test]
async fn managers_see_their_group_and_no_other() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let (boss, lea, max) = (app.learner("Boss").await, app.learner("Lea").await, app.learner("Max").await);
    let mine = ada
        .post("/groups", json!({"name": "Mine", "description": "The ward"}))
        .await
        .expect(201);
    let other = ada.post("/groups", json!({"name": "Other"})).await.expect(201);
    assert_eq!(ada.post("/groups", json!({"name": "MINE"})).await.code(), "group.name_taken");
    for (group, user) in [(&mine, lea.id()), (&other, max.id())] {
        ada.ask(Method::PUT, &format!("/groups/{}/members/{user}", id(group)), None)
            .await
            .expect(204);
    }
    assert_eq!(boss.get("/me/teams").await.expect(200), json!([]));
    ada.ask(Method::PUT, &format!("/groups/{}/managers/{}", id(&mine), boss.id()), None)
        .await
        .expect(204);
    assert_eq!(boss.get("/me/teams").await.expect(200)[0]["name"], "Mine");
    assert_eq!(
        (&boss.get("/me").await.json["leads"], &lea.get("/me").await.json["leads"]),
        (&json!(true), &json!(false))
    );
    let team = boss.get(&format!("/teams/{}", id(&mine))).await.expect(200);
    assert!(team["items"][0]["percent"].is_null(), "she learns nothing yet: {team}");
    let made = app.course(Spec::days7("Clear writing").by(ada.id())).await;
    join(&lea, &made, daily()).await;
    complete(&lea, &made.lessons[0].to_string()).await;
    let team = boss.get(&format!("/teams/{}", id(&mine))).await.expect(200);
    assert_eq!(
        (&team["items"][0]["learning"], &team["items"][0]["percent"]),
        (&json!(1), &json!(14))
    );
    assert_eq!(
        (&team["items"][0]["name"], team["items"].as_array().map(Vec::len)),
        (&json!("Lea"), Some(1))
    );
    for path in [
        format!("/teams/{}", id(&other)),
        format!("/groups/{}/members", id(&other)),
        format!("/groups/{}", id(&other)),
    ] {
        assert_eq!(boss.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(boss.get("/groups").await.status, 403);
    let member = format!("/groups/{}/members/{}", id(&mine), boss.id());
    assert_eq!(
        boss.ask(Method::PUT, &member, None).await.status,
        403,
        "he sees; he does not choose"
    );
    assert_eq!(lea.get(&format!("/teams/{}", id(&mine))).await.status, 404);
    ada.ask(Method::DELETE, &format!("/groups/{}/managers/{}", id(&mine), boss.id()), None)
        .await
        .expect(204);
    assert_eq!(boss.get(&format!("/teams/{}", id(&mine))).await.status, 404);
    app.settle().await;
}

#[tokio::test]
async fn fields_are_seen_and_changed_only_by_whom_they_are_for() {
    let app = TestApp::start().await;
    let (ada, lea) = (app.admin("Ada").await, app.learner("Lea").await);
    let make = async |key: &str, more: Value| {
        let mut body = json!({"key": key, "label": key, "kind": "number"});
        body.as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        id(&ada.post("/user-fields", body).await.expect(201)).to_owned()
    };
    let (secret, shown) = (make("secret", json!({})).await, make("shown", json!({"is_visible": true})).await);
    let own = make("own", json!({"is_required": true})).await;
    assert_eq!(lea.get("/me/fields").await.expect(200).as_array().map(Vec::len), Some(2));
    assert_eq!(lea.patch("/me/fields", json!([{"field": secret, "value": "1"}])).await.status, 404);
    assert_eq!(lea.patch("/me/fields", json!([{"field": shown, "value": "1"}])).await.status, 403);
    assert_eq!(lea.patch("/me/fields", json!([{"field": own, "value": "one"}])).await.status, 422);
    let said = lea.patch("/me/fields", json!([{"field": own, "value": "07,50"}])).await.expect(200);
    assert_eq!(said[1]["value"], "7.5");
    // Name, zone, language and the required field, of seven.
    assert_eq!(ada.get(&format!("/users/{}", lea.id())).await.expect(200)["completion"], 57);
    let found = ada.get(&format!("/users?field={own}&value=7.5")).await.expect(200);
    assert_eq!(found["total"], 1);
    assert_eq!(lea.get("/user-fields").await.status, 403);
    app.settle().await;
}
