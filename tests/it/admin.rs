//! The instance as its admins see it.

use axum::{
    body::Body,
    http::{Method, Request},
};
use momentum::platform::config::{Origin, Secret};
use serde_json::{Value, json};

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
    // On dark ground the light one stands in, until there is one of its own.
    app.anonymous().get("/instance/logo?ground=dark").await.expect(200);
    let dark = ada
        .upload(Method::PUT, "/admin/logo?ground=dark", crate::access::picture(40))
        .await
        .expect(200);
    assert!(dark["logo_url"].as_str().is_some_and(|url| url.contains("ground=dark")), "{dark}");
    let seen = app.anonymous().get("/instance").await.expect(200);
    assert_eq!(seen["branding"]["logo_dark_url"], dark["logo_url"]);
    assert_eq!(ada.get("/admin/settings").await.expect(200)["logo_url"], url);
    ada.delete("/admin/logo").await.expect(204);
    app.anonymous().get("/instance/logo").await.expect(404);
    ada.delete("/admin/logo?ground=dark").await.expect(204);
    app.anonymous().get("/instance/logo?ground=dark").await.expect(404);
    app.settle().await;
}

/// The files of logos and icons that lie there, by name.
fn brand_files(app: &TestApp) -> Vec<String> {
    let found = app.platform().blobs.shelf("instance").walk().expect("a walk");
    let mut names: Vec<String> = found.blobs.into_iter().map(|(name, _)| name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_replaced_logo_or_icon_leaves_no_file_and_takes_none_from_others() {
    let app = TestApp::start().await;
    let (ada, visitor) = (app.admin("Ada").await, app.anonymous());
    let put = async |path: &str, side: u32| ada.upload(Method::PUT, path, crate::access::picture(side)).await.expect(200);
    put("/admin/logo", 40).await;
    put("/admin/icon", 300).await;
    app.settle().await;
    assert_eq!(brand_files(&app).len(), 4, "a logo and three sizes of the icon");
    // The same picture on dark ground is the same file: it goes with the last who uses it.
    put("/admin/logo?ground=dark", 40).await;
    put("/admin/logo", 50).await;
    app.settle().await;
    assert_eq!(brand_files(&app).len(), 5);
    visitor.get("/instance/logo?ground=dark").await.expect(200);
    ada.delete("/admin/logo?ground=dark").await.expect(204);
    put("/admin/icon", 200).await;
    app.settle().await;
    assert_eq!(brand_files(&app).len(), 1 + 3, "64, 192 and 200 pixels, and the logo");
    visitor.get("/instance/logo").await.expect(200);
    // The same bytes on another shelf are another slice's, and what an older version left goes at night.
    let logo = ada.get("/admin/settings").await.expect(200)["logo_url"].clone();
    let named = logo.as_str().and_then(|url| url.split("v=").nth(1)).expect("a mark").to_owned();
    let file = brand_files(&app)
        .into_iter()
        .find(|name| name.starts_with(&named))
        .expect("its file");
    let shelf = app.platform().blobs.shelf("instance");
    let bytes = std::fs::read(shelf.path(&file)).expect("its bytes");
    let others = app.platform().blobs.shelf("media");
    drop(others.put(&bytes).expect("a file of the library"));
    drop(shelf.put(b"left by an older version").expect("a file"));
    assert_eq!(brand_files(&app).len(), 5);
    ada.delete("/admin/logo").await.expect(204);
    ada.delete("/admin/icon").await.expect(204);
    app.settle().await;
    assert_eq!(brand_files(&app), [] as [&str; 0]);
    assert!(others.path(&file).exists(), "the library's file stays");
    drop(shelf.put(b"left by an older version").expect("a file"));
    app.nightly().await.expect("a night");
    app.settle().await;
    assert_eq!(brand_files(&app), [] as [&str; 0]);
}

#[tokio::test]
async fn an_icon_falls_back_to_the_products_and_the_manifest_names_the_organisation() {
    let app = TestApp::start().await;
    let (ada, visitor) = (app.admin("Ada").await, app.anonymous());
    let outside = |path: &str, tag: Option<&str>| {
        let request = Request::builder().uri(path).header("if-none-match", tag.unwrap_or("none"));
        visitor.send(request.body(Body::empty()).expect("a request"))
    };
    for path in ["/branding/icon", "/favicon.ico", "/branding/icon?side=192"] {
        let usual = outside(path, None).await;
        assert_eq!((usual.status.as_u16(), usual.header("location")), (307, "/favicon.svg"), "{path}");
    }
    let hostile = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    ada.upload(Method::PUT, "/admin/icon", hostile).await.expect(422);
    let small = ada.upload(Method::PUT, "/admin/icon", crate::access::picture(16)).await;
    assert_eq!(small.json["fields"][0]["code"], "icon.too_small");
    app.learner("Ana").await.upload(Method::PUT, "/admin/icon", "x").await.expect(403);
    let put = ada
        .upload(Method::PUT, "/admin/icon", crate::access::picture(300))
        .await
        .expect(200);
    let url = put["icon_url"].as_str().expect("an address").to_owned();
    assert_eq!(visitor.get("/instance").await.json["branding"]["icon_url"], url);
    let icon = outside(&url, None).await;
    assert_eq!((icon.status.as_u16(), icon.header("content-type")), (200, "image/png"));
    let tag = icon.header("etag").to_owned();
    assert_eq!(outside(&url, Some(&tag)).await.status, 304);
    ada.put(
        "/admin/settings/organisation",
        json!({"name": "Alder", "tagline": "", "brand_colour": "#076546", "support_email": null, "footer": ""}),
    )
    .await
    .expect(200);
    let manifest = outside("/manifest.webmanifest", None).await;
    assert_eq!(manifest.header("content-type"), "application/manifest+json");
    assert_eq!(manifest.json["name"], "Alder");
    let sizes: Vec<&str> = manifest.json["icons"]
        .as_array()
        .expect("icons")
        .iter()
        .filter_map(|icon| icon["sizes"].as_str())
        .collect();
    assert_eq!(sizes, ["64x64", "192x192", "300x300"], "none larger than what was sent");
    ada.delete("/admin/icon").await.expect(204);
    assert_eq!(outside(&url, Some(&tag)).await.status, 307);
    app.settle().await;
}

#[tokio::test]
async fn the_foot_is_shown_to_visitors_and_stands_in_mails() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let with = |links: Value| {
        json!({"name": "Alder", "tagline": "", "brand_colour": "#076546", "support_email": null, "footer": "Alder Ltd, Dock 4",
            "footer_links": links})
    };
    let put = ada
        .put(
            "/admin/settings/organisation",
            with(json!([{"label": "Help", "url": " https://alder.example/help "}, {"label": "Catalogue", "url": "/catalogue"}])),
        )
        .await
        .expect(200);
    assert_eq!(put["footer_links"][0]["url"], "https://alder.example/help");
    let seen = app.anonymous().get("/instance").await.expect(200);
    assert_eq!(
        (&seen["footer"], &seen["footer_links"]),
        (&json!("Alder Ltd, Dock 4"), &put["footer_links"])
    );
    for (url, field) in [
        ("javascript:alert(1)", "footer_links.0.url"),
        ("//evil.example", "footer_links.0.url"),
        ("help", "footer_links.0.url"),
    ] {
        let refused = ada
            .put("/admin/settings/organisation", with(json!([{"label": "x", "url": url}])))
            .await;
        assert_eq!(
            (refused.status.as_u16(), refused.json["fields"][0]["path"].as_str()),
            (422, Some(field)),
            "{url}"
        );
    }
    let many: Vec<Value> = (0..9).map(|n| json!({"label": format!("L{n}"), "url": "/catalogue"})).collect();
    ada.put("/admin/settings/organisation", with(json!(many))).await.expect(422);
    // With an address of its own, what begins with a slash leads there.
    ada.put("/admin/settings/address", json!({"public_url": "https://learn.alder.example/"}))
        .await
        .expect(200);
    ada.post("/admin/settings/mail/test", json!({"to": "ada@example.com"}))
        .await
        .expect(202);
    app.settle().await;
    let mails = app.mails();
    let mail = mails.last().expect("a mail");
    for part in [
        "Alder Ltd, Dock 4",
        "https://alder.example/help",
        "https://learn.alder.example/catalogue",
    ] {
        assert!(mail.text.contains(part), "{part} {}", mail.text);
    }
    // A page writes the strokes of an address in its own way.
    let page = mail.html.replace("&#x2f;", "/");
    for part in ["Alder Ltd, Dock 4", "href=\"https://alder.example/help\"", ">Catalogue</a>"] {
        assert!(page.contains(part), "{part} {page}");
    }
    assert!(mail.message_id.contains("@learn.alder.example"), "{}", mail.message_id);
}

#[tokio::test]
async fn where_people_reach_it_is_said_by_an_admin_unless_the_configuration_does() {
    let app = TestApp::start().await;
    let ada = app.admin("Ada").await;
    let fresh = ada.get("/admin/settings/address").await.expect(200);
    assert_eq!(
        (&fresh["source"], &fresh["public_url"]),
        (&json!("usual"), &json!("http://127.0.0.1:8080"))
    );
    let bad = ada
        .put("/admin/settings/address", json!({"public_url": "https://a.example/path"}))
        .await;
    assert_eq!(bad.json["fields"][0]["path"], "public_url");
    let put = ada
        .put(
            "/admin/settings/address?version=default",
            json!({"public_url": "https://learn.example.com/"}),
        )
        .await
        .expect(200);
    assert_eq!(
        (&put["source"], &put["public_url"]),
        (&json!("settings"), &json!("https://learn.example.com"))
    );
    ada.put("/admin/settings/address?version=default", json!({"public_url": null}))
        .await
        .expect(409);
    // What it is asked about is asked for real, and only outside.
    let check = async |url: &str| ada.post("/admin/settings/address/check", json!({"public_url": url})).await;
    assert_eq!(check("https://127.0.0.1:9").await.expect(200)["verdict"], "inside");
    assert_eq!(check("https://nowhere.invalid").await.expect(200)["verdict"], "unreachable");
    check("nonsense").await.expect(422);
    check("").await.expect(422);
    app.anonymous().get("/instance/proof?nonce=short").await.expect(422);
    app.settle().await;

    let given = TestApp::start_with(|config| {
        config.server.public_url = "https://school.example".into();
        let origin = Origin::Env("MOMENTUM__SERVER__PUBLIC_URL".into());
        config.given.insert("server.public_url".into(), origin);
    })
    .await;
    let ada = given.admin("Ada").await;
    let seen = ada.get("/admin/settings/address").await.expect(200);
    assert_eq!(
        (&seen["source"], &seen["said_in"]),
        (&json!("configuration"), &json!("MOMENTUM__SERVER__PUBLIC_URL"))
    );
    let refused = ada
        .put("/admin/settings/address", json!({"public_url": "https://other.example"}))
        .await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "address.configured"));
    given.settle().await;
}

/// An instance that listens is told from another one that does: only itself can sign what it asks.
#[tokio::test]
async fn an_address_that_leads_here_is_told_from_one_that_leads_elsewhere() {
    let serve = async |app: &TestApp| {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let router = app.router().expect("routes");
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://127.0.0.1:{port}")
    };
    let inside = |config: &mut momentum::platform::config::Config| {
        config.outgoing.allow = vec!["127.0.0.0/8".parse().expect("a network")];
    };
    let app = TestApp::start_with(inside).await;
    let other = TestApp::start_with(|config| {
        inside(config);
        config.key = Some(Secret::new("7".repeat(64)));
    })
    .await;
    let ada = app.admin("Ada").await;
    let check = async |url: &str| {
        let found = ada.post("/admin/settings/address/check", json!({"public_url": url})).await;
        found.expect(200)["verdict"].clone()
    };
    assert_eq!(check(&serve(&app).await).await, "here");
    assert_eq!(check(&serve(&other).await).await, "elsewhere");
    app.settle().await;
    other.settle().await;
}
