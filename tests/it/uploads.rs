//! Resumable uploads by tus 1.0, and the library that shows what became of them.

use std::time::Duration;

use axum::http::Method;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{Answer, Client, TestApp, courses::Spec};

const AT: &str = "/media/uploads";
const BYTES: (&str, &str) = ("content-type", "application/offset+octet-stream");

fn metadata(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().map(|(key, value)| format!("{key} {}", BASE64_STANDARD.encode(value)));
    pairs.collect::<Vec<_>>().join(",")
}

async fn announce(who: &Client<'_>, name: &str, length: usize) -> Answer {
    let (length, metadata) = (length.to_string(), metadata(&[("filename", name), ("filetype", "text/csv")]));
    let headers = [("upload-length", length.as_str()), ("upload-metadata", metadata.as_str())];
    who.tus(Method::POST, AT, &headers, "").await
}

/// Where its bytes go.
async fn begin(who: &Client<'_>, name: &str, length: usize) -> String {
    let answer = announce(who, name, length).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.header("tus-resumable"), "1.0.0");
    assert!(
        answer.header("upload-expires").ends_with(" GMT"),
        "{}",
        answer.header("upload-expires")
    );
    answer.header("location").to_owned()
}

async fn send(who: &Client<'_>, at: &str, offset: usize, bytes: impl Into<axum::body::Bytes>) -> Answer {
    let offset = offset.to_string();
    who.tus(Method::PATCH, at, &[BYTES, ("upload-offset", &offset)], bytes).await
}

async fn offset(who: &Client<'_>, at: &str) -> String {
    let answer = who.tus(Method::HEAD, at, &[], "").await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    answer.header("upload-offset").to_owned()
}

fn text(bytes: usize) -> String {
    "0123456789,\n".repeat(bytes / 12 + 1)[..bytes].to_owned()
}

