//! Files through the front door: what is stored, who may read it, what is swept.

use std::{io::Cursor, time::Duration};

use axum::{
    body::Body,
    http::{Method, Request},
};
use image::{ImageFormat, Rgba, RgbaImage};
use momentum::{
    kernel::id::AssetId,
    media::{self, Rendition, StoreAsset, SweepMedia},
    platform::clock::Clock as _,
};
use serde_json::Value;

use crate::support::{Client, TestApp};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn picture(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let pixels = RgbaImage::from_fn(width, height, |x, y| Rgba([(x ^ y) as u8, (x / 3) as u8, seed, 255]));
    let mut out = Cursor::new(Vec::new());
    pixels.write_to(&mut out, ImageFormat::Png).expect("a picture");
    out.into_inner()
}

async fn upload(who: &Client<'_>, name: &str, bytes: impl Into<axum::body::Bytes>) -> Value {
    let path = format!("/media?name={name}");
    who.upload(Method::POST, &path, bytes).await.expect(201)
}

fn id_of(asset: &Value) -> AssetId {
    asset["id"].as_str().expect("an id").parse().expect("an asset's id")
}

async fn read(who: &Client<'_>, url: &str, headers: &[(&str, &str)]) -> super::support::Answer {
    let mut request = Request::get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    who.send(request.body(Body::empty()).expect("a request")).await
}

#[tokio::test]
async fn a_picture_is_encoded_anew_and_read_in_three_sizes() {
    let app = TestApp::start().await;
    let ines = app.instructor("Ines").await;
    let source = picture(1500, 600, 7);
    let asset = upload(&ines, "b%C3%BChne%20%E2%9C%A8.png", source.clone()).await;
    assert_eq!(
        (asset["kind"].as_str(), asset["width"].as_u64(), asset["height"].as_u64()),
        (Some("image"), Some(1500), Some(600))
    );
    assert_eq!(asset["name"], "bühne ✨.png");
    let url = asset["url"].as_str().expect("a link");
    for (rendition, width) in [("original", 1500), ("w1280", 1280), ("w640", 640)] {
        let answer = read(&ines, &format!("{url}?rendition={rendition}"), &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let shown = image::load_from_memory(&answer.bytes).expect("a picture");
        assert_eq!(shown.width(), width);
        assert_ne!(answer.bytes, source, "never the upload itself");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("sandbox"));
        assert!(
            answer.header("content-disposition").starts_with("inline"),
            "{}",
            answer.header("content-disposition")
        );
    }
    let again = upload(&ines, "b%C3%BChne%20%E2%9C%A8.png", source).await;
    assert_eq!(again, asset, "the same upload is the same asset");
    ines.get(&format!("/media/{}", id_of(&asset))).await.expect(200);
    let unknown = read(&ines, &format!("{url}?rendition=source"), &[]).await;
    assert_eq!(unknown.status, 422);
    app.settle().await;
}

#[tokio::test]
async fn parts_and_validators_are_honoured() {
    let app = TestApp::start().await;
    let ines = app.instructor("Ines").await;
    let text: String = (0..100_000).map(|n| format!("{n},")).collect();
    let asset = upload(&ines, "numbers.csv", text.clone()).await;
    assert_eq!(
        (asset["kind"].as_str(), asset["mime"].as_str()),
        (Some("document"), Some("text/csv"))
    );
    let url = asset["url"].as_str().expect("a link");
    let whole = read(&ines, url, &[]).await;
    assert_eq!((whole.status.as_u16(), whole.bytes.len()), (200, text.len()));
    assert!(whole.header("content-disposition").starts_with("attachment"));
    let etag = format!("\"{}\"", asset["sha256"].as_str().expect("a hash"));
    assert_eq!(whole.header("etag"), etag);
    assert_eq!(read(&ines, url, &[("if-none-match", &etag)]).await.status, 304);
    let part = read(&ines, url, &[("range", "bytes=10-19")]).await;
    assert_eq!((part.status.as_u16(), part.text().as_str()), (206, &text[10..20]));
    assert_eq!(part.header("content-range"), format!("bytes 10-19/{}", text.len()));
    assert_eq!(part.header("content-length"), "10");
    let same = read(&ines, url, &[("range", "bytes=-5"), ("if-range", &etag)]).await;
    assert_eq!((same.status.as_u16(), same.text().as_str()), (206, &text[text.len() - 5..]));
    assert_eq!(
        read(&ines, url, &[("range", "bytes=-5"), ("if-range", "\"old\"")]).await.status,
        200
    );
    let outside = read(&ines, url, &[("range", "bytes=99999999-")]).await;
    assert_eq!(
        (outside.status.as_u16(), outside.header("content-range")),
        (416, format!("bytes */{}", text.len()).as_str())
    );
    let head = ines.send(Request::head(url).body(Body::empty()).expect("a request")).await;
    assert_eq!(
        (head.status.as_u16(), head.bytes.len(), head.header("content-length")),
        (200, 0, text.len().to_string().as_str())
    );
    app.settle().await;
}

