//! Enrolling many people at once, as a background job would: by the product's own verb, in chunks
//! of 500 on the writer's low queue.

use std::{path::Path, sync::Arc, time::Instant};

use momentum::{
    courses::{CoursePath, Shelf},
    enrolments::{self, FollowCourse},
    kernel::{
        actor::{Actor, Person, Role},
        id::{CourseId, UserId},
    },
    people,
    platform::{
        clock::SystemClock,
        db,
        web::guard::{PathKey, Require as _},
    },
};
use rusqlite::{Connection, OpenFlags};
use serde_json::json;

/// People who share a write.
const CHUNK: usize = 500;

/// Enrols them in the course that the fewest have joined, and prints how long that took.
pub(crate) async fn enrol(folder: &Path, people: usize) -> anyhow::Result<()> {
    let (course, users) = strangers(folder, people)?;
    let means = momentum::app::Means {
        clock: Arc::new(SystemClock),
        ..momentum::app::Means::system()
    };
    let app = momentum::app::App::open(momentum::platform::config::Config::at(folder.to_owned()), means)?;
    let (db, shelf) = (app.db(Actor::System("bench")), Shelf::of(app.platform()));
    let began = Instant::now();
    let mut done = 0;
    for chunk in users.chunks(CHUNK) {
        let (chunk, shelf) = (chunk.to_vec(), shelf.clone());
        done += db
            .write_low("bench.enrol", move |tx| {
                let mut begun = 0;
                for user in chunk {
                    let Some(facts) = people::actor_facts(tx, user)? else { continue };
                    let actor = Actor::Person(Person::without_session(user, Role::Learner, facts.plan, facts.zone));
                    let can = FollowCourse::decide(tx, &actor, &PathKey(CoursePath { course: course.into() }))?;
                    begun += usize::from(enrolments::enrol(tx, &can, &shelf, None)?.1);
                }
                Ok(begun)
            })
            .await?;
    }
    let took = began.elapsed().as_secs_f64();
    app.settle().await?;
    let settled = began.elapsed().as_secs_f64();
    app.close().await;
    anyhow::ensure!(done == people, "{done} of {people} were enrolled");
    super::say(&json!({ "people": done, "seconds": took, "seconds_until_counted": settled }).to_string())
}

fn strangers(folder: &Path, people: usize) -> anyhow::Result<(CourseId, Vec<UserId>)> {
    let conn = Connection::open_with_flags(folder.join(db::FILE), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let course = conn.query_row(
        "SELECT course_id FROM listings ORDER BY learner_count, course_id LIMIT 1",
        [],
        |row| row.get(0),
    )?;
    let users = conn
        .prepare("SELECT id FROM users WHERE role = 'learner' AND id NOT IN (SELECT user_id FROM enrolments WHERE course_id = ?1) ORDER BY id LIMIT ?2")?
        .query_map((course, people as i64), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok((course, users))
}