#[tokio::test]
async fn a_file_comes_in_pieces_and_becomes_an_asset() {
    let app = TestApp::start().await;
    let ines = app.instructor("Ines").await;
    let whole = text(100_000);
    let at = begin(&ines, "../Größen ✨.csv", whole.len()).await;
    let first = send(&ines, &at, 0, whole[..40_000].to_owned()).await;
    assert_eq!((first.status.as_u16(), first.header("upload-offset")), (204, "40000"));
    let head = ines.tus(Method::HEAD, &at, &[], "").await;
    assert_eq!((head.header("upload-offset"), head.header("upload-length")), ("40000", "100000"));
    assert_eq!(
        head.header("upload-metadata"),
        metadata(&[("filename", "../Größen ✨.csv"), ("filetype", "text/csv")])
    );
    let shown = ines.get(&at).await.expect(200);
    assert_eq!(
        (shown["state"].as_str(), shown["offset"].as_u64()),
        (Some("receiving"), Some(40_000))
    );
    assert_eq!(send(&ines, &at, 40_000, whole[40_000..].to_owned()).await.status, 204);
    assert_eq!(ines.get(&at).await.expect(200)["state"], "processing");
    assert_eq!(ines.tus(Method::DELETE, &at, &[], "").await.code(), "upload.processing");
    app.settle().await;
    let ready = ines.get(&at).await.expect(200);
    assert_eq!(
        (ready["state"].as_str(), ready["name"].as_str()),
        (Some("ready"), Some("Größen ✨.csv"))
    );
    let asset = ines
        .get(&format!("/media/{}", ready["asset"].as_str().expect("an asset")))
        .await
        .expect(200);
    assert_eq!(asset["sha256"].as_str(), Some(hex(&Sha256::digest(&whole)).as_str()));
    assert_eq!(
        (asset["kind"].as_str(), asset["mime"].as_str()),
        (Some("document"), Some("text/csv"))
    );
    let got = ines.get(asset["url"].as_str().expect("a link")).await;
    assert_eq!(got.bytes, whole.as_bytes());
    let left = std::fs::read_dir(app.platform().data().join("uploads"))
        .expect("the folder")
        .count();
    assert_eq!(left, 0, "nothing is kept twice");
    assert_eq!(ines.tus(Method::DELETE, &at, &[], "").await.status, 204);
    assert_eq!(ines.get(&at).await.status, 404);
    ines.get(&format!("/media/{}", asset["id"].as_str().expect("an id")))
        .await
        .expect(200);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[tokio::test]
async fn the_protocol_is_kept_to_the_letter() {
    let app = TestApp::start_with(|config| config.media.max_upload_bytes = 50_000).await;
    let ines = app.instructor("Ines").await;
    let offered = ines.ask(Method::OPTIONS, AT, None).await;
    assert_eq!((offered.status.as_u16(), offered.header("tus-version")), (204, "1.0.0"));
    assert_eq!(offered.header("tus-max-size"), "50000");
    assert_eq!(
        offered.header("tus-extension"),
        "creation,creation-with-upload,expiration,checksum,termination"
    );
    assert_eq!(offered.header("tus-checksum-algorithm"), "sha1,sha256");
    // The version stands first.
    let at = begin(&ines, "a.csv", 100).await;
    for (method, path) in [(Method::POST, AT), (Method::HEAD, &at), (Method::PATCH, &at), (Method::DELETE, &at)] {
        let answer = ines.ask(method.clone(), path, None).await;
        assert_eq!((answer.status.as_u16(), answer.header("tus-version")), (412, "1.0.0"), "{method}");
        assert_eq!(answer.header("tus-resumable"), "1.0.0");
    }
    // What is announced.
    for (headers, status, code) in [
        (vec![], 400, "tus.malformed"),
        (vec![("upload-defer-length", "1")], 400, "tus.malformed"),
        (vec![("upload-length", "-1")], 400, "tus.malformed"),
        (vec![("upload-length", "0x10")], 400, "tus.malformed"),
        (vec![("upload-length", "0")], 422, "input.invalid"),
        (vec![("upload-length", "50001")], 413, "media.too_large"),
        (vec![("upload-length", "18446744073709551616")], 400, "tus.malformed"),
        (
            vec![("upload-length", "10"), ("upload-metadata", "filename ***")],
            400,
            "tus.malformed",
        ),
    ] {
        let answer = ines.tus(Method::POST, AT, &headers, "").await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{headers:?}");
    }
    let huge = format!("filename {}", BASE64_STANDARD.encode("x".repeat(8000)));
    let answer = ines
        .tus(Method::POST, AT, &[("upload-length", "10"), ("upload-metadata", &huge)], "")
        .await;
    assert_eq!(answer.status, 400);
    // What is appended.
    let no_type = ines.tus(Method::PATCH, &at, &[("upload-offset", "0")], "x").await;
    assert_eq!((no_type.status.as_u16(), no_type.code()), (415, "tus.media_type"));
    assert_eq!(ines.tus(Method::PATCH, &at, &[BYTES], "x").await.status, 400);
    let ahead = send(&ines, &at, 7, "x").await;
    assert_eq!(
        (ahead.status.as_u16(), ahead.code(), ahead.header("upload-offset")),
        (409, "upload.offset", "0")
    );
    assert_eq!(send(&ines, &at, 0, "x".repeat(101)).await.code(), "upload.too_long");
    assert_eq!(offset(&ines, &at).await, "0", "nothing of it was kept");
    assert_eq!(send(&ines, &at, 0, "").await.status, 204, "no bytes are no harm");
    // Bytes that come along with the announcement.
    let headers = [BYTES, ("upload-length", "4")];
    let both = ines.tus(Method::POST, AT, &headers, "a,b\n").await;
    assert_eq!((both.status.as_u16(), both.header("upload-offset")), (201, "4"));
    assert_eq!(ines.get(both.header("location")).await.expect(200)["state"], "processing");
    app.settle().await;
    assert_eq!(ines.get(both.header("location")).await.expect(200)["state"], "ready");
}

#[tokio::test]
async fn bytes_that_do_not_come_to_their_checksum_are_taken_back() {
    let app = TestApp::start().await;
    let ines = app.instructor("Ines").await;
    let at = begin(&ines, "a.txt", 11).await;
    let sent = |offset: &'static str, sum: &'static str, bytes: &'static str| {
        let (at, ines) = (&at, &ines);
        async move {
            let headers = [BYTES, ("upload-offset", offset), ("upload-checksum", sum)];
            ines.tus(Method::PATCH, at, &headers, bytes).await
        }
    };
    // SHA-1 of "hello " and SHA-256 of "world".
    let good = sent("0", "sha1 0G6nQZ0t0U1wMYs1Vq3zRBfN5iE=", "hello ").await;
    assert_eq!((good.status.as_u16(), good.code()), (460, "upload.checksum"));
    assert_eq!(offset(&ines, &at).await, "0");
    let sum = BASE64_STANDARD.encode(sha1(b"hello "));
    let sum: &'static str = Box::leak(format!("sha1 {sum}").into_boxed_str());
    assert_eq!(sent("0", sum, "hello ").await.status, 204);
    let sum = BASE64_STANDARD.encode(Sha256::digest(b"world"));
    let sum: &'static str = Box::leak(format!("sha256 {sum}").into_boxed_str());
    assert_eq!(sent("6", sum, "worlx").await.status, 460);
    assert_eq!(sent("6", "md5 XUFAKrxLKna5cZ2REBfFkg==", "world").await.status, 400);
    assert_eq!(offset(&ines, &at).await, "6");
    assert_eq!(sent("6", sum, "world").await.header("upload-offset"), "11");
    app.settle().await;
    let asset = ines.get(&at).await.expect(200)["asset"].as_str().expect("an asset").to_owned();
    assert_eq!(ines.get(&format!("/media/{asset}/file")).await.text(), "hello world");
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    use sha1::Digest as _;
    sha1::Sha1::digest(bytes).to_vec()
}

