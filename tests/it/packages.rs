//! Course packages: in, out and in again; what is refused, and how it is said.

use std::{borrow::Cow, fs, io::Write as _, path::Path};

use momentum::{
    courses::{self, CourseRef, EditCourse, Files, ImportError, ImportOptions, Imported},
    kernel::id::CourseId,
};

use crate::support::TestApp;

type Text = (String, String);

const COURSE: &str = r#"format = 1
slug = "dice"
title = "Dice"
summary = "Chance, by hand."
description = """
Roll **often**.
"""
category = "technology"
level = "beginner"
language = "en"
length = "self-paced"
tags = ["dice"]
"#;

fn lesson(front: &str, body: &str) -> String {
    format!("+++\n{front}\n+++\n{body}\n")
}

fn small() -> Vec<Text> {
    vec![
        ("course.toml".into(), COURSE.into()),
        (
            "lessons/01-one.md".into(),
            lesson("day = 1\ntitle = \"One\"\nactions = [\"Roll it\"]", "\nOne die.\n\n- a\n- b"),
        ),
        ("lessons/02-two.md".into(), lesson("day = 2\ntitle = \"Two\"", "\nTwo dice.")),
    ]
}

fn files(texts: Vec<Text>) -> Files {
    Files::in_memory(texts.into_iter().map(|(name, text)| (name, Cow::Owned(text.into_bytes()))))
}

const PUBLISH: ImportOptions = ImportOptions {
    owner: None,
    publish: true,
    dry_run: false,
};

async fn import(app: &TestApp, files: Files, options: &ImportOptions) -> Result<Imported, ImportError> {
    let done = courses::import(app.platform(), &app.system(), files, options).await;
    app.settle().await;
    done
}