#[tokio::test]
async fn nobody_stores_reads_or_deletes_what_is_not_his() {
    let app = TestApp::start().await;
    let (ines, otto) = (app.instructor("Ines").await, app.instructor("Otto").await);
    let (lea, ada) = (app.learner("Lea").await, app.admin("Ada").await);
    assert_eq!(lea.upload(Method::POST, "/media?name=a", "x").await.status, 403);
    assert_eq!(app.anonymous().upload(Method::POST, "/media?name=a", "x").await.status, 401);
    assert_eq!(ines.upload(Method::POST, "/media", "x").await.status, 422);
    assert_eq!(ines.upload(Method::POST, "/media?name=a", "").await.code(), "input.invalid");
    let asset = upload(&ines, "plan.txt", "secret").await;
    let (path, url) = (format!("/media/{}", id_of(&asset)), asset["url"].as_str().expect("a link"));
    for stranger in [&otto, &lea] {
        assert_eq!(stranger.get(&path).await.status, 404);
        assert_eq!(stranger.get(url).await.status, 404);
        assert_eq!(stranger.delete(&path).await.status, 404);
    }
    assert_eq!(app.anonymous().get(url).await.status, 401);
    assert_eq!(ada.get(url).await.text(), "secret");
    let gone = format!("/media/{}", AssetId::from_raw(5));
    assert_eq!(ada.get(&gone).await.status, 404);
    assert_eq!(ada.get("/media/crs_0000000000000").await.status, 404);
    ada.get("/media/limits").await.expect(200);

    let id = id_of(&asset);
    let uses = |ids: Vec<AssetId>| {
        let db = app.system();
        async move { db.write("test.use", move |tx| media::set_uses(tx, "test.thing", 1, &ids)).await }
    };
    uses(vec![id]).await.expect("a use");
    assert!(
        uses(vec![AssetId::from_raw(5)]).await.is_err(),
        "what does not exist cannot be used"
    );
    assert_eq!(ines.delete(&path).await.code(), "asset.in_use");
    uses(vec![]).await.expect("no use");
    ines.delete(&path).await.expect(204);
    ines.get(&path).await.expect(404);
    app.settle().await;
}

