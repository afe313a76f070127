//! Backups: what is made is whole, what is damaged is told, what is restored is the same.

mod hostile;
mod live;
mod made;
mod places;
mod planned;
mod sealed;
mod upgrade;

use std::{
    collections::BTreeMap,
    io::Cursor,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::http::Method;
use momentum::{
    app,
    platform::{
        backup::{self, BackupError, Lock, Made, Media, Plan, Report, Restored, Target, Trigger, Unlock, Watch},
        module::AllFiles,
    },
};
use rusqlite::{Connection, OpenFlags};
use tokio_util::sync::CancellationToken;

use crate::support::{BEGIN, TestApp, courses::Spec};

/// A picture that differs by its seed.
pub fn png(width: u32, seed: u8) -> Vec<u8> {
    let pixels = image::RgbaImage::from_fn(width, width, |x, y| image::Rgba([(x ^ y) as u8, (x / 3) as u8, seed, 255]));
    let mut out = Cursor::new(Vec::new());
    pixels.write_to(&mut out, image::ImageFormat::Png).expect("a picture");
    out.into_inner()
}

/// An instance with people, a course, and files on every shelf.
pub async fn school() -> TestApp {
    let app = TestApp::start().await;
    fill(&app).await;
    app
}

pub async fn fill(app: &TestApp) {
    let ines = app.instructor("Ines").await;
    let text: String = (0..20_000).map(|n| format!("{n},")).collect();
    ines.upload(Method::POST, "/media?name=numbers.csv", text).await.expect(201);
    ines.upload(Method::POST, "/media?name=stage.png", png(900, 7)).await.expect(201);
    let ana = app.learner("Ana").await;
    ana.upload(Method::PUT, "/me/picture", png(64, 1)).await.expect(200);
    let ada = app.admin("Ada").await;
    ada.upload(Method::PUT, "/admin/logo", png(200, 2)).await.expect(200);
    app.course(Spec::days7("Kept")).await;
    app.settle().await;
}

/// A plain backup of everything.
pub fn plan(to: PathBuf) -> Plan {
    Plan {
        to,
        media: Media::Inside,
        with_key: true,
        lock: Lock::Open,
    }
}

pub async fn make(app: &TestApp, plan: &Plan) -> Result<Made, BackupError> {
    backup::make(app.platform(), &app.system(), plan, Trigger::Cli, &mut |_| {}).await
}

pub fn all_files() -> Arc<AllFiles> {
    Arc::new(app::stored_files(&app::modules()))
}

pub async fn apart<T: Send + 'static>(work: impl FnOnce(&Watch) -> Result<T, BackupError> + Send + 'static) -> Result<T, BackupError> {
    backup::apart(&CancellationToken::new(), &mut |_| {}, work).await
}

pub async fn verify(path: &Path, unlock: &Unlock) -> Result<Report, BackupError> {
    let (path, unlock) = (path.to_owned(), unlock.clone());
    let work = tempfile::tempdir().expect("a folder");
    let scratch = work.path().join("work");
    apart(move |watch| backup::verify(&path, &unlock, None, scratch, &all_files(), BEGIN, watch)).await
}

pub async fn restore(path: &Path, unlock: &Unlock, target: Target) -> Result<Restored, BackupError> {
    let (path, unlock) = (path.to_owned(), unlock.clone());
    apart(move |watch| backup::restore(&path, &unlock, &target, &all_files(), BEGIN, watch)).await
}

pub fn into(folder: &Path) -> Target {
    Target {
        folder: folder.to_owned(),
        swap: false,
        media: None,
    }
}

/// Every file below a folder with its bytes, by its path from there.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.expect("a folder");
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).expect("below").display().to_string();
            found.insert(name, std::fs::read(entry.path()).expect("a file"));
        }
    }
    found
}

/// Every row of every table but those of `without`.
pub fn rows(database: &Path, without: &[&str]) -> BTreeMap<String, Vec<String>> {
    let conn = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a database");
    let mut names = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .expect("a schema");
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))
        .expect("names")
        .collect::<Result<_, _>>()
        .expect("texts");
    let mut all = BTreeMap::new();
    for name in names.into_iter().filter(|name| !without.contains(&name.as_str())) {
        let mut rows = conn.prepare(&format!("SELECT * FROM \"{name}\"")).expect("a table");
        let columns = rows.column_count();
        let texts = rows.query_map([], |row| {
            let cells = (0..columns).map(|n| row.get::<_, rusqlite::types::Value>(n).map(|v| format!("{v:?}")));
            Ok(cells.collect::<Result<Vec<_>, _>>()?.join("|"))
        });
        let mut texts: Vec<String> = texts.expect("rows").collect::<Result<_, _>>().expect("cells");
        texts.sort();
        all.insert(name, texts);
    }
    all
}