async fn take(app: &TestApp, files: Files) -> Imported {
    import(app, files, &PUBLISH).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn refusal(app: &TestApp, files: Files) -> Vec<String> {
    match import(app, files, &PUBLISH).await {
        Err(ImportError::Refused(problems)) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

async fn export(app: &TestApp, slug: &str) -> (Vec<(String, Vec<u8>)>, Vec<String>) {
    let slug = CourseRef::parse(slug).expect("a slug");
    let db = app.system();
    let head = db
        .read("test.find", move |read| courses::find_any(read, &slug))
        .await
        .expect("the course is there");
    let can = EditCourse::as_system(head.id, "test");
    let exported = courses::export(app.platform(), &app.system(), &can)
        .await
        .expect("the course goes out");
    (exported.files.read_all().expect("the files are read"), exported.as_html)
}

fn again(files: &[(String, Vec<u8>)]) -> Files {
    Files::in_memory(files.iter().map(|(name, bytes)| (name.clone(), Cow::Owned(bytes.clone()))))
}

/// What learners see of a course, without ids that differ between instances.
async fn shown(app: &TestApp, course: CourseId) -> Vec<String> {
    let db = app.system();
    let read = db.read("test.shown", move |read| {
        let version = courses::current_version(read, course)?.expect("a published course");
        let meta = courses::version_meta(read, version)?;
        let mut out = vec![format!(
            "{:?} {:?} {:?} {:?}",
            meta.title, meta.weeks, meta.outcomes, meta.description_html
        )];
        for line in courses::version_lessons(read, version)?.iter() {
            let content = courses::lesson_content(read, line.revision)?;
            let assets = content.body_html.assets();
            let body = assets.iter().fold(content.body_html.as_str().to_owned(), |body, id| {
                body.replace(&id.to_string(), "ast")
            });
            out.push(format!(
                "{} {} {} {} {body} {:?} {}",
                line.day,
                line.title,
                line.summary,
                line.minutes,
                content.actions,
                content.resources.len()
            ));
        }
        Ok(out)
    });
    read.await.expect("the course is read")
}

/// Out, in elsewhere, out again: the same bytes and the same course.
async fn round_trip(app: &TestApp, slug: &str, course: CourseId) -> Vec<String> {
    let (first, as_html) = export(app, slug).await;
    let other = TestApp::start().await;
    let there = take(&other, again(&first)).await;
    let (second, _) = export(&other, slug).await;
    for ((name, a), (other_name, b)) in first.iter().zip(&second) {
        assert_eq!(name, other_name);
        assert!(
            a == b,
            "{name}:\n{}\n---\n{}",
            String::from_utf8_lossy(a),
            String::from_utf8_lossy(b)
        );
    }
    assert_eq!(first.len(), second.len());
    assert_eq!(shown(app, course).await, shown(&other, there.course.expect("a course")).await);
    as_html
}

#[tokio::test]
async fn every_course_of_the_demo_comes_in_and_goes_out_unchanged() {
    let app = TestApp::start().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/courses");
    let mut lessons = 0;
    for entry in fs::read_dir(folder).expect("the demo's courses") {
        let path = entry.expect("an entry").path();
        let files = Files::open(&path).unwrap_or_else(|problems| panic!("{problems:?}"));
        let made = take(&app, files).await;
        assert_eq!((made.published, made.remarks.len()), (Some(1), 0), "{:?}", made.remarks);
        lessons += made.lessons;
        let as_html = round_trip(&app, &made.slug, made.course.expect("a course")).await;
        assert_eq!(as_html, [""; 0], "Markdown people wrote goes out as Markdown");
    }
    assert!(lessons >= 60, "{lessons}");
}

#[tokio::test]
async fn a_second_import_keeps_identities_and_publishes_only_what_changed() {
    let app = TestApp::start().await;
    let made = take(&app, files(small())).await;
    let course = made.course.expect("a course");
    assert_eq!((made.is_known, made.lessons, made.published), (false, 2, Some(1)));
    let same = take(&app, files(small())).await;
    assert_eq!((same.is_known, same.course, same.published), (true, Some(course), None));

    let db = app.system();
    let outline = async || {
        let read = db.read("test.outline", move |read| {
            let version = courses::current_version(read, course)?.expect("a version");
            let lines = courses::version_lessons(read, version)?;
            let content = courses::lesson_content(read, lines[0].revision)?;
            Ok((
                lines.iter().map(|l| l.lesson).collect::<Vec<_>>(),
                content.body_html.as_str().to_owned(),
                content.actions.clone(),
            ))
        });
        read.await.expect("the outline is read")
    };
    let before = outline().await;
    let moved = vec![
        small().remove(0),
        ("lessons/01-two.md".into(), small()[2].1.replace("day = 2", "day = 1")),
        ("lessons/02-zero.md".into(), lesson("day = 2\ntitle = \"Zero\"", "None.")),
        (
            "lessons/03-one.md".into(),
            lesson(
                "day = 3\ntitle = \"One\"\nactions = [\"Roll it\"]",
                "\nOne die, thrown far.\n\n- a\n- b",
            ),
        ),
    ];
    let draft = ImportOptions::default();
    assert_eq!(import(&app, files(moved.clone()), &draft).await.expect("a draft").published, None);
    assert_eq!(outline().await.0, before.0, "learners see what is published");
    assert_eq!(take(&app, files(moved)).await.published, Some(2));
    let after = outline().await;
    assert_eq!(
        (after.0[0], after.0[2]),
        (before.0[1], before.0[0]),
        "known by name, wherever they stand"
    );
    let back = take(&app, files(small())).await;
    assert_eq!(back.published, Some(3));
    let now = outline().await;
    assert_eq!(now.0, before.0, "a lesson that comes back is the same lesson");
    assert_eq!((now.1, now.2), (before.1, before.2), "blocks and action items keep their names");
}

#[tokio::test]
async fn the_package_in_the_documentation_is_one() {
    let app = TestApp::start().await;
    let page = include_str!("../../docs/course-packages.md");
    let block = |mark: &str| {
        page.split_once(mark)
            .and_then(|(_, rest)| rest.split_once("\n```"))
            .expect("an example")
            .0
            .to_owned()
    };
    let course = block("```toml\n");
    let lesson = block("```markdown\n");
    let made = take(
        &app,
        files(vec![
            ("course.toml".into(), course),
            ("lessons/01-one-die.md".into(), lesson.clone() + "\n"),
        ]),
    )
    .await;
    assert_eq!((made.slug.as_str(), made.published), ("two-dice", Some(1)));
    let (written, as_html) = export(&app, "two-dice").await;
    assert_eq!(as_html, [""; 0]);
    let text = String::from_utf8(written[1].1.clone()).expect("text");
    assert_eq!(text.trim_end(), lesson, "written as the documentation writes it");
}

#[tokio::test]
async fn a_look_changes_nothing() {
    let app = TestApp::start().await;
    let look = ImportOptions { dry_run: true, ..PUBLISH };
    let seen = import(&app, files(small()), &look).await.expect("a look");
    assert_eq!((seen.course, seen.lessons, seen.published), (None, 2, None));
    assert_eq!(app.anonymous().get("/courses").await.expect(200)["items"], serde_json::json!([]));
}

#[tokio::test]
async fn problems_name_file_place_and_mend_and_nothing_comes_in() {
    let app = TestApp::start().await;
    let mut broken = small();
    broken[0].1 = COURSE
        .replace("technology", "alchemy")
        .replace("\"dice\"\ntitle", "\"Dice!\"\ntitle")
        .replace("self-paced", "ten");
    broken[1].1 = lesson("day = 1\ntitle = \"One\"\nbogus = 3", "x");
    broken[2].1 = lesson(
        "day = 2\ntitle = \"\"\ncompletion = \"video\"\nvideo = \"media/no.mp4\"\n[[resources]]\ntitle = \"x\"\nurl = \"nowhere\"",
        "\n# Title\n\n![x](media/no.png)\n\n:::details open\nx",
    );
    broken.extend([
        ("lessons/03-one.md".into(), lesson("day = 1\ntitle = \"Again\"", "x")),
        ("lessons/04-later.md".into(), "no front matter".into()),
        (
            "lessons/05-early.md".into(),
            lesson("day = 0\ntitle = \"x\"\nbody = \"05-early.html\"", "x"),
        ),
        ("notes.txt".into(), "x".into()),
        ("media/unused.txt".into(), "x".into()),
    ]);
    let problems = refusal(&app, files(broken)).await.join("\n");
    for expected in [
        "course.toml: slug: Use lower-case letters",
        "course.toml: category: there is no \u{201c}alchemy\u{201d}: use technology, ",
        "course.toml: length: there is no \u{201c}ten\u{201d}",
        "lessons/01-one.md:4: unknown field `bogus`",
        "lessons/02-two.md: title: Write something here.",
        "lessons/02-two.md:11: a lesson's title is in its front matter",
        "lessons/02-two.md:13: the picture media/no.png is not in the package",
        "lessons/02-two.md:15: \u{201c}:::details\u{201d} is never closed",
        "lessons/02-two.md: video: the file media/no.mp4 is not in the package",
        "lessons/04-later.md:1: begin the file with a line +++",
        "lessons/05-early.md: body: there is no HTML file 05-early.html beside it",
        "notes.txt: belongs to no part of a package",
    ] {
        assert!(problems.contains(expected), "{expected}\n---\n{problems}");
    }
    assert_eq!(app.anonymous().get("/courses").await.expect(200)["items"], serde_json::json!([]));

    let mut incomplete = small();
    incomplete[0].1 = COURSE.replace("\"self-paced\"", "7").replace("Chance, by hand.", "");
    let problems = refusal(&app, files(incomplete)).await.join("\n");
    assert!(problems.contains("Give these days a lesson: 3, 4, 5, 6, 7"), "{problems}");
    assert!(problems.contains("summary"), "{problems}");
    let problems = refusal(&app, files(vec![])).await;
    assert_eq!(problems, ["course.toml: is missing"]);
}

#[tokio::test]
async fn files_come_along() {
    let app = TestApp::start().await;
    let mut picture = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([(x * 6) as u8, (y * 8) as u8, 90]));
    pixels.write_to(&mut picture, image::ImageFormat::Png).expect("a picture");
    let body = "\nSee:\n\n![Two *dice*](media/dice.png \"On a table\")\n\n- in a list\n\n  ![](media/dice.png)\n";
    let front = "day = 1\ntitle = \"One\"\n[[resources]]\ntitle = \"The sheet\"\nfile = \"media/sheet.txt\"";
    let course = format!("{COURSE}cover = \"media/dice.png\"\n");
    let package: Vec<(String, Cow<'static, [u8]>)> = vec![
        ("course.toml".into(), Cow::Owned(course.into_bytes())),
        ("lessons/01-one.md".into(), Cow::Owned(lesson(front, body).into_bytes())),
        ("media/dice.png".into(), Cow::Owned(picture.into_inner())),
        ("media/sheet.txt".into(), Cow::Borrowed(b"1 2 3 4 5 6\n")),
    ];
    let made = take(&app, Files::in_memory(package.clone())).await;
    assert_eq!(made.files, 2);
    let as_html = round_trip(&app, "dice", made.course.expect("a course")).await;
    assert_eq!(as_html, [""; 0]);
    let (leo, ina) = (app.anonymous(), app.learner("Ina").await);
    let page = leo.get("/courses/dice").await.expect(200);
    let cover = page["cover_url"].as_str().expect("a cover").to_owned();
    assert_eq!(leo.get(&cover).await.status, 200, "a public course shows its cover");
    let again = take(&app, Files::in_memory(package)).await;
    assert_eq!(again.published, None, "the same files are the same files");
    let db = app.system();
    let hidden = db.read("test.asset", move |read| {
        let version = courses::current_version(read, made.course.expect("a course"))?.expect("a version");
        let lines = courses::version_lessons(read, version)?;
        Ok(courses::lesson_content(read, lines[0].revision)?.assets())
    });
    for asset in hidden.await.expect("the files") {
        let at = format!("/media/{asset}/file?rendition=original");
        let is_cover = cover.contains(&asset.to_string());
        assert_eq!(
            ina.get(&at).await.status,
            if is_cover { 200 } else { 404 },
            "no preview, no enrolment: no file"
        );
    }
}

#[tokio::test]
async fn bodies_without_markdown_travel_as_html() {
    let app = TestApp::start().await;
    let html = "<p data-id=\"keepkeep01\">H<sub>2</sub>O</p>\n<table><tbody><tr><td colspan=\"2\">no head</td></tr></tbody></table><script>x</script>";
    let mut package = small();
    package[1].1 = lesson("day = 1\ntitle = \"One\"\nbody = \"01-one.html\"", "");
    package.push(("lessons/01-one.html".into(), html.into()));
    let made = take(&app, files(package)).await;
    let as_html = round_trip(&app, "dice", made.course.expect("a course")).await;
    assert_eq!(as_html, ["lessons/01-one.html"]);
    assert!(shown(&app, made.course.expect("a course")).await[1].contains("keepkeep01"));
}

#[tokio::test]
async fn files_travel_in_html_too() {
    let app = TestApp::start().await;
    let body = "<p>a<strong>\u{201c}b\u{201d}</strong>c</p><aside><figure data-asset=\"media/talk.txt\"><figcaption>A <em>talk</em></figcaption></figure></aside>";
    let mut package = small();
    package[1].1 = lesson("day = 1\ntitle = \"One\"\nbody = \"01-one.html\"", "");
    package.push(("lessons/01-one.html".into(), body.into()));
    let problems = refusal(&app, files(package.clone())).await;
    assert_eq!(
        problems,
        ["lessons/01-one.html: the file media/talk.txt is not in the package: add it"]
    );
    package.push(("media/talk.txt".into(), "words".into()));
    let problems = refusal(&app, files(package.clone())).await;
    assert_eq!(
        problems,
        ["lessons/01-one.md: body_html: This file is of another kind than is wanted here."]
    );
    package.pop();
    package[3].1 = body.replace("talk.txt", "dot.png");
    let mut picture = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_pixel(8, 8, image::Rgb([200, 30, 30]));
    pixels.write_to(&mut picture, image::ImageFormat::Png).expect("a picture");
    let mut bytes: Vec<_> = package.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    bytes.push(("media/dot.png".into(), picture.into_inner()));
    let made = take(&app, again(&bytes)).await;
    let as_html = round_trip(&app, "dice", made.course.expect("a course")).await;
    assert_eq!(as_html, ["lessons/01-one.html"]);
}

/// A small deterministic stream of numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.roll(all.len())]
    }
}