#[tokio::test]
async fn content_decides_what_a_file_is() {
    let app = TestApp::start().await;
    let ines = app.instructor("Ines").await;
    for (name, bytes, kind, mime) in [
        ("x.png", &b"<html><script>alert(1)</script>"[..], "document", "text/plain"),
        (
            "x.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "document",
            "text/plain",
        ),
        ("talk.txt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n", "captions", "text/vtt"),
        (
            "talk.srt",
            b"1\r\n00:00:01,000 --> 00:00:02,500\r\n<font color=red>Hi</font>\r\n",
            "captions",
            "text/vtt",
        ),
        ("a.pdf", b"%PDF-1.4\n%", "document", "application/pdf"),
    ] {
        let asset = upload(&ines, name, bytes).await;
        assert_eq!((asset["kind"].as_str(), asset["mime"].as_str()), (Some(kind), Some(mime)), "{name}");
        let answer = read(&ines, asset["url"].as_str().expect("a link"), &[]).await;
        assert!(answer.header("content-type").starts_with(mime), "{name}");
        assert_eq!(
            answer.header("content-disposition").starts_with("attachment"),
            kind == "document",
            "{name}"
        );
    }
    for (name, bytes) in [
        ("x.vtt", &b"no captions"[..]),
        ("a.bin", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"),
        ("cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"),
        ("cut.png", &picture(40, 40, 1)[..50]),
    ] {
        let answer = ines.upload(Method::POST, &format!("/media?name={name}"), bytes.to_vec()).await;
        assert_eq!(answer.status, 422, "{name}: {}", answer.text());
    }
    // What was refused left nothing behind.
    let report = sweep(&app, false).await;
    assert_eq!((report.strays, report.leftovers), (0, 0));
    app.settle().await;
}

async fn sweep(app: &TestApp, apply: bool) -> media::SweepReport {
    let can = SweepMedia::as_system("test");
    media::sweep(app.platform(), &app.system(), &can, apply).await.expect("a sweep")
}

#[tokio::test]
async fn a_sweep_takes_what_nothing_has_used_for_a_day() {
    let app = TestApp::start().await;
    let ines = app.instructor("Ines").await;
    let (kept, left) = (
        upload(&ines, "kept.png", picture(700, 400, 1)).await,
        upload(&ines, "left.png", picture(700, 400, 2)).await,
    );
    let shared = upload(&ines, "shared.txt", "both").await;
    let twin = upload(&ines, "twin.txt", "both").await;
    let used = [id_of(&kept), id_of(&shared)];
    let db = app.system();
    db.write("test.use", move |tx| media::set_uses(tx, "test.thing", 1, &used))
        .await
        .expect("uses");
    assert_eq!(
        sweep(&app, true).await,
        media::SweepReport {
            applied: true,
            ..Default::default()
        },
        "nothing within the day of grace"
    );
    app.pass(DAY + Duration::from_secs(1)).await;
    let plan = sweep(&app, false).await;
    assert_eq!(
        (plan.assets, plan.blobs, plan.applied),
        (2, 3, false),
        "source, original and one width; the twin's bytes are shared"
    );
    ines.get(&format!("/media/{}", id_of(&left))).await.expect(200);
    let done = sweep(&app, true).await;
    assert_eq!((done.assets, done.blobs, done.bytes), (plan.assets, plan.blobs, plan.bytes));
    for (asset, status) in [(&kept, 200), (&left, 404), (&shared, 200), (&twin, 404)] {
        assert_eq!(ines.get(asset["url"].as_str().expect("a link")).await.status, status);
    }
    assert_eq!(
        sweep(&app, true).await,
        media::SweepReport {
            applied: true,
            ..Default::default()
        }
    );
    app.settle().await;
}

#[tokio::test]
async fn strays_leftovers_and_losses_are_found() {
    let app = TestApp::start().await;
    let ines = app.instructor("Ines").await;
    let asset = upload(&ines, "a.txt", "abc").await;
    let blobs = app.platform().blobs.shelf("media");
    let stray = blobs.put(b"nobody's").expect("a stray").sha256;
    let name = asset["sha256"].as_str().expect("a hash").to_owned();
    std::fs::write(blobs.path(&name), b"ab").expect("damage");
    let report = sweep(&app, true).await;
    assert_eq!((report.strays, report.missing.as_slice()), (1, &[name][..]));
    assert!(!blobs.path(&stray).exists());
    app.settle().await;
}

/// Uploads of what is being swept at the same moment: whoever was answered can read his file.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sweep_never_takes_what_was_just_stored() {
    let app = TestApp::start().await;
    let ines = app.instructor("Ines").await;
    for round in 0..30 {
        let bytes = format!("the same bytes {}", round % 2);
        let name = format!("{round}.txt");
        let old = upload(&ines, &format!("old-{round}.txt"), bytes.clone()).await;
        assert!(old["id"].is_string());
        app.clock.advance(DAY + Duration::from_secs(1));
        let (asset, _report) = tokio::join!(upload(&ines, &name, bytes.clone()), sweep(&app, true));
        let answer = read(&ines, asset["url"].as_str().expect("a link"), &[]).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, bytes), "round {round}");
    }
    assert_eq!(sweep(&app, false).await.missing.len(), 0);
    app.settle().await;
}

