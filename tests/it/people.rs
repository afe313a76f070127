//! Profiles, pictures, and what admins do with people.

use axum::http::Method;
use momentum::kernel::{
    actor::{Plan, Role},
    id::UserId,
};
use serde_json::{Value, json};

use crate::support::TestApp;

fn png(width: u32, height: u32) -> Vec<u8> {
    let pixels = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
    let mut out = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut out, image::ImageFormat::Png).expect("a picture");
    out.into_inner()
}

fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["name"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn a_profile_keeps_what_is_not_mentioned_and_null_clears() {
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    let fresh = ana.get("/me/profile").await.expect(200);
    assert_eq!(
        (&fresh["skill_level"], &fresh["theme"], &fresh["text_size"]),
        (&Value::Null, &json!("system"), &json!(1.0))
    );
    let change = json!({
        "name": "  Ana \u{202E}María 👩‍🔬 ", "headline": "مرحبا", "time_zone": "Asia/Kathmandu", "language": "PT-br",
        "skill_level": "advanced", "daily_goal_minutes": 20, "theme": "dark", "text_size": 1.15
    });
    let changed = ana.patch("/me/profile", change).await.expect(200);
    assert_eq!(changed["name"], "Ana María 👩‍🔬");
    assert_eq!(changed["language"], "pt-br");
    let again = ana
        .patch("/me/profile", json!({"headline": null, "daily_goal_minutes": null}))
        .await
        .expect(200);
    assert_eq!((&again["headline"], &again["daily_goal_minutes"]), (&json!(""), &Value::Null));
    assert_eq!(
        (&again["skill_level"], &again["time_zone"]),
        (&json!("advanced"), &json!("Asia/Kathmandu"))
    );
    assert_eq!(again["text_size"], 1.15);
    let interests = json!(["cat_0000000000002", "cat_0000000000001", "cat_0000000000002"]);
    let keen = ana.patch("/me/profile", json!({"interests": interests})).await.expect(200);
    assert_eq!(keen["interests"], json!(["cat_0000000000001", "cat_0000000000002"]));
    ana.patch("/me/profile", json!({"daily_goal_minutes": 5})).await.expect(200);
    assert_eq!(
        ana.get("/me").await.expect(200)["completion"],
        json!({"percent": 100, "missing": []})
    );
    assert_eq!(
        ana.patch("/me/profile", json!({"interests": null})).await.expect(200)["interests"],
        json!([])
    );
    app.settle().await;
}

#[tokio::test]
async fn bad_profiles_name_their_field() {
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    for (path, body) in [
        ("name", json!({"name": "\u{200B}\u{200D}"})),
        ("name", json!({"name": "x".repeat(81)})),
        ("name", json!({"name": null})),
        ("time_zone", json!({"time_zone": null})),
        ("headline", json!({"headline": "x".repeat(201)})),
        ("time_zone", json!({"time_zone": "Europe/Atlantis"})),
        ("language", json!({"language": "../../etc"})),
        ("daily_goal_minutes", json!({"daily_goal_minutes": 4})),
        ("daily_goal_minutes", json!({"daily_goal_minutes": 300})),
        ("text_size", json!({"text_size": 2})),
        ("interests", json!({"interests": ["cat_0000000000zzz"]})),
        ("interests[0]", json!({"interests": ["usr_0000000000001"]})),
        ("email", json!({"email": "a@b.co"})),
    ] {
        let answer = ana.patch("/me/profile", body.clone()).await;
        assert_eq!(answer.json["fields"][0]["path"], path, "{body} {}", answer.text());
        assert_eq!(answer.status, 422);
    }
    assert_eq!(ana.get("/me/profile").await.expect(200)["name"], "Ana");
    assert_eq!(app.anonymous().get("/me/profile").await.status, 401);
    app.settle().await;
}

#[tokio::test]
async fn pictures_are_encoded_anew_and_their_files_go_when_nobody_has_them() {
    let app = TestApp::start().await;
    let (ana, ben) = (app.learner("Ana").await, app.learner("Ben").await);
    let url = |profile: Value| profile["picture_url"].as_str().unwrap_or_default().to_owned();
    let first = url(ana.upload(Method::PUT, "/me/picture", png(900, 600)).await.expect(200));
    assert_eq!(
        url(ben.upload(Method::PUT, "/me/picture", png(900, 600)).await.expect(200))
            .split('=')
            .next_back(),
        first.split('=').next_back()
    );
    let seen = ben.get(&first).await;
    assert_eq!(seen.status, 200);
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
    let kept = image::load_from_memory(&seen.bytes).expect("a picture");
    assert_eq!((kept.width(), kept.height()), (512, 512));
    assert_eq!(app.anonymous().get(&first).await.status, 401);
    // Ana takes hers away: the file stays, for Ben has the same.
    assert_eq!(url(ana.delete("/me/picture").await.expect(200)), "");
    app.settle().await;
    assert_eq!(ana.get(&first).await.status, 404);
    let bens = format!("/users/{}/picture", ben.id());
    assert_eq!(ana.get(&bens).await.status, 200);
    ben.upload(Method::PUT, "/me/picture", png(64, 64)).await.expect(200);
    app.settle().await;
    let files = walk(&app.platform().config.data.join("blobs"));
    assert_eq!(files, 1, "only the picture that somebody has is kept");
}

fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { 1 })
        .sum()
}