#[tokio::test]
async fn what_a_dead_request_left_unproven_is_cut_off() {
    let app = TestApp::start().await;
    let ines = app.instructor("Ines").await;
    let at = begin(&ines, "a.txt", 10).await;
    assert_eq!(send(&ines, &at, 0, "abc").await.status, 204);
    let id = at.rsplit('/').next().expect("an id").to_owned();
    let file = app.platform().data().join("uploads").join(format!("{id}.part"));
    // As a server leaves it that died in the middle of a request: more bytes than the row knows.
    std::fs::write(&file, "abcdef").expect("a longer file");
    assert_eq!(offset(&ines, &at).await, "6", "the file knows better");
    assert_eq!(send(&ines, &at, 3, "def").await.status, 409);
    // The same with a checksum that nobody has looked at.
    let raw: momentum::kernel::id::UploadId = id.parse().expect("an id");
    let db = app.system();
    db.write("test.unproven", move |tx| {
        tx.execute("UPDATE uploads SET unproven_from = 6 WHERE id = ?1", [raw])
    })
    .await
    .expect("a row");
    std::fs::write(&file, "abcdefXX").expect("a longer file");
    assert_eq!(offset(&ines, &at).await, "6");
    assert_eq!(std::fs::read(&file).expect("the file"), b"abcdef");
    // All bytes came, but the answer and its note did not.
    std::fs::write(&file, "abcdefghij").expect("a whole file");
    assert_eq!(offset(&ines, &at).await, "10");
    app.settle().await;
    assert_eq!(ines.get(&at).await.expect(200)["state"], "ready");
}