const WORDS: &[&str] = &[
    "die",
    "**",
    "snake_case",
    "*",
    "1.",
    "#",
    "- x",
    "+",
    "[a](b)",
    "![",
    "<b>",
    "&amp;",
    "`",
    "\\",
    "\\*",
    ":::",
    "~~",
    "|",
    "$5",
    "日本語",
    "🎲",
    "\u{202e}rtl",
    "שלום",
    "\u{a0}",
    "\"q\"",
    "it's",
    "http://x.example/a_b",
    "a*b*c",
    "—",
    "…",
    "[!NOTE]",
    "+++",
    "```",
    "2)",
    "=",
    "e\u{301}",
];

fn line(dice: &mut Dice, depth: usize) -> String {
    let mut out = String::new();
    for _ in 0..=dice.roll(6) {
        let word = dice.pick(WORDS).replace('&', "&amp;").replace('<', "&lt;");
        let tag = dice.pick(&[
            "",
            "",
            "",
            "strong",
            "em",
            "s",
            "code",
            "kbd",
            "sub",
            "mark",
            "a href=\"https://x.example/?a=1&amp;b=(2)\"",
            "br",
        ]);
        let space = dice.pick(&[" ", " ", ""]);
        let name = tag.split(' ').next().unwrap_or_default();
        match (name, depth) {
            ("" | "br", _) => out.push_str(&format!("{word}{}{space}", if name.is_empty() { "" } else { "<br>" })),
            (_, 0) => out.push_str(&format!("{word}{space}")),
            _ => out.push_str(&format!("<{tag}>{}</{name}>{space}", line(dice, depth - 1))),
        }
    }
    out
}

