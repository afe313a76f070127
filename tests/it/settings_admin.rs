//! Sections of settings: who made them so, what they were, two admins at once; mails in own words; consent.

use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, TestApp};

async fn section(ada: &Client<'_>, name: &str) -> Value {
    let all = ada.get("/admin/settings/sections").await.expect(200);
    let found = all.as_array().expect("sections").iter().find(|section| section["name"] == name);
    found.unwrap_or_else(|| panic!("no section {name}")).clone()
}

fn path(name: &str, version: &str) -> String {
    format!("/admin/settings/sections/{name}?version={version}")
}

#[tokio::test]
async fn every_change_is_kept_with_its_maker() {
    let app = TestApp::start().await;
    let (ada, otto) = (app.admin("Ada").await, app.admin("Otto").await);
    let fresh = section(&ada, "retention").await;
    assert_eq!((fresh["version"].as_str(), &fresh["value"]), (Some("default"), &fresh["usual"]));
    let mut value = fresh["value"].clone();
    value["sent_mails_days"] = json!(7);
    ada.put("/admin/settings/sections/retention", json!({"value": value}))
        .await
        .expect(200);
    value["failed_mails_days"] = json!(8);
    let put = otto
        .put("/admin/settings/sections/retention", json!({"value": value}))
        .await
        .expect(200);
    assert_eq!(put["fields"]["sent_mails_days"]["by_name"], "Ada");
    assert_eq!(put["fields"]["failed_mails_days"]["by_name"], "Otto");
    assert!(put["fields"]["audit_addresses_days"].is_null());
    let past = ada.get("/admin/settings/sections/retention/history").await.expect(200);
    assert_eq!(past[0]["changed"], json!(["failed_mails_days"]));
    assert_eq!(past[1]["changed"], json!(["sent_mails_days"]));
    assert_eq!(
        (past[1]["by_name"].as_str(), past[1]["value"]["sent_mails_days"].as_u64()),
        (Some("Ada"), Some(7))
    );
    app.settle().await;
}

#[tokio::test]
async fn of_two_admins_the_later_is_told() {
    let app = TestApp::start().await;
    let (ada, otto) = (app.admin("Ada").await, app.admin("Otto").await);
    let seen = section(&ada, "security").await;
    let (value, version) = (seen["value"].clone(), seen["version"].as_str().expect("a version").to_owned());
    ada.put(&path("security", &version), json!({"value": value})).await.expect(200);
    let late = otto.put(&path("security", &version), json!({"value": value})).await;
    assert_eq!((late.status.as_u16(), late.code()), (409, "settings.changed_meanwhile"));
    let now = section(&otto, "security").await["version"].as_str().expect("a version").to_owned();
    otto.put(&path("security", &now), json!({"value": value})).await.expect(200);
    let learning = json!({"day_start_hour": 4, "default_pace": "daily", "heartbeat_seconds": 30});
    ada.put("/admin/settings/learning?version=default", learning.clone())
        .await
        .expect(200);
    otto.put("/admin/settings/learning?version=default", learning.clone())
        .await
        .expect(409);
    otto.put("/admin/settings/learning?version=nonsense", learning).await.expect(422);
    app.settle().await;
}

#[tokio::test]
async fn nonsense_is_refused_by_field_and_closed_sections_have_their_own_door() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let put = |name: &'static str, value: Value| ada.put_section(name, value);
    for (name, value) in [
        (
            "retention",
            json!({"audit_addresses_days": 0, "sent_mails_days": 1, "failed_mails_days": 1, "webhook_calls_days": 1}),
        ),
        (
            "retention",
            json!({"audit_addresses_days": 4_294_967_296_u64, "sent_mails_days": 1, "failed_mails_days": 1, "webhook_calls_days": 1}),
        ),
        ("retention", json!({})),
        ("security", json!({"session_idle_days": 50, "session_total_days": 10})),
        (
            "uploads",
            json!({"image_mb": 0, "video_mb": 1, "audio_mb": 1, "document_mb": 1, "quota_mb": 0}),
        ),
        ("embeds", json!({"hosts": ["player.vimeo.com", "*.example.org"]})),
        (
            "embeds",
            json!({"hosts": (0..31).map(|n| format!("a{n}.example.org")).collect::<Vec<_>>()}),
        ),
        ("legal", json!({"terms": {"text": "", "version": 1}})),
        ("legal", json!({"imprint": {"text": "x", "version": 1}})),
        ("legal", json!({"terms": {"text": "x".repeat(100_001), "version": 0}})),
        ("mail_templates", json!({"nosuch": {"subject": "A", "text": "B"}})),
        ("mail_templates", json!({"invite": {"subject": "A", "text": "no link"}})),
        (
            "mail_templates",
            json!({"invite": {"subject": "A {{password}}", "text": "{{token}}"}}),
        ),
        (
            "learning",
            json!({"day_start_hour": 9, "default_pace": "daily", "heartbeat_seconds": 30}),
        ),
    ] {
        let answer = put(name, value.clone()).await;
        assert_eq!(answer.status, 422, "{name} {value}: {}", answer.text());
    }
    // A logo's file, or a sealed password, is not somebody's to write.
    for closed in ["organisation", "mail", "nosuch"] {
        put(closed, json!({})).await.expect(404);
    }
    let lea = app.learner("Lea").await;
    lea.get("/admin/settings/sections").await.expect(403);
    lea.put_section("security", json!({"session_idle_days": 1, "session_total_days": 1}))
        .await
        .expect(403);
    app.settle().await;
}

