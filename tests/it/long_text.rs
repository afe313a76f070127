//! A course of real, long text that no one here wrote: the Debian Administrator's Handbook, as
//! Debian's package debian-handbook installs it. Converted into a package in a temporary folder,
//! it is imported, searched, and learnt through to its end.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use momentum::{
    courses::{self, Files, ImportOptions},
    kernel::actor::Actor,
};
use serde_json::json;

use crate::support::TestApp;

const DAYS: usize = 21;
const A_DAY: Duration = Duration::from_secs(24 * 3600);

fn handbook() -> Option<PathBuf> {
    let folder =
        std::env::var_os("MOMENTUM_HANDBOOK").map_or_else(|| PathBuf::from("/usr/share/doc/debian-handbook/html/en-US"), PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// The longest sections, in the book's order of file names, with their title and body.
fn sections(folder: &Path) -> Vec<(String, String, String)> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("sect.")))
        .filter_map(|path| {
            let text = fs::read_to_string(&path).ok()?;
            let title = text.split("<title").nth(1)?.split('>').nth(1)?.split('<').next()?.to_owned();
            let body = text.split_once("<body")?.1.split_once('>')?.1.rsplit_once("</body>")?.0.to_owned();
            Some((path.file_stem()?.to_string_lossy().replace('.', "-"), title, body))
        })
        .collect();
    all.sort_by_key(|(_, _, body)| std::cmp::Reverse(body.len()));
    all.truncate(DAYS);
    all.sort();
    all
}

/// Writes the package.
fn package(sections: &[(String, String, String)], into: &Path) {
    fs::create_dir_all(into.join("lessons")).expect("a folder");
    let course = "format = 1\nslug = \"administrators-handbook\"\ntitle = \"The administrator's handbook\"\nsummary = \"Running Debian, a section a day.\"\n\
                  category = \"technology\"\nlevel = \"intermediate\"\nlanguage = \"en\"\nlength = 21\n";
    fs::write(into.join("course.toml"), course).expect("written");
    for (n, (key, title, body)) in sections.iter().enumerate() {
        let stem = format!("{:02}-{key}", n + 1);
        let title: String = title.chars().take(100).collect();
        let front = format!(
            "+++\nday = {}\ntitle = {}\nsummary = \"A section of the handbook.\"\nminutes = 20\nbody = \"{stem}.html\"\n+++\n",
            n + 1,
            json!(title)
        );
        fs::write(into.join("lessons").join(format!("{stem}.md")), front).expect("written");
        fs::write(into.join("lessons").join(format!("{stem}.html")), body).expect("written");
    }
}

#[tokio::test]
async fn the_handbook_is_imported_searched_and_learnt_to_its_end() {
    let Some(folder) = handbook() else {
        eprintln!("skipped: install debian-handbook, or name its pages in MOMENTUM_HANDBOOK");
        return;
    };
    let sections = sections(&folder);
    assert_eq!(sections.len(), DAYS);
    let written = tempfile::tempdir().expect("a folder");
    package(&sections, written.path());
    let app = TestApp::start().await;
    let author = app.instructor("Ira").await;
    let files = Files::open(written.path()).unwrap_or_else(|problems| panic!("{problems:?}"));
    let options = ImportOptions {
        owner: Some(author.id()),
        publish: true,
        dry_run: false,
    };
    let imported = courses::import(app.platform(), &app.db(Actor::Cli), files, &options)
        .await
        .unwrap_or_else(|e| panic!("{e:?}"));
    assert_eq!((imported.lessons, imported.published), (DAYS, Some(1)));
    app.settle().await;

    let lea = app.learner("Lea").await;
    let found = lea.get("/search?q=adminstrator+handbok").await.expect(200);
    assert_eq!(
        found["items"][0]["course"]["slug"], "administrators-handbook",
        "typos are forgiven: {found}"
    );
    lea.post("/courses/administrators-handbook/enrolment", json!({"pace": {"kind": "daily"}}))
        .await
        .expect(201);
    for day in 0..DAYS {
        app.settle().await;
        let outline = lea.get("/courses/administrators-handbook/learn").await.expect(200);
        let lessons: Vec<&str> = outline["days"]
            .as_array()
            .expect("days")
            .iter()
            .map(|d| d["lessons"][0]["id"].as_str().expect("an id"))
            .collect();
        if let Some(tomorrow) = lessons.get(day + 1) {
            let locked = lea.get(&format!("/lessons/{tomorrow}")).await;
            assert_eq!((locked.status.as_u16(), locked.code()), (403, "lesson.locked"), "day {}", day + 2);
        }
        let lesson = lea.get(&format!("/lessons/{}", lessons[day])).await.expect(200);
        let body = lesson["content"]["body_html"].as_str().expect("a body");
        assert!(
            body.len() > 2000 && !body.contains("<script") && !body.contains("<div"),
            "day {}",
            day + 1
        );
        lea.post(&format!("/lessons/{}/complete", lessons[day]), json!({}))
            .await
            .expect(200);
        app.clock.advance(A_DAY);
    }
    app.settle().await;
    let finished = lea.get("/me/courses?state=finished").await.expect(200);
    assert_eq!(finished["items"][0]["percent"], 100, "{finished}");
}
