//! The instance as its admins see it.

use axum::http::Method;
use serde_json::json;

use crate::support::TestApp;

const ADMIN_PATHS: [&str; 4] = ["/admin/settings", "/admin/audit", "/admin/jobs", "/admin/system"];

#[tokio::test]
async fn only_admins_look_behind_the_scenes() {
    let app = TestApp::start().await;
    let (ana, ira, ada) = (app.learner("Ana").await, app.instructor("Ira").await, app.admin("Ada").await);
    for path in ADMIN_PATHS {
        app.anonymous().get(path).await.expect(401);
        ana.get(path).await.expect(403);
        ira.get(path).await.expect(403);
        ada.get(path).await.expect(200);
    }
    app.settle().await;
}

#[tokio::test]
async fn the_organisation_is_what_its_admin_says() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let wanted =
        json!({"name": "Alder 学院 🌿", "tagline": "", "brand_colour": "#C8583A", "support_email": "help@alder.example", "footer": ""});
    let put = ada.put("/admin/settings/organisation", wanted).await.expect(200);
    assert_eq!(put["brand_colour"], "#c8583a");
    let seen = app.anonymous().get("/instance").await.expect(200);
    assert_eq!(seen["name"], "Alder 学院 🌿");
    let hue = seen["branding"]["hue"].as_f64().expect("a hue");
    assert!((30.0..50.0).contains(&hue), "{hue}");
    let css = app.anonymous().ask(Method::GET, "/branding.css", None).await;
    assert_eq!(css.status, 404, "the style sheet is no operation of the API");
    let trail = ada.get("/admin/audit").await;
    assert_eq!(trail.json["items"][0]["action"], "settings.change");
    assert_eq!(trail.json["items"][0]["actor_name"], "Ada");
    assert_eq!(trail.json["items"][0]["after"]["organisation"]["name"], "Alder 学院 🌿");
    app.settle().await;
}

#[tokio::test]
async fn wrong_settings_are_refused_by_field_and_change_nothing() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let before = ada.get("/admin/settings").await.json;
    let cases = [
        (
            "organisation",
            json!({"name": "", "tagline": "", "brand_colour": "#076546", "support_email": null, "footer": ""}),
        ),
        (
            "organisation",
            json!({"name": "A", "tagline": "", "brand_colour": "green", "support_email": null, "footer": ""}),
        ),
        (
            "organisation",
            json!({"name": "A", "tagline": "", "brand_colour": "#076546", "support_email": "nobody", "footer": ""}),
        ),
        (
            "registration",
            json!({"mode": "domains", "domains": [], "public_catalogue": true, "password_min_length": 10}),
        ),
        (
            "registration",
            json!({"mode": "open", "domains": ["not a domain"], "public_catalogue": true, "password_min_length": 10}),
        ),
        (
            "registration",
            json!({"mode": "open", "domains": [], "public_catalogue": true, "password_min_length": 3}),
        ),
        (
            "registration",
            json!({"mode": "sometimes", "domains": [], "public_catalogue": true, "password_min_length": 10}),
        ),
        (
            "learning",
            json!({"day_start_hour": 7, "default_pace": "daily", "heartbeat_seconds": 30}),
        ),
        (
            "learning",
            json!({"day_start_hour": 3, "default_pace": "daily", "heartbeat_seconds": 30, "surprise": 1}),
        ),
        (
            "mail",
            json!({"mode": "smtp", "host": "mail.example.com", "port": 25, "security": "none", "username": "", "from_name": "", "from_address": null}),
        ),
    ];
    for (section, body) in cases {
        let answer = ada.put(&format!("/admin/settings/{section}"), body.clone()).await.expect(422);
        assert!(answer["fields"][0]["message"].is_string(), "{section}: {body}");
    }
    assert_eq!(ada.get("/admin/settings").await.json, before);
    app.settle().await;
}

#[tokio::test]
async fn a_mail_password_goes_in_and_never_comes_out() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let mut mail = json!({"mode": "smtp", "host": "localhost", "port": 2525, "security": "none", "username": "momentum", "password": "hunter2-secret", "from_name": "", "from_address": null});
    ada.put("/admin/settings/mail", mail.clone()).await.expect(200);
    mail["password"] = json!(null);
    mail["port"] = json!(2526);
    let kept = ada.put("/admin/settings/mail", mail).await;
    assert_eq!(kept.json["has_password"], true);
    for path in ADMIN_PATHS {
        let text = ada.get(path).await.json.to_string();
        assert!(!text.contains("hunter2"), "{path}");
    }
    app.settle().await;
}

#[tokio::test]
async fn a_test_letter_lands_in_the_outbox() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    ada.post("/admin/settings/mail/test", json!({"to": "ada@example.com"}))
        .await
        .expect(202);
    app.settle().await;
    assert_eq!(app.mails().len(), 1);
    ada.post("/admin/settings/mail/test", json!({"to": "not an address"}))
        .await
        .expect(422);
}

#[tokio::test]
async fn a_logo_is_encoded_anew() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let mut png = std::io::Cursor::new(Vec::new());
    let picture = image::RgbaImage::from_fn(300, 200, |x, _| image::Rgba([(x % 256) as u8, 90, 60, 255]));
    picture.write_to(&mut png, image::ImageFormat::Png).expect("a PNG");
    let put = ada.upload(Method::PUT, "/admin/logo", png.into_inner()).await.expect(200);
    let url = put["logo_url"].as_str().expect("an address").to_owned();
    app.anonymous().get(&url).await.expect(200);
    let hostile = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    ada.upload(Method::PUT, "/admin/logo", hostile).await.expect(422);
    app.learner("Ana").await.upload(Method::PUT, "/admin/logo", "x").await.expect(403);
    ada.delete("/admin/logo").await.expect(204);
    app.anonymous().get("/instance/logo").await.expect(404);
    app.settle().await;
}
