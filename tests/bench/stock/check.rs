//! Whether everything in a database fits together, and what a load changed in it.

use std::{path::Path, sync::Arc};

use momentum::{
    courses::Shelf,
    kernel::{actor::Actor, id::UserId},
    platform::{
        clock::{Clock as _, FixedClock, SystemClock},
        db,
    },
    progress::{self, RebuildProgress},
};
use rusqlite::{Connection, OpenFlags};
use serde_json::json;

fn reader(folder: &Path) -> rusqlite::Result<Connection> {
    // What a kill left in the log has to be read back first, so reading alone is not enough.
    Connection::open_with_flags(folder.join(db::FILE), OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// Counts what a load changes.
pub(crate) fn count(folder: &Path) -> anyhow::Result<()> {
    let conn = reader(folder)?;
    let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0));
    let counts = json!({
        "completed": count("SELECT count(*) FROM progress_facts WHERE kind = 'completed'")?,
        "lessons_done": count("SELECT sum(lessons_done) FROM course_progress")?,
        "told": count("SELECT count(*) FROM events WHERE kind = 'lesson.completed'")?,
        "progress_rows": count("SELECT count(*) FROM lesson_progress")?,
        "users": count("SELECT count(*) FROM users")?,
        "enrolments": count("SELECT count(*) FROM enrolments")?,
        "courses": count("SELECT count(*) FROM courses WHERE state = 'published'")?,
        "lessons": count("SELECT count(*) FROM lessons")?,
    });
    super::say(&counts.to_string())
}

/// What must hold of the rows, each with a query that counts the exceptions.
const LAWS: [(&str, &str); 6] = [
    (
        "the file is whole",
        "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    ),
    ("every row points to a row", "SELECT count(*) FROM pragma_foreign_key_check"),
    (
        "every completed lesson was told once",
        "SELECT abs((SELECT count(*) FROM progress_facts WHERE kind = 'completed') - (SELECT count(*) FROM events WHERE kind = 'lesson.completed'))",
    ),
    (
        "every completed lesson is counted",
        "SELECT abs((SELECT count(*) FROM progress_facts WHERE kind = 'completed') - (SELECT coalesce(sum(lessons_done), 0) FROM course_progress))",
    ),
    (
        "every note was told once",
        "SELECT abs((SELECT count(*) FROM notes) - (SELECT count(*) FROM events WHERE kind = 'note.created'))",
    ),
    (
        "no reaction heard what was never told",
        "SELECT count(*) FROM reaction_cursors WHERE seq > (SELECT coalesce(max(seq), 0) FROM events)",
    ),
];

/// As [`verify`], and says how much was looked at.
pub(crate) async fn check(folder: &Path, people: usize) -> anyhow::Result<()> {
    let seen = verify(folder, people).await?;
    super::say(&json!({ "laws": LAWS.len(), "people": seen }).to_string())
}

/// Checks the laws, and the numbers of some people against their facts. Fails at the first breach.
pub(crate) async fn verify(folder: &Path, people: usize) -> anyhow::Result<usize> {
    let conn = reader(folder)?;
    for (law, sql) in LAWS {
        let exceptions: i64 = conn.query_row(sql, [], |row| row.get(0))?;
        anyhow::ensure!(exceptions == 0, "it does not hold that {law}: {exceptions} exceptions");
    }
    drop(conn);
    let app = super::open(folder, Arc::new(FixedClock::at(SystemClock.now())), 1)?;
    let (db, shelf) = (app.db(Actor::System("check")), Shelf::of(app.platform()));
    let (mut after, mut seen) = (UserId::from_raw(0), 0);
    while seen < people {
        let shelf = shelf.clone();
        let walked = db
            .read_heavy("bench.check", move |read| {
                progress::check(read, &RebuildProgress::as_system("check"), &shelf, after)
            })
            .await?;
        anyhow::ensure!(
            walked.differences.is_empty(),
            "numbers differ from the facts: {:?}",
            walked.differences
        );
        let Some(last) = walked.last else { break };
        seen += walked.people;
        after = last;
    }
    app.close().await;
    Ok(seen)
}