fn block(dice: &mut Dice, depth: usize) -> String {
    let text = line(dice, 2);
    let inside = |dice: &mut Dice| {
        if depth == 0 {
            format!("<p>{}</p>", line(dice, 1))
        } else {
            block(dice, depth - 1)
        }
    };
    match dice.roll(11) {
        0 => format!("<h2>{text}</h2>"),
        1 => format!("<ul><li>{text}</li><li>{}</li></ul>", line(dice, 1)),
        2 => format!("<ol start=\"{}\"><li>{text}{}</li><li>x</li></ol>", dice.roll(12), inside(dice)),
        3 => format!("<blockquote>{}{}</blockquote>", inside(dice), inside(dice)),
        4 => format!(
            "<aside data-kind=\"{}\">{}</aside>",
            dice.pick(&["tip", "note", "warning"]),
            inside(dice)
        ),
        5 => format!("<details><summary>{text}</summary>{}{}</details>", inside(dice), inside(dice)),
        6 => format!("<pre><code class=\"language-md\">{text}\n\n  {}\n```\n</code></pre>", line(dice, 0)),
        7 => format!(
            "<table><thead><tr><th>{text}</th><th data-align=\"right\">n</th></tr></thead><tbody><tr><td>{}</td><td>1|2</td></tr></tbody></table>",
            line(dice, 1)
        ),
        8 => "<hr>".into(),
        _ => format!("<p>{text}</p>"),
    }
}