#[tokio::test]
async fn an_upload_is_its_owners_alone_and_expires() {
    let app = TestApp::start().await;
    let (ines, otto, ada, lea) = (
        app.instructor("Ines").await,
        app.instructor("Otto").await,
        app.admin("Ada").await,
        app.learner("Lea").await,
    );
    let at = begin(&ines, "a.txt", 10).await;
    assert_eq!(announce(&lea, "a.txt", 10).await.status, 403);
    assert_eq!(announce(&app.anonymous(), "a.txt", 10).await.status, 401);
    for stranger in [&otto, &ada] {
        assert_eq!(stranger.get(&at).await.status, 404);
        assert_eq!(stranger.tus(Method::HEAD, &at, &[], "").await.status, 404);
        assert_eq!(send(stranger, &at, 0, "x").await.status, 404);
        assert_eq!(stranger.tus(Method::DELETE, &at, &[], "").await.status, 404);
        assert_eq!(stranger.get(AT).await.expect(200), json!([]));
    }
    assert_eq!(ines.get(AT).await.expect(200).as_array().map(Vec::len), Some(1));
    assert_eq!(ines.get("/media/uploads/upl_0000000000000").await.status, 404);
    assert_eq!(ines.get("/media/uploads/..%2F..%2Fkey").await.status, 404);
    let file = app
        .platform()
        .data()
        .join(format!("uploads/{}.part", at.rsplit('/').next().expect("an id")));
    assert!(file.exists());
    // Bytes renew it; a week of silence ends it, and the night takes the file.
    app.clock.advance(Duration::from_secs(6 * 24 * 3600));
    assert_eq!(send(&ines, &at, 0, "x").await.status, 204);
    app.clock.advance(Duration::from_secs(8 * 24 * 3600));
    assert_eq!(send(&ines, &at, 1, "x").await.status, 404);
    app.nightly().await.expect("upkeep");
    app.settle().await;
    assert!(!file.exists());
    assert_eq!(ines.get(AT).await.expect(200), json!([]));
}

#[tokio::test]
async fn another_method_may_stand_in_a_header() {
    let app = TestApp::start().await;
    let (ines, otto) = (app.instructor("Ines").await, app.instructor("Otto").await);
    let at = begin(&ines, "a.csv", 12).await;
    let as_method = async |who: &Client<'_>, method: &str, more: &[(&str, &str)], bytes: &'static str| {
        let headers = [&[("x-http-method-override", method)], more].concat();
        who.tus(Method::POST, &at, &headers, bytes).await
    };
    let answer = as_method(&ines, "PATCH", &[BYTES, ("upload-offset", "0")], "01234").await;
    assert_eq!((answer.status.as_u16(), answer.header("upload-offset")), (204, "5"));
    let answer = as_method(&ines, "head", &[], "").await;
    assert_eq!((answer.status.as_u16(), answer.header("upload-offset")), (200, "5"));
    assert_eq!(
        as_method(&ines, "PATCH", &[BYTES, ("upload-offset", "0")], "01234").await.status,
        409
    );
    assert_eq!(
        as_method(&ines, "PATCH", &[("upload-offset", "5")], "x").await.status,
        415,
        "everything else is as there"
    );
    assert_eq!(as_method(&otto, "DELETE", &[], "").await.status, 404, "whose it is not");
    for wrong in ["", "GET", "PUT"] {
        assert_eq!(as_method(&ines, wrong, &[], "").await.code(), "tus.malformed", "{wrong}");
    }
    assert_eq!(as_method(&ines, "DELETE", &[], "").await.status, 204);
    assert_eq!(ines.tus(Method::HEAD, &at, &[], "").await.status, 404);
    app.settle().await;
}