impl Client<'_> {
    async fn put_section(&self, name: &str, value: Value) -> crate::support::Answer {
        self.put(&format!("/admin/settings/sections/{name}"), json!({ "value": value }))
            .await
    }
}

#[tokio::test]
async fn secrets_are_in_no_section() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let mail = json!({"mode": "smtp", "host": "localhost", "port": 2525, "security": "none", "username": "momentum", "password": "hunter2-secret", "from_name": "", "from_address": null});
    ada.put("/admin/settings/mail", mail).await.expect(200);
    let shown = section(&ada, "mail").await;
    assert_eq!(shown["value"]["sealed_password"], "********");
    let past = ada.get("/admin/settings/sections/mail/history").await.expect(200);
    assert_eq!(past[0]["value"]["sealed_password"], "********");
    app.settle().await;
}

#[tokio::test]
async fn a_mail_speaks_in_the_words_of_an_admin() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let all = ada.get("/admin/mail-templates").await.expect(200);
    for template in all.as_array().expect("templates") {
        // Whatever a mail says of itself can be saved as it is.
        let words = &template["usual"];
        let body = json!({"template": template["name"], "subject": words["subject"], "text": words["text"]});
        let seen = ada.post("/admin/mail-templates/preview", body).await.expect(200);
        assert!(!seen.to_string().contains("{{"), "{seen}");
    }
    let words = json!({"invite": {
        "subject": "Come\r\nBcc: all@example.org\r\n to {{organisation}}",
        "text": "Dear {{name}},\n\n{{invited_by}} <b>waits</b>:\n{{address}}/accept-invite?token={{token}}",
    }});
    ada.put_section("mail_templates", words).await.expect(200);
    let invited = json!({"email": "new@example.com", "name": "{{token}} <script>", "role": "learner"});
    ada.post("/invites", invited).await.expect(201);
    app.settle().await;
    let mails = app.mails();
    let mail = mails.last().expect("a mail");
    assert_eq!(mail.subject, "Come Bcc: all@example.org to Momentum");
    assert!(
        mail.text.contains("Ada <b>waits</b>") && mail.text.contains("/accept-invite?token="),
        "{}",
        mail.text
    );
    assert!(
        mail.text.contains("Dear {{token}} <script>"),
        "what is filled in is not filled again: {}",
        mail.text
    );
    assert!(
        mail.html.contains("Accept the invitation") && !mail.html.contains("<script>") && !mail.html.contains("<b>waits"),
        "{}",
        mail.html
    );
    // A list that is filled in keeps a line for each item, in the text and on the page.
    let seen = ada
        .post(
            "/admin/mail-templates/preview",
            json!({"template": "reviews-waiting", "subject": "To do", "text": "Look at\nthese:\n{{courses}}\nThank you."}),
        )
        .await
        .expect(200);
    let list = "\u{2022} Clear writing\n\u{2022} First-time manager\nThank you.";
    assert!(seen["text"].as_str().is_some_and(|text| text.contains(list)), "{seen}");
    assert_eq!(seen["parts"][0]["text"], format!("Look at these:\n{list}"));
    let words = json!({"reviews-waiting": {"subject": "To do", "text": "These:\n{{courses}}\n\n{{address}}{{page}}"}});
    ada.put_section("mail_templates", words).await.expect(200);
    let sample = json!({"template": "reviews-waiting", "to": "ada@example.com"});
    ada.post("/admin/mail-templates/test", sample).await.expect(202);
    app.settle().await;
    let html = app.mails().last().expect("a mail").html.clone();
    assert!(
        html.contains("<p>These:<br>\u{2022} Clear writing<br>\u{2022} First-time manager</p>"),
        "{html}"
    );
    ada.put_section("mail_templates", json!({})).await.expect(200);
    ada.post("/admin/mail-templates/test", json!({"template": "invite", "to": "ada@example.com"}))
        .await
        .expect(202);
    ada.post("/admin/mail-templates/test", json!({"template": "nosuch", "to": "ada@example.com"}))
        .await
        .expect(404);
    app.settle().await;
    assert!(
        app.mails()
            .last()
            .expect("a mail")
            .text
            .contains("The invitation holds for seven days")
    );
}