#[tokio::test]
async fn what_is_no_picture_or_too_much_of_one_is_refused() {
    let app = TestApp::start().await;
    let ana = app.learner("Ana").await;
    let mut bomb = png(1, 1);
    // The header says 65,500 × 65,500 pixels.
    bomb[16..24].copy_from_slice(&[0, 0, 0xFF, 0xDC, 0, 0, 0xFF, 0xDC]);
    for bytes in [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
        b"GIF89a".to_vec(),
        Vec::new(),
        bomb,
    ] {
        assert_eq!(ana.upload(Method::PUT, "/me/picture", bytes).await.status, 422);
    }
    let huge = ana.upload(Method::PUT, "/me/picture", vec![0_u8; 10 * 1024 * 1024 + 1]).await;
    assert_eq!(huge.status, 413);
    app.settle().await;
}

#[tokio::test]
async fn admins_find_people_by_parts_of_words() {
    let app = TestApp::start().await;
    let admin = app.admin("Root").await;
    for name in ["Ana Silva", "Anabel Costa", "Susana Silveira", "Élodie Anand", "李 小龙"] {
        app.learner(name).await;
    }
    let find = async |q: &str| admin.get(&format!("/users?limit=50&sort=name&q={q}")).await.expect(200);
    assert_eq!(
        names(&find("ana").await),
        ["Ana Silva", "Anabel Costa", "Élodie Anand", "Susana Silveira"]
    );
    assert_eq!(names(&find("SIL").await), ["Ana Silva", "Susana Silveira"]);
    assert_eq!(names(&find("sil%20sus").await), ["Susana Silveira"]);
    assert_eq!(names(&find("%E5%B0%8F").await), ["李 小龙"]);
    assert_eq!(names(&find("ana.silva@ex").await), ["Ana Silva"]);
    assert_eq!(names(&find("%25").await), [""; 0]);
    let mut seen = Vec::new();
    let mut path = "/users?q=an&limit=1&sort=name".to_owned();
    loop {
        let page = admin.get(&path).await.expect(200);
        seen.extend(names(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/users?q=an&limit=1&sort=name&cursor={next}");
    }
    assert_eq!(seen, ["Ana Silva", "Anabel Costa", "Élodie Anand", "Susana Silveira"], "each once");
    assert_eq!(names(&admin.get("/users?role=admin").await.expect(200)), ["Root"]);
    assert_eq!(
        admin.get("/users?limit=2").await.expect(200)["items"].as_array().map(Vec::len),
        Some(2)
    );
    for bad in ["cursor=nonsense", "role=king", "state=x", "who=1"] {
        assert_eq!(admin.get(&format!("/users?{bad}")).await.status, 422, "{bad}");
    }
    app.settle().await;
}

#[tokio::test]
async fn only_admins_change_access_and_one_admin_always_stays() {
    let app = TestApp::start().await;
    let (root, ana, ivo) = (app.admin("Root").await, app.learner("Ana").await, app.instructor("Ivo").await);
    let at = |who: UserId| format!("/users/{who}");
    for other in [&ana, &ivo] {
        assert_eq!(other.get("/users").await.code(), "denied.role");
        assert_eq!(other.patch(&at(other.id()), json!({"role": "admin"})).await.status, 403);
    }
    for change in [json!({"role": "learner"}), json!({"is_active": false})] {
        assert_eq!(root.patch(&at(root.id()), change).await.code(), "user.last_admin");
    }
    let raised = root
        .patch(&at(ana.id()), json!({"role": "admin", "plan": "premium"}))
        .await
        .expect(200);
    assert_eq!((&raised["role"], &raised["plan"]), (&json!("admin"), &json!("premium")));
    // The change holds from the next request on, with the session that Ana has.
    let lowered = ana.patch(&at(root.id()), json!({"role": "instructor"})).await.expect(200);
    assert_eq!(lowered["role"], "instructor");
    assert_eq!(root.get("/users").await.status, 403);
    // A deactivated person's session ends at once.
    ana.patch(&at(ivo.id()), json!({"is_active": false})).await.expect(200);
    assert_eq!(ivo.get("/me/profile").await.status, 401);
    assert_eq!(names(&ana.get("/users?state=deactivated").await.expect(200)), ["Ivo"]);
    assert_eq!(ana.get("/users/usr_0000000000001").await.status, 404);
    assert_eq!(ana.patch(&at(ivo.id()), json!({"email": "x@y.zz"})).await.status, 422);
    let person = app.person("Pia", Role::Learner, Plan::Premium).await;
    assert_eq!(names(&ana.get("/users?plan=premium&role=learner").await.expect(200)), ["Pia"]);
    assert_eq!(person.get(&at(ana.id())).await.status, 403);
    app.settle().await;
}