#[tokio::test]
async fn files_in_one_piece_are_held_to_the_same_room() {
    let app = TestApp::start_with(|config| config.media.quota_bytes = 300_000).await;
    let (ines, ada) = (app.instructor("Ines").await, app.admin("Ada").await);
    let post = async |who: &Client<'_>, name: &str, bytes: String| who.upload(Method::POST, &format!("/media?name={name}"), bytes).await;
    let first = post(&ines, "a.csv", text(200_000)).await.expect(201);
    let answer = post(&ines, "b.csv", text(100_001)).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (413, "media.quota"));
    assert!(answer.text().contains("may come to 0.3 MB; 0.1 MB are left"), "{}", answer.text());
    // What is on its way by tus counts as if it were here.
    let at = begin(&ines, "c.csv", 60_000).await;
    assert_eq!(post(&ines, "b.csv", text(50_000)).await.code(), "media.quota");
    assert_eq!(ines.tus(Method::DELETE, &at, &[], "").await.status, 204);
    post(&ines, "b.csv", text(50_000)).await.expect(201);
    let replace = format!("/media/{}/file?name=a.csv", first["id"].as_str().expect("an id"));
    assert_eq!(ines.upload(Method::PUT, &replace, text(60_000)).await.code(), "media.quota");

    // The whole library's limit holds for everybody.
    let mut limits = json!({"image_mb": 20, "video_mb": 20, "audio_mb": 20, "document_mb": 20, "quota_mb": 1});
    ada.put("/admin/settings/sections/uploads", json!({"value": limits}))
        .await
        .expect(200);
    let answer = post(&ada, "d.csv", text(900_000)).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (413, "media.full"));
    assert!(answer.text().contains("may come to 1 MB; 0.7 MB are left"), "{}", answer.text());
    post(&ada, "d.csv", text(700_000)).await.expect(201);
    limits["quota_mb"] = json!(0);
    ada.put("/admin/settings/sections/uploads", json!({"value": limits}))
        .await
        .expect(200);
    post(&ada, "e.csv", text(900_000)).await.expect(201);
    let failed = ines.get("/media/uploads?state=failed").await.expect(200);
    assert_eq!(failed, json!([]));
    begin(&ines, "c.csv", 10).await;
    let working = ines.get("/media/uploads?state=working").await.expect(200);
    assert_eq!(working.as_array().map(Vec::len), Some(1));
    assert_eq!(ines.get("/media/uploads?state=failed").await.expect(200), json!([]));
    ines.get("/media/uploads?state=nosuch").await.expect(422);
    // An admin may look at everybody's, and is told whose each is; his own list stays his own.
    let all = ada.get("/media/uploads?state=working&everyone=true").await.expect(200);
    assert_eq!(
        (all[0]["name"].as_str(), all[0]["owner"]["name"].as_str()),
        (Some("c.csv"), Some("Ines"))
    );
    assert_eq!(ada.get("/media/uploads?state=working").await.expect(200), json!([]));
    assert!(working[0]["owner"].is_null());
    ines.get("/media/uploads?everyone=true").await.expect(403);
    app.settle().await;
}

#[tokio::test]
async fn limits_are_told_before_and_kept() {
    let app = TestApp::start_with(|config| config.media.quota_bytes = 1000).await;
    let (ines, ada) = (app.instructor("Ines").await, app.admin("Ada").await);
    let at = begin(&ines, "a.txt", 600).await;
    let limits = ines.get("/media/limits").await.expect(200);
    assert_eq!(
        (limits["quota_bytes"].as_u64(), limits["used_bytes"].as_u64()),
        (Some(1000), Some(600))
    );
    assert_eq!(
        (limits["unfinished"].as_u64(), limits["tus"]["version"].as_str()),
        (Some(1), Some("1.0.0"))
    );
    assert_eq!(announce(&ines, "b.txt", 401).await.code(), "media.quota");
    assert_eq!(announce(&ada, "b.txt", 5000).await.status, 201, "admins are not held to it");
    assert_eq!(ines.tus(Method::DELETE, &at, &[], "").await.status, 204);
    for _ in 0..50 {
        begin(&ines, "a.txt", 1).await;
    }
    let answer = announce(&ines, "a.txt", 1).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (429, "upload.too_many"));
    // What is refused says why, where the upload is.
    let refused = begin(&ada, "captions.vtt", 11).await;
    assert_eq!(send(&ada, &refused, 0, "no captions").await.status, 204);
    app.settle().await;
    let refused = ada.get(&refused).await.expect(200);
    assert_eq!(refused["state"], "failed");
    assert!(refused["message"].as_str().is_some_and(|text| text.len() > 10), "{refused}");
}

fn png(shade: u8, width: u32) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::RgbaImage::from_pixel(width, 300, image::Rgba([shade, 90, 60, 255]))
        .write_to(&mut out, image::ImageFormat::Png)
        .expect("a picture");
    out.into_inner()
}

async fn store(who: &Client<'_>, name: &str, bytes: Vec<u8>) -> String {
    let path = format!("/media?name={name}");
    let asset = who.upload(Method::POST, &path, bytes).await.expect(201);
    asset["id"].as_str().expect("an id").to_owned()
}

