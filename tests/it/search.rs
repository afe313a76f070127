//! Search through the front door: what is found, by whom, and how the index mends itself.

use std::{collections::BTreeSet, time::Duration};

use momentum::{
    app::{App, Means},
    auth::Sessions,
    courses::{self, Body, Content, EditCourse, Length},
    kernel::{
        actor::Actor,
        id::{CourseId, LessonId},
        text::{Label, Language, Summary, Title},
    },
    platform::{config::Config, web::guard::Authenticate as _},
    search,
};
use serde_json::{Value, json};

use crate::support::{
    Client, TestApp,
    courses::{Made, Spec, make},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn write(content: &mut Content, title: &str, body: &str) {
    content.title = Title::parse(title).expect("a title");
    content.summary = Summary::parse("").expect("a summary");
    content.body_html = Body::clean(body);
}

/// Changes the front matter of a course and publishes it again.
async fn republish(app: &TestApp, course: CourseId, edit: impl FnOnce(&mut courses::Meta) + Send + 'static) {
    let db = app.system();
    let done = db.write("test.republish", move |tx| {
        let can = EditCourse::as_system(course, "test");
        courses::change(tx, &can, None, edit)?;
        courses::publish(tx, &can, "", None)
    });
    done.await.expect("published again");
    app.settle().await;
}

/// Percent-encodes everything but letters and digits.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

async fn find(who: &Client<'_>, words: &str) -> Value {
    who.get(&format!("/search?q={}", encode(words))).await.expect(200)
}

/// The titles of what was found, lessons by their own.
fn titles(found: &Value) -> Vec<&str> {
    let items = found["items"].as_array().expect("items");
    items
        .iter()
        .map(|item| {
            item["lesson"]["title"]
                .as_str()
                .or(item["course"]["title"].as_str())
                .expect("a title")
        })
        .collect()
}

/// Joins a course that opens day by day.
async fn enrol(who: &Client<'_>, made: &Made) {
    let body = json!({"pace": {"kind": "daily"}});
    who.post(&format!("/courses/{}/enrolment", made.course), body).await.expect(201);
}

async fn clear_writing(app: &TestApp) -> Made {
    let mut spec = Spec::days7("Clear writing");
    spec.each = |n, content| {
        let title = [
            "Say one thing",
            "Cut",
            "Stairs of detail",
            "Verbs",
            "Read aloud",
            "Ask a reader",
            "Ship it",
        ][n];
        write(content, title, "<p>Every draft hides a zebra.</p>");
    };
    let made = app.course(spec).await;
    app.settle().await;
    made
}

#[tokio::test]
async fn words_beginnings_and_typos_find() {
    let app = TestApp::start().await;
    clear_writing(&app).await;
    app.course(Spec::days7("Statistics you can feel")).await;
    app.settle().await;
    let lea = app.learner("Lea").await;
    for (words, first) in [
        ("writing", "Clear writing"),
        ("CLEAR", "Clear writing"),
        ("wri", "Clear writing"),
        ("wrting", "Clear writing"),
        ("wirting", "Clear writing"),
        ("writting clear", "Clear writing"),
        ("written clearly", "Clear writing"),
        ("sta", "Statistics you can feel"),
        ("stat", "Statistics you can feel"),
        ("statsitics", "Statistics you can feel"),
        ("stt", "Statistics you can feel"),
        ("how to feel the statistics", "Statistics you can feel"),
        ("stairs", "Stairs of detail"),
        ("stai", "Stairs of detail"),
    ] {
        let found = find(&lea, words).await;
        assert_eq!(titles(&found).first(), Some(&first), "{words}: {found}");
    }
    assert_eq!(find(&lea, "wrting").await["did_you_mean"], "writing");
    assert_eq!(find(&lea, "statz").await["did_you_mean"], "statistics");
    assert_eq!(
        find(&lea, "how do I unheardof").await["total"],
        0,
        "words that say little find nothing alone"
    );
    assert!(find(&lea, "writing").await.get("did_you_mean").is_none());
    assert_eq!(find(&lea, "unheardof").await["total"], 0);
    let found = find(&lea, "clear").await;
    assert_eq!(found["items"][0]["kind"], "course");
    let suggested = lea.get("/search/suggest?q=cle").await.expect(200);
    assert_eq!(suggested["courses"][0]["title"], "Clear writing");
    let suggested = lea.get("/search/suggest?q=stiars").await.expect(200);
    assert_eq!(suggested["lessons"][0]["title"], "Stairs of detail");
    assert_eq!(suggested["lessons"][0]["course"]["slug"], "clear-writing");
    app.settle().await;
}

#[tokio::test]
async fn the_text_of_a_lesson_is_found_by_those_who_may_read_it() {
    let app = TestApp::start().await;
    let (ines, ada) = (app.instructor("Ines").await, app.admin("Ada").await);
    let (lea, otto) = (app.learner("Lea").await, app.instructor("Otto").await);
    let mut spec = Spec::days7("Animals").by(ines.id());
    spec.each = |n, content| write(content, &format!("Part {n}"), &format!("<p>Behind the door stands a zebra{n}.</p>"));
    let made = app.course(spec).await;
    app.settle().await;
    // Day 1 is a preview; the others open day by day.
    for (who, readable) in [(&lea, 1), (&otto, 1), (&ines, 7), (&ada, 7)] {
        for n in 0..7 {
            let found = find(who, &format!("zebra{n} ")).await;
            let text = found["items"].to_string();
            // What is forgiven for a mistyped word may be found, but never in a closed lesson.
            assert_eq!(text.contains(&format!("<mark>zebra{n}</mark>")), n < readable, "{n}: {found}");
        }
    }
    enrol(&lea, &made).await;
    for day in 1..=7 {
        let found = find(&lea, "door").await;
        assert_eq!(
            (found["total"].as_u64(), titles(&found).len()),
            (Some(day), usize::try_from(day).expect("few")),
            "{found}"
        );
        assert!(
            found["items"]
                .as_array()
                .expect("items")
                .iter()
                .all(|i| i["lesson"]["is_open"] == true)
        );
        app.pass(DAY).await;
    }
    // The titles of closed lessons are no secret.
    let found = find(&otto, "part").await;
    assert_eq!(found["total"], 7);
    assert_eq!(
        found["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter(|i| i["lesson"]["is_open"] == true)
            .count(),
        1
    );
    app.settle().await;
}

#[tokio::test]
async fn archived_courses_are_found_by_those_who_keep_them() {
    let app = TestApp::start().await;
    let (lea, otto, ada) = (app.learner("Lea").await, app.learner("Otto").await, app.admin("Ada").await);
    let made = clear_writing(&app).await;
    app.draft(Spec::days7("Clear thinking")).await;
    enrol(&lea, &made).await;
    app.pass(7 * DAY).await;
    app.settle().await;
    let db = app.system();
    let course = made.course;
    db.write("test.archive", move |tx| {
        courses::archive(tx, &EditCourse::as_system(course, "test"))
    })
    .await
    .expect("archived");
    // Even before the index has heard of it, nothing is shown that may not be seen.
    assert_eq!(titles(&find(&otto, "clear").await), Vec::<&str>::new());
    app.settle().await;
    for (who, total) in [(&lea, 1), (&otto, 0), (&ada, 1)] {
        let found = find(who, "clear").await;
        assert_eq!(found["total"], total, "drafts are never found: {found}");
    }
    assert_eq!(find(&lea, "zebra").await["total"], 7);
    assert_eq!(find(&otto, "zebra").await["total"], 0);
    db.write("test.restore", move |tx| {
        courses::restore(tx, &EditCourse::as_system(course, "test"))
    })
    .await
    .expect("restored");
    app.settle().await;
    assert_eq!(find(&otto, "clear").await["total"], 1);
    app.settle().await;
}

#[tokio::test]
async fn whoever_joined_an_earlier_version_finds_its_text() {
    let app = TestApp::start().await;
    let (lea, otto) = (app.learner("Lea").await, app.learner("Otto").await);
    let made = clear_writing(&app).await;
    enrol(&lea, &made).await;
    app.pass(7 * DAY).await;
    let (course, lesson) = (made.course, made.lessons[3]);
    let db = app.system();
    let changed = db.write("test.change", move |tx| {
        let can = EditCourse::as_system(course, "test");
        courses::change_lesson(tx, &can, lesson, None, None, |content| {
            content.body_html = Body::clean("<p>Now it is an okapi.</p>");
        })?;
        courses::publish(tx, &can, "", None)
    });
    changed.await.expect("published");
    app.settle().await;
    enrol(&otto, &made).await;
    app.pass(7 * DAY).await;
    for (who, zebras, okapis) in [(&lea, 7, 0), (&otto, 6, 1)] {
        assert_eq!(find(who, "zebra").await["total"], zebras);
        assert_eq!(find(who, "okapi").await["total"], okapis);
    }
    app.settle().await;
}

#[tokio::test]
async fn languages_stem_and_split_in_their_own_way() {
    let app = TestApp::start().await;
    for (title, tag) in [
        ("Zeitmanagement für Anfänger", "de"),
        ("Programmierung mit Kursen", "de"),
        ("课程设计入门 (zh)", "zh"),
        ("時間の使い方を学ぶ (ja)", "ja"),
        ("효과적인 글쓰기를 배우다 (ko)", "ko"),
        ("L'économie des ménages", "fr"),
        ("כתיבה ברורה (he)", "he"),
    ] {
        let made = app.course(Spec::days7(title)).await;
        republish(&app, made.course, move |meta| {
            meta.language = Language::parse(tag).expect("a language")
        })
        .await;
    }
    let lea = app.learner("Lea").await;
    for (words, first) in [
        ("zeit", "Zeitmanagement für Anfänger"),
        ("fur anfanger", "Zeitmanagement für Anfänger"),
        ("ANFÄNGER", "Zeitmanagement für Anfänger"),
        ("anfa\u{308}nger", "Zeitmanagement für Anfänger"),
        ("programmieren", "Programmierung mit Kursen"),
        ("kurs", "Programmierung mit Kursen"),
        ("设计", "课程设计入门 (zh)"),
        ("课程入门", "课程设计入门 (zh)"),
        ("课", "课程设计入门 (zh)"),
        ("使い方", "時間の使い方を学ぶ (ja)"),
        ("글쓰기", "효과적인 글쓰기를 배우다 (ko)"),
        ("economie menage", "L'économie des ménages"),
        ("ברורה", "כתיבה ברורה (he)"),
    ] {
        let found = find(&lea, words).await;
        let courses: Vec<&str> = titles(&found).into_iter().filter(|t| !t.contains(": day")).collect();
        assert_eq!(courses.first(), Some(&first), "{words}: {found}");
    }
    let french = lea.get("/search?language=fr&kind=course").await.expect(200);
    assert_eq!(titles(&french), ["L'économie des ménages"]);
    app.settle().await;
}

#[tokio::test]
async fn facets_count_what_the_other_filters_leave() {
    let app = TestApp::start().await;
    for (title, length, category, tag) in [
        ("Knots one", Length::Days7, 1, "rope"),
        ("Knots two", Length::Days14, 1, "rope"),
        ("Knots three", Length::Days7, 2, "string"),
        ("Knots four", Length::SelfPaced, 2, "string"),
    ] {
        let made = app.course(Spec::of(title, length)).await;
        republish(&app, made.course, move |meta| {
            meta.category = momentum::kernel::id::CategoryId::from_raw(category);
            meta.tags = vec![Label::parse(tag).expect("a tag")];
        })
        .await;
    }
    let lea = app.learner("Lea").await;
    let found = lea.get("/search?q=knots&kind=course&category=technology").await.expect(200);
    assert_eq!(found["total"], 2);
    assert_eq!(
        found["facets"]["category"],
        json!([{"value": "business", "count": 2}, {"value": "technology", "count": 2}])
    );
    assert_eq!(
        found["facets"]["length"],
        json!([{"value": "14", "count": 1}, {"value": "7", "count": 1}])
    );
    let found = lea.get("/search?q=rope&kind=course&length=7,self_paced").await.expect(200);
    assert_eq!(titles(&found), ["Knots one"]);
    let blank = lea.get("/search?limit=3").await.expect(200);
    assert_eq!(
        (
            blank["total"].as_u64(),
            blank["items"].as_array().map(Vec::len),
            blank["next"].as_str()
        ),
        (Some(4), Some(3), Some("3"))
    );
    let rest = lea.get("/search?limit=3&cursor=3").await.expect(200);
    assert_eq!((rest["items"].as_array().map(Vec::len), rest.get("next")), (Some(1), None));
    let nothing = lea
        .get("/search?q=knots&category=nowhere&level=wizard&length=x&language=tlhTLHtlh&plan=gold")
        .await
        .expect(200);
    assert_eq!(nothing["total"], 0);
    app.settle().await;
}

#[tokio::test]
async fn nothing_that_is_typed_breaks_it() {
    let app = TestApp::start().await;
    let lea = app.learner("Lea").await;
    assert_eq!(find(&lea, "before anything was published").await["total"], 0);
    clear_writing(&app).await;
    let huge = "clear ".repeat(5000);
    let long = "w".repeat(10_000);
    let dense = "課".repeat(3000);
    let hostile = [
        "\0",
        "\u{7}\u{1b}[31m",
        "\"clear",
        "clear AND (",
        "title:clear^99",
        "*",
        "cl*ar~2",
        "🙂🙃",
        "\u{202E}raelc",
        "'; DROP TABLE courses; --",
        "<script>alert(1)</script>",
        "%",
        "___",
        "clear\u{0}writing",
        "a",
        "ab",
        "\u{301}\u{301}",
        "İ",
        "ﬀ",
        "\u{FFFF}",
        "𝒄𝒍𝒆𝒂𝒓",
    ];
    for words in hostile.iter().copied().chain([
        huge.get(..6000).unwrap_or(&huge),
        long.get(..6000).unwrap_or(&long),
        dense.get(..2000 * 3).unwrap_or(&dense),
    ]) {
        for path in ["/search?q=", "/search/suggest?q="] {
            let answer = lea.get(&format!("{path}{}", encode(words))).await;
            assert_eq!(answer.status, 200, "{words:?}: {}", answer.text());
            assert!(!answer.text().contains("<script"));
        }
    }
    for (path, status) in [
        ("/search?cursor=x", 422),
        ("/search?cursor=1001", 422),
        ("/search?cursor=-1", 422),
        ("/search?limit=0&q=clear", 200),
        ("/search?limit=999999&q=clear", 200),
        ("/search?kind=person", 422),
        ("/search?q=%FF%FE", 200),
    ] {
        let answer = lea.get(path).await;
        assert!(
            answer.status.as_u16() == status || (path.contains("%FF") && answer.status == 422),
            "{path}: {}",
            answer.text()
        );
    }
    assert_eq!(app.anonymous().get("/search?q=clear").await.status, 200);
    app.settle().await;
}

fn index_files(app: &TestApp) -> Vec<std::path::PathBuf> {
    let folder = app.platform().data().join("index-v1");
    walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

#[tokio::test]
async fn a_lost_damaged_or_outdated_index_builds_itself_anew() {
    let app = TestApp::start().await;
    let lea = app.learner("Lea").await;
    clear_writing(&app).await;
    let index = app.platform().services.find::<search::Index>().expect("an index");
    for damage in ["delete", "cut", "garbage", "stale"] {
        index.close();
        match damage {
            "delete" => std::fs::remove_dir_all(app.platform().data().join("index-v1")).expect("deleted"),
            "cut" | "garbage" => {
                for file in index_files(&app)
                    .iter()
                    .filter(|f| f.extension().is_some_and(|e| e == "idx" || e == "fast"))
                {
                    let bytes = std::fs::read(file).expect("a file");
                    let broken = if damage == "cut" {
                        bytes[..bytes.len() / 2].to_vec()
                    } else {
                        bytes.iter().map(|b| b ^ 0x55).collect()
                    };
                    std::fs::write(file, broken).expect("damage");
                }
            }
            _ => {
                let db = app.system();
                db.write("test.outbox", |tx| tx.execute("UPDATE search_outbox SET seq = seq + 1000", []))
                    .await
                    .expect("a gap");
            }
        }
        app.settle().await;
        assert_eq!(find(&lea, "clear").await["total"], 1, "{damage}");
    }
    // People search while it is built anew.
    let db = app.system();
    let mut silent = |_, _| ();
    let (documents, found) = tokio::join!(search::rebuild(app.platform(), &db, &mut silent), find(&lea, "clear"));
    assert_eq!((documents.expect("built"), found["total"].as_u64()), (1 + 1 + 6 * 2, Some(1)));
    app.settle().await;
    assert_eq!(find(&lea, "clear").await["total"], 1);
}

/// A small random number generator, so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }
}

/// Whatever people do, search finds exactly the lessons whose text they may read.
#[tokio::test]
async fn what_is_found_is_what_may_be_read() {
    let app = TestApp::start().await;
    let (ines, ada) = (app.instructor("Ines").await, app.admin("Ada").await);
    let learners = [app.learner("Lea").await, app.learner("Otto").await, app.learner("Mia").await];
    let mut made = Vec::new();
    for n in 0..4 {
        let mut spec = Spec::days7(&format!("Course {n}"));
        spec.previews = vec![n + 1];
        spec.owner = (n % 2 == 0).then(|| ines.id());
        spec.each = |n, content| write(content, &format!("Part {n}"), "<p>zebra</p>");
        made.push(app.course(spec).await);
    }
    app.settle().await;
    let mut dice = Dice(7);
    for round in 0..40 {
        let (who, course) = (&learners[dice.roll(3)], &made[dice.roll(4)]);
        match dice.roll(7) {
            0 | 1 => drop(
                who.post(&format!("/courses/{}/enrolment", course.course), json!({"pace": {"kind": "daily"}}))
                    .await,
            ),
            2 => drop(
                who.post(
                    &format!("/courses/{}/enrolment", course.course),
                    json!({"pace": {"kind": "custom", "days": [1, 3]}}),
                )
                .await,
            ),
            3 => app.pass(DAY).await,
            4 => leave(&app, who, course.course).await,
            5 => toggle(&app, course.course).await,
            _ => rewrite(&app, course, dice.roll(7)).await,
        }
        app.settle().await;
        for viewer in learners.iter().chain([&ines, &ada]) {
            let found: BTreeSet<String> = all_lessons(viewer, "zebra").await;
            let expected = readable(&app, viewer, &made).await;
            assert_eq!(found, expected, "round {round}");
        }
    }
}

async fn leave(app: &TestApp, who: &Client<'_>, course: CourseId) {
    let user = who.id();
    let db = app.system();
    let live = db
        .read("test.live", move |read| momentum::enrolments::find_active(read, user, course))
        .await
        .expect("a read");
    if let Some(enrolment) = live {
        who.delete(&format!("/enrolments/{}", enrolment.id)).await.expect(204);
    }
}

async fn toggle(app: &TestApp, course: CourseId) {
    let db = app.system();
    let toggled = db.write("test.toggle", move |tx| {
        let can = EditCourse::as_system(course, "test");
        match courses::find_any(tx, &course.into())?.state {
            courses::State::Archived => courses::restore(tx, &can),
            _ => courses::archive(tx, &can),
        }
    });
    toggled.await.expect("toggled");
}

/// A new version in which one lesson has, or has no more, a zebra.
async fn rewrite(app: &TestApp, made: &Made, n: usize) {
    let (course, lesson) = (made.course, made.lessons[n]);
    let db = app.system();
    let written = db.write("test.rewrite", move |tx| {
        let can = EditCourse::as_system(course, "test");
        if courses::find_any(tx, &course.into())?.state == courses::State::Archived {
            return Ok(());
        }
        courses::change_lesson(tx, &can, lesson, None, None, |content| {
            let was = content.body_html.contains("zebra");
            content.body_html = Body::clean(if was { "<p>okapi</p>" } else { "<p>zebra</p>" });
        })?;
        courses::publish(tx, &can, "", None).map(drop)
    });
    written.await.expect("rewritten");
}

async fn all_lessons(who: &Client<'_>, words: &str) -> BTreeSet<String> {
    let found = who.get(&format!("/search?q={words}&limit=50")).await.expect(200);
    let items = found["items"].as_array().expect("items");
    assert_eq!(found["total"].as_u64(), Some(items.len() as u64), "{found}");
    let ids: BTreeSet<String> = items
        .iter()
        .map(|i| i["lesson"]["id"].as_str().expect("a lesson").to_owned())
        .collect();
    assert_eq!(ids.len(), items.len(), "each lesson once");
    ids
}

async fn actor_of(app: &TestApp, who: &Client<'_>) -> Actor {
    let token = who.token().to_owned();
    let found = app
        .system()
        .read("test.actor", move |read| Sessions.authenticate(read, &token))
        .await;
    found.expect("a read").expect("a session").actor
}

/// The same, asked of the gate lesson by lesson.
async fn readable(app: &TestApp, who: &Client<'_>, made: &[Made]) -> BTreeSet<String> {
    let actor = actor_of(app, who).await;
    let lessons: Vec<(CourseId, LessonId)> = made.iter().flat_map(|m| m.lessons.iter().map(|l| (m.course, *l))).collect();
    let db = app.system();
    let found = db.read("test.readable", move |read| {
        let mut found = BTreeSet::new();
        for (course, lesson) in lessons {
            let open = match momentum::enrolments::lesson_access(read, &actor, lesson)? {
                momentum::enrolments::Access::Open(open) => Some(open.place),
                // What is a preview now, anybody may read who may see the course.
                _ => match courses::find_visible(read, &actor, &course.into()) {
                    Ok(head) => courses::version_lesson(read, head.version.expect("published"), lesson)?.filter(|p| p.is_preview),
                    Err(_) => None,
                },
            };
            if let Some(place) = open
                && courses::lesson_text(read, place.revision)?.contains("zebra")
            {
                found.insert(lesson.to_string());
            }
        }
        Ok(found)
    });
    found.await.expect("the gate answers")
}

/// How the child of the next test learns its folder.
const CHILD: &str = "MOMENTUM_TEST_SEARCH_CHILD";

fn open(folder: &std::path::Path) -> App {
    App::open(Config::at(folder.to_owned()), Means::system()).expect("an instance opens")
}

#[tokio::test]
#[ignore = "run by its parent, in a process that is killed"]
async fn child_that_publishes() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let app = open(folder.as_ref());
    app.settle().await.expect("settled");
    for n in 0.. {
        let title = format!("Survivor {} {n}", std::process::id());
        let spec = Spec::days7(&title);
        let db = app.db(Actor::System("test"));
        db.write("test.course", move |tx| make(tx, &spec)).await.expect("published");
        app.settle().await.expect("settled");
        println!("published {title}");
    }
}

/// Killed in the middle of commits, the index loses nothing of what was found before.
#[tokio::test]
async fn a_killed_process_loses_nothing_that_could_be_found() {
    use std::io::BufRead as _;
    let folder = tempfile::tempdir().expect("a folder");
    let mut published: Vec<String> = Vec::new();
    let mut dice = Dice(3);
    for _ in 0..4 {
        let mut child = std::process::Command::new("/proc/self/exe")
            .args(["--exact", "search::child_that_publishes", "--ignored", "--nocapture"])
            .env(CHILD, folder.path())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("a child");
        let lines = std::io::BufReader::new(child.stdout.take().expect("its words")).lines();
        let wanted = 2 + dice.roll(4);
        let told = lines
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("published ").map(str::to_owned));
        published.extend(told.take(wanted));
        // Somewhere in the next publish, commit or merge.
        tokio::time::sleep(Duration::from_millis(dice.roll(40) as u64)).await;
        child.kill().expect("killed");
        child.wait().expect("gone");
    }
    let app = open(folder.path());
    let db = app.db(Actor::System("test"));
    let platform = app.platform().clone();
    let figures = momentum::search::module().figures.expect("figures");
    let figures = db
        .read("test.figures", move |read| figures(read, &platform))
        .await
        .expect("figures");
    let figure = |name| figures.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
    assert!(
        figure("documents") > Some(0) && figure("behind") >= Some(0),
        "whole, and not ahead: {figures:?}"
    );
    app.settle().await.expect("settled");
    for title in &published {
        let request = axum::http::Request::get(format!("/api/v1/search?kind=course&limit=50&q={}", encode(title)));
        let request = request.body(axum::body::Body::empty()).expect("a request");
        let answer = tower::ServiceExt::oneshot(app.router().expect("routes"), request)
            .await
            .expect("routers do not fail");
        let bytes = http_body_util::BodyExt::collect(answer.into_body())
            .await
            .expect("a body")
            .to_bytes();
        let found: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert!(titles(&found).contains(&title.as_str()), "{title}: {found}");
    }
    app.close().await;
}