#[tokio::test]
async fn imports_store_and_export_the_same_bytes() {
    let app = TestApp::start().await;
    let source = picture(64, 64, 3);
    let can = StoreAsset::as_system("test", None);
    let (platform, db) = (app.platform(), app.system());
    let asset = media::store_bytes(platform, &db, &can, "x.png", source.clone())
        .await
        .expect("an asset");
    let id = asset.id;
    let shared = platform.clone();
    let files = db.read("test.path", move |read| {
        Ok((
            media::path(&shared, read, id, Rendition::Source)?,
            media::path(&shared, read, id, Rendition::W640)?,
        ))
    });
    let (exported, shown) = files.await.expect("files");
    assert_eq!(std::fs::read(&exported.path).expect("a file"), source);
    assert_ne!(shown.sha256, exported.sha256);
    let again = media::store_file(platform, &db, &can, "x.png", &exported.path)
        .await
        .expect("an asset");
    assert_eq!(again.id, id);
    app.settle().await;
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_and_while_it_comes() {
    let app = TestApp::start_with(|config| config.media.max_upload_bytes = 10_000).await;
    let ines = app.instructor("Ines").await;
    assert_eq!(ines.get("/media/limits").await.expect(200)["max_upload_bytes"], 10_000);
    upload(&ines, "fits.txt", "x".repeat(10_000)).await;
    let told = ines.upload(Method::POST, "/media?name=a.txt", "x".repeat(10_001)).await;
    assert_eq!((told.status.as_u16(), told.code()), (413, "media.too_large"));
    // A body whose length nobody told.
    let pieces = (0..20).map(|_| Ok::<_, std::io::Error>(axum::body::Bytes::from("x".repeat(1000))));
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    let request = Request::post("/api/v1/media?name=b.txt").body(body).expect("a request");
    assert_eq!(ines.send(request).await.status, 413);
    // A client that goes away in the middle.
    let broken = (0..5).map(|n| {
        if n < 4 {
            Ok(axum::body::Bytes::from("part"))
        } else {
            Err(std::io::Error::other("gone"))
        }
    });
    let body = Body::from_stream(futures_util::stream::iter(broken));
    let request = Request::post("/api/v1/media?name=c.txt").body(body).expect("a request");
    assert_eq!(ines.send(request).await.status, 400);
    let report = sweep(&app, false).await;
    assert_eq!((report.strays, report.leftovers), (0, 0));
    app.settle().await;
}

#[tokio::test]
async fn a_signed_link_speaks_for_one_person() {
    let app = TestApp::start().await;
    let (ines, otto) = (app.instructor("Ines").await, app.instructor("Otto").await);
    let id = id_of(&upload(&ines, "talk.txt", "words").await);
    let link = |user| media::signed_url(app.platform(), id, Rendition::Original, user, app.clock.now());
    let (hers, his) = (link(ines.id()), link(otto.id()));
    assert_eq!(app.anonymous().get(&hers).await.text(), "words");
    assert_eq!(app.anonymous().get(&his).await.status, 404, "signed, but he may not read it");
    assert_eq!(otto.get(&hers).await.status, 404, "he is who his session says");
    for forged in [
        hers.replace("rendition=original", "rendition=w640"),
        format!("{hers}x"),
        hers.replace("exp=", "exp=9"),
    ] {
        assert_eq!(app.anonymous().get(&forged).await.status, 401, "{forged}");
    }
    app.clock.advance(Duration::from_secs(7 * 3600));
    assert_eq!(app.anonymous().get(&hers).await.status, 401);
    app.settle().await;
}