#[tokio::test]
async fn any_course_goes_out_and_comes_in_the_same() {
    let app = TestApp::start().await;
    let mut dice = Dice(20_260_801);
    let mut package = vec![("course.toml".into(), COURSE.to_owned())];
    for number in 1..=150 {
        let html: String = (0..=dice.roll(5)).map(|_| block(&mut dice, 2)).collect();
        let title = format!("{} {number}", dice.pick(WORDS)).replace('\\', "\\\\").replace('"', "\\\"");
        let front = format!(
            "day = {number}\ntitle = \"{title}\"\nsummary = \"\"\"{title}\"\"\"\nbody = \"{number:03}-x{number}.html\"\nactions = [\"{title}\"]"
        );
        package.push((format!("lessons/{number:03}-x{number}.md"), lesson(&front, "")));
        package.push((format!("lessons/{number:03}-x{number}.html"), html));
    }
    let made = take(&app, files(package)).await;
    let as_html = round_trip(&app, "dice", made.course.expect("a course")).await;
    println!("{} of 150 bodies went out as HTML", as_html.len());
    assert!(as_html.len() < 150 && !as_html.is_empty(), "both ways are used");
}

fn zip(path: &Path, entries: &[(&str, &[u8])]) {
    let mut out = zip::ZipWriter::new(fs::File::create(path).expect("a file"));
    for (name, bytes) in entries {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).expect("an entry");
        out.write_all(bytes).expect("bytes");
    }
    out.finish().expect("a zip");
}