fn session_of(answer: &crate::support::Answer) -> Option<String> {
    let cookies = answer.headers.get_all("set-cookie").iter();
    let mut values = cookies.filter_map(|value| value.to_str().ok()?.strip_prefix("momentum_session="));
    values.next().and_then(|value| value.split(';').next()).map(str::to_owned)
}

#[tokio::test]
async fn people_agree_to_what_holds_and_are_asked_anew_when_it_changes() {
    let app = TestApp::start().await;
    let (ada, lea) = (app.admin("Ada").await, app.learner("Lea").await);
    assert_eq!(lea.get("/me/consents").await.json, json!([]));
    app.anonymous().get("/instance/legal/terms").await.expect(404);
    let terms = |version: u32| json!({"terms": {"text": "# Terms\n\nBe kind. <script>alert(1)</script>", "version": version}});
    ada.put_section("legal", terms(1)).await.expect(200);
    let page = app.anonymous().get("/instance/legal/terms").await.expect(200);
    assert!(
        page["html"]
            .as_str()
            .is_some_and(|html| html.contains("<h1>Terms</h1>") && !html.contains("script")),
        "{page}"
    );
    assert_eq!(app.anonymous().get("/instance").await.json["asks_consent"], true);
    assert_eq!(lea.get("/me/consents").await.json, json!([{"page": "terms", "version": 1}]));
    // Before she agrees she may look at herself, read, take what is hers and go, and nothing else.
    for path in ["/me/today", "/me/courses", "/me/profile", "/me/notes", "/courses"] {
        let closed = lea.get(path).await;
        assert_eq!((closed.status.as_u16(), closed.code()), (403, "consent.required"), "{path}");
    }
    let closed = lea.patch("/me/profile", json!({"headline": "x"})).await;
    assert_eq!(closed.code(), "consent.required");
    lea.get("/me").await.expect(200);
    lea.get("/instance/legal/terms").await.expect(200);
    lea.post("/me/export", json!({})).await.expect(202);
    app.settle().await;
    lea.get("/me/export").await.expect(200);
    lea.get("/me/export/file").await.expect(200);
    // Admins are treated alike, and whoever is in another's place agrees to nothing for him.
    assert_eq!(ada.get("/users").await.code(), "consent.required");
    ada.post("/me/consents", json!({"page": "terms", "version": 1})).await.expect(204);
    ada.get("/users").await.expect(200);
    let begun = ada.post(&format!("/users/{}/sign-in-as", lea.id()), json!({"minutes": 15})).await;
    let inside = Client::holding(&app, session_of(&begun).expect("a session"));
    inside.get("/me/today").await.expect(200);
    assert_eq!(inside.get("/me/consents").await.json, json!([]));
    assert_eq!(
        inside.post("/me/consents", json!({"page": "terms", "version": 1})).await.status,
        403
    );
    lea.post("/me/consents", json!({"page": "terms", "version": 2})).await.expect(409);
    lea.post("/me/consents", json!({"page": "privacy", "version": 1})).await.expect(409);
    lea.post("/me/consents", json!({"page": "terms", "version": 1})).await.expect(204);
    lea.post("/me/consents", json!({"page": "terms", "version": 1})).await.expect(204);
    assert_eq!(lea.get("/me/consents").await.json, json!([]));
    lea.get("/me/today").await.expect(200);
    assert_eq!(
        ada.get("/admin/consents").await.json,
        json!([{"page": "terms", "version": 1, "people": 2}])
    );
    ada.put_section("legal", terms(2)).await.expect(200);
    assert_eq!(lea.get("/me/consents").await.json, json!([{"page": "terms", "version": 2}]));
    assert_eq!(lea.get("/me/today").await.code(), "consent.required");
    ada.post("/me/consents", json!({"page": "terms", "version": 2})).await.expect(204);
    lea.post("/me/delete", json!({"password": PASSWORD})).await.expect(204);
    app.settle().await;
    assert_eq!(
        ada.get("/admin/consents").await.json,
        json!([{"page": "terms", "version": 2, "people": 1}])
    );
    // Nobody is asked any more: everybody goes on.
    let max = app.learner("Max").await;
    assert_eq!(max.get("/me/today").await.code(), "consent.required");
    ada.put_section("legal", json!({})).await.expect(200);
    max.get("/me/today").await.expect(200);
    app.settle().await;
}