async fn listed(who: &Client<'_>, query: &str) -> Vec<String> {
    let page = who.get(&format!("/media{query}")).await.expect(200);
    let names = page["items"].as_array().expect("items").iter();
    names.map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn the_library_shows_what_one_may_see_and_where_it_is_used() {
    let app = TestApp::start().await;
    let (ines, otto, ada) = (app.instructor("Ines").await, app.instructor("Otto").await, app.admin("Ada").await);
    let cover = store(&ada, "Harbour.png", png(1, 400)).await;
    let plan = store(&ines, "plan.txt", b"a plan".to_vec()).await;
    store(&ines, "100%25.txt", b"percent".to_vec()).await;
    store(&otto, "otto.txt", b"otto's".to_vec()).await;
    let made = app.course(Spec::days7("Clear writing").by(ines.id())).await;
    let course = made.course.to_string();
    ada.patch(&format!("/courses/{course}/draft"), json!({"cover": cover}))
        .await
        .expect(200);
    let lesson = made.lessons[0].to_string();
    let draft = ines.get(&format!("/courses/{course}/draft/lessons/{lesson}")).await.expect(200);
    let resources = json!([{"kind": "file", "title": "Plan", "asset": plan}]);
    let patch = json!({"resources": resources, "expected_revision": draft["revision"]});
    ines.patch(&format!("/courses/{course}/draft/lessons/{lesson}"), patch)
        .await
        .expect(200);

    assert_eq!(
        listed(&ada, "?sort=name").await,
        ["100%.txt", "Harbour.png", "otto.txt", "plan.txt"]
    );
    assert_eq!(
        listed(&ines, "?sort=name").await,
        ["100%.txt", "Harbour.png", "plan.txt"],
        "her own, and her course's"
    );
    assert_eq!(listed(&otto, "").await, ["otto.txt"]);
    assert_eq!(listed(&ada, "?q=0%25").await, ["100%.txt"], "words are taken as they are");
    assert_eq!(listed(&ada, "?q=HARB&kind=image,video").await, ["Harbour.png"]);
    assert_eq!(listed(&ada, "?used=true&sort=name").await, ["Harbour.png", "plan.txt"]);
    assert_eq!(listed(&ines, "?used=false").await, ["100%.txt"]);
    assert_eq!(listed(&ada, &format!("?owner={}", otto.id())).await, ["otto.txt"]);
    assert_eq!(ada.get("/media?kind=poem").await.status, 422);
    assert_eq!(app.learner("Lea").await.get("/media").await.status, 403);
    // In pages, in each order.
    for sort in ["newest", "name", "largest"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = ada.get(&format!("/media?sort={sort}&limit=1{cursor}")).await.expect(200);
            seen.extend(page["items"].as_array().expect("items").iter().map(|item| item["id"].to_string()));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 4, "{sort}");
    }
    let page = ines.get("/media?q=harbour").await.expect(200);
    assert_eq!(
        (&page["items"][0]["is_own"], &page["items"][0]["owner"]["name"]),
        (&json!(false), &json!("Ada"))
    );
    // Where used.
    let uses = ines.get(&format!("/media/{plan}/uses")).await.expect(200);
    assert_eq!(uses["places"][0]["course_title"], "Clear writing");
    assert_eq!(
        (&uses["places"][0]["lesson"], &uses["places"][0]["is_published"]),
        (&json!(lesson), &json!(false))
    );
    let uses = ines.get(&format!("/media/{cover}/uses")).await.expect(200);
    assert_eq!(
        (&uses["places"][0]["lesson"], uses["places"].as_array().map(Vec::len)),
        (&Value::Null, Some(1))
    );
    assert_eq!(otto.get(&format!("/media/{plan}/uses")).await.status, 404);
    // Guarded by use.
    let kept = ines.delete(&format!("/media/{plan}")).await;
    assert_eq!((kept.status.as_u16(), kept.code()), (409, "asset.in_use"));
    assert!(
        kept.json["fields"][0]["message"]
            .as_str()
            .is_some_and(|m| m.starts_with("Clear writing › ")),
        "{}",
        kept.text()
    );
    assert_eq!(ines.delete(&format!("/media/{cover}")).await.status, 403, "it is Ada's");
    let every: Vec<String> = ada.get("/media").await.expect(200)["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|i| i["id"].as_str().expect("an id").to_owned())
        .collect();
    let gone = ines.post("/media/delete", json!({"assets": every})).await.expect(200);
    assert_eq!(
        (gone["deleted"].as_array().map(Vec::len), gone["kept"].as_array().map(Vec::len)),
        (Some(1), Some(3))
    );
    assert_eq!(listed(&ines, "?sort=name").await, ["Harbour.png", "plan.txt"]);
    app.settle().await;
}

#[tokio::test]
async fn a_file_is_renamed_and_replaced_where_it_is_used() {
    let app = TestApp::start().await;
    let (ines, otto) = (app.instructor("Ines").await, app.instructor("Otto").await);
    let asset = store(&ines, "chart.png", png(1, 800)).await;
    let path = format!("/media/{asset}");
    let changed = ines
        .patch(&path, json!({"name": "../Sales.png", "alt": " Sales  rose "}))
        .await
        .expect(200);
    assert_eq!((&changed["name"], &changed["alt"]), (&json!("Sales.png"), &json!("Sales rose")));
    assert_eq!(ines.patch(&path, json!({"name": "  "})).await.status, 422);
    assert_eq!(ines.patch(&path, json!({"alt": "x".repeat(501)})).await.status, 422);
    assert_eq!(otto.patch(&path, json!({"alt": ""})).await.status, 404);
    let before = ines.get(&format!("{path}/file?rendition=w640")).await;
    let replaced = ines
        .upload(Method::PUT, &format!("{path}/file?name=new.webp"), png(9, 1000))
        .await
        .expect(200);
    assert_eq!(
        (&replaced["id"], &replaced["width"], &replaced["alt"]),
        (&json!(asset), &json!(1000), &json!("Sales rose"))
    );
    let after = ines.get(&format!("{path}/file?rendition=w640")).await;
    assert_ne!(before.bytes, after.bytes, "smaller forms are made anew");
    assert_ne!(before.header("etag"), after.header("etag"), "and fetched anew");
    assert_eq!(
        otto.upload(Method::PUT, &format!("{path}/file?name=a.png"), png(1, 10))
            .await
            .status,
        404
    );
    let other = ines.upload(Method::PUT, &format!("{path}/file?name=a.txt"), "words").await;
    assert_eq!(
        (other.status.as_u16(), other.json["fields"][0]["code"].as_str()),
        (422, Some("media.other_kind"))
    );
    // The same, in as many requests as it takes.
    let bytes = png(77, 320);
    let (length, told) = (bytes.len().to_string(), metadata(&[("filename", "c.png"), ("replaces", &asset)]));
    let headers = [BYTES, ("upload-length", length.as_str()), ("upload-metadata", told.as_str())];
    assert_eq!(otto.tus(Method::POST, AT, &headers, bytes.clone()).await.status, 404);
    let sent = ines.tus(Method::POST, AT, &headers, bytes).await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    app.settle().await;
    let upload = ines.get(sent.header("location")).await.expect(200);
    assert_eq!((&upload["state"], &upload["replaces"]), (&json!("ready"), &json!(asset)));
    assert_eq!(ines.get(&path).await.expect(200)["width"], 320);
    // What nothing is made of any more goes with the night.
    let mut names = std::collections::BTreeSet::new();
    app.clock.advance(Duration::from_secs(3600));
    app.nightly().await.expect("upkeep");
    app.settle().await;
    for entry in walkdir::WalkDir::new(app.platform().data().join("blobs/media"))
        .into_iter()
        .flatten()
    {
        if entry.file_type().is_file() {
            names.insert(entry.file_name().to_owned());
        }
    }
    assert!(
        names.len() <= 3,
        "the source, what is shown and at most one smaller form: {names:?}"
    );
}