#[tokio::test]
async fn zips_come_in_and_go_out() {
    let app = TestApp::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dice.zip");
    let texts = small();
    let names: Vec<String> = texts.iter().map(|(name, _)| format!("dice/{name}")).collect();
    let mut entries: Vec<(&str, &[u8])> = names
        .iter()
        .map(String::as_str)
        .zip(texts.iter().map(|(_, text)| text.as_bytes()))
        .collect();
    entries.push(("__MACOSX/dice/._course.toml", b"litter"));
    entries.push(("dice/.DS_Store", b"litter"));
    zip(&path, &entries);
    let made = take(&app, Files::open(&path).expect("a zip")).await;
    assert_eq!((made.lessons, made.published), (2, Some(1)));
    let can = EditCourse::as_system(made.course.expect("a course"), "test");
    let exported = courses::export(app.platform(), &app.system(), &can).await.expect("an export");
    let (one, two) = (folder.path().join("one.zip"), folder.path().join("two.zip"));
    exported.files.write_zip(&one).expect("a zip");
    exported.files.write_zip(&two).expect("a zip");
    assert_eq!(fs::read(&one).expect("bytes"), fs::read(&two).expect("bytes"));
    assert!(exported.files.write_zip(&one).is_err(), "nothing is overwritten");
    assert_eq!(take(&app, Files::open(&one).expect("a zip")).await.published, None);
    let out = folder.path().join("out");
    exported.files.write_folder(&out).expect("a folder");
    assert!(exported.files.write_folder(&out).is_err(), "nothing is overwritten");
    assert_eq!(take(&app, Files::open(&out).expect("a folder")).await.published, None);
}

#[test]
fn hostile_zips_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.zip");
    for (name, expected) in [
        ("../course.toml", "leads out of the package"),
        ("/etc/course.toml", "absolute name"),
        ("C:\\course.toml", "absolute name"),
        ("media\\..\\x", "not every system"),
        ("media/nul.txt", "keep for themselves"),
        ("media/x.", "ends with a dot"),
        ("media/a\u{7}b", "not every system"),
    ] {
        zip(&path, &[("course.toml", COURSE.as_bytes()), (name, b"x")]);
        let problems = Files::open(&path).expect_err(name);
        assert!(problems.iter().any(|p| p.message.contains(expected)), "{name}: {problems:?}");
    }
    zip(&path, &[("media/a.txt", b"x"), ("media/A.txt", b"x")]);
    assert!(Files::open(&path).expect_err("twins")[0].message.contains("capital letters"));
    zip(&path, &[("media/bomb.bin", &vec![0; 300_000_000][..])]);
    assert!(Files::open(&path).expect_err("a bomb")[0].message.contains("far larger"));
    let mut link = zip::ZipWriter::new(fs::File::create(&path).expect("a file"));
    link.add_symlink("course.toml", "/etc/passwd", zip::write::SimpleFileOptions::default())
        .expect("a link");
    link.finish().expect("a zip");
    assert!(Files::open(&path).expect_err("a link")[0].message.contains("is a link"));
    fs::write(&path, b"PK\x03\x04 nonsense").expect("a file");
    assert!(
        Files::open(&path).expect_err("nonsense")[0]
            .message
            .contains("neither a folder nor a zip")
    );
    assert!(Files::open(&folder.path().join("missing")).is_err());
    let plain = folder.path().join("plain");
    fs::create_dir(&plain).expect("a folder");
    std::os::unix::fs::symlink("/etc/passwd", plain.join("course.toml")).expect("a link");
    assert!(Files::open(&plain).expect_err("a link")[0].message.contains("is a link"));
}
